/*
 * Series and their window summaries, computed while values stream in, so that
 * rules need no window functions.  Columns: table series of schema/db.sql.
 */
#ifndef ANALYZE_SERIES_H
#define ANALYZE_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/emit.h"

/* Values kept for quantiles: exact up to so many, every 2nd, 4th ... of more. */
#define SKETCH_CELLS 128

struct sketch {
	uint32_t seen, stride, used; /* values offered; one in `stride` is kept */
	float v[SKETCH_CELLS];
};

struct value {
	enum value_type type;
	union {
		int64_t i;
		double r;
		struct span text;
	} v;
};

struct series {
	int64_t id; /* from 1 */
	const char *source;
	struct span entity, name; /* owned, one block: freed through key */
	char *key;
	enum kind kind;
	enum unit unit;
	bool sparse; /* left out as long as it is 0 */
	size_t held; /* 1 + place of its value among those that wait for the tick */

	struct value first, last; /* text is owned */
	int64_t n, last_snap, written_snap;
	double last_t; /* monotonic seconds of the last value */
	bool chained;  /* the next value may be compared with `last` */

	double lo, hi, weighted; /* of rates (counters) or values (gauges); sum of value * dt */
	int64_t increase, resets, active, first_active, last_active, intervals, peak_snap;
	double span, peak_per_s;
	uint32_t flat_n; /* leading equal values that need no sketch yet */
	float flat_v;
	struct sketch *sketch;
};

/* One value's place in time. */
struct moment {
	int64_t snap;
	double t; /* monotonic seconds since the first tick */
};

/* What a value added to the store's table sample. */
struct sample {
	bool write; /* a change, or the first */
	bool has_delta;
	double delta; /* exact in int64_t range of counters: see delta_i */
	int64_t delta_i;
	double dt; /* seconds; 0 = no interval */
};

struct sample series_add(struct series *s, struct moment at, const struct value *v);
/* The host rebooted: the next value starts a new interval without being compared. */
void series_unchain(struct series *s);
/* The quantile (0..1) of what the summary is of; 0 when there was nothing. */
double series_quantile(const struct series *s, double q);
bool series_is_counter(const struct series *s);
void series_free(struct series *s);

#endif
