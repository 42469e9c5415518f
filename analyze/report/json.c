/*
 * --format json: everything the report knows, numbers as numbers in their base unit
 * (a column's name says which).  schema/report.schema.json describes it.
 */
#include <jansson.h>
#include <string.h>

#include "analyze/json_value.h"
#include "analyze/report.h"

#define FORMAT 1

static json_t *number_fact(const struct report *r, const char *name)
{
	return json_of_number(report_fact(r, name));
}

static json_t *text_fact(const struct report *r, const char *name)
{
	return json_of_text_or_null(report_fact(r, name));
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

	json_take(w, "started", text_fact(r, "started"));
	json_take(w, "ended", text_fact(r, "ended"));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		json_take(w, numbers[i][0], number_fact(r, numbers[i][1]));
	json_take(w, "end_reason", text_fact(r, "end_reason"));
	return w;
}

static json_t *facts_of(const struct report *r)
{
	json_t *facts = json_object();

	for (size_t i = 0; i < r->facts_n; i++)
		json_take(facts, r->facts[i].name,
		          r->facts[i].number ? json_of_number(r->facts[i].value)
		                             : json_of_text(r->facts[i].value));
	return facts;
}

/* What a report of several bundles is about. */
static json_t *about(const struct report *r)
{
	json_t *j = json_object();

	json_take(j, "subject", json_of_text(r->subject));
	json_take(j, "verdict", json_of_text_or_null(r->verdict));
	json_take(j, "worst", json_string(level_name(r->worst)));
	json_take(j, "facts", facts_of(r));
	return j;
}

static json_t *bundle(const struct report *r)
{
	static const char *const texts[] = {"host",    "kernel",       "arch",
	                                    "boot_id", "machine_hash", "note"};
	json_t *b = json_object();

	json_take(b, "sha256", text_fact(r, "bundle_sha256"));
	json_take(b, "sha256_of", text_fact(r, "bundle_sha256_of"));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		json_take(b, texts[i], text_fact(r, texts[i]));
	json_take(b, "uid", number_fact(r, "uid"));
	json_take(b, "window", window(r));
	json_take(b, "facts", facts_of(r));
	return b;
}

static json_t *counts(const struct report *r)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "root_causes",
		json_of_size(r->causes[LEVEL_CRIT] + r->causes[LEVEL_WARN] + r->causes[LEVEL_INFO]),
		"crit", json_of_size(r->count[LEVEL_CRIT]), "warn",
		json_of_size(r->count[LEVEL_WARN]), "info", json_of_size(r->count[LEVEL_INFO]),
		"ok", json_of_size(r->count[LEVEL_OK]), "not_evaluated",
		json_of_size(r->not_evaluated), "not_applicable", json_of_size(r->not_applicable),
		"failed", json_of_size(r->errors), "folded", json_of_size(r->folded), "suppressed",
		json_of_size(r->suppressed));
}

static json_t *cause(const char *rule, const char *entity)
{
	return json_pack("{s:o, s:o}", "rule", json_of_text(rule), "entity", json_of_text(entity));
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
	return json_pack("{s:I, s:o, s:s}", "n", (json_int_t)f->hits, "of",
	                 json_of_snapshot(f->hits_of), "what", f->hits_what);
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
	json_take(j, "at", json_of_snapshot(f->at));
	json_take(j, "at_time", json_of_text_or_null(f->at_text));
	json_take(j, "first_at", json_of_snapshot(f->first_at));
	json_take(j, "first_time", json_of_text_or_null(f->first_text));
	json_take(j, "last_at", json_of_snapshot(f->last_at));
	json_take(j, "last_time", json_of_text_or_null(f->last_text));
	json_take(j, "hits", hits(f));
	json_take(j, "file", json_of_text_or_null(f->member));
}

/* How it stands to the other findings. */
static void put_place(json_t *j, const struct report *r, const struct finding *f)
{
	json_take(j, "root_cause", json_boolean(f->cause));
	json_take(j, "explains", explains(r, f));
	json_take(j, "explained_by", json_of_text_or_null(f->explained_by));
	json_take(j, "explained_entity",
	          f->explained_entity ? json_of_text(f->explained_entity) : json_null());
	json_take(j, "also_explained_by", others(f));
}

static void put_advice(json_t *j, const struct finding *f)
{
	json_take(j, "meaning", json_of_text_or_null(f->meaning));
	json_take(j, "but", json_of_text_or_null(f->but));
	json_take(j, "remedy", json_of_text_or_null(f->remedy));
	json_take(j, "verify", json_of_text_or_null(f->verify));
	json_take(j, "see", json_of_text_or_null(f->see));
}

static json_t *finding(const struct report *r, const struct finding *f)
{
	json_t *j = json_object(), *evidence = json_object();

	json_take(j, "rule", json_of_text(f->rule));
	json_take(j, "version", json_integer(f->version));
	json_take(j, "title", json_of_text(f->title));
	json_take(j, "level", json_string(level_name(f->level)));
	json_take(j, "entity", json_of_text(f->entity));
	json_take(j, "message", json_of_text(f->message));
	put_when(j, f);
	json_take(j, "confidence", json_of_text_or_null(confidence(f->votes)));
	json_take(j, "short_of", json_of_text_or_null(f->short_of));
	for (size_t i = 0; i < f->evidence_n; i++)
		json_take(evidence, f->evidence[i].name, json_of_cell(&f->evidence[i].value));
	json_take(j, "evidence", evidence);
	put_place(j, r, f);
	put_advice(j, f);
	json_take(j, "baseline", standing(f));
	json_take(j, "suppression_over", json_of_text_or_null(f->suppression_over));
	if (f->suppressed) {
		json_take(j, "reason", json_of_text(f->suppressed));
		json_take(j, "until", json_of_text_or_null(f->suppressed_until));
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
			(void)json_array_append_new(
				a, json_pack("{s:o, s:o, s:o}", "rule",
			                     json_of_text(r->results[i].rule), "why",
			                     json_of_text(r->results[i].why), "hint",
			                     json_of_text_or_null(r->results[i].hint)));
	return a;
}

/* All that were in force. */
static json_t *rule_params(const struct rule_result *one)
{
	json_t *all = json_object();

	for (size_t i = 0; i < one->params_n; i++) {
		const struct param *p = &one->params[i];

		json_take(all, p->name,
		          json_pack("{s:o, s:o, s:o}", "value", json_of_written(p->value), "unit",
		                    json_of_text(p->unit), "origin", json_of_text(p->origin)));
	}
	return all;
}

static json_t *rules(const struct report *r)
{
	json_t *a = json_array();

	for (size_t i = 0; i < r->results_n; i++) {
		const struct rule_result *one = &r->results[i];
		json_t *j = json_object();
		char sha256[REPORT_SHA256];

		json_take(j, "rule", json_of_text(one->rule));
		json_take(j, "version", json_integer(one->version));
		json_take(j, "sha256", json_of_text_or_null(report_rule_sha256(one, sha256)));
		json_take(j, "origin", json_of_text_or_null(one->origin));
		json_take(j, "title", json_of_text(one->title));
		json_take(j, "outcome", json_string(outcome_name(one->outcome)));
		json_take(j, "why", json_of_text_or_null(one->why));
		json_take(j, "short_of", json_of_text_or_null(one->short_of));
		json_take(j, "ok", json_of_size(one->ok));
		json_take(j, "skipped", json_of_size(one->skipped));
		json_take(j, "params", rule_params(one));
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
			                          json_of_cell(&t->cells[r * t->columns_n + c]));
		(void)json_array_append_new(a, row);
	}
	return a;
}

static json_t *table(const struct table *t)
{
	json_t *j = json_pack("{s:o, s:o, s:o}", "caption", json_of_text_or_null(t->caption),
	                      "rows", rows(t), "more", json_of_size(t->more));

	if (t->timeline) {
		(void)json_object_set_new(j, "from", json_of_clock_time(t->from_ns));
		(void)json_object_set_new(j, "to", json_of_clock_time(t->to_ns));
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
		                          json_pack("{s:o, s:o, s:o}", "about",
		                                    json_of_text(s->about), "tables", tables,
		                                    "empty", json_of_text_or_null(s->empty)));
	}
	return all;
}

/* Suppressions that are for nothing that was found. */
static json_t *unused(const struct report *r)
{
	json_t *a = json_array();

	for (const struct unused *u = r->unused; u < r->unused + r->unused_n; u++) {
		json_t *j = json_object();

		json_take(j, "rule", json_of_text(u->rule));
		json_take(j, "entity", json_of_text_or_null(u->entity));
		json_take(j, "reason", json_of_text(u->reason));
		json_take(j, "until", json_of_text_or_null(u->until));
		json_take(j, "origin", json_of_text(u->origin));
		json_take(j, "evaluated", json_boolean(u->judged));
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

		json_take(all, s->name,
		          json_pack("{s:o, s:o, s:o, s:o, s:o}", "value", json_of_written(s->value),
		                    "default", json_of_written(s->fallback), "origin",
		                    json_of_text(s->origin), "over", json_of_text_or_null(s->over),
		                    "warning", json_of_text_or_null(s->warning)));
	}
	return all;
}

static json_t *gone(const struct baseline *b)
{
	json_t *a = json_array();

	for (size_t i = 0; i < b->gone_n; i++) {
		const struct gone *g = &b->gone[i];
		json_t *j = json_object();

		json_take(j, "rule", json_of_text(g->rule));
		json_take(j, "entity", json_of_text(g->entity));
		json_take(j, "title", json_of_text(g->title));
		json_take(j, "level", json_string(level_name(g->level)));
		json_take(j, "message", json_of_text(g->message));
		json_take(j, "state", json_string(g->unknown ? "unknown" : "gone"));
		json_take(j, "why", json_of_text_or_null(g->unknown));
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
	json_take(j, "file", json_of_text(b->path));
	json_take(j, "tool", json_of_text(b->tool));
	json_take(j, "host", json_of_text_or_null(b->host));
	json_take(j, "started", json_of_text_or_null(b->started));
	json_take(j, "bundle_sha256", json_of_text_or_null(b->sha256));
	json_take(j, "new", json_of_size(b->fresh));
	json_take(j, "same", json_of_size(b->same));
	json_take(j, "gone", gone(b));
	return j;
}

static json_t *report(const struct report *r)
{
	json_t *j = json_object();

	json_take(j, "format", json_integer(FORMAT));
	json_take(j, "tool", json_sprintf("nettape-analyze %s", r->tool_version));
	json_take(j, "store_schema", json_integer(r->store_schema));
	json_take(j, "short_window", json_boolean(r->short_window));
	json_take(j, "bundle", r->subject ? json_null() : bundle(r));
	json_take(j, "about", r->subject ? about(r) : json_null());
	json_take(j, "counts", counts(r));
	json_take(j, "findings", findings(r, false));
	json_take(j, "not_evaluated", not_evaluated(r));
	json_take(j, "suppressed", findings(r, true));
	json_take(j, "unused_suppressions", unused(r));
	json_take(j, "baseline", baseline(r));
	json_take(j, "rules", rules(r));
	json_take(j, "sections", sections(r));
	json_take(j, "params", params(r));
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
