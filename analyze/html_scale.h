/* From values and moments to coordinates, and the ticks that a reader expects there. */
#ifndef ANALYZE_HTML_SCALE_H
#define ANALYZE_HTML_SCALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/report.h"

#define TICKS_MAX 12

struct scale {
	double lo, hi; /* the axis ends there */
	bool log;
	double px; /* from the bottom to the top */
	double ticks[TICKS_MAX];
	size_t ticks_n;
};

/*
 * An axis from 0 (log: from a power of ten not above the least positive value, `least`)
 * to a round number not below `most`, with round ticks in the unit of the measure:
 * powers of two for bytes, seconds and minutes for times.
 */
void scale_fit(struct scale *s, double least, double most, enum measure m, bool log, double px);

/* From the top, in px; values beyond the ends stand at the ends. */
double scale_y(const struct scale *s, double v);

/* The shortest clock step, seconds, that has at most `most` ticks between the two ends. */
int64_t time_step(int64_t from_ns, int64_t to_ns, size_t most);

#endif
