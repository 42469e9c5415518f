#include "tests/lab/lib/histogram.h"

#include <string.h>

#include "tests/lab/lib/loop.h"

#define BUCKETS   1800
#define ERROR_MAX 0.005 /* of a quantile */
#define VALUE_MAX INT32_MAX

struct histogram {
	uint64_t count, min, max, sum;
	unsigned buckets;
	uint32_t limits[BUCKETS]; /* bucket i holds values from limits[i - 1] to below limits[i] */
	uint32_t n[BUCKETS];
};

static void make_limits(struct histogram *h)
{
	double next = 1;

	for (h->buckets = 0; h->buckets < BUCKETS && next < VALUE_MAX; h->buckets++) {
		h->limits[h->buckets] = (uint32_t)next;
		double grown = next * (1 + 2 * ERROR_MAX);

		next = (uint32_t)grown > (uint32_t)next ? grown : next + 1;
	}
}

static unsigned bucket_of(const struct histogram *h, uint64_t value)
{
	unsigned low = 0, high = h->buckets - 1;

	while (low < high) {
		unsigned mid = (low + high) / 2;

		if (value < h->limits[mid])
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

void histogram_add(struct histogram **of, uint64_t value)
{
	if (!*of) {
		*of = MUST_NEW(struct histogram);
		make_limits(*of);
	}
	struct histogram *h = *of;
	h->min = h->count == 0 || value < h->min ? value : h->min;
	h->max = value > h->max ? value : h->max;
	h->sum += value;
	h->count++;
	h->n[bucket_of(h, value)]++;
}

/* The middle of the bucket that the quantile is in, never outside of what was seen. */
static uint64_t quantile(const struct histogram *h, double q)
{
	uint64_t wanted = (uint64_t)(q * (double)h->count + 0.5), seen = 0;
	unsigned i = 0;

	for (; i + 1 < h->buckets; i++) {
		seen += h->n[i];
		if (seen >= wanted && seen > 0)
			break;
	}
	uint64_t low = i == 0 ? 0 : h->limits[i - 1], value = (low + h->limits[i] - 1) / 2;
	if (value < h->min)
		return h->min;
	return value > h->max ? h->max : value;
}

struct summary histogram_summary(const struct histogram *h)
{
	if (!h || h->count == 0)
		return (struct summary){0};
	return (struct summary){.count = h->count,
	                        .min = h->min,
	                        .max = h->max,
	                        .sum = h->sum,
	                        .p50 = quantile(h, 0.5),
	                        .p90 = quantile(h, 0.9),
	                        .p95 = quantile(h, 0.95),
	                        .p99 = quantile(h, 0.99),
	                        .p9990 = quantile(h, 0.999),
	                        .p9999 = quantile(h, 0.9999)};
}

void histogram_reset(struct histogram *h)
{
	if (!h)
		return;
	h->count = h->min = h->max = h->sum = 0;
	memset(h->n, 0, sizeof(h->n));
}
