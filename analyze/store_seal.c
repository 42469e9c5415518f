#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "analyze/ethtool_meaning.h"
#include "analyze/store_impl.h"
#include "schema/buf.h"

/* "absent": what every failed capture was, or "partial" beside good ones. */
static const char *state_of(const struct source_state *x)
{
	int64_t worst = 0;
	int status = CAPTURE_ABSENT;

	if (x->good) /* a NIC without statistics beside one that has them is no gap */
		for (int i = 0; i < CAPTURE_STATUS_COUNT; i++)
			if (x->bad[i] && i != CAPTURE_ABSENT)
				return "partial";
	if (x->good)
		return x->unparsable ? "partial" : "ok";
	if (x->unparsable)
		return "unparsable";
	for (int i = 0; i < CAPTURE_STATUS_COUNT; i++)
		if (x->bad[i] > worst) {
			worst = x->bad[i];
			status = i;
		}
	return capture_status_name((enum capture_status)status);
}

static int put_source(struct store *s, struct stmt *t, const struct source_state *x)
{
	int64_t bad = x->unparsable;

	for (int i = 0; i < CAPTURE_STATUS_COUNT; i++)
		bad += x->bad[i];
	stmt_str(t, x->name);
	stmt_str(t, x->good || bad ? state_of(x) : "not-collected");
	stmt_i64(t, x->good);
	stmt_i64(t, bad);
	if (x->good) {
		stmt_i64(t, x->first_snap);
		stmt_i64(t, x->last_snap);
	} else {
		stmt_null(t), stmt_null(t);
	}
	stmt_real(t, x->good ? x->last_t - x->first_t : 0);
	stmt_str(t, x->why[0]       ? x->why
	            : x->unparsable ? "captured, but not in a form that could be read"
	            : x->good       ? ""
	                            : "the bundle has no capture of it");
	return stmt_run(t, &s->err);
}

static int put_sources(struct store *s)
{
	struct stmt t;
	int rc;

	for (size_t i = 0; i < parsers_count; i++)
		if (!parsers[i].parser->foreign)
			(void)store_source(s, parsers[i].parser->source);
	rc = stmt_prepare(&t, s->db, "INSERT INTO source VALUES(?,?,?,?,?,?,?,?)", &s->err);
	for (size_t i = 0; i < s->sources.cap && rc == 0; i++)
		if (s->sources.slots[i].value)
			rc = put_source(s, &t, s->sources.slots[i].value);
	stmt_done(&t);
	return rc;
}

static void bind_value(struct stmt *t, const struct value *v)
{
	int64_t i;

	if (v->type == VALUE_REAL)
		stmt_real(t, v->v.r);
	else if (v->type == VALUE_INT)
		stmt_i64(t, v->v.i);
	else if (v->type == VALUE_NONE)
		stmt_null(t);
	else if (span_i64(v->v.text, &i)) /* a sysctl that is one number compares as one */
		stmt_i64(t, i);
	else
		stmt_span(t, v->v.text);
}

static void bind_snap(struct stmt *t, int64_t snap)
{
	if (snap < 0)
		stmt_null(t);
	else
		stmt_i64(t, snap);
}

static double mean_of(const struct series *x)
{
	if (series_is_counter(x))
		return (double)x->increase / x->span;
	return x->span > 0                   ? x->weighted / x->span
	       : x->first.type == VALUE_REAL ? x->first.v.r
	                                     : (double)x->first.v.i;
}

static void bind_levels(struct stmt *t, const struct series *x)
{
	const double levels[] = {x->lo, x->hi, mean_of(x), series_quantile(x, 0.5),
	                         series_quantile(x, 0.95)};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		stmt_real(t, levels[i]);
}

static void bind_nulls(struct stmt *t, int n)
{
	while (n-- > 0)
		stmt_null(t);
}

static void bind_summary(struct stmt *t, const struct series *x)
{
	bool rates = series_is_counter(x) && x->intervals > 0;

	if (rates || x->kind == KIND_GAUGE)
		bind_levels(t, x);
	else
		bind_nulls(t, 5);
	if (rates)
		stmt_i64(t, x->increase);
	else
		stmt_null(t);
	stmt_i64(t, x->resets);
	if (rates)
		stmt_real(t, x->peak_per_s);
	else
		stmt_null(t);
	bind_snap(t, x->peak_snap);
	stmt_i64(t, x->active);
	bind_snap(t, x->first_active);
	bind_snap(t, x->last_active);
	stmt_i64(t, x->intervals);
	stmt_real(t, x->span);
}

static int put_series(struct store *s, struct stmt *t, const struct series *x)
{
	static const char *const kinds[KIND_COUNT] = {
		[KIND_COUNTER] = "counter",
		[KIND_COUNTER32] = "counter32",
		[KIND_GAUGE] = "gauge",
		[KIND_TEXT] = "text",
	};

	stmt_i64(t, x->id);
	stmt_str(t, x->source);
	stmt_span(t, x->entity);
	stmt_span(t, x->name);
	stmt_str(t, kinds[x->kind]);
	stmt_str(t, unit_name(x->unit));
	stmt_i64(t, x->n);
	bind_value(t, &x->first);
	bind_value(t, &x->last);
	bind_summary(t, x);
	return stmt_run(t, &s->err);
}

/* The last capture's row, where the last change was earlier. */
static void put_held(struct store *s, const struct series *x)
{
	if (x->written_snap != x->last_snap)
		store_put_sample(s, x, x->last_snap, &x->last, &(struct sample){0});
}

static bool never_moved(const struct series *x)
{
	return x->sparse && x->active == 0 && x->first.type == VALUE_INT && x->first.v.i == 0 &&
	       x->last.type == VALUE_INT && x->last.v.i == 0;
}

static int put_all_series(struct store *s)
{
	struct stmt t;
	int rc = stmt_prepare(
		&t, s->db,
		"INSERT INTO series VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
		&s->err);

	for (size_t i = 0; i < s->series.cap && rc == 0; i++) {
		const struct series *x = s->series.slots[i].value;

		if (!x || x->n == 0 || never_moved(x))
			continue;
		put_held(s, x);
		rc = put_series(s, &t, x);
	}
	stmt_done(&t);
	return rc < 0 ? -1 : sample_run_end(s->samples, &s->err);
}

/* What was more than is kept, in a note each. */
static void note_beyond(struct store *s)
{
	const struct {
		size_t n;
		const char *what;
	} all[] = {
		{s->beyond.members,  "members are more than are kept: they were passed over"     },
		{s->beyond.values,   "values are more than are kept: they were passed over"      },
		{s->beyond.captures, "captures are more than are listed: their values are judged"},
		{s->beyond.notes,    "further notes are not kept"                                },
	};

	s->notes_n = 0;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		char text[100];
		struct buf b = BUF_OVER(text);

		buf_fmt(&b, "%zu %s", all[i].n, all[i].what);
		if (all[i].n)
			store_note(s, SPAN("(bundle)"), 0, buf_span(&b));
	}
}

static const char seal_sql[] = {
#include "seal.sql.inc"
	0};

int store_seal(struct store *s, struct err *e)
{
	note_beyond(s);
	if (s->err.text[0] || put_sources(s) < 0 || put_all_series(s) < 0 ||
	    tcp_fold_seal(s->tcp, &s->err) < 0 || l5d_fold_seal(s->l5d, &s->err) < 0 ||
	    stmt_exec(s->db, seal_sql, &s->err) < 0 || ethtool_meaning_fill(s->db, &s->err) < 0)
		return err_set(e, s->err.code, "%s", s->err.text);
	if (s->path && rename(s->temp, s->path) < 0)
		return err_set(e, errno, "rename %s", s->temp);
	s->sealed = true;
	return 0;
}
