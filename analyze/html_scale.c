#include "analyze/html_scale.h"

#include <math.h>

#include "schema/timefmt.h"

#define GOOD_TICKS   5 /* so many steps or a few less */
#define LOG_DECADES  2 /* up to there 2 and 5 have ticks as well */
#define LOG_SMALLEST 1e-3
#define PCT_WHOLE    102

/* 1, 2 or 5 times a power of ten, not below v. */
static double round_up(double v)
{
	double p = pow(10, floor(log10(v)));
	static const double steps[] = {1, 2, 5, 10};

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (steps[i] * p >= v * (1 - 1e-9))
			return steps[i] * p;
	return 10 * p;
}

static double round_up_bytes(double v)
{
	double p = 1;

	while (p * 512 < v && p < 1e18)
		p *= 1024;
	for (int i = 0; i < 10; i++)
		if (ldexp(p, i) >= v)
			return ldexp(p, i);
	return 1024 * p;
}

/* `one` is a second in the measure's unit. */
static double round_up_time(double v, double one)
{
	static const double seconds[] = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600};

	if (v <= one)
		return round_up(v);
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++)
		if (seconds[i] * one >= v)
			return seconds[i] * one;
	return 3600 * one * round_up(v / (3600 * one));
}

static double step_of(double least_step, enum measure m)
{
	switch (m) {
	case MEASURE_BYTES:
	case MEASURE_BYTES_PER_S:
		return round_up_bytes(least_step);
	case MEASURE_NS:
		return round_up_time(least_step, NS_PER_S);
	case MEASURE_MS:
		return round_up_time(least_step, 1000);
	case MEASURE_SECONDS:
		return round_up_time(least_step, 1);
	default:
		return round_up(least_step);
	}
}

/* A share that is a whole but for the clock's jitter: 100.3 % of an interval. */
static double whole(double most, enum measure m)
{
	return m == MEASURE_PCT && most > 100 && most <= PCT_WHOLE ? 100 : most;
}

static void fit_linear(struct scale *s, double most, enum measure m)
{
	double step = step_of((most > 0 ? most : 1) / GOOD_TICKS, m);

	if (m == MEASURE_PLAIN && step < 1)
		step = 1;
	s->lo = 0;
	s->hi = step * ceil(most / step - 1e-9);
	if (s->hi < step)
		s->hi = step;
	while (s->ticks_n < TICKS_MAX && (double)s->ticks_n * step <= s->hi * (1 + 1e-9)) {
		s->ticks[s->ticks_n] = (double)s->ticks_n * step;
		s->ticks_n++;
	}
}

/* 1, 2 and 5 of a decade where there are few, else its first. */
static void put_decade(struct scale *s, double decade, bool all)
{
	static const double parts[] = {1, 2, 5};

	for (size_t i = 0; i < (all ? 3 : 1); i++)
		if (decade * parts[i] <= s->hi * (1 + 1e-9) && s->ticks_n < TICKS_MAX)
			s->ticks[s->ticks_n++] = decade * parts[i];
}

static void fit_log(struct scale *s, double least, double most)
{
	double decades;

	least = fmax(least, LOG_SMALLEST);
	most = fmax(most, least);
	s->lo = pow(10, floor(log10(least)));
	s->hi = fmax(round_up(most), 10 * s->lo);
	decades = log10(s->hi / s->lo);
	for (int k = 0; k <= decades + 1e-9; k++)
		put_decade(s, s->lo * pow(10, k), decades <= LOG_DECADES);
}

void scale_fit(struct scale *s, double least, double most, enum measure m, bool log, double px)
{
	*s = (struct scale){.log = log, .px = px};
	if (log)
		fit_log(s, least, most);
	else
		fit_linear(s, whole(most, m), m);
}

double scale_y(const struct scale *s, double v)
{
	double part = s->log ? log(fmax(v, s->lo) / s->lo) / log(s->hi / s->lo)
	                     : (v - s->lo) / (s->hi - s->lo);

	return s->px * (1 - fmin(fmax(part, 0), 1));
}

int64_t time_step(int64_t from_ns, int64_t to_ns, size_t most)
{
	static const int64_t steps[] = {1,     2,     5,     10,    15,     30,    60,
	                                120,   300,   600,   900,   1800,   3600,  7200,
	                                10800, 21600, 43200, 86400, 172800, 604800};
	double span_s = (double)(to_ns - from_ns) / NS_PER_S;
	size_t i = 0;

	while (i + 1 < sizeof(steps) / sizeof(steps[0]) && span_s / (double)steps[i] > (double)most)
		i++;
	return steps[i];
}
