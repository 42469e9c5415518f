#include "analyze/when.h"

#include "schema/timefmt.h"

#define DAY_NS (INT64_C(86400) * NS_PER_S)

/* A clock alone is read as one of the day that begins at 0. */
static const struct span some_day = SPAN_INIT("1970-01-01 ");

static bool clock_parse(struct span s, int64_t *ns)
{
	char text[32];
	struct buf b = BUF_OVER(text);

	buf_put(&b, some_day);
	buf_put(&b, s);
	return s.n > 0 && !b.cut && time_parse(buf_span(&b), ns);
}

bool when_parse(struct span s, struct when *w)
{
	static const struct {
		struct span mark;
		enum when_kind kind;
	} signs[] = {
		{SPAN_INIT("+"), WHEN_FROM_START},
		{SPAN_INIT("-"), WHEN_FROM_END  },
	};
	struct when got = {.kind = WHEN_UTC};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (span_skip(&s, signs[i].mark)) {
			got.kind = signs[i].kind;
			if (!duration_parse(s, &got.ns))
				return false;
			*w = got;
			return true;
		}
	if (span_skip(&s, SPAN("@"))) {
		if (!span_fixed(s, 9, &got.ns))
			return false;
	} else if (clock_parse(s, &got.ns)) {
		got.kind = WHEN_CLOCK;
	} else if (!time_parse(s, &got.ns)) {
		return false;
	}
	*w = got;
	return true;
}

static int64_t plus(int64_t a, int64_t b)
{
	int64_t c;

	if (__builtin_add_overflow(a, b, &c))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return c;
}

/* The day that `ns` lies in, rounded down also before 1970. */
static int64_t midnight(int64_t ns)
{
	int64_t over = ns % DAY_NS;

	return ns - over - (over < 0 ? DAY_NS : 0);
}

static int64_t nearest_clock(int64_t clock, int64_t start, int64_t end)
{
	int64_t day = midnight(start), at = plus(day, clock), before;

	if (at < start)
		at = plus(at, DAY_NS);
	if (at <= end)
		return at;
	before = plus(at, -DAY_NS);
	return start - before <= at - end ? before : at;
}

int64_t when_resolve(struct when w, int64_t start, int64_t end)
{
	switch (w.kind) {
	case WHEN_CLOCK:
		return nearest_clock(w.ns, start, end < start ? start : end);
	case WHEN_FROM_START:
		return plus(start, w.ns);
	case WHEN_FROM_END:
		return plus(end, -w.ns);
	case WHEN_UTC:
	case WHEN_NONE:
		break;
	}
	return w.ns;
}
