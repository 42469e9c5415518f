#include "analyze/summary.h"

#include <math.h>
#include <string.h>

#include "analyze/digest.h"
#include "analyze/escape.h"
#include "analyze/fleet_db.h"
#include "schema/buf.h"
#include "schema/timefmt.h"
#include "version.h"

#define TEXT_MAX 4000 /* bytes of one text; a bundle may hold longer ones */

static const char metric_sql[] = {
#include "metric.sql.inc"
	0,
};
static const char setting_sql[] = {
#include "setting.sql.inc"
	0,
};

/* In the order of fleet_tables. */
enum rows_of {
	TABLE_BUNDLE,
	TABLE_FINDING,
	TABLE_EVIDENCE,
	TABLE_RULE_RESULT,
	TABLE_METRIC,
	TABLE_METRIC_SLICE,
	TABLE_SETTING,
	TABLE_COUNT
};

struct summary {
	const struct report *report;
	sqlite3 *from; /* the store */
	int64_t id;
	const char *day;
	struct stmt into[TABLE_COUNT];
	struct stmt clock;  /* snapshot -> wall clock */
	struct arena arena; /* texts that are bound */
	double first, last; /* wall clock of the window's ends, unix seconds */
	bool timed;         /* there is a snapshot at all */
};

/* The text as UTF-8 without NUL and not endless. */
static const char *clean(struct arena *a, struct span s)
{
	size_t cap = 3 * (s.n < TEXT_MAX ? s.n : TEXT_MAX) + 8;
	struct buf b = {.p = arena_take(a, cap), .cap = cap};

	while (s.n && b.n < TEXT_MAX) {
		uint32_t c = 0;
		size_t n = utf8_front(s, &c);

		if (n == 0 || c == 0)
			buf_str(&b, "\xef\xbf\xbd");
		else
			buf_put(&b, span_sub(s, 0, n));
		s = span_sub(s, n ? n : 1, s.n);
	}
	buf_str(&b, s.n ? "\xe2\x80\xa6" : "");
	return buf_cstr(&b);
}

static void put_text(struct summary *s, struct stmt *q, const char *v)
{
	stmt_str(q, clean(&s->arena, span_of(v)));
}

/* "" and NULL are NULL. */
static void put_text_or_null(struct summary *s, struct stmt *q, const char *v)
{
	if (v && v[0])
		put_text(s, q, v);
	else
		stmt_null(q);
}

static void put_size(struct stmt *q, size_t n)
{
	stmt_i64(q, n < INT32_MAX ? (int64_t)n : INT32_MAX);
}

static void put_or_null(struct stmt *q, bool known, int64_t v)
{
	if (known)
		stmt_i64(q, v);
	else
		stmt_null(q);
}

static void put_fact(struct summary *s, struct stmt *q, const char *name)
{
	put_text_or_null(s, q, report_fact(s->report, name));
}

/* A fact that is a whole number up to `most`: a bundle may say anything. */
static void put_whole(struct summary *s, struct stmt *q, const char *name, int64_t most)
{
	int64_t v = 0;
	bool known = span_i64(span_of(report_fact(s->report, name)), &v);

	put_or_null(q, known && v >= 0 && v <= most, v);
}

static void put_seconds(struct summary *s, struct stmt *q, const char *name)
{
	int64_t v;

	if (span_fixed(span_of(report_fact(s->report, name)), 9, &v))
		stmt_real(q, (double)v / 1e9);
	else
		stmt_null(q);
}

static int64_t unix_ns(double s)
{
	return isfinite(s) && fabs(s) < 9e9 ? (int64_t)(s * NS_PER_S) : 0;
}

/* Wall clock of a snapshot, NULL when there is none. */
static int put_clock(struct summary *s, struct stmt *q, int64_t snap, struct err *e)
{
	int rc;

	stmt_i64(&s->clock, snap);
	rc = stmt_row(&s->clock, e);
	put_or_null(q, rc == 1, rc == 1 ? unix_ns(stmt_get_real(&s->clock, 0)) : 0);
	stmt_reset(&s->clock);
	return rc < 0 ? -1 : 0;
}

static const char *verdict_of(const struct report *r)
{
	for (int l = LEVEL_CRIT; l > LEVEL_OK; l--)
		if (r->count[l])
			return level_name((enum level)l);
	return r->count[LEVEL_OK] ? "ok" : "skip";
}

static void put_counts(struct stmt *q, const struct report *r)
{
	put_size(q, r->causes[LEVEL_CRIT] + r->causes[LEVEL_WARN] + r->causes[LEVEL_INFO]);
	put_size(q, r->count[LEVEL_CRIT]);
	put_size(q, r->count[LEVEL_WARN]);
	put_size(q, r->count[LEVEL_INFO]);
	put_size(q, r->folded);
	put_size(q, r->suppressed);
	put_size(q, r->count[LEVEL_OK]);
	put_size(q, r->not_evaluated);
	put_size(q, r->not_applicable);
	put_size(q, r->errors);
}

static int put_bundle(struct summary *s, const char *path, struct err *e)
{
	struct stmt *q = &s->into[TABLE_BUNDLE];

	stmt_i64(q, s->id);
	stmt_str(q, s->day);
	put_text(s, q, report_fact(s->report, "bundle_sha256"));
	put_text(s, q, path);
	put_text(s, q, report_fact(s->report, "host"));
	put_fact(s, q, "boot_id");
	put_fact(s, q, "machine_hash");
	put_fact(s, q, "kernel");
	put_fact(s, q, "arch");
	put_fact(s, q, "os");
	put_fact(s, q, "note");
	put_whole(s, q, "cpus", INT32_MAX);
	put_whole(s, q, "mem_total_bytes", INT64_MAX);
	put_whole(s, q, "uid", INT64_MAX);
	put_or_null(q, s->timed, unix_ns(s->first));
	put_or_null(q, s->timed, unix_ns(s->last));
	put_seconds(s, q, "window_s");
	put_seconds(s, q, "window_asked_s");
	put_seconds(s, q, "interval_s");
	put_whole(s, q, "ticks_taken", INT32_MAX);
	put_whole(s, q, "ticks_missed", INT32_MAX);
	put_fact(s, q, "end_reason");
	stmt_str(q, verdict_of(s->report));
	put_counts(q, s->report);
	put_fact(s, q, "tool_version");
	stmt_str(q, NETTAPE_VERSION);
	stmt_null(q);
	return stmt_run(q, e);
}

static int put_evidence(struct summary *s, const struct finding *f, struct err *e)
{
	struct stmt *q = &s->into[TABLE_EVIDENCE];

	for (const struct evidence *v = f->evidence; v < f->evidence + f->evidence_n; v++) {
		if (v->value.type == CELL_EMPTY || v->value.type == CELL_SPARK)
			continue;
		stmt_i64(q, s->id);
		stmt_str(q, s->day);
		put_text(s, q, f->rule);
		put_text(s, q, f->entity);
		put_text(s, q, v->name);
		if (v->value.type == CELL_TEXT)
			stmt_null(q);
		else
			stmt_real(q,
			          v->value.type == CELL_INT ? (double)v->value.v.i : v->value.v.r);
		put_text_or_null(s, q, v->value.type == CELL_TEXT ? v->value.v.text : NULL);
		if (stmt_run(q, e))
			return -1;
	}
	return 0;
}

static int put_finding(struct summary *s, size_t place, const struct finding *f, struct err *e)
{
	struct stmt *q = &s->into[TABLE_FINDING];

	stmt_i64(q, s->id);
	stmt_str(q, s->day);
	put_text(s, q, f->rule);
	put_text(s, q, f->entity);
	put_size(q, place + 1);
	stmt_i64(q, f->version);
	stmt_str(q, level_name(f->level));
	put_text(s, q, f->title);
	put_text(s, q, f->message);
	if (put_clock(s, q, f->first_at, e) || put_clock(s, q, f->last_at, e) ||
	    put_clock(s, q, f->at, e))
		return -1;
	put_or_null(q, f->hits_what, f->hits);
	put_or_null(q, f->hits_what && f->hits_of >= 0, f->hits_of);
	put_text_or_null(s, q, f->hits_what);
	stmt_i64(q, f->votes);
	stmt_i64(q, f->cause);
	put_text_or_null(s, q, f->explained_by);
	if (f->explained_by)
		put_text(s, q, f->explained_entity ? f->explained_entity : "");
	else
		stmt_null(q);
	put_text_or_null(s, q, f->suppressed);
	return stmt_run(q, e) || put_evidence(s, f, e) ? -1 : 0;
}

static int put_findings(struct summary *s, struct err *e)
{
	for (size_t i = 0; i < s->report->findings_n; i++) {
		if (put_finding(s, i, &s->report->findings[i], e))
			return -1;
		arena_free(&s->arena);
	}
	return 0;
}

static int put_results(struct summary *s, struct err *e)
{
	struct stmt *q = &s->into[TABLE_RULE_RESULT];

	for (size_t i = 0; i < s->report->results_n; i++) {
		const struct rule_result *r = &s->report->results[i];

		stmt_i64(q, s->id);
		stmt_str(q, s->day);
		put_text(s, q, r->rule);
		stmt_str(q, outcome_name(r->outcome));
		put_text_or_null(s, q, r->why);
		put_text_or_null(s, q, r->short_of);
		if (stmt_run(q, e))
			return -1;
	}
	return 0;
}

/* Binds a row's columns from..to-1: texts cleaned, numbers that are none as NULL. */
static void put_columns(struct summary *s, struct stmt *q, struct stmt *row, int from, int to)
{
	for (int c = from; c < to; c++)
		if (stmt_is_null(row, c) || sqlite3_column_type(row->s, c) == SQLITE_BLOB)
			stmt_null(q);
		else if (sqlite3_column_type(row->s, c) == SQLITE_TEXT)
			stmt_str(q, clean(&s->arena, stmt_get_span(row, c)));
		else
			stmt_real(q, stmt_get_real(row, c));
}

/* Columns of metric.sql */
enum { METRIC_NAME, METRIC_ENTITY, METRIC_UNIT, METRIC_VALUE, METRIC_SLICES = 9 };

static int put_slices(struct summary *s, struct stmt *row, struct err *e)
{
	struct stmt *q = &s->into[TABLE_METRIC_SLICE];
	const float *cells = sqlite3_column_blob(row->s, METRIC_SLICES);
	size_t n = (size_t)sqlite3_column_bytes(row->s, METRIC_SLICES) / sizeof(*cells);

	for (size_t i = 0; cells && i < n && i < STRIP_CELLS; i++) {
		if (!isfinite(cells[i]))
			continue;
		stmt_i64(q, s->id);
		stmt_str(q, s->day);
		put_columns(s, q, row, METRIC_NAME, METRIC_ENTITY + 1);
		put_size(q, i);
		put_size(q, n);
		stmt_real(q, (double)cells[i]);
		if (stmt_run(q, e))
			return -1;
	}
	return 0;
}

static int put_metric(struct summary *s, struct stmt *row, struct err *e)
{
	struct stmt *q = &s->into[TABLE_METRIC];

	stmt_i64(q, s->id);
	stmt_str(q, s->day);
	put_columns(s, q, row, METRIC_NAME, METRIC_SLICES);
	return stmt_run(q, e) || put_slices(s, row, e) ? -1 : 0;
}

static int put_setting(struct summary *s, struct stmt *row, struct err *e)
{
	struct stmt *q = &s->into[TABLE_SETTING];

	stmt_i64(q, s->id);
	stmt_str(q, s->day);
	put_columns(s, q, row, 0, 4);
	return stmt_run(q, e);
}

static int each_row(struct summary *s, const char *sql,
                    int (*put)(struct summary *, struct stmt *, struct err *), struct err *e)
{
	struct stmt row;
	int rc;

	if (stmt_prepare(&row, s->from, sql, e))
		return -1;
	while ((rc = stmt_row(&row, e)) == 1) {
		if ((rc = put(s, &row, e)) < 0)
			break;
		arena_free(&s->arena);
	}
	stmt_done(&row);
	return rc;
}

static int read_window(struct summary *s, struct err *e)
{
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, s->from,
	                 "SELECT t, (SELECT t FROM snapshot ORDER BY snap DESC LIMIT 1)"
	                 " FROM snapshot ORDER BY snap LIMIT 1",
	                 e))
		return -1;
	rc = stmt_row(&q, e);
	if (rc == 1) {
		s->timed = true;
		s->first = stmt_get_real(&q, 0);
		s->last = stmt_get_real(&q, 1);
	}
	stmt_done(&q);
	return rc < 0 ? -1 : 0;
}

static int prepare(struct summary *s, sqlite3 *db, struct err *e)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		if (fleet_insert(&s->into[i], db, i, e))
			return -1;
	if (s->from && stmt_prepare(&s->clock, s->from, "SELECT t FROM snapshot WHERE snap = ?", e))
		return -1;
	return fleet_forget(db, s->id, e);
}

static void done(struct summary *s)
{
	for (size_t i = 0; i < TABLE_COUNT; i++)
		stmt_done(&s->into[i]);
	stmt_done(&s->clock);
	arena_free(&s->arena);
}

/* "2026-08-23" of the first snapshot. */
static const char *day_of(const struct summary *s, char day[40])
{
	struct buf b = {.p = day, .cap = 40};

	if (!s->timed)
		return FLEET_NO_DAY;
	time_put(&b, unix_ns(s->first), 0);
	b.n = span_find(buf_span(&b), 'T');
	return buf_cstr(&b);
}

int64_t summary_id(const struct diagnosis *d)
{
	return fleet_id(report_fact(&d->report, "bundle_sha256"));
}

int summary_put(const struct diagnosis *d, const char *path, sqlite3 *db, struct err *e)
{
	struct summary s = {.report = &d->report, .from = store_db(d->store), .id = summary_id(d)};
	char day[40];
	int rc = -1;

	if (read_window(&s, e) == 0 && prepare(&s, db, e) == 0) {
		s.day = day_of(&s, day);
		rc = put_bundle(&s, path, e) || put_findings(&s, e) || put_results(&s, e) ||
		                     each_row(&s, metric_sql, put_metric, e) ||
		                     each_row(&s, setting_sql, put_setting, e)
		             ? -1
		             : 0;
	}
	done(&s);
	return rc;
}

static void put_nulls(struct stmt *q, int n)
{
	while (n-- > 0)
		stmt_null(q);
}

int summary_put_failed(const char *path, const char *sha256, const char *error, sqlite3 *db,
                       struct err *e)
{
	char of_path[DIGEST_HEX];
	struct summary s = {.day = FLEET_NO_DAY};
	struct stmt *q = &s.into[TABLE_BUNDLE];
	int rc = -1;

	digest_of(span_of(path), of_path);
	s.id = fleet_id(sha256[0] ? sha256 : of_path);
	if (prepare(&s, db, e) == 0) {
		stmt_i64(q, s.id);
		stmt_str(q, s.day);
		stmt_str(q, sha256);
		put_text(&s, q, path);
		stmt_str(q, "");
		put_nulls(q, 17); /* boot_id to end_reason */
		stmt_str(q, "failed");
		for (int i = 0; i < 10; i++)
			stmt_i64(q, 0);
		stmt_null(q);
		stmt_str(q, NETTAPE_VERSION);
		put_text(&s, q, error);
		rc = stmt_run(q, e);
	}
	done(&s);
	return rc;
}
