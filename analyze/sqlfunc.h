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
 *	cells(i, n, v)           aggregate: a spark of n cells from rows; the largest v of each i,
 *	                         a gap where there is none
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

#endif
