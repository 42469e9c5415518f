#include "analyze/sqlfunc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/humanize.h"
#include "analyze/stmt.h"

/* Ticks are late by milliseconds: so much of a slice may hang over without touching the next. */
#define SLACK 0.05
/* Captures that are so many times further apart than usual have a gap between them. */
#define GAP_TIMES 2.5

/* Of one connection: what every spark() needs. */
struct spark_state {
	struct spark_window window;
	size_t most;   /* cells of a window that is long enough */
	bool known;    /* window is read */
	char *source;  /* whose captures `times` holds, or NULL */
	double *times; /* of its good captures, ascending */
	size_t times_n;
	double usual; /* median distance of those */
};

static void state_free(void *p)
{
	struct spark_state *st = p;

	free(st->source);
	free(st->times);
	free(st);
}

static void clear(float *cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cells[i] = NAN;
}

static double slice_of(const struct spark_window *w, double t)
{
	double x = (t - w->from) / (w->to - w->from) * (double)w->cells;

	return fmin(fmax(x, 0), (double)w->cells);
}

void spark_hold(const struct spark_window *w, float *cells, double t0, double t1, double v)
{
	double a = floor(slice_of(w, t0) + SLACK), b = ceil(slice_of(w, t1) - SLACK);
	size_t from = (size_t)a, to = (size_t)fmax(b, a + 1);

	if (!(t1 >= t0) || t1 < w->from || t0 > w->to || !isfinite(v))
		return;
	if (from >= w->cells)
		from = w->cells - 1;
	for (size_t i = from; i < to && i < w->cells; i++)
		if (isnan(cells[i]) || cells[i] < (float)v)
			cells[i] = (float)v;
}

void spark_gap(const struct spark_window *w, float *cells, double t0, double t1)
{
	size_t from = (size_t)ceil(slice_of(w, t0) - SLACK);

	for (size_t i = from; (double)(i + 1) <= slice_of(w, t1) + SLACK && i < w->cells; i++)
		cells[i] = NAN;
}

static int read_window(sqlite3 *db, struct spark_state *st, struct err *e)
{
	struct stmt q;
	int rc;

	if (st->known)
		return 0;
	if (stmt_prepare(&q, db,
	                 "SELECT min(mono), max(mono), max(snap) - min(snap) + 1 FROM snapshot", e))
		return -1;
	rc = stmt_row(&q, e);
	if (rc == 1) {
		int64_t ticks = stmt_get_i64(&q, 2);

		st->window = (struct spark_window){
			.from = stmt_get_real(&q, 0),
			.to = stmt_get_real(&q, 1),
			.cells = ticks < 3                  ? 1
		                 : (size_t)ticks > st->most ? st->most
		                                            : (size_t)ticks - 1,
		};
		st->known = true;
	}
	stmt_done(&q);
	return rc < 0 ? -1 : 0;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double usual_distance(const double *t, size_t n)
{
	double *d, usual;

	if (n < 3)
		return 0;
	d = calloc(n - 1, sizeof(*d));
	if (!d)
		return 0;
	for (size_t i = 0; i + 1 < n; i++)
		d[i] = t[i + 1] - t[i];
	qsort(d, n - 1, sizeof(*d), by_value);
	usual = d[(n - 1) / 2];
	free(d);
	return usual;
}

/* When the source was captured well; kept, since a section asks for many series of one source. */
static int read_times(sqlite3 *db, struct spark_state *st, const char *source, struct err *e)
{
	struct stmt q;
	size_t room = 0;
	int rc;

	if (st->source && strcmp(st->source, source) == 0)
		return 0;
	free(st->source);
	st->source = NULL;
	st->times_n = 0;
	if (stmt_prepare(&q, db,
	                 "SELECT x.mono FROM snapshot x WHERE x.snap IN (SELECT snap FROM capture "
	                 "WHERE source = ? AND state IN ('ok', 'cut', 'interrupted', 'fallback')) "
	                 "ORDER BY x.snap",
	                 e))
		return -1;
	stmt_str(&q, source);
	while ((rc = stmt_row(&q, e)) == 1) {
		if (st->times_n == room) {
			double *more = realloc(st->times, (room = 2 * room + 64) * sizeof(*more));

			if (!more) {
				rc = err_set(e, 0, "out of memory");
				break;
			}
			st->times = more;
		}
		st->times[st->times_n++] = stmt_get_real(&q, 0);
	}
	stmt_done(&q);
	st->usual = usual_distance(st->times, st->times_n);
	st->source = strdup(source);
	return rc;
}

static void mark_gaps(const struct spark_state *st, float *cells)
{
	for (size_t i = 0; st->usual > 0 && i + 1 < st->times_n; i++)
		if (st->times[i + 1] - st->times[i] > GAP_TIMES * st->usual)
			spark_gap(&st->window, cells, st->times[i], st->times[i + 1]);
}

/*
 * Rows are (mono, value, delta, dt): only changes, and the first and last capture.
 * What lies between two rows did not change.
 */
static int fill_gauge(struct stmt *q, const struct spark_window *w, float *cells, struct err *e)
{
	double since = NAN, value = NAN;
	int rc;

	while ((rc = stmt_row(q, e)) == 1) {
		double t = stmt_get_real(q, 0);

		spark_hold(w, cells, since, t, value);
		since = t;
		value = stmt_is_null(q, 1) ? NAN : stmt_get_real(q, 1);
	}
	spark_hold(w, cells, since, since, value);
	return rc;
}

static int fill_counter(struct stmt *q, const struct spark_window *w, float *cells, struct err *e)
{
	double since = NAN, value = NAN;
	int rc;

	while ((rc = stmt_row(q, e)) == 1) {
		double t = stmt_get_real(q, 0), dt = stmt_get_real(q, 3), rate = NAN;
		double from = dt > 0 ? t - dt : t;

		if (!stmt_is_null(q, 2) && dt > 0)
			rate = stmt_get_real(q, 2) / dt;
		else if (stmt_get_real(q, 1) == value)
			from = t; /* the last capture, nothing new: it held up to here */
		if (from > since)
			spark_hold(w, cells, since, from, 0);
		spark_hold(w, cells, from, t, rate);
		since = t;
		value = stmt_get_real(q, 1);
	}
	return rc;
}

static int spark_of(sqlite3 *db, struct spark_state *st, int64_t series, float cells[STRIP_CELLS],
                    struct err *e)
{
	struct stmt q;
	bool counter = false;
	int rc;

	clear(cells, STRIP_CELLS);
	if (read_window(db, st, e) ||
	    stmt_prepare(&q, db, "SELECT source, kind FROM series WHERE id = ?", e))
		return -1;
	stmt_i64(&q, series);
	rc = stmt_row(&q, e);
	if (rc == 1) {
		counter = strcmp(stmt_get_str(&q, 1), "gauge") != 0;
		rc = read_times(db, st, stmt_get_str(&q, 0), e) < 0 ? -1 : 1;
	}
	stmt_done(&q);
	if (rc != 1)
		return rc;
	if (stmt_prepare(&q, db,
	                 "SELECT x.mono, m.value, m.delta, m.dt FROM sample m "
	                 "JOIN snapshot x ON x.snap = m.snap WHERE m.series = ? ORDER BY m.snap",
	                 e))
		return -1;
	stmt_i64(&q, series);
	rc = (counter ? fill_counter : fill_gauge)(&q, &st->window, cells, e);
	stmt_done(&q);
	mark_gaps(st, cells);
	return rc;
}

static void give_cells(sqlite3_context *c, const struct spark_window *w, const float *cells)
{
	if (w->to > w->from)
		sqlite3_result_blob(c, cells, (int)(w->cells * sizeof(*cells)), SQLITE_TRANSIENT);
	else
		sqlite3_result_null(c);
}

static void spark(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct spark_state *st = sqlite3_user_data(c);
	float cells[STRIP_CELLS];
	struct err e = {0};

	if (sqlite3_value_type(v[0]) == SQLITE_NULL) {
		sqlite3_result_null(c);
		return;
	}
	if (spark_of(sqlite3_context_db_handle(c), st, sqlite3_value_int64(v[0]), cells, &e)) {
		sqlite3_result_error(c, e.text, -1);
		return;
	}
	for (size_t i = 0; n > 1 && i < st->window.cells; i++)
		cells[i] *= (float)sqlite3_value_double(v[1]);
	give_cells(c, &st->window, cells);
}

struct over {
	float cells[STRIP_CELLS];
	bool begun;
};

/* The last three of the arguments are t0, t1, v. */
static struct over *over_take(sqlite3_context *c, sqlite3_value **v)
{
	struct spark_state *st = sqlite3_user_data(c);
	struct over *o = sqlite3_aggregate_context(c, sizeof(*o));
	struct err e = {0};

	if (!o || read_window(sqlite3_context_db_handle(c), st, &e)) {
		sqlite3_result_error(c, o ? e.text : "out of memory", -1);
		return NULL;
	}
	if (!o->begun)
		clear(o->cells, STRIP_CELLS);
	o->begun = true;
	if (sqlite3_value_type(v[2]) != SQLITE_NULL)
		spark_hold(&st->window, o->cells, sqlite3_value_double(v[0]),
		           sqlite3_value_double(v[1]), sqlite3_value_double(v[2]));
	return o;
}

static void over_step(sqlite3_context *c, int n, sqlite3_value **v)
{
	(void)n;
	(void)over_take(c, v);
}

static void over_final(sqlite3_context *c)
{
	struct spark_state *st = sqlite3_user_data(c);
	struct over *o = sqlite3_aggregate_context(c, 0);

	if (o && o->begun)
		give_cells(c, &st->window, o->cells);
	else
		sqlite3_result_null(c);
}

struct strip {
	struct over over;
	char source[64]; /* "" = none: somebody always looked */
};

static void strip_step(sqlite3_context *c, int n, sqlite3_value **v)
{
	/* its first member is what over_take takes for all of it */
	struct strip *s = sqlite3_aggregate_context(c, sizeof(*s));

	(void)n;
	if (s && !s->over.begun && sqlite3_value_type(v[0]) == SQLITE_TEXT) {
		struct buf b = BUF_OVER(s->source);

		buf_str(&b, (const char *)sqlite3_value_text(v[0]));
		(void)buf_cstr(&b);
	}
	(void)over_take(c, v + 1);
}

/* Zero where somebody looked, which is not where the next capture was long in coming. */
static void strip_base(const struct spark_state *st, const char *source, float *base)
{
	const struct spark_window *w = &st->window;

	clear(base, STRIP_CELLS);
	if (!source[0])
		spark_hold(w, base, w->from, w->to, 0);
	for (size_t i = 0; source[0] && i + 1 < st->times_n; i++)
		if (st->usual <= 0 || st->times[i + 1] - st->times[i] <= GAP_TIMES * st->usual)
			spark_hold(w, base, st->times[i], st->times[i + 1], 0);
}

static void strip_final(sqlite3_context *c)
{
	struct spark_state *st = sqlite3_user_data(c);
	struct strip *s = sqlite3_aggregate_context(c, 0);
	float base[STRIP_CELLS];
	struct err e = {0};

	if (!s || !s->over.begun) {
		sqlite3_result_null(c);
		return;
	}
	if (s->source[0] && read_times(sqlite3_context_db_handle(c), st, s->source, &e) < 0) {
		sqlite3_result_error(c, e.text, -1);
		return;
	}
	strip_base(st, s->source, base);
	for (size_t i = 0; i < st->window.cells; i++)
		base[i] = fmaxf(base[i], s->over.cells[i]);
	give_cells(c, &st->window, base);
}

struct values {
	double *v;
	size_t n, room;
};

static void median_step(sqlite3_context *c, int n, sqlite3_value **v)
{
	struct values *m = sqlite3_aggregate_context(c, sizeof(*m));

	(void)n;
	if (!m || sqlite3_value_type(v[0]) == SQLITE_NULL)
		return;
	if (m->n == m->room) {
		double *more = realloc(m->v, (2 * m->room + 64) * sizeof(*more));

		if (!more) {
			sqlite3_result_error_nomem(c);
			return;
		}
		m->v = more;
		m->room = 2 * m->room + 64;
	}
	m->v[m->n++] = sqlite3_value_double(v[0]);
}

static void median_final(sqlite3_context *c)
{
	struct values *m = sqlite3_aggregate_context(c, 0);

	if (!m || m->n == 0) {
		sqlite3_result_null(c);
		return;
	}
	qsort(m->v, m->n, sizeof(*m->v), by_value);
	sqlite3_result_double(c, m->v[(m->n - 1) / 2]);
	free(m->v);
}

/* A unit of the store as a column's ending. */
static enum measure measure_of_unit(struct span unit)
{
	static const struct {
		struct span unit;
		enum measure measure;
	} units[] = {
		{.unit = SPAN_INIT("B"),     .measure = MEASURE_BYTES    },
		{.unit = SPAN_INIT("bit/s"), .measure = MEASURE_BIT_PER_S},
	};
	char text[32];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (span_eq(unit, units[i].unit))
			return units[i].measure;
	buf_char(&b, '_');
	buf_put(&b, unit);
	return measure_of(buf_span(&b));
}

static void human(sqlite3_context *c, int n, sqlite3_value **v)
{
	char text[64];
	struct buf b = BUF_OVER(text);
	enum measure m = measure_of_unit(span_of((const char *)sqlite3_value_text(v[1])));

	(void)n;
	if (sqlite3_value_type(v[0]) == SQLITE_INTEGER ||
	    sqlite3_value_type(v[0]) == SQLITE_FLOAT) {
		humanize_real(&b, sqlite3_value_double(v[0]), m, false);
		sqlite3_result_text(c, text, (int)b.n, SQLITE_TRANSIENT);
	} else {
		sqlite3_result_value(c, v[0]);
	}
}

int sqlfunc_register(sqlite3 *db, struct err *e)
{
	static const struct {
		const char *name;
		int args;
		size_t most; /* cells; 0 = it draws none */
		void (*call)(sqlite3_context *, int, sqlite3_value **);
		void (*step)(sqlite3_context *, int, sqlite3_value **);
		void (*final)(sqlite3_context *);
	} functions[] = {
		{"spark",      1, SPARK_CELLS, spark, NULL,        NULL        },
		{"slices",     2, STRIP_CELLS, spark, NULL,        NULL        },
		{"spark_over", 3, SPARK_CELLS, NULL,  over_step,   over_final  },
		{"strip",      4, STRIP_CELLS, NULL,  strip_step,  strip_final },
		{"median",     1, 0,           NULL,  median_step, median_final},
		{"human",      2, 0,           human, NULL,        NULL        },
	};

	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
		struct spark_state *st = functions[i].most ? calloc(1, sizeof(*st)) : NULL;

		if (st)
			st->most = functions[i].most;
		else if (functions[i].most)
			return err_set(e, 0, "out of memory");
		/* frees the state also when it fails */
		if (sqlite3_create_function_v2(db, functions[i].name, functions[i].args,
		                               SQLITE_UTF8 | SQLITE_DIRECTONLY, st,
		                               functions[i].call, functions[i].step,
		                               functions[i].final,
		                               st ? state_free : NULL) != SQLITE_OK)
			return err_set(e, 0, "SQL functions: %s", sqlite3_errmsg(db));
	}
	return 0;
}
