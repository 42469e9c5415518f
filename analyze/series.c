#include "analyze/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/table.h"

/* A modular delta from here on is taken for a reset, not for a wrap. */
#define WRAP_MAX  (INT64_C(1) << 31)
#define U32_RANGE (INT64_C(1) << 32)

bool series_is_counter(const struct series *s)
{
	return s->kind == KIND_COUNTER || s->kind == KIND_COUNTER32;
}

static double number(const struct value *v)
{
	return v->type == VALUE_REAL ? v->v.r : (double)v->v.i;
}

static bool same(const struct value *a, const struct value *b)
{
	if (a->type != b->type)
		return false;
	if (a->type == VALUE_TEXT)
		return span_eq(a->v.text, b->v.text);
	return a->type == VALUE_REAL ? a->v.r == b->v.r : a->v.i == b->v.i;
}

static void keep(struct value *to, const struct value *from)
{
	if (to->type == VALUE_TEXT)
		free((void *)(uintptr_t)to->v.text.p);
	*to = *from;
	if (from->type == VALUE_TEXT)
		to->v.text = must_copy(from->v.text);
}

static void sketch_put(struct sketch *k, float v)
{
	if (k->seen++ % k->stride)
		return;
	if (k->used == SKETCH_CELLS) {
		for (size_t i = 0; i < SKETCH_CELLS / 2; i++)
			k->v[i] = k->v[2 * i];
		k->used = SKETCH_CELLS / 2;
		k->stride *= 2;
		if ((k->seen - 1) % k->stride)
			return;
	}
	k->v[k->used++] = v;
}

/* Most series never move: the sketch is made when the first one does. */
static void offer(struct series *s, double value)
{
	float v = (float)value;

	if (!s->sketch && (s->flat_n == 0 || s->flat_v == v)) {
		s->flat_v = v;
		s->flat_n++;
		return;
	}
	if (!s->sketch) {
		s->sketch = must_alloc(sizeof(*s->sketch));
		s->sketch->stride = 1;
		for (uint32_t i = 0; i < s->flat_n; i++)
			sketch_put(s->sketch, s->flat_v);
	}
	sketch_put(s->sketch, v);
}

static void widen(struct series *s, double v, bool first)
{
	if (first || v < s->lo)
		s->lo = v;
	if (first || v > s->hi)
		s->hi = v;
	offer(s, v);
}

/* False for a reset: then nothing is known of the interval. */
static bool growth(const struct series *s, const struct value *v, int64_t *delta)
{
	int64_t d;

	if (v->type != VALUE_INT || s->last.type != VALUE_INT ||
	    __builtin_sub_overflow(v->v.i, s->last.v.i, &d))
		return false;
	if (d < 0 && s->kind == KIND_COUNTER32 && s->last.v.i < U32_RANGE &&
	    d + U32_RANGE < WRAP_MAX)
		d += U32_RANGE;
	*delta = d;
	return d >= 0;
}

static void moved(struct series *s, int64_t snap)
{
	if (s->active++ == 0)
		s->first_active = snap;
	s->last_active = snap;
}

static void add_counter(struct series *s, struct moment at, const struct value *v,
                        struct sample *out)
{
	double rate;

	if (!growth(s, v, &out->delta_i)) {
		s->resets++;
		return;
	}
	out->has_delta = true;
	out->delta = (double)out->delta_i;
	rate = out->delta / out->dt;
	widen(s, rate, s->intervals == 0);
	s->intervals++;
	s->span += out->dt;
	if (__builtin_add_overflow(s->increase, out->delta_i, &s->increase))
		s->increase = INT64_MAX;
	if (out->delta_i)
		moved(s, at.snap);
	if (rate > s->peak_per_s) {
		s->peak_per_s = rate;
		s->peak_snap = at.snap;
	}
}

static void add_gauge(struct series *s, struct moment at, const struct value *v, struct sample *out)
{
	if (s->chained && out->dt > 0) {
		out->has_delta = true;
		out->delta = number(v) - number(&s->last);
		if (v->type != VALUE_INT || s->last.type != VALUE_INT ||
		    __builtin_sub_overflow(v->v.i, s->last.v.i, &out->delta_i))
			out->delta_i = 0;
		s->intervals++;
		s->span += out->dt;
		s->weighted += number(&s->last) * out->dt;
		if (!same(v, &s->last))
			moved(s, at.snap);
	}
	if (s->n == 0 || number(v) > s->hi)
		s->peak_snap = at.snap;
	widen(s, number(v), s->n == 0);
}

struct sample series_add(struct series *s, struct moment at, const struct value *v)
{
	struct sample out = {.write = s->n == 0 || !same(v, &s->last)};

	if (s->chained && at.t > s->last_t)
		out.dt = at.t - s->last_t;
	if (series_is_counter(s)) {
		if (out.dt > 0)
			add_counter(s, at, v, &out);
	} else if (s->kind == KIND_GAUGE && v->type != VALUE_TEXT) {
		add_gauge(s, at, v, &out);
	} else if (s->chained && out.write) {
		moved(s, at.snap);
	}
	if (s->n == 0)
		keep(&s->first, v);
	if (out.write)
		keep(&s->last, v);
	s->n++;
	s->last_snap = at.snap;
	s->last_t = at.t;
	s->chained = true;
	if (out.write)
		s->written_snap = at.snap;
	return out;
}

void series_unchain(struct series *s)
{
	s->chained = false;
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

double series_quantile(const struct series *s, double q)
{
	float v[SKETCH_CELLS];
	size_t n;

	if (!s->sketch)
		return (double)s->flat_v;
	n = s->sketch->used;
	memcpy(v, s->sketch->v, n * sizeof(*v));
	qsort(v, n, sizeof(*v), by_value);
	return (double)v[(size_t)floor(q * (double)(n - 1) + 0.5)];
}

void series_free(struct series *s)
{
	static const struct value none = {.type = VALUE_NONE};

	keep(&s->first, &none);
	keep(&s->last, &none);
	free(s->sketch);
	free(s->key);
	free(s);
}
