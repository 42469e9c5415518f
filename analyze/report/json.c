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

/* A fact of meta: an integer or a decimal as a number, anything else as text. */
static json_t *fact(const char *v)
{
	struct span s = span_of(v);
	int64_t i;

	if (span_i64(s, &i))
		return json_integer(i);
	if (span_fixed(s, 9, &i))
		return json_real((double)i / 1e9);
	return text(v);
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

static json_t *bundle(const struct report *r)
{
	static const char *const of_bundle[] = {
		"sha256", "host", "kernel", "arch", "boot_id", "uid", "note", NULL,
	};
	json_t *b = json_object(), *facts = json_object();

	for (const char *const *k = of_bundle; *k; k++)
		(void)json_object_set_new(
			b, *k,
			text_or_null(
				report_fact(r, strcmp(*k, "sha256") == 0 ? "bundle_sha256" : *k)));
	(void)json_object_set_new(b, "window",
	                          json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	                                    "started", text_or_null(report_fact(r, "started")),
	                                    "ended", text_or_null(report_fact(r, "ended")),
	                                    "asked_s", fact(report_fact(r, "window_asked_s")),
	                                    "got_s", fact(report_fact(r, "window_s")), "interval_s",
	                                    fact(report_fact(r, "interval_s")), "ticks_asked",
	                                    fact(report_fact(r, "ticks_asked")), "ticks_taken",
	                                    fact(report_fact(r, "ticks_taken")), "ticks_missed",
	                                    fact(report_fact(r, "ticks_missed")), "end_reason",
	                                    text_or_null(report_fact(r, "end_reason"))));
	for (size_t i = 0; i < r->facts_n; i++)
		(void)json_object_set_new(facts, r->facts[i].name, fact(r->facts[i].value));
	(void)json_object_set_new(b, "facts", facts);
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

static json_t *finding(const struct report *r, const struct finding *f)
{
	static const char *const confidence[] = {NULL, "low", "medium", "high"};
	json_t *j = json_object(), *evidence = json_object();
	const struct {
		const char *key;
		json_t *value;
	} members[] = {
		{"rule",       text(f->rule)								    },
		{"version",    json_integer(f->version)							 },
		{"title",      text(f->title)								   },
		{"level",      json_string(level_name(f->level))                                                },
		{"entity",     text(f->entity)								  },
		{"message",    text(f->message)								 },
		{"at",         snapshot(f->at)								  },
		{"at_time",    text_or_null(f->at_text)							 },
		{"first_at",   snapshot(f->first_at)							    },
		{"last_at",    snapshot(f->last_at)							     },
		{"first_time", text_or_null(f->first_text)                                                      },
		{"last_time",  text_or_null(f->last_text)                                                       },
		{"hits",       hits(f)									  },
		{"file",       text_or_null(f->member)							  },
		{"confidence", text_or_null(confidence[f->votes > 3   ? 3
	                                               : f->votes < 0 ? 0
	                                                              : f->votes])},
		{"evidence",   evidence									 },
		{"explains",   explains(r,									f)},
		{"short_of",            text_or_null(f->short_of)										   },
		{"root_cause",            json_boolean(f->cause)},
		{"explained_entity",            f->explained_entity ? text(f->explained_entity) : json_null()                                                                             },
		{"also_explained_by",            others(f)},
		{"explained_by",            text_or_null(f->explained_by)										  },
		{"meaning",            text_or_null(f->meaning)  },
		{"but",            text_or_null(f->but)										      },
		{"remedy",            text_or_null(f->remedy)},
		{"verify",            text_or_null(f->verify)										      },
		{"see",            text_or_null(f->see)  },
	};

	for (size_t i = 0; i < f->evidence_n; i++)
		(void)json_object_set_new(evidence, f->evidence[i].name,
		                          cell(&f->evidence[i].value));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		(void)json_object_set_new(j, members[i].key, members[i].value);
	if (f->suppressed)
		(void)json_object_set_new(j, "reason", text(f->suppressed));
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
			(void)json_array_append_new(a, json_pack("{s:o, s:o}", "rule",
			                                         text(r->results[i].rule), "why",
			                                         text(r->results[i].why)));
	return a;
}

static json_t *rules(const struct report *r)
{
	static const char *const outcomes[OUTCOME_COUNT] = {
		[OUTCOME_FINDINGS] = "findings",
		[OUTCOME_OK] = "ok",
		[OUTCOME_NOT_EVALUATED] = "not evaluated",
		[OUTCOME_NOT_APPLICABLE] = "not applicable",
		[OUTCOME_ERROR] = "failed",
		[OUTCOME_OFF] = "off",
	};
	json_t *a = json_array();

	for (size_t i = 0; i < r->results_n; i++) {
		const struct rule_result *one = &r->results[i];

		(void)json_array_append_new(
			a, json_pack("{s:o, s:o, s:s, s:o, s:o, s:o, s:o}", "rule", text(one->rule),
		                     "title", text(one->title), "outcome", outcomes[one->outcome],
		                     "why", text_or_null(one->why), "short_of",
		                     text_or_null(one->short_of), "ok", size(one->ok), "skipped",
		                     size(one->skipped)));
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

static json_t *params(const struct report *r)
{
	json_t *all = json_object();

	for (size_t i = 0; i < r->settings_n; i++)
		(void)json_object_set_new(all, r->settings[i].name,
		                          json_pack("{s:o, s:o}", "value",
		                                    text(r->settings[i].value), "origin",
		                                    text(r->settings[i].origin)));
	return all;
}

static int render(const struct report *r, const struct style *s, FILE *out, struct err *e)
{
	json_t *j = json_pack("{s:i, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "format",
	                      FORMAT, "short_window", r->short_window, "tool",
	                      json_sprintf("nettape-analyze %s", r->tool_version), "bundle",
	                      bundle(r), "counts", counts(r), "findings", findings(r, false),
	                      "not_evaluated", not_evaluated(r), "suppressed", findings(r, true),
	                      "rules", rules(r), "sections", sections(r), "params", params(r));
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
