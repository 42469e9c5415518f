#include "analyze/rule_run.h"

#include <string.h>

#include "analyze/rule_text.h"
#include "analyze/rule_value.h"
#include "analyze/stmt.h"
#include "schema/bundle.h"
#include "schema/source.h"
#include "schema/timefmt.h"

struct runner {
	struct sqlite3 *db;
	const struct site *site;
	struct arena *arena;
	struct rule_box *box;
	struct stmt source, at, member, insert;
	int64_t end_ns;    /* wall clock of the last snapshot: what suppressions are judged by */
	int64_t ticks;     /* snapshots taken */
	double ticks_s;    /* seconds they cover */
	int64_t last_snap; /* -1 = none */
	bool has_linkerd;  /* it was asked for, or seen */
};

/* What the table `source` says of one source. */
struct state {
	bool known;
	const char *state, *note;
	int64_t good, bad;
	double span_s;
};

static const char select_source[] =
	"SELECT state, note, good, bad, span_s FROM source WHERE source = ?";
static const char select_at[] = "SELECT at FROM snapshot WHERE snap = ?";
/* the file of that moment: of the entity itself when each has one of its own */
static const char select_member[] =
	"SELECT member FROM capture WHERE snap = ?1 AND source = ?2 AND dt IS NOT NULL"
	" ORDER BY CASE instr(?3, entity) WHEN 1 THEN length(entity) END DESC, member LIMIT 1";
static const char insert_finding[] =
	"INSERT OR IGNORE INTO finding(rule, version, level, entity, at, first_at, last_at, votes,"
	" message, explains_entity, suppressed) VALUES(?,?,?,?,?,?,?,?,?,?,?)";

static int read_ticks(struct runner *run, struct err *e)
{
	struct stmt t;
	int rc = stmt_prepare(
		&t, run->db,
		"SELECT count(*), max(mono) - min(mono), max(t), max(snap),"
		" (SELECT count(*) FROM meta WHERE k IN ('l5d_asked', 'l5d_seen') AND v = 1)"
		" FROM snapshot",
		e);

	if (rc == 0 && stmt_row(&t, e) == 1) {
		run->ticks = stmt_get_i64(&t, 0);
		run->ticks_s = stmt_get_real(&t, 1);
		run->end_ns = (int64_t)(stmt_get_real(&t, 2) * NS_PER_S);
		run->last_snap = stmt_is_null(&t, 3) ? -1 : stmt_get_i64(&t, 3);
		run->has_linkerd = stmt_get_i64(&t, 4) > 0;
	}
	stmt_done(&t);
	return e->text[0] ? -1 : 0;
}

struct runner *runner_open(struct sqlite3 *db, const struct site *site, struct arena *a,
                           struct err *e)
{
	struct runner *run = arena_take(a, sizeof(*run));

	*run = (struct runner){.db = db, .site = site, .arena = a};
	if (read_ticks(run, e) == 0 && stmt_prepare(&run->source, db, select_source, e) == 0 &&
	    stmt_prepare(&run->at, db, select_at, e) == 0 &&
	    stmt_prepare(&run->member, db, select_member, e) == 0 &&
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
	stmt_done(&run->insert);
	rule_box_close(run->box);
	run->box = NULL;
}

/* ---- who may judge ---- */

/* What is no capture: meta and finding are always there, tick is the snapshots. */
static bool pseudo_source(const struct runner *run, const char *name, struct state *s)
{
	bool always = strcmp(name, "meta") == 0 || strcmp(name, "finding") == 0;

	if (!always && strcmp(name, "tick") != 0)
		return false;
	*s = (struct state){.known = true,
	                    .state = "ok",
	                    .note = "",
	                    .span_s = run->ticks_s,
	                    .good = always ? INT64_MAX : run->ticks};
	return true;
}

static int read_state(struct runner *run, const char *name, struct state *s, struct err *e)
{
	int rc;

	*s = (struct state){.state = "not-collected", .note = ""};
	if (pseudo_source(run, name, s))
		return 0;
	stmt_str(&run->source, name);
	rc = stmt_row(&run->source, e);
	if (rc != 1)
		return rc;
	s->known = true;
	s->state = arena_text(run->arena, stmt_get_span(&run->source, 0));
	s->note = arena_text(run->arena, stmt_get_span(&run->source, 1));
	s->good = stmt_get_i64(&run->source, 2);
	s->bad = stmt_get_i64(&run->source, 3);
	s->span_s = stmt_get_real(&run->source, 4);
	stmt_reset(&run->source);
	return 0;
}

/* "ethtool: denied (Operation not permitted)" */
static const char *say_missing(struct runner *run, const struct rule_need *need,
                               const struct state *s)
{
	struct arena *a = run->arena;

	if (s->good)
		return arena_fmt(a, "%s: %lld %s, %lld needed", need->source, (long long)s->good,
		                 s->good == 1 ? "capture" : "captures", (long long)need->captures);
	if (strcmp(s->state, "not-collected") == 0)
		return arena_fmt(a, "%s: not collected", need->source);
	return s->note[0] ? arena_fmt(a, "%s: %s (%s)", need->source, s->state, s->note)
	                  : arena_fmt(a, "%s: %s", need->source, s->state);
}

/* linkerd applies where one was asked for or seen, any other source where the host has it. */
static bool applies(struct runner *run, const char *source, struct err *e)
{
	struct state s;

	if (read_state(run, source, &s, e) != 0)
		return false;
	if (strcmp(source, "linkerd") == 0)
		return run->has_linkerd || s.good; /* the default URL is tried everywhere */
	return s.good || (strcmp(s.state, "absent") != 0 && strcmp(s.state, "not-collected") != 0);
}

static bool is_applicable(struct runner *run, const struct rule *r, struct rule_result *res,
                          struct err *e)
{
	for (size_t i = 0; i < r->applies.n; i++)
		if (!applies(run, r->applies.v[i], e)) {
			res->outcome = OUTCOME_NOT_APPLICABLE;
			res->why = arena_fmt(run->arena, "no %s here", r->applies.v[i]);
			return false;
		}
	return true;
}

static bool covers(struct runner *run, const struct rule *r, const struct state *s,
                   struct rule_result *res)
{
	double asked_s = (double)r->min_span_ns / NS_PER_S;

	/* half a second of slack: the last tick of a minute may end it a little early */
	if (s->span_s + 0.5 >= asked_s)
		return true;
	if (run->site && run->site->short_window) {
		res->short_of = arena_fmt(run->arena, "judged on %.0f s, the rule wants %.0f s",
		                          s->span_s, asked_s);
		return true;
	}
	res->why =
		arena_fmt(run->arena,
	                  "too short: %s covers %.0f s of %.0f s; --short-window judges it anyway",
	                  r->requires.v[0].source, s->span_s, asked_s);
	return false;
}

static bool has_evidence(struct runner *run, const struct rule *r, struct rule_result *res,
                         struct err *e)
{
	struct state s;

	res->outcome = OUTCOME_NOT_EVALUATED;
	for (size_t i = 0; i < r->requires.n; i++) {
		if (read_state(run, r->requires.v[i].source, &s, e) != 0)
			return false;
		if (s.good < r->requires.v[i].captures) {
			res->why = say_missing(run, &r->requires.v[i], &s);
			return false;
		}
		if (i == 0 && !covers(run, r, &s, res))
			return false;
	}
	return true;
}

/* What would have been nice to have, for the reader of a finding. */
static const char *say_wanted(struct runner *run, const struct rule *r, struct err *e)
{
	const char *text = "";
	struct state s;

	for (size_t i = 0; i < r->wants.n; i++)
		if (read_state(run, r->wants.v[i].source, &s, e) == 0 &&
		    s.good < r->wants.v[i].captures)
			text = arena_fmt(run->arena, "%s%s%s", text, *text ? "; " : "without ",
			                 say_missing(run, &r->wants.v[i], &s));
	return text;
}

/* ---- what a row says ---- */

static const char *at_text(struct runner *run, int64_t snap)
{
	struct err e = {0};
	const char *text = "";

	if (snap < 0)
		return text;
	stmt_i64(&run->at, snap);
	if (stmt_row(&run->at, &e) == 1) {
		text = arena_text(run->arena, stmt_get_span(&run->at, 0));
		stmt_reset(&run->at);
	}
	return text;
}

/* Where the member lies in the bundle: settings at host/ and last/, the rest at snap/N/. */
static const char *member_path(struct runner *run, struct span member, int64_t snap)
{
	const struct source *s = source_by_member(member);
	char text[BUNDLE_NAME_MAX + 64];
	struct buf b = BUF_OVER(text);

	if (s && (s->when == SOURCE_ONCE || s->when == SOURCE_ENDS))
		buf_str(&b, s->when == SOURCE_ENDS && snap == run->last_snap ? "last/" : "host/");
	else
		member_name_put_snap(&b, (uint64_t)snap);
	buf_put(&b, member);
	return arena_text(run->arena, buf_span(&b));
}

static const char *member_of(struct runner *run, const struct rule *r, const struct rule_row *row)
{
	struct err e = {0};
	const char *text = "";

	if (row->at < 0 || !r->requires.n)
		return text;
	stmt_i64(&run->member, row->at);
	stmt_str(&run->member, r->requires.v[0].source);
	stmt_str(&run->member, row->entity);
	if (stmt_row(&run->member, &e) == 1) {
		text = member_path(run, stmt_get_span(&run->member, 0), row->at);
		stmt_reset(&run->member);
	}
	return text;
}

struct filling {
	struct runner *run;
	const struct rule *rule;
	const struct rule_rows *rows;
	const struct rule_row *row;
};

static void put_param(struct filling *f, struct span name, struct buf *out)
{
	const struct rule_param *p = rule_param(f->rule, name);
	const struct site_item *item = p ? site_item(f->run->site, f->rule, p->name) : NULL;

	buf_str(out, item ? item->value : p && p->value ? p->value : "unknown");
}

static void put_snap(struct filling *f, int64_t snap, struct buf *out)
{
	const char *text = at_text(f->run, snap);

	buf_str(out, *text ? text : "unknown");
}

static void put_value(void *ctx, struct span name, struct buf *out)
{
	struct filling *f = ctx;
	const struct rule_row *row = f->row;

	if (span_skip(&name, SPAN(":"))) {
		put_param(f, name, out);
		return;
	}
	if (span_eq(name, SPAN("entity")))
		buf_str(out, *row->entity ? row->entity : "this host");
	else if (span_eq(name, SPAN("level")))
		buf_str(out, level_name(row->level));
	else if (span_eq(name, SPAN("at")))
		put_snap(f, row->at, out);
	else if (span_eq(name, SPAN("first_at")))
		put_snap(f, row->first_at, out);
	else if (span_eq(name, SPAN("last_at")))
		put_snap(f, row->last_at, out);
	else if (span_eq(name, SPAN("votes")))
		buf_i64(out, row->votes);
	else
		for (size_t i = 0; i < f->rows->evidence_n; i++)
			if (span_eq(name, span_of(row->evidence[i].name)))
				value_put(out, &row->evidence[i].value);
}

const char *runner_text(struct runner *run, const struct rule *r, const struct rule_rows *rows,
                        const struct rule_row *row, const char *text)
{
	return rule_fill(run->arena, text, put_value,
	                 &(struct filling){.run = run, .rule = r, .rows = rows, .row = row});
}

/* ---- findings ---- */

static void suppress(struct runner *run, struct finding *f)
{
	const struct site_suppression *expired,
		*s = site_suppression(run->site, f->rule, f->entity, run->end_ns, &expired);

	if (s)
		f->suppressed = s->reason;
	else if (expired)
		f->message = arena_fmt(run->arena, "%s (its suppression until %s is over)",
		                       f->message, expired->until);
}

/* Columns whose name begins with '_' are pieces of texts, no numbers of their own. */
static const struct evidence *evidence_of(struct runner *run, const struct rule_rows *rows,
                                          const struct rule_row *row, size_t *n)
{
	struct evidence *shown = arena_array(run->arena, rows->evidence_n + 1, sizeof(*shown));

	for (size_t i = 0; i < rows->evidence_n; i++)
		if (row->evidence[i].name[0] != '_')
			shown[(*n)++] = row->evidence[i];
	return shown;
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
		.rule = r,
		.explains_entity = row->explains_entity,
		.capped = cap < LEVEL_CRIT,
		.f =
			{
                            .rule = r->id,
                            .version = (int)r->version,
                            .title = r->title,
                            .level = row->level > cap ? cap : row->level,
                            .entity = row->entity,
                            .message = runner_text(run, r, rows, row, r->message),
                            .at = row->at,
                            .first_at = row->first_at,
                            .last_at = row->last_at,
                            .at_text = at_text(run, row->at),
                            .member = member_of(run, r, row),
                            .votes = votes_of(row, res),
                            .short_of = res->short_of,
                            .meaning = runner_text(run, r, rows, row, r->meaning),
                            .remedy = runner_text(run, r, rows, row, r->remedy),
                            .verify = runner_text(run, r, rows, row, r->verify),
                            .but = runner_text(run, r, rows, row, r->but),
                            .see = r->see,
			    },
	};
	out->f.evidence = evidence_of(run, rows, row, &out->f.evidence_n);
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
			return arena_fmt(run->arena, "%s: two rows for entity '%s'", r->path,
			                 rows->v[i].entity);
	return NULL;
}

static int add_findings(struct runner *run, const struct rule *r, struct rule_outcome *out,
                        struct err *e)
{
	out->findings = arena_array(run->arena, out->rows.n + 1, sizeof(*out->findings));
	for (size_t i = 0; i < out->rows.n; i++) {
		const struct rule_row *row = &out->rows.v[i];

		if (row->level == LEVEL_OK) {
			out->result.ok++;
		} else if (row->level == LEVEL_SKIP) {
			out->result.skipped++;
		} else {
			struct rule_finding *x = &out->findings[out->findings_n++];

			make_finding(run, r, &out->rows, row, &out->result, x);
			if (store_finding(run, x, e) != 0)
				return -1;
		}
	}
	return 0;
}

/* A skip row may say in a column `why` what kept it from judging. */
static const char *say_skipped(struct runner *run, const struct rule_rows *rows)
{
	struct arena *a = run->arena;

	if (!rows->n)
		return "nothing to examine was found";
	for (size_t i = 0; i < rows->evidence_n; i++)
		if (strcmp(rows->v[0].evidence[i].name, "why") == 0 &&
		    rows->v[0].evidence[i].value.type == CELL_TEXT)
			return rows->v[0].evidence[i].value.v.text;
	return arena_fmt(a, "none of the %zu examined could be judged", rows->n);
}

static int judge(struct runner *run, const struct rule *r, struct rule_outcome *out, struct err *e)
{
	struct rule_result *res = &out->result;
	const struct rule_value *values;
	struct err bad = {0};
	size_t n = site_values(run->site, r, run->arena, &values);

	res->outcome = OUTCOME_ERROR;
	if (rule_query(run->box, r, values, n, run->arena, &out->rows, &bad) != 0) {
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
	res->why = res->outcome == OUTCOME_NOT_EVALUATED ? say_skipped(run, &out->rows)
	                                                 : say_wanted(run, r, e);
	return 0;
}

int runner_run(struct runner *run, const struct rule_entry *entry, struct rule_outcome *out,
               struct err *e)
{
	const struct rule *r = &entry->rule;

	*out = (struct rule_outcome){
		.result = {.rule = r->id, .title = r->title, .why = ""}
        };
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
	if (is_applicable(run, r, &out->result, e) && has_evidence(run, r, &out->result, e) &&
	    judge(run, r, out, e) != 0)
		return -1;
	return e->text[0] ? -1 : 0;
}
