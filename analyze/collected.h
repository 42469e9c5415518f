/* A collection of several sosreports stands for them: a fleet, or a window with --join. */
#ifndef ANALYZE_COLLECTED_H
#define ANALYZE_COLLECTED_H

#include "analyze/arena.h"
#include "analyze/opts.h"
#include "schema/err.h"

/*
 * Puts the reports of each collection in its place among the arguments; the archives are
 * looked at by processes of their own, in a box.  The texts live in the arena.  0, or -1 and *e.
 */
int collected_take(struct opts *o, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

#endif
