#include "analyze/rule_run_impl.h"

#include <string.h>
#include <time.h>

#include "analyze/rule_apart.h"
#include "schema/timefmt.h"

#define APART_MAX_NS (INT64_C(20) * NS_PER_S) /* all rules of strangers together */

static const char insert_finding[] =
	"INSERT OR IGNORE INTO finding(rule, version, level, entity, at, first_at, last_at, votes,"
	" message, explains_entity, suppressed) VALUES(?,?,?,?,?,?,?,?,?,?,?)";

static int read_ticks(struct runner *run, struct err *e)
{
	struct stmt t;
	int rc = stmt_prepare(
		&t, run->db,
		"SELECT count(*), max(mono) - min(mono), max(t), max(snap),"
		" (SELECT count(*) FROM meta WHERE k IN ('l5d_asked', 'l5d_seen') AND v = 1),"
		" (SELECT count(*) FROM meta WHERE k = 'input' AND v = 'sosreport'),"
		" (SELECT v FROM meta WHERE k = 'l5d_proxy')"
		" FROM snapshot",
		e);

	if (rc == 0 && stmt_row(&t, e) == 1) {
		run->ticks = stmt_get_i64(&t, 0);
		run->ticks_s = stmt_get_real(&t, 1);
		run->end_ns = (int64_t)(stmt_get_real(&t, 2) * NS_PER_S);
		run->last_snap = stmt_is_null(&t, 3) ? -1 : stmt_get_i64(&t, 3);
		run->has_linkerd = stmt_get_i64(&t, 4) > 0;
		run->sosreport = stmt_get_i64(&t, 5) > 0;
		run->proxy = arena_text(run->arena, stmt_get_span(&t, 6));
	}
	stmt_done(&t);
	return e->text[0] ? -1 : 0;
}

void runner_trust_no_file(struct runner *run)
{
	run->strangers_apart = true;
}

struct runner *runner_open(struct sqlite3 *db, const struct site *site, struct arena *a,
                           struct err *e)
{
	struct runner *run = arena_take(a, sizeof(*run));

	*run = (struct runner){.db = db, .site = site, .arena = a, .proxy = ""};
	if (read_ticks(run, e) == 0 && ready_open(run, e) == 0 && say_open(run, e) == 0 &&
	    stmt_prepare(&run->insert, db, insert_finding, e) == 0 &&
	    (run->box = rule_box_open(db, e)))
		return run;
	runner_close(run);
	return NULL;
}

void runner_close(struct runner *run)
{
	if (!run)
		return;
	stmt_done(&run->source);
	stmt_done(&run->at);
	stmt_done(&run->member);
	stmt_done(&run->bundle);
	stmt_done(&run->insert);
	rule_box_close(run->box);
	run->box = NULL;
}

static void suppress(struct runner *run, struct finding *f)
{
	const struct site_suppression *expired,
		*s = site_suppression(run->site, f->rule, f->entity, run->end_ns, &expired);

	if (s) {
		f->suppressed = s->reason;
		f->suppressed_until = s->until;
	} else if (expired) {
		f->suppression_over = expired->until;
		f->message = arena_fmt(run->arena, "%s (its suppression until %s is over)",
		                       f->message, expired->until);
	}
}

/* However many inputs agree, a window too short for the rule leaves little to trust. */
static int votes_of(const struct rule_row *row, const struct rule_result *res)
{
	return res->short_of ? 1 : row->votes;
}

static void make_finding(struct runner *run, const struct rule *r, const struct rule_rows *rows,
                         const struct rule_row *row, const struct rule_result *res,
                         struct rule_finding *out)
{
	enum level cap = site_cap(run->site, r);

	*out = (struct rule_finding){
		.rule = r, .explains_entity = row->explains_entity, .capped = cap < LEVEL_CRIT};
	say_finding(run, r, rows, row, &out->f);
	out->f.level = row->level > cap ? cap : row->level;
	out->f.votes = votes_of(row, res);
	out->f.short_of = res->short_of;
	out->f.alone = row->votes == 1;
	suppress(run, &out->f);
}

static void bind_snap(struct stmt *t, int64_t snap)
{
	if (snap < 0)
		stmt_null(t);
	else
		stmt_i64(t, snap);
}

static int store_finding(struct runner *run, const struct rule_finding *x, struct err *e)
{
	const struct finding *f = &x->f;
	struct stmt *t = &run->insert;

	stmt_str(t, f->rule);
	stmt_i64(t, f->version);
	stmt_str(t, level_name(f->level));
	stmt_str(t, f->entity);
	bind_snap(t, f->at);
	bind_snap(t, f->first_at);
	bind_snap(t, f->last_at);
	stmt_i64(t, f->votes);
	stmt_str(t, f->message);
	stmt_str(t, x->explains_entity);
	stmt_str(t, f->suppressed);
	return stmt_run(t, e);
}

static bool is_twice(const struct rule_rows *rows, const struct rule_row *row)
{
	for (const struct rule_row *x = rows->v; x < row; x++)
		if (strcmp(x->entity, row->entity) == 0)
			return true;
	return false;
}

/* Each entity is judged once: a second row of the same one is the rule's mistake. */
static const char *find_twice(struct runner *run, const struct rule *r,
                              const struct rule_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		if (rows->v[i].level != LEVEL_OK && is_twice(rows, &rows->v[i]))
			return arena_fmt(run->arena, "%s:%zu: two rows for entity '%s'", r->path,
			                 rule_line(r), rows->v[i].entity);
	return NULL;
}

static int add_findings(struct runner *run, const struct rule *r, struct rule_outcome *out,
                        struct err *e)
{
	const char **skipped = arena_array(run->arena, out->rows.n + 1, sizeof(char *));

	out->findings = arena_array(run->arena, out->rows.n + 1, sizeof(*out->findings));
	out->result.skipped_names = skipped;
	for (size_t i = 0; i < out->rows.n; i++) {
		const struct rule_row *row = &out->rows.v[i];

		if (row->level == LEVEL_OK) {
			out->result.ok++;
		} else if (row->level == LEVEL_SKIP) {
			skipped[out->result.skipped++] = row->entity;
		} else {
			struct rule_finding *x = &out->findings[out->findings_n++];

			make_finding(run, r, &out->rows, row, &out->result, x);
			if (store_finding(run, x, e) != 0)
				return -1;
		}
	}
	return 0;
}

static bool needs_linkerd(const struct rule *r)
{
	return r->requires.n && strcmp(r->requires.v[0].source, "linkerd") == 0;
}

/* A skip row may say in a column `why` what kept it from judging. */
static const char *say_skipped(struct runner *run, const struct rule *r,
                               const struct rule_rows *rows)
{
	struct arena *a = run->arena;

	if (!rows->n && run->proxy[0] && needs_linkerd(r))
		return arena_fmt(a, "nothing to examine was found in the metrics of %s",
		                 strcmp(run->proxy, "other") == 0 ? "what answered" : run->proxy);
	if (!rows->n)
		return "nothing to examine was found";
	for (size_t i = 0; i < rows->evidence_n; i++)
		if (strcmp(rows->v[0].evidence[i].name, "why") == 0 &&
		    rows->v[0].evidence[i].value.type == CELL_TEXT)
			return rows->v[0].evidence[i].value.v.text;
	return arena_fmt(a, "none of the %zu examined could be judged", rows->n);
}

static int64_t now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* One after the other they have a bound as well: thousands that each take their time. */
static int query_apart(struct runner *run, const struct rule *r, const struct rule_value *values,
                       size_t n, struct rule_rows *rows, struct err *e)
{
	int64_t since = now_ns();
	int rc;

	if (run->apart_ns > APART_MAX_NS) {
		(void)err_set(e, 0, "%s:%zu: not run: the rules of its folder took %d s already",
		              r->path, rule_line(r), (int)(APART_MAX_NS / NS_PER_S));
		return 1;
	}
	rc = rule_query_apart(run->box, r, values, n, run->arena, rows, e);
	run->apart_ns += now_ns() - since;
	return rc;
}

/* Those built in were read before they were built in; others run apart. */
static int query(struct runner *run, const struct rule_entry *entry, struct rule_rows *rows,
                 struct err *e)
{
	const struct rule *r = &entry->rule;
	const struct rule_value *values;
	size_t n = site_values(run->site, r, run->arena, &values);

	return entry->built_in || !run->strangers_apart
	               ? rule_query(run->box, r, values, n, run->arena, rows, e)
	               : query_apart(run, r, values, n, rows, e);
}

static int judge(struct runner *run, const struct rule_entry *entry, struct rule_outcome *out,
                 struct err *e)
{
	const struct rule *r = &entry->rule;
	struct rule_result *res = &out->result;
	struct err bad = {0};
	int rc = query(run, entry, &out->rows, &bad);

	res->outcome = rc > 0 ? OUTCOME_NOT_EVALUATED : OUTCOME_ERROR;
	if (rc != 0) {
		out->rows = (struct rule_rows){0};
		res->why = arena_text(run->arena, span_of(bad.text));
		return 0;
	}
	res->why = find_twice(run, r, &out->rows);
	if (res->why)
		return 0;
	if (add_findings(run, r, out, e) != 0)
		return -1;
	res->outcome = out->findings_n ? OUTCOME_FINDINGS
	               : res->ok       ? OUTCOME_OK
	                               : OUTCOME_NOT_EVALUATED;
	if (res->outcome == OUTCOME_NOT_EVALUATED)
		res->hint = ready_hint(run, r, e);
	res->why = res->outcome == OUTCOME_NOT_EVALUATED ? say_skipped(run, r, &out->rows)
	                                                 : ready_wanted(run, r, e);
	return 0;
}

/* "softnet netstat" */
static const char *sources_of(struct runner *run, const struct rule *r)
{
	const char *all = "";

	for (size_t i = 0; i < r->requires.n; i++)
		all = arena_fmt(run->arena, "%s%s%s", all, i ? " " : "", r->requires.v[i].source);
	return all;
}

int runner_run(struct runner *run, const struct rule_entry *entry, struct rule_outcome *out,
               struct err *e)
{
	const struct rule *r = &entry->rule;

	*out = (struct rule_outcome){
		.result = {.rule = r->id, .title = r->title, .version = r->version, .why = ""}
        };
	out->result.sources = entry->broken ? NULL : sources_of(run, r);
	if (entry->broken) {
		out->result.outcome = OUTCOME_ERROR;
		out->result.why = entry->broken;
		return 0;
	}
	if (site_off(run->site, r)) {
		out->result.outcome = OUTCOME_OFF;
		out->result.why = site_item(run->site, r, "enabled")->origin;
		return 0;
	}
	if (ready_to_judge(run, r, &out->result, e) && judge(run, entry, out, e) != 0)
		return -1;
	return e->text[0] ? -1 : 0;
}
