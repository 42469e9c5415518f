/*
 * Finagle's BucketedHistogram: bucket limits grow by 1 %, so that a quantile is off by
 * half a percent at most; values are whole numbers.
 */
#ifndef LAB_LIB_HISTOGRAM_H
#define LAB_LIB_HISTOGRAM_H

#include <stdint.h>

struct histogram; /* NULL is an empty one */

struct summary {
	uint64_t count, min, max, sum;
	uint64_t p50, p90, p95, p99, p9990, p9999;
};

void histogram_add(struct histogram **h, uint64_t value);
/* What was added since the last reset. */
struct summary histogram_summary(const struct histogram *h);
void histogram_reset(struct histogram *h);

#endif
