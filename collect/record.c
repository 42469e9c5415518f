#include "collect/record.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "schema/timefmt.h"
#include "schema/unit.h"
#include "version.h"

/* No row is longer: a member and a note of nothing but bad bytes become \ufffd. */
#define ROW_BYTES ((BUNDLE_NAME_MAX + 128) * 6 + 256)
/* More missed ticks than this are a suspended host: end.json counts them. */
#define MISSED_LISTED 1000
#define ROWS_FIRST    ((size_t)16 * KIB)

/* Room for n more bytes; false without memory. */
static bool room(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : ROWS_FIRST;
	char *p;

	if (b->cap - b->n >= n)
		return true;
	while (cap - b->n < n)
		cap *= 2;
	p = realloc(b->p, cap);
	if (!p)
		return false;
	b->p = p;
	b->cap = cap;
	return true;
}

void rows_reset(struct rows *r)
{
	r->captures.n = r->groups.n = 0;
	r->lost = 0;
	r->json_captures = (struct json){.out = &r->captures};
	r->json_groups = (struct json){.out = &r->groups};
}

void rows_free(struct rows *r)
{
	free(r->captures.p);
	free(r->groups.p);
	*r = (struct rows){0};
}

static int64_t us(int64_t ns)
{
	return ns / NS_PER_US;
}

void rows_capture(struct rows *r, const char *place, const struct capture *c, int64_t mono_ns)
{
	struct json *j = &r->json_captures;
	char name[BUNDLE_NAME_MAX + 8];
	struct buf member = BUF_OVER(name);

	if (!room(&r->captures, ROW_BYTES)) {
		r->lost++;
		return;
	}
	buf_str(&member, place);
	buf_str(&member, c->member);
	json_newline(j);
	json_open(j, NULL, '[');
	json_str(j, NULL, buf_span(&member));
	json_str(j, NULL, span_of(capture_status_name(c->status)));
	json_i64(j, NULL, us(c->t0_ns - mono_ns));
	json_i64(j, NULL, us(c->t1_ns - c->t0_ns));
	json_u64(j, NULL, c->n);
	if (c->error || c->note[0])
		json_i64(j, NULL, c->error);
	if (c->note[0])
		json_str(j, NULL, span_of(c->note));
	json_close(j, ']');
}

void rows_group(struct rows *r, const struct group *g)
{
	struct json *j = &r->json_groups;

	if (!room(&r->groups, ROW_BYTES)) {
		r->lost++;
		return;
	}
	json_newline(j);
	json_open(j, NULL, '{');
	json_str(j, "source", span_of(g->source));
	json_str(j, "place", span_of(g->place));
	json_u64(j, "ok", g->ok);
	json_u64(j, "failed", g->failed);
	json_u64(j, "bytes", g->bytes);
	json_i64(j, "begin_us", us(g->begin_ns));
	json_i64(j, "cost_us", us(g->cost_ns));
	json_close(j, '}');
}

static void put_rows(struct json *j, const struct rows *r)
{
	static const char *const columns[] = {"member", "status", "begin_us", "cost_us",
	                                      "bytes",  "errno",  "note"};

	if (r->lost)
		json_u64(j, "lost", r->lost);
	json_newline(j);
	json_open(j, "columns", '[');
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		json_str(j, NULL, span_of(columns[i]));
	json_close(j, ']');
	json_newline(j);
	json_open(j, "captures", '[');
	buf_put(j->out, buf_span(&r->captures));
	json_close(j, ']');
	json_newline(j);
	json_open(j, "groups", '[');
	buf_put(j->out, buf_span(&r->groups));
	json_close(j, ']');
}

static void put_clocks(struct json *j, const struct clocks *c)
{
	json_i64(j, "realtime_ns", c->real_ns);
	json_i64(j, "monotonic_ns", c->mono_ns);
	json_i64(j, "boottime_ns", c->boot_ns);
}

static void put_facts(struct json *j, const struct facts *f, bool dump)
{
	json_str(j, "host", span_of(f->host));
	json_str(j, "kernel", span_of(f->kernel));
	json_str(j, "arch", span_of(f->arch));
	json_str(j, "boot_id", span_of(f->boot_id));
	json_str(j, "machine_hash", span_of(f->machine_hash));
	json_u64(j, "cpus", f->cpus);
	json_i64(j, "page_size", f->page_bytes);
	json_bool(j, "dump", dump);
	json_u64(j, "uid", f->uid);
	json_str(j, "capabilities", span_of(f->caps));
	json_u64(j, "netns", f->netns);
	json_newline(j);
	json_i64(j, "nice", f->manners.nice);
	if (f->manners.io_class)
		json_str(j, "io_class", span_of(f->manners.io_class));
	else
		json_none(j, "io_class");
	if (f->manners.oom_score_adj == POLITE_UNKNOWN)
		json_none(j, "oom_score_adj");
	else
		json_i64(j, "oom_score_adj", f->manners.oom_score_adj);
}

static void put_tasks(struct json *j, const struct host *h)
{
	json_open(j, "tasks", '[');
	for (size_t i = 0; i < h->tasks_n; i++) {
		json_open(j, NULL, '{');
		json_i64(j, "pid", h->tasks[i].pid);
		json_str(j, "comm", span_of(h->tasks[i].comm));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_sources(struct json *j, const struct bundle_record *r)
{
	json_open(j, "sources", '[');
	for (size_t i = 0; i < r->slots->n; i++) {
		const struct slot *p = &r->slots->v[i];
		char member[BUNDLE_NAME_MAX];
		struct buf b = BUF_OVER(member);

		buf_str(&b, p->prefix);
		source_member_put(&p->source, &b);
		json_newline(j);
		json_open(j, NULL, '{');
		json_str(j, "id", span_of(p->source.id));
		json_str(j, "member", buf_span(&b));
		json_str(j, "how", span_of(source_how_name(p->source.how)));
		json_str(j, "when", span_of(source_when_name(p->source.when)));
		json_i64(j, "pace_ns", p->pace_ns);
		json_close(j, '}');
	}
	json_close(j, ']');
}

struct span record_bundle(struct buf *b, const struct bundle_record *r)
{
	struct json j = {.out = b};
	size_t need = 32 * KIB + r->slots->n * (BUNDLE_NAME_MAX + 256);

	need += r->host->tasks_n * 160;
	for (size_t i = 0; r->host->urls[i]; i++)
		need += 6 * strlen(r->host->urls[i]) + 8;
	for (int i = 0; i < r->argc; i++)
		need += 6 * strlen(r->argv[i]) + 8;
	b->n = 0;
	if (!room(b, need))
		return buf_span(b);
	json_open(&j, NULL, '{');
	json_u64(&j, "format", BUNDLE_FORMAT);
	json_str(&j, "tool", SPAN("nettape-collect"));
	json_str(&j, "version", SPAN(NETTAPE_VERSION));
	json_newline(&j);
	put_facts(&j, r->facts, r->opts->root[0] != '\0');
	json_newline(&j);
	put_clocks(&j, &r->start);
	json_i64(&j, "window_ns", r->opts->for_ns);
	json_i64(&j, "interval_ns", r->opts->every_ns);
	if (r->plan->last == PLAN_ENDLESS)
		json_none(&j, "ticks_asked");
	else
		json_u64(&j, "ticks_asked", r->plan->last + 1);
	json_newline(&j);
	json_str(&j, "note", span_of(r->opts->note));
	json_open(&j, "options", '[');
	for (int i = 1; i < r->argc; i++)
		json_str(&j, NULL, span_of(r->argv[i]));
	json_close(&j, ']');
	json_open(&j, "metrics", '[');
	for (size_t i = 0; r->host->urls[i]; i++)
		json_str(&j, NULL, span_of(r->host->urls[i]));
	json_close(&j, ']');
	json_bool(&j, "metrics_asked", !r->host->unasked_url && r->host->urls[0]);
	json_newline(&j);
	put_tasks(&j, r->host);
	json_newline(&j);
	put_sources(&j, r);
	json_close(&j, '}');
	buf_char(b, '\n');
	return buf_span(b);
}

struct span record_tick(struct buf *b, const struct tick_record *r, const struct rows *rows)
{
	uint64_t listed = r->missed < MISSED_LISTED ? r->missed : MISSED_LISTED;
	struct json j = {.out = b};

	b->n = 0;
	if (!room(b, 2 * KIB + listed * 24 + rows->captures.n + rows->groups.n))
		return buf_span(b);
	json_open(&j, NULL, '{');
	json_u64(&j, "tick", r->tick);
	put_clocks(&j, &r->begin);
	json_i64(&j, "late_ns", r->late_ns);
	json_open(&j, "missed", '[');
	for (uint64_t i = 0; i < listed; i++)
		json_u64(&j, NULL, r->missed_from + i);
	json_close(&j, ']');
	if (r->last)
		json_bool(&j, "last", true);
	put_rows(&j, rows);
	json_close(&j, '}');
	buf_char(b, '\n');
	return buf_span(b);
}

static int64_t timeval_ns(struct timeval t)
{
	return (int64_t)t.tv_sec * NS_PER_S + (int64_t)t.tv_usec * NS_PER_US;
}

static void put_cost(struct json *j)
{
	struct rusage u = {0};

	(void)getrusage(RUSAGE_SELF, &u);
	json_i64(j, "user_ns", timeval_ns(u.ru_utime));
	json_i64(j, "sys_ns", timeval_ns(u.ru_stime));
	json_i64(j, "max_rss_bytes", (int64_t)u.ru_maxrss * KIB);
}

struct span record_end(struct buf *b, const struct end_record *r, const struct rows *rows)
{
	struct json j = {.out = b};

	b->n = 0;
	if (!room(b, 8 * KIB + rows->captures.n + rows->groups.n))
		return buf_span(b);
	json_open(&j, NULL, '{');
	json_str(&j, "reason", span_of(r->reason));
	json_str(&j, "detail", span_of(r->detail));
	put_clocks(&j, &r->at);
	json_newline(&j);
	if (r->asked == PLAN_ENDLESS)
		json_none(&j, "ticks_asked");
	else
		json_u64(&j, "ticks_asked", r->asked);
	json_u64(&j, "ticks_taken", r->taken);
	json_u64(&j, "ticks_late", r->late);
	json_u64(&j, "ticks_missed", r->missed);
	json_newline(&j);
	put_cost(&j);
	json_u64(&j, "raw_bytes", r->raw_bytes);
	json_u64(&j, "written_bytes", r->written_bytes);
	put_rows(&j, rows);
	json_close(&j, '}');
	buf_char(b, '\n');
	return buf_span(b);
}
