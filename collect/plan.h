/* Which ticks there are and what is due at them.  Pure: no clock, no files. */
#ifndef COLLECT_PLAN_H
#define COLLECT_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/source.h"

/* The last tick of a window that only a signal ends; the source that was never taken. */
#define PLAN_ENDLESS UINT64_MAX
#define PLAN_NEVER   UINT64_MAX

struct plan {
	int64_t every_ns; /* > 0 */
	uint64_t last;    /* index of the last tick; PLAN_ENDLESS */
};

/* floor(for / every) + 1 ticks; for_ns == 0 is endless. */
struct plan plan_of(int64_t for_ns, int64_t every_ns);

/*
 * The tick after `done`, when so much time has passed since the first one's
 * deadline: the next, or, when its deadline and more have passed, the newest of
 * those.  What lies between is missed.  Never beyond the last.
 */
uint64_t plan_next(const struct plan *p, uint64_t done, int64_t passed_ns);

/* Nanoseconds from the first tick's deadline to that of `tick`. */
int64_t plan_at(const struct plan *p, uint64_t tick);

/*
 * Whether a source is due at `tick`.  `taken` is the tick it was last taken at, or
 * PLAN_NEVER; pace_ns 0 is each tick.  ONCE and ENDS are due at the first tick
 * alone: what is taken again below last/ is no tick.
 */
bool plan_due(const struct plan *p, enum source_when when, int64_t pace_ns, uint64_t tick,
              uint64_t taken);

#endif
