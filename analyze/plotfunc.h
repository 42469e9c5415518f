/*
 * What the plots' SQL may call beyond sqlfunc.h; each gives a curve, PLOT_SLICES slices
 * of the window at most:
 *
 *	curve(series), curve(series, factor)
 *	                         a series of the store, times the factor: the most and the
 *	                         least of each slice (counters: rate per second)
 *	curve_over(source, t0, t1, v)
 *	                         aggregate: v held from t0 to t1 (monotonic s); where there is
 *	                         no row it is 0 if the source was captured, else a gap.  For
 *	                         growth, of which the store has rows where there was some
 *	curve_held(source, t0, t1, v)
 *	                         aggregate: the same for levels: no row is a gap; a source
 *	                         that is NULL was always captured
 */
#ifndef ANALYZE_PLOTFUNC_H
#define ANALYZE_PLOTFUNC_H

#include "schema/err.h"

struct sqlite3;

#define PLOT_SLICES 600

int plotfunc_register(struct sqlite3 *db, struct err *e) __attribute__((warn_unused_result));

#endif
