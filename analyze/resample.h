/*
 * Series and intervals brought to the slices of the window that a sparkline or a plot
 * has room for: each slice keeps its worst, since a peak is what one looks for.
 */
#ifndef ANALYZE_RESAMPLE_H
#define ANALYZE_RESAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/err.h"

struct sqlite3;

/* The window, in slices. */
struct spark_window {
	double from, to; /* monotonic seconds */
	size_t cells;    /* one an interval, but no more than there is room for */
};

/* The value held from t0 to t1: every slice it touches becomes at least v. */
void spark_hold(const struct spark_window *w, float *cells, double t0, double t1, double v);
/* Nobody looked from t0 to t1: slices wholly inside become gaps (NAN). */
void spark_gap(const struct spark_window *w, float *cells, double t0, double t1);

/* Where it goes, cells of the window each. */
struct trace {
	float *high;
	float *low; /* NULL: not wanted */
};

void trace_clear(float *cells, size_t n);
/* spark_hold for both. */
void trace_hold(const struct spark_window *w, const struct trace *t, double t0, double t1,
                double v);

/* Of one store; zeroed but for `most`. */
struct resample {
	struct spark_window window; /* see resample_window */
	size_t most;                /* cells of a window that is long enough */
	bool known;                 /* window is read */
	char *source;               /* whose captures `times` holds, or NULL */
	double *times;              /* of its good captures, ascending */
	size_t times_n;
	double usual; /* median distance of those */
};

/* Frees it and what it holds. */
void resample_free(void *r);

/* Reads r->window, once.  0, or -1 and *e. */
int resample_window(struct sqlite3 *db, struct resample *r, struct err *e)
	__attribute__((warn_unused_result));
/* When the source was captured well; kept, since one asks for many series of one source. */
int resample_source(struct sqlite3 *db, struct resample *r, const char *source, struct err *e)
	__attribute__((warn_unused_result));
/*
 * A series of the store: of counters the rate per second, of gauges the value; gaps
 * where its source was not captured.  *t has at least `most` cells.
 */
int resample_series(struct sqlite3 *db, struct resample *r, int64_t series, const struct trace *t,
                    struct err *e) __attribute__((warn_unused_result));
/* Zero where the source was captured ("": everywhere), which is not where the next capture was
 * long in coming; the other cells stay. */
int resample_base(struct sqlite3 *db, struct resample *r, const char *source, float *cells,
                  struct err *e) __attribute__((warn_unused_result));
/* Gaps where `source` was not captured. */
int resample_gaps(struct sqlite3 *db, struct resample *r, const char *source, const struct trace *t,
                  struct err *e) __attribute__((warn_unused_result));

#endif
