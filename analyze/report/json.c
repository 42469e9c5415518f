/*
 * --format json: everything the report knows, numbers as numbers in their base unit
 * (a column's name says which).  schema/report.schema.json describes it.
 */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/escape.h"
#include "analyze/report.h"
#include "schema/buf.h"
#include "schema/span.h"
#include "schema/timefmt.h"

#define FORMAT 1

/* Text of a bundle as a JSON string; bytes that are no UTF-8 become U+FFFD. */
static json_t *text(const char *s)
{
	size_t cap = 3 * strlen(s) + 1;
	struct buf b = {.p = malloc(cap), .cap = cap};
	struct span rest = span_of(s);
	json_t *j;

	if (!b.p)
		return NULL;
	while (rest.n) {
		uint32_t c;
		size_t n = utf8_front(rest, &c);

		if (n == 0)
			buf_str(&b, "\xef\xbf\xbd");
		else
			buf_put(&b, span_sub(rest, 0, n));
		rest = span_sub(rest, n ? n : 1, rest.n);
	}
	j = json_stringn(b.p, b.n);
	free(b.p);
	return j;
}

/* "" and NULL are null. */
static json_t *text_or_null(const char *s)
{
	return s && s[0] ? text(s) : json_null();
}

static json_t *real(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

static json_t *snapshot(int64_t snap)
{
	return snap >= 0 ? json_integer(snap) : json_null();
}

static json_t *clock_time(int64_t unix_ns)
{
	char at[64];
	struct buf b = BUF_OVER(at);

	time_put(&b, unix_ns, 3);
	return json_string(buf_cstr(&b));
}

static json_t *size(size_t n)
{
	return json_integer((json_int_t)n);
}

/* A number as it is written, or null. */
static json_t *number(const char *v)
{
	struct span s = span_of(v);
	int64_t i;

	if (span_i64(s, &i))
		return json_integer(i);
	if (span_fixed(s, 9, &i))
		return json_real((double)i / 1e9);
	return json_null();
}

static json_t *number_fact(const struct report *r, const char *name)
{
	return number(report_fact(r, name));
}

static json_t *text_fact(const struct report *r, const char *name)
{
	return text_or_null(report_fact(r, name));
}

/* A parameter: a number where it is one, else as it is written. */
static json_t *written(const char *v)
{
	json_t *j = v ? number(v) : json_null();

	if (!v || !json_is_null(j))
		return j;
	json_decref(j);
	return text(v);
}

static void put(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value);
}

static json_t *cell(const struct cell *c)
{
	json_t *a;

	switch (c->type) {
	case CELL_INT:
		return json_integer(c->v.i);
	case CELL_REAL:
		return real(c->v.r);
	case CELL_TEXT:
		return text(c->v.text);
	case CELL_SPARK:
		a = json_array();
		for (size_t i = 0; i < c->v.spark.n; i++)
			(void)json_array_append_new(a, real((double)c->v.spark.v[i]));
		return a;
	default:
		return json_null();
	}
}

static json_t *window(const struct report *r)
{
	static const char *const numbers[][2] = {
		{"asked_s",      "window_asked_s"},
                {"got_s",        "window_s"      },
		{"interval_s",   "interval_s"    },
                {"ticks_asked",  "ticks_asked"   },
		{"ticks_taken",  "ticks_taken"   },
                {"ticks_missed", "ticks_missed"  },
	};
	json_t *w = json_object();

	put(w, "started", text_fact(r, "started"));
	put(w, "ended", text_fact(r, "ended"));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		put(w, numbers[i][0], number_fact(r, numbers[i][1]));
	put(w, "end_reason", text_fact(r, "end_reason"));
	return w;
}

static json_t *facts_of(const struct report *r)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < r->facts_n; i++)
		put(facts, r->facts[i].name,
		    r->facts[i].number ? number(r->facts[i].value) : text(r->facts[i].value));
	return facts;
}

/* What a report of several bundles is about. */
static json_t *about(const struct report *r)
{
	json_t *j = json_object();

	put(j, "subject", text(r->subject));
	put(j, "verdict", text_or_null(r->verdict));
	put(j, "worst", json_string(level_name(r->worst)));
	put(j, "facts", facts_of(r));
	return j;
}

static json_t *bundle(const struct report *r)
{
	static const char *const texts[] = {"host", "kernel", "arch", "boot_id", "note"};
	json_t *b = json_object();

	put(b, "sha256", text_fact(r, "bundle_sha256"));
	put(b, "sha256_of", text_fact(r, "bundle_sha256_of"));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		put(b, texts[i], text_fact(r, texts[i]));
	put(b, "uid", number_fact(r, "uid"));
	put(b, "window", window(r));
	put(b, "facts", facts_of(r));
	return b;
}

static json_t *counts(const struct report *r)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "root_causes",
		size(r->causes[LEVEL_CRIT] + r->causes[LEVEL_WARN] + r->causes[LEVEL_INFO]), "crit",
		size(r->count[LEVEL_CRIT]), "warn", size(r->count[LEVEL_WARN]), "info",
		size(r->count[LEVEL_INFO]), "ok", size(r->count[LEVEL_OK]), "not_evaluated",
		size(r->not_evaluated), "not_applicable", size(r->not_applicable), "failed",
		size(r->errors), "folded", size(r->folded), "suppressed", size(r->suppressed));
}

static json_t *cause(const char *rule, const char *entity)
{
	return json_pack("{s:o, s:o}", "rule", text(rule), "entity", text(entity));
}

/* Findings that are folded under this one. */
static json_t *explains(const struct report *r, const struct finding *f)
{
	json_t *a = json_array();

	for (size_t i = 0; i < r->findings_n; i++) {
		const struct finding *g = &r->findings[i];

		if (g->explained_by && strcmp(g->explained_by, f->rule) == 0 &&
		    strcmp(g->explained_entity, f->entity) == 0)
			(void)json_array_append_new(a, cause(g->rule, g->entity));
	}
	return a;
}

static json_t *others(const struct finding *f)
{
	json_t *a = json_array();

	for (size_t i = 0; i < f->others_n; i++)
		(void)json_array_append_new(a, cause(f->others[i].rule, f->others[i].entity));
	return a;
}

/* In how many of the intervals, captures or minutes; null when the rule does not count. */
static json_t *hits(const struct finding *f)
{
	if (!f->hits_what)
		return json_null();
	return json_pack("{s:I, s:o, s:s}", "n", (json_int_t)f->hits, "of", snapshot(f->hits_of),
	                 "what", f->hits_what);
}

static const char *confidence(int votes)
{
	return votes > 2 ? "high" : votes == 2 ? "medium" : votes == 1 ? "low" : NULL;
}

static json_t *standing(const struct finding *f)
{
	if (f->standing == STANDING_NONE)
		return json_null();
	if (f->standing == STANDING_NEW)
		return json_pack("{s:s, s:n}", "state", "new", "was");
	return json_pack("{s:s, s:s}", "state", "same", "was", level_name(f->was));
}

static void put_when(json_t *j, const struct finding *f)
{
	put(j, "at", snapshot(f->at));
	put(j, "at_time", text_or_null(f->at_text));
	put(j, "first_at", snapshot(f->first_at));
	put(j, "first_time", text_or_null(f->first_text));
	put(j, "last_at", snapshot(f->last_at));
	put(j, "last_time", text_or_null(f->last_text));
	put(j, "hits", hits(f));
	put(j, "file", text_or_null(f->member));
}

/* How it stands to the other findings. */
static void put_place(json_t *j, const struct report *r, const struct finding *f)
{
	put(j, "root_cause", json_boolean(f->cause));
	put(j, "explains", explains(r, f));
	put(j, "explained_by", text_or_null(f->explained_by));
	put(j, "explained_entity", f->explained_entity ? text(f->explained_entity) : json_null());
	put(j, "also_explained_by", others(f));
}

static void put_advice(json_t *j, const struct finding *f)
{
	put(j, "meaning", text_or_null(f->meaning));
	put(j, "but", text_or_null(f->but));
	put(j, "remedy", text_or_null(f->remedy));
	put(j, "verify", text_or_null(f->verify));
	put(j, "see", text_or_null(f->see));
}

static json_t *finding(const struct report *r, const struct finding *f)
{
	json_t *j = json_object(), *evidence = json_object();

	put(j, "rule", text(f->rule));
	put(j, "version", json_integer(f->version));
	put(j, "title", text(f->title));
	put(j, "level", json_string(level_name(f->level)));
	put(j, "entity", text(f->entity));
	put(j, "message", text(f->message));
	put_when(j, f);
	put(j, "confidence", text_or_null(confidence(f->votes)));
	put(j, "short_of", text_or_null(f->short_of));
	for (size_t i = 0; i < f->evidence_n; i++)
		put(evidence, f->evidence[i].name, cell(&f->evidence[i].value));
	put(j, "evidence", evidence);
	put_place(j, r, f);
	put_advice(j, f);
	put(j, "baseline", standing(f));
	put(j, "suppression_over", text_or_null(f->suppression_over));
	if (f->suppressed) {
		put(j, "reason", text(f->suppressed));
		put(j, "until", text_or_null(f->suppressed_until));
	}
	return j;
}

static json_t *findings(const struct report *r, bool suppressed)
{
	json_t *a = json_array();

	for (size_t i = 0; i < r->findings_n; i++)
		if ((r->findings[i].suppressed != NULL) == suppressed)
			(void)json_array_append_new(a, finding(r, &r->findings[i]));
	return a;
}

static json_t *not_evaluated(const struct report *r)
{
	json_t *a = json_array();

	for (size_t i = 0; i < r->results_n; i++)
		if (r->results[i].outcome == OUTCOME_NOT_EVALUATED)
			(void)json_array_append_new(a, json_pack("{s:o, s:o, s:o}", "rule",
			                                         text(r->results[i].rule), "why",
			                                         text(r->results[i].why), "hint",
			                                         text_or_null(r->results[i].hint)));
	return a;
}

/* All that were in force. */
static json_t *rule_params(const struct rule_result *one)
{
	json_t *all = json_object();

	for (size_t i = 0; i < one->params_n; i++) {
		const struct param *p = &one->params[i];

		put(all, p->name,
		    json_pack("{s:o, s:o, s:o}", "value", written(p->value), "unit", text(p->unit),
		              "origin", text(p->origin)));
	}
	return all;
}

static json_t *rules(const struct report *r)
{
	json_t *a = json_array();

	for (size_t i = 0; i < r->results_n; i++) {
		const struct rule_result *one = &r->results[i];
		json_t *j = json_object();

		put(j, "rule", text(one->rule));
		put(j, "version", json_integer(one->version));
		put(j, "sha256", text_or_null(one->sha256));
		put(j, "origin", text_or_null(one->origin));
		put(j, "title", text(one->title));
		put(j, "outcome", json_string(outcome_name(one->outcome)));
		put(j, "why", text_or_null(one->why));
		put(j, "short_of", text_or_null(one->short_of));
		put(j, "ok", size(one->ok));
		put(j, "skipped", size(one->skipped));
		put(j, "params", rule_params(one));
		(void)json_array_append_new(a, j);
	}
	return a;
}

static json_t *rows(const struct table *t)
{
	json_t *a = json_array();

	for (size_t r = 0; r < t->rows_n; r++) {
		json_t *row = json_object();

		for (size_t c = 0; c < t->columns_n; c++)
			(void)json_object_set_new(row, t->columns[c].name,
			                          cell(&t->cells[r * t->columns_n + c]));
		(void)json_array_append_new(a, row);
	}
	return a;
}

static json_t *table(const struct table *t)
{
	json_t *j = json_pack("{s:o, s:o, s:o}", "caption", text_or_null(t->caption), "rows",
	                      rows(t), "more", size(t->more));

	if (t->timeline) {
		(void)json_object_set_new(j, "from", clock_time(t->from_ns));
		(void)json_object_set_new(j, "to", clock_time(t->to_ns));
	}
	return j;
}

static json_t *sections(const struct report *r)
{
	json_t *all = json_object();

	for (size_t i = 0; i < r->sections_n; i++) {
		const struct section *s = &r->sections[i];
		json_t *tables = json_array();

		for (size_t t = 0; t < s->tables_n; t++)
			(void)json_array_append_new(tables, table(&s->tables[t]));
		(void)json_object_set_new(all, s->name,
		                          json_pack("{s:o, s:o, s:o}", "about", text(s->about),
		                                    "tables", tables, "empty",
		                                    text_or_null(s->empty)));
	}
	return all;
}

/* Suppressions that are for nothing that was found. */
static json_t *unused(const struct report *r)
{
	json_t *a = json_array();

	for (const struct unused *u = r->unused; u < r->unused + r->unused_n; u++) {
		json_t *j = json_object();

		put(j, "rule", text(u->rule));
		put(j, "entity", text_or_null(u->entity));
		put(j, "reason", text(u->reason));
		put(j, "until", text_or_null(u->until));
		put(j, "origin", text(u->origin));
		put(j, "evaluated", json_boolean(u->judged));
		(void)json_array_append_new(a, j);
	}
	return a;
}

/* What the site or --set wants otherwise. */
static json_t *params(const struct report *r)
{
	json_t *all = json_object();

	for (size_t i = 0; i < r->settings_n; i++) {
		const struct setting *s = &r->settings[i];

		put(all, s->name,
		    json_pack("{s:o, s:o, s:o, s:o, s:o}", "value", written(s->value), "default",
		              written(s->fallback), "origin", text(s->origin), "over",
		              text_or_null(s->over), "warning", text_or_null(s->warning)));
	}
	return all;
}

static json_t *gone(const struct baseline *b)
{
	json_t *a = json_array();

	for (size_t i = 0; i < b->gone_n; i++) {
		const struct gone *g = &b->gone[i];
		json_t *j = json_object();

		put(j, "rule", text(g->rule));
		put(j, "entity", text(g->entity));
		put(j, "title", text(g->title));
		put(j, "level", json_string(level_name(g->level)));
		put(j, "message", text(g->message));
		put(j, "state", json_string(g->unknown ? "unknown" : "gone"));
		put(j, "why", text_or_null(g->unknown));
		(void)json_array_append_new(a, j);
	}
	return a;
}

static json_t *baseline(const struct report *r)
{
	const struct baseline *b = r->baseline;
	json_t *j;

	if (!b)
		return json_null();
	j = json_object();
	put(j, "file", text(b->path));
	put(j, "tool", text(b->tool));
	put(j, "host", text_or_null(b->host));
	put(j, "started", text_or_null(b->started));
	put(j, "bundle_sha256", text_or_null(b->sha256));
	put(j, "new", size(b->fresh));
	put(j, "same", size(b->same));
	put(j, "gone", gone(b));
	return j;
}

static json_t *report(const struct report *r)
{
	json_t *j = json_object();

	put(j, "format", json_integer(FORMAT));
	put(j, "tool", json_sprintf("nettape-analyze %s", r->tool_version));
	put(j, "store_schema", json_integer(r->store_schema));
	put(j, "short_window", json_boolean(r->short_window));
	put(j, "bundle", r->subject ? json_null() : bundle(r));
	put(j, "about", r->subject ? about(r) : json_null());
	put(j, "counts", counts(r));
	put(j, "findings", findings(r, false));
	put(j, "not_evaluated", not_evaluated(r));
	put(j, "suppressed", findings(r, true));
	put(j, "unused_suppressions", unused(r));
	put(j, "baseline", baseline(r));
	put(j, "rules", rules(r));
	put(j, "sections", sections(r));
	put(j, "params", params(r));
	return j;
}

static int render(const struct report *r, const struct style *s, FILE *out, struct err *e)
{
	json_t *j = report(r);
	int rc = 0;

	(void)s;
	if (!j)
		return err_set(e, 0, "json: out of memory");
	/* ASCII alone: what is hostile on a terminal stays escaped there, too */
	if (json_dumpf(j, out, JSON_ENSURE_ASCII | JSON_INDENT(1) | JSON_REAL_PRECISION(12)) &&
	    !ferror(out))
		rc = err_set(e, 0, "json: a value that cannot be written");
	(void)fputc('\n', out);
	json_decref(j);
	return rc;
}

const struct renderer renderer_json = {.render = render};
