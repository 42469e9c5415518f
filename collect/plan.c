#include "collect/plan.h"

struct plan plan_of(int64_t for_ns, int64_t every_ns)
{
	struct plan p = {.every_ns = every_ns, .last = PLAN_ENDLESS};

	if (for_ns > 0)
		p.last = (uint64_t)(for_ns / every_ns);
	return p;
}

int64_t plan_at(const struct plan *p, uint64_t tick)
{
	return (int64_t)tick * p->every_ns;
}

uint64_t plan_next(const struct plan *p, uint64_t done, int64_t passed_ns)
{
	uint64_t newest = passed_ns > 0 ? (uint64_t)(passed_ns / p->every_ns) : 0;
	uint64_t next = newest > done ? newest : done + 1;

	return next > p->last ? p->last : next;
}

bool plan_due(const struct plan *p, enum source_when when, int64_t pace_ns, uint64_t tick,
              uint64_t taken)
{
	if (tick == 0 || taken == PLAN_NEVER)
		return true;
	if (when == SOURCE_ONCE || when == SOURCE_ENDS)
		return false;
	if (tick == p->last)
		return true;
	if (when == SOURCE_EDGE)
		return false;
	return pace_ns <= p->every_ns || plan_at(p, tick) / pace_ns > plan_at(p, taken) / pace_ns;
}
