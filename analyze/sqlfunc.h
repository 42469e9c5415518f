/*
 * What the sections' SQL may call beyond SQLite's own functions:
 *
 *	spark(series)            the series over the window: a cell is the worst of its slice
 *	                         (counters: rate per second, gauges: the value), for a *_spark
 *column spark_over(t0, t1, v)    aggregate: the same of rows; v held from t0 to t1 (monotonic s)
 *	slices(series, scale)    spark with the cells of a strip, times scale
 *	strip(source, t0, t1, v) aggregate: the same with more cells, for the timeline; where
 *	                         there is no row it is 0 if the source was captured, else a gap;
 *	                         a source that is NULL always was
 *	median(v)                aggregate: the lower median, NULLs left out
 *	human(v, unit)           "12.3 GiB": unit as in series.unit, or a column's ending ("pct",
 *"ms")
 *
 * Rules do not have them: a rule also runs in a plain sqlite3.
 */
#ifndef ANALYZE_SQLFUNC_H
#define ANALYZE_SQLFUNC_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/report.h"
#include "schema/err.h"

struct sqlite3;

int sqlfunc_register(struct sqlite3 *db, struct err *e) __attribute__((warn_unused_result));

/* The window that a sparkline shows, in slices. */
struct spark_window {
	double from, to; /* monotonic seconds */
	size_t cells;    /* 1 to SPARK_CELLS, of a strip to STRIP_CELLS */
};

/* The value held from t0 to t1: every slice it touches becomes at least v. */
void spark_hold(const struct spark_window *w, float *cells, double t0, double t1, double v);
/* Nobody looked from t0 to t1: slices wholly inside become gaps (NAN). */
void spark_gap(const struct spark_window *w, float *cells, double t0, double t1);

#endif
