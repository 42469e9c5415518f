#include "analyze/wording.h"

#include <string.h>

#include "analyze/humanize.h"

#define AREAS_MAX    64
#define SOURCES_MAX  256
#define DATE_COLUMNS 10 /* "2026-01-31" */

enum level wording_level(const struct report *r)
{
	static const enum level worst_first[] = {LEVEL_CRIT, LEVEL_WARN, LEVEL_INFO};

	for (size_t i = 0; i < sizeof(worst_first) / sizeof(worst_first[0]); i++)
		if (r->count[worst_first[i]])
			return worst_first[i];
	return r->results_n ? LEVEL_OK : LEVEL_SKIP;
}

const char *wording_word(enum level level)
{
	static const char *const words[LEVEL_COUNT] = {
		[LEVEL_OK] = "NOTHING FOUND", [LEVEL_INFO] = "REMARKS ONLY",
		[LEVEL_WARN] = "WARNING",     [LEVEL_CRIT] = "CRITICAL",
		[LEVEL_SKIP] = "NOT JUDGED",
	};

	return words[level];
}

const char *wording_confidence(int votes)
{
	return votes >= 3   ? "confidence high"
	       : votes == 2 ? "confidence medium"
	       : votes == 1 ? "confidence low"
	                    : "";
}

/* ", 3 warnings": nothing for none. */
static void put_count(struct buf *b, size_t from, const char *sep, size_t n, const char *one,
                      const char *many)
{
	if (n == 0)
		return;
	buf_str(b, b->n > from ? sep : "");
	buf_u64(b, n);
	buf_char(b, ' ');
	buf_str(b, n == 1 ? one : many);
}

void wording_findings(const struct report *r, struct buf *b)
{
	size_t causes = r->causes[LEVEL_CRIT] + r->causes[LEVEL_WARN] + r->causes[LEVEL_INFO];
	size_t from = b->n;

	put_count(b, from, ", ", causes, "root cause", "root causes");
	put_count(b, from, ", ", r->count[LEVEL_CRIT] - r->causes[LEVEL_CRIT], "critical",
	          "critical");
	put_count(b, from, ", ", r->count[LEVEL_WARN] - r->causes[LEVEL_WARN], "warning",
	          "warnings");
	put_count(b, from, ", ", r->count[LEVEL_INFO] - r->causes[LEVEL_INFO], "remark", "remarks");
	put_count(b, from, "; ", r->folded, "folded under its cause", "folded under their causes");
	put_count(b, from, "; ", r->suppressed, "suppressed", "suppressed");
}

void wording_rules(const struct report *r, struct buf *b)
{
	size_t found = 0, off = 0, from;

	for (size_t i = 0; i < r->results_n; i++) {
		found += r->results[i].outcome == OUTCOME_FINDINGS;
		off += r->results[i].outcome == OUTCOME_OFF;
	}
	if (r->results_n == 0) {
		buf_str(b, "no rule was run");
		return;
	}
	buf_fmt(b, "of %zu rule%s ", r->results_n, r->results_n == 1 ? "" : "s");
	from = b->n;
	put_count(b, from, ", ", found, "found something", "found something");
	put_count(b, from, ", ", r->count[LEVEL_OK], "is ok", "are ok");
	put_count(b, from, ", ", r->not_evaluated, "not evaluated", "not evaluated");
	put_count(b, from, ", ", r->not_applicable, "not applicable", "not applicable");
	put_count(b, from, ", ", r->errors, "failed", "failed");
	put_count(b, from, ", ", off, "turned off", "turned off");
}

static struct span area_of(const char *rule)
{
	struct span s = span_of(rule);

	return span_sub(s, 0, span_find(s, '/'));
}

/* How an area came out. */
struct area {
	struct span name;
	size_t ok, judgeable; /* rules */
	bool found;
};

static struct area *area_find(struct area *v, size_t *n, struct span name)
{
	for (size_t i = 0; i < *n; i++)
		if (span_eq(v[i].name, name))
			return &v[i];
	if (*n == AREAS_MAX)
		return NULL;
	v[*n] = (struct area){.name = name};
	return &v[(*n)++];
}

/* Root causes are no part of the host that could be clean. */
void wording_clean(const struct report *r, struct buf *b)
{
	struct area areas[AREAS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < r->results_n; i++) {
		const struct rule_result *one = &r->results[i];
		struct area *a = area_find(areas, &n, area_of(one->rule));

		if (!a)
			break;
		a->ok += one->outcome == OUTCOME_OK;
		a->judgeable += one->outcome != OUTCOME_NOT_APPLICABLE;
		a->found = a->found || one->outcome == OUTCOME_FINDINGS;
	}
	for (size_t i = 0; i < n; i++)
		if (areas[i].ok && !areas[i].found && !span_eq(areas[i].name, SPAN("root-cause")))
			buf_fmt(b, "%s%.*s %zu/%zu",
			        b->n ? ", " : "rules ok: ", (int)areas[i].name.n, areas[i].name.p,
			        areas[i].ok, areas[i].judgeable);
}

/* Reasons of one kind. */
struct open_kind {
	struct span front, back; /* what the reason begins or ends with; "" = no matter */
	const char *phrase;
	bool sources; /* "SOURCE: ...": name them */
};

static const struct open_kind open_kinds[] = {
	{.front = SPAN_INIT("nothing to examine"),       .phrase = "nothing there to examine"},
	{.front = SPAN_INIT("too short:"),					      .phrase = "window too short (--short-window)"},
	{.back = SPAN_INIT(": not collected"),.phrase = "not collected", .sources = true},
	{.back = SPAN_INIT(" needed"),           .phrase = "too few captures", .sources = true},
	{.front = SPAN_INIT("one snapshot"),                               .phrase = "one snapshot (--since-boot shows totals)"},
	{.front = SPAN_INIT("none of the"),                   .phrase = "no evidence either way"},
	{.phrase = "for other reasons"                              },
};
#define OPEN_KINDS (sizeof(open_kinds) / sizeof(open_kinds[0]))

static size_t kind_of(struct span why)
{
	size_t k = 0;

	while (!span_starts(why, open_kinds[k].front) || !span_ends(why, open_kinds[k].back))
		k++; /* the last one takes all */
	return k;
}

/* Appends `word` unless the list has it. */
static void add_once(struct buf *b, struct span word)
{
	struct span rest = buf_span(b), one;

	while (span_cut(&rest, ',', &one))
		if (span_eq(span_trim(one), word))
			return;
	if (span_eq(span_trim(rest), word))
		return;
	buf_str(b, b->n ? ", " : "");
	buf_put(b, word);
}

static size_t count_kind(const struct report *r, size_t kind, struct buf *sources)
{
	size_t n = 0;

	for (size_t i = 0; i < r->results_n; i++) {
		struct span why = span_of(r->results[i].why);

		if (r->results[i].outcome != OUTCOME_NOT_EVALUATED || kind_of(why) != kind)
			continue;
		n++;
		if (open_kinds[kind].sources)
			add_once(sources, span_sub(why, 0, span_find(why, ':')));
	}
	return n;
}

void wording_open(const struct report *r, struct buf *b)
{
	size_t applicable = r->results_n - r->not_applicable;
	const char *sep = ": ";

	if (r->not_evaluated == 0)
		return;
	buf_fmt(b, "%zu of %zu rules", r->not_evaluated, applicable);
	for (size_t k = 0; k < OPEN_KINDS; k++) {
		char names[SOURCES_MAX];
		struct buf sources = BUF_OVER(names);
		size_t n = count_kind(r, k, &sources);

		if (n == 0)
			continue;
		buf_fmt(b, "%s%zu %s", sep, n, open_kinds[k].phrase);
		if (sources.n)
			buf_fmt(b, " (%s)", buf_cstr(&sources));
		sep = ", ";
	}
}

static bool in_group(const struct finding *f, const struct finding *first)
{
	return !f->suppressed && !f->explained_by && strcmp(f->rule, first->rule) == 0;
}

size_t wording_group(const struct report *r, size_t i)
{
	size_t n = 0;

	while (i + n < r->findings_n && in_group(&r->findings[i + n], &r->findings[i]))
		n++;
	return n;
}

/* f stands below the group that ends at `from`, or below what that explains, up to `to`. */
static bool below(const struct report *r, size_t from, size_t to, const struct finding *f)
{
	for (size_t k = from - 1; k < to; k++)
		if (strcmp(r->findings[k].rule, f->explained_by) == 0)
			return true;
	return false;
}

void wording_explains(const struct report *r, size_t i, size_t n, struct buf *b)
{
	size_t from = i + n, to = from;

	while (to < r->findings_n && r->findings[to].explained_by && !r->findings[to].suppressed &&
	       below(r, from, to, &r->findings[to]))
		to++;
	for (size_t j = from; j < to; j++) {
		const char *rule = r->findings[j].rule;
		size_t before = from, times = 0;

		while (strcmp(r->findings[before].rule, rule) != 0)
			before++;
		if (before < j)
			continue;
		for (size_t k = j; k < to; k++)
			times += strcmp(r->findings[k].rule, rule) == 0;
		buf_fmt(b, "%s%s", b->n ? ", " : "", rule);
		if (times > 1)
			buf_fmt(b, " (%zu)", times);
	}
}

void wording_standing(const struct finding *f, size_t n, struct buf *b)
{
	size_t fresh = 0;

	for (size_t i = 0; i < n; i++)
		fresh += f[i].standing == STANDING_NEW;
	if (b->n && (fresh || (f->standing == STANDING_SAME && f->was != f->level)))
		buf_char(b, ' ');
	if (fresh == n)
		buf_str(b, "[new]");
	else if (fresh)
		buf_fmt(b, "[%zu of %zu new]", fresh, n);
	else if (f->standing == STANDING_SAME && f->was != f->level)
		buf_fmt(b, "[was %s]", level_name(f->was));
}

void wording_message(const struct finding *f, struct buf *b)
{
	if (f->entity[0] && !span_starts(span_of(f->message), span_of(f->entity)))
		buf_fmt(b, "%s: ", f->entity);
	buf_str(b, f->message[0] ? f->message : f->title);
}

void wording_advice(const char *text, struct span *prose, struct span *command)
{
	struct span rest = span_of(text), line;

	*prose = rest;
	*command = (struct span){0};
	while (span_line(&rest, &line)) {
		if (line.n == 0 || *line.p != ' ')
			continue;
		*prose = span_sub(*prose, 0, (size_t)(line.p - prose->p));
		*command = span_trim(line);
		return;
	}
}

void wording_numbers(const struct finding *f, bool utf8, struct buf *b)
{
	size_t from = b->n;

	for (size_t i = 0; i < f->evidence_n; i++) {
		const struct evidence *e = &f->evidence[i];
		struct span stem = measure_stem(span_of(e->name));

		if (e->value.type == CELL_EMPTY || e->value.type == CELL_SPARK ||
		    (e->value.type == CELL_TEXT && !e->value.v.text[0]))
			continue;
		buf_str(b, b->n > from ? ", " : "");
		for (size_t j = 0; j < stem.n; j++)
			buf_put(b, stem.p[j] == '_' ? SPAN(" ") : span_sub(stem, j, 1));
		buf_char(b, ' ');
		if (e->value.type == CELL_TEXT)
			buf_str(b, e->value.v.text);
		else
			humanize(b, &e->value, e->measure, false, utf8);
	}
}

/* A wall clock; the day only where it is another than that of the line before it. */
static void put_clock(struct buf *b, const char *text, struct span *day)
{
	struct span clock = span_of(text), date = {0};

	if (span_find(clock, ' ') < clock.n)
		(void)span_cut(&clock, ' ', &date);
	if (date.n && !span_eq(date, *day)) {
		buf_put(b, date);
		buf_char(b, ' ');
	}
	*day = date;
	buf_put(b, clock);
}

/* "10:00:05Z to 10:00:42Z (snapshots 3 to 40), worst 10:00:14Z (12)" */
static void say_moments(const struct report *r, const struct finding *f, struct buf *b)
{
	struct span day = span_sub(span_of(report_fact(r, "started")), 0, DATE_COLUMNS);
	bool spread = f->first_at >= 0 && f->last_at > f->first_at;

	if (spread) {
		put_clock(b, f->first_text, &day);
		buf_str(b, " to ");
		put_clock(b, f->last_text, &day);
		buf_fmt(b, " (snapshots %lld to %lld)", (long long)f->first_at,
		        (long long)f->last_at);
	}
	if (f->at >= 0 || (f->first_at >= 0 && !spread)) {
		int64_t at = f->at >= 0 ? f->at : f->first_at;

		buf_str(b, spread ? ", worst " : "");
		put_clock(b, f->at >= 0 ? f->at_text : f->first_text, &day);
		buf_fmt(b, spread ? " (%lld)" : " (snapshot %lld)", (long long)at);
	}
}

void wording_when(const struct report *r, const struct finding *f, struct buf *b)
{
	size_t from = b->n;

	say_moments(r, f, b);
	if (f->hits_what) {
		buf_fmt(b, "%sin %lld ", b->n > from ? ", " : "", (long long)f->hits);
		if (f->hits_of >= 0)
			buf_fmt(b, "of %lld %s", (long long)f->hits_of, f->hits_what);
		else
			buf_fmt(b, "%.*s", (int)strlen(f->hits_what) - (f->hits == 1),
			        f->hits_what);
	}
	if (b->n == from)
		buf_str(b, "all of the window");
}

void wording_unused(const struct unused *u, struct buf *b)
{
	buf_str(b, u->rule);
	if (u->entity[0])
		buf_fmt(b, " entity=%s", u->entity);
	buf_fmt(b, ": %s (", u->reason);
	if (u->until[0])
		buf_fmt(b, "until %s, ", u->until);
	buf_fmt(b, "%s%s)", u->origin, u->judged ? "" : "; no such rule was evaluated");
}

void wording_setting(const struct setting *s, struct buf *b)
{
	buf_fmt(b, "%s = %s (%s", s->name, s->value, s->origin);
	if (s->over)
		buf_fmt(b, ", over %s", s->over);
	if (s->fallback)
		buf_fmt(b, "; the rule's own: %s", s->fallback);
	buf_char(b, ')');
}

void wording_baseline(const struct report *r, struct buf *b)
{
	const struct baseline *old = r->baseline;

	if (!old)
		return;
	buf_fmt(b, "baseline: %zu new, %zu same, %zu gone", old->fresh, old->same,
	        old->gone_n - old->unknown);
	if (old->unknown)
		buf_fmt(b, ", %zu not judged this time", old->unknown);
	buf_fmt(b, " since %s", old->started[0] ? old->started : old->path);
	if (strcmp(old->host, report_fact(r, "host")) != 0)
		buf_fmt(b, "; that was another host: %s", old->host);
}

void wording_gone(const struct gone *g, struct buf *b)
{
	buf_fmt(b, "%s%s%s: %s", g->rule, g->entity[0] ? " " : "", g->entity, g->message);
	if (g->unknown)
		buf_fmt(b, " (perhaps still so: %s)", g->unknown);
}

void wording_suppressed(const struct finding *f, struct buf *b)
{
	buf_fmt(b, "%s%s%s: %s", f->rule, f->entity[0] ? " " : "", f->entity, f->suppressed);
	if (f->suppressed_until && f->suppressed_until[0])
		buf_fmt(b, " (until %s)", f->suppressed_until);
}
