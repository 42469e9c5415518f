#include "analyze/resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/stmt.h"

/* Ticks are late by milliseconds: so much of a slice may hang over without touching the next. */
#define SLACK 0.05
/* Captures that are so many times further apart than usual have a gap between them. */
#define GAP_TIMES 2.5
/* A stranger wrote the values down: within what a float can add and multiply with room to spare. */
#define VALUE_MOST 1e30

void resample_free(void *p)
{
	struct resample *r = p;

	free(r->source);
	free(r->times);
	free(r);
}

void trace_clear(float *cells, size_t n)
{
	for (size_t i = 0; i < n; i++)
		cells[i] = NAN;
}

static double slice_of(const struct spark_window *w, double t)
{
	double x = (t - w->from) / (w->to - w->from) * (double)w->cells;

	return fmin(fmax(x, 0), (double)w->cells);
}

/* The slices that t0 to t1 touches: from *a to before *b; false for none. */
static bool slices_of(const struct spark_window *w, double t0, double t1, size_t *a, size_t *b)
{
	double from = floor(slice_of(w, t0) + SLACK), to = ceil(slice_of(w, t1) - SLACK);

	if (!(t1 >= t0) || t1 < w->from || t0 > w->to)
		return false;
	*a = (size_t)from;
	*b = (size_t)fmax(to, from + 1);
	if (*a >= w->cells)
		*a = w->cells - 1;
	if (*b > w->cells)
		*b = w->cells;
	return true;
}

void spark_hold(const struct spark_window *w, float *cells, double t0, double t1, double v)
{
	size_t from, to;

	if (!isfinite(v) || !slices_of(w, t0, t1, &from, &to))
		return;
	v = fmin(fmax(v, -VALUE_MOST), VALUE_MOST);
	for (size_t i = from; i < to; i++)
		if (isnan(cells[i]) || cells[i] < (float)v)
			cells[i] = (float)v;
}

void trace_hold(const struct spark_window *w, const struct trace *t, double t0, double t1, double v)
{
	size_t from, to;

	spark_hold(w, t->high, t0, t1, v);
	if (!t->low || !isfinite(v) || !slices_of(w, t0, t1, &from, &to))
		return;
	v = fmin(fmax(v, -VALUE_MOST), VALUE_MOST);
	for (size_t i = from; i < to; i++)
		if (isnan(t->low[i]) || t->low[i] > (float)v)
			t->low[i] = (float)v;
}

void spark_gap(const struct spark_window *w, float *cells, double t0, double t1)
{
	size_t from = (size_t)ceil(slice_of(w, t0) - SLACK);

	for (size_t i = from; (double)(i + 1) <= slice_of(w, t1) + SLACK && i < w->cells; i++)
		cells[i] = NAN;
}

int resample_window(sqlite3 *db, struct resample *r, struct err *e)
{
	struct stmt q;
	int rc;

	if (r->known)
		return 0;
	if (stmt_prepare(&q, db,
	                 "SELECT min(mono), max(mono), max(snap) - min(snap) + 1 FROM snapshot", e))
		return -1;
	rc = stmt_row(&q, e);
	if (rc == 1) {
		int64_t ticks = stmt_get_i64(&q, 2);

		r->window = (struct spark_window){
			.from = stmt_get_real(&q, 0),
			.to = stmt_get_real(&q, 1),
			.cells = ticks < 3                 ? 1
		                 : (size_t)ticks > r->most ? r->most
		                                           : (size_t)ticks - 1,
		};
		r->known = true;
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

static int read_times(struct stmt *q, struct resample *r, struct err *e)
{
	size_t room = 0;
	int rc;

	r->times_n = 0;
	while ((rc = stmt_row(q, e)) == 1) {
		if (r->times_n == room) {
			double *more = realloc(r->times, (room = 2 * room + 64) * sizeof(*more));

			if (!more)
				return err_set(e, 0, "out of memory");
			r->times = more;
		}
		r->times[r->times_n++] = stmt_get_real(q, 0);
	}
	return rc;
}

int resample_source(sqlite3 *db, struct resample *r, const char *source, struct err *e)
{
	struct stmt q;
	int rc;

	if (r->source && strcmp(r->source, source) == 0)
		return 0;
	free(r->source);
	r->source = NULL;
	if (stmt_prepare(&q, db,
	                 "SELECT x.mono FROM snapshot x WHERE x.snap IN (SELECT snap FROM capture "
	                 "WHERE source = ? AND state IN ('ok', 'cut', 'interrupted', 'fallback')) "
	                 "ORDER BY x.snap",
	                 e))
		return -1;
	stmt_str(&q, source);
	rc = read_times(&q, r, e);
	stmt_done(&q);
	r->usual = usual_distance(r->times, r->times_n);
	r->source = strdup(source);
	return rc;
}

static void mark_gaps(const struct resample *r, const struct trace *t)
{
	for (size_t i = 0; r->usual > 0 && i + 1 < r->times_n; i++) {
		double from = r->times[i], to = r->times[i + 1];

		if (to - from <= GAP_TIMES * r->usual)
			continue;
		spark_gap(&r->window, t->high, from, to);
		if (t->low)
			spark_gap(&r->window, t->low, from, to);
	}
}

/*
 * Rows are (mono, value, delta, dt): only changes, and the first and last capture.
 * What lies between two rows did not change.
 */
static int fill_gauge(struct stmt *q, const struct spark_window *w, const struct trace *to,
                      struct err *e)
{
	double since = NAN, value = NAN;
	int rc;

	while ((rc = stmt_row(q, e)) == 1) {
		double t = stmt_get_real(q, 0);

		trace_hold(w, to, since, t, value);
		since = t;
		value = stmt_is_null(q, 1) ? NAN : stmt_get_real(q, 1);
	}
	trace_hold(w, to, since, since, value);
	return rc;
}

static int fill_counter(struct stmt *q, const struct spark_window *w, const struct trace *to,
                        struct err *e)
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
		/* captures are late by milliseconds: less than half an interval is no time
		 * in which it stood still */
		if (from - since > dt / 2)
			trace_hold(w, to, since, from, 0);
		trace_hold(w, to, from, t, rate);
		since = t;
		value = stmt_get_real(q, 1);
	}
	return rc;
}

/* Whether it is a counter; and r->times of its source. */
static int read_kind(sqlite3 *db, struct resample *r, int64_t series, bool *counter, struct err *e)
{
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, db, "SELECT source, kind FROM series WHERE id = ?", e))
		return -1;
	stmt_i64(&q, series);
	rc = stmt_row(&q, e);
	if (rc == 1) {
		*counter = strcmp(stmt_get_str(&q, 1), "gauge") != 0;
		rc = resample_source(db, r, stmt_get_str(&q, 0), e) < 0 ? -1 : 1;
	}
	stmt_done(&q);
	return rc;
}

int resample_series(sqlite3 *db, struct resample *r, int64_t series, const struct trace *t,
                    struct err *e)
{
	struct stmt q;
	bool counter = false;
	int rc;

	trace_clear(t->high, r->most);
	if (t->low)
		trace_clear(t->low, r->most);
	if (resample_window(db, r, e))
		return -1;
	rc = read_kind(db, r, series, &counter, e);
	if (rc != 1)
		return rc;
	if (stmt_prepare(&q, db,
	                 "SELECT x.mono, m.value, m.delta, m.dt FROM sample m "
	                 "JOIN snapshot x ON x.snap = m.snap WHERE m.series = ? ORDER BY m.snap",
	                 e))
		return -1;
	stmt_i64(&q, series);
	rc = (counter ? fill_counter : fill_gauge)(&q, &r->window, t, e);
	stmt_done(&q);
	mark_gaps(r, t);
	return rc;
}

int resample_base(sqlite3 *db, struct resample *r, const char *source, float *cells, struct err *e)
{
	const struct spark_window *w = &r->window;

	if (resample_window(db, r, e))
		return -1;
	if (!source[0]) {
		spark_hold(w, cells, w->from, w->to, 0);
		return 0;
	}
	if (resample_source(db, r, source, e) < 0)
		return -1;
	for (size_t i = 0; i + 1 < r->times_n; i++)
		if (r->usual <= 0 || r->times[i + 1] - r->times[i] <= GAP_TIMES * r->usual)
			spark_hold(w, cells, r->times[i], r->times[i + 1], 0);
	return 0;
}

int resample_gaps(sqlite3 *db, struct resample *r, const char *source, const struct trace *t,
                  struct err *e)
{
	if (resample_window(db, r, e) || resample_source(db, r, source, e) < 0)
		return -1;
	mark_gaps(r, t);
	return 0;
}
