#include "schema/timefmt.h"

static const struct {
	struct span name;
	int64_t ns;
} units[] = {
	{SPAN_INIT("ns"), 1                        },
	{SPAN_INIT("us"), NS_PER_US                },
	{SPAN_INIT("ms"), NS_PER_MS                },
	{SPAN_INIT("s"),  NS_PER_S                 },
	{SPAN_INIT("m"),  INT64_C(60) * NS_PER_S   },
	{SPAN_INIT("h"),  INT64_C(3600) * NS_PER_S },
	{SPAN_INIT("d"),  INT64_C(86400) * NS_PER_S},
};
#define UNITS (sizeof(units) / sizeof(units[0]))

static bool take_unit(struct span *s, int64_t *ns)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= 'a' && s->p[n] <= 'z')
		n++;
	for (size_t i = 0; i < UNITS; i++)
		if (span_eq(span_sub(*s, 0, n), units[i].name)) {
			*ns = units[i].ns;
			return span_skip(s, units[i].name);
		}
	return false;
}

/* One "12.5ms" of a duration; the unit may be missing only from a lone number. */
static bool take_part(struct span *s, bool lone, int64_t *ns)
{
	uint64_t whole, scale = 1, part = 0;
	int64_t unit = NS_PER_S;

	if (!span_take_u64(s, INT64_MAX, &whole))
		return false;
	if (span_skip(s, SPAN("."))) {
		size_t before = s->n;

		if (!span_take_u64(s, NS_PER_S, &part) || before - s->n > 9)
			return false;
		for (size_t i = before - s->n; i > 0; i--)
			scale *= 10;
	}
	if (!take_unit(s, &unit) && !(lone && s->n == 0))
		return false;
	if (whole > (uint64_t)(INT64_MAX / unit) - 1)
		return false;
	*ns = (int64_t)whole * unit + unit / (int64_t)scale * (int64_t)part +
	      unit % (int64_t)scale * (int64_t)part / (int64_t)scale;
	return true;
}

bool duration_parse(struct span s, int64_t *ns)
{
	int64_t sum = 0, part;

	if (s.n == 0)
		return false;
	for (bool first = true; s.n; first = false) {
		if (!take_part(&s, first, &part) || part > INT64_MAX - sum)
			return false;
		sum += part;
	}
	*ns = sum;
	return true;
}

void duration_put(struct buf *b, int64_t ns)
{
	bool any = false;

	for (size_t i = UNITS; i-- > 0;) {
		int64_t n = ns / units[i].ns;

		if (n == 0)
			continue;
		buf_i64(b, n);
		buf_put(b, units[i].name);
		ns -= n * units[i].ns;
		any = true;
	}
	if (!any)
		buf_str(b, "0s");
}

#define YEAR_MIN 1678
#define YEAR_MAX 2261

struct date {
	int64_t year;
	unsigned month, day, hour, minute, second; /* month and day from 1 */
	unsigned ns;
};

/* Days since 1970-01-01 of a proleptic Gregorian date, in 400-year eras. */
static int64_t days_of(int64_t y, unsigned m, unsigned d)
{
	int64_t era;
	unsigned yoe, doy, doe;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = (unsigned)(y - era * 400);
	doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + (int64_t)doe - 719468;
}

static struct date date_of(int64_t unix_ns)
{
	int64_t ns = unix_ns % NS_PER_S, s = unix_ns / NS_PER_S - (ns < 0);
	int64_t days = s / 86400 - (s % 86400 < 0);
	unsigned sod = (unsigned)(s - days * 86400), doe, yoe, doy, mp;
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	struct date d = {0};

	doe = (unsigned)(z - era * 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	d.day = doy - (153 * mp + 2) / 5 + 1;
	d.month = mp < 10 ? mp + 3 : mp - 9;
	d.year = (int64_t)yoe + era * 400 + (d.month <= 2);
	d.hour = sod / 3600;
	d.minute = sod / 60 % 60;
	d.second = sod % 60;
	d.ns = (unsigned)(ns < 0 ? ns + NS_PER_S : ns);
	return d;
}

static void put_padded(struct buf *b, uint64_t v, unsigned width)
{
	for (uint64_t limit = 10; width > 1; width--, limit *= 10)
		if (v < limit) {
			for (; width > 1; width--)
				buf_char(b, '0');
			break;
		}
	buf_u64(b, v);
}

static void put2(struct buf *b, unsigned v, const char *after)
{
	buf_char(b, (char)('0' + v / 10));
	buf_char(b, (char)('0' + v % 10));
	buf_str(b, after);
}

static void put_date(struct buf *b, struct date d, const char *dash, const char *colon)
{
	if (d.year < 0)
		buf_char(b, '-');
	put2(b, (unsigned)((d.year < 0 ? -d.year : d.year) / 100 % 100), "");
	put2(b, (unsigned)((d.year < 0 ? -d.year : d.year) % 100), dash);
	put2(b, d.month, dash);
	put2(b, d.day, "T");
	put2(b, d.hour, colon);
	put2(b, d.minute, colon);
	put2(b, d.second, "");
}

void time_put(struct buf *b, int64_t unix_ns, unsigned digits)
{
	struct date d = date_of(unix_ns);
	unsigned scale = NS_PER_S;

	put_date(b, d, "-", ":");
	if (digits > 9)
		digits = 9;
	for (unsigned i = 0; i < digits; i++)
		scale /= 10;
	if (digits) {
		buf_char(b, '.');
		put_padded(b, d.ns / scale, digits);
	}
	buf_char(b, 'Z');
}

void time_put_compact(struct buf *b, int64_t unix_ns)
{
	put_date(b, date_of(unix_ns), "", "");
	buf_char(b, 'Z');
}

static bool take_number(struct span *s, size_t digits, unsigned max, unsigned *v)
{
	uint64_t x;

	if (s->n < digits || !span_u64(span_sub(*s, 0, digits), max, &x))
		return false;
	*s = span_sub(*s, digits, s->n);
	*v = (unsigned)x;
	return true;
}

/* "10:15:04", "10:15" */
static bool take_clock(struct span *s, struct date *d)
{
	if (!take_number(s, 2, 23, &d->hour) || !span_skip(s, SPAN(":")) ||
	    !take_number(s, 2, 59, &d->minute))
		return false;
	return !span_skip(s, SPAN(":")) || take_number(s, 2, 60, &d->second);
}

/* ".123", of which at most nine digits; nothing is 0. */
static bool take_fraction(struct span *s, uint64_t *ns)
{
	size_t before;

	*ns = 0;
	if (!span_skip(s, SPAN(".")))
		return true;
	before = s->n;
	if (!span_take_u64(s, NS_PER_S, ns) || before - s->n > 9)
		return false;
	for (size_t i = before - s->n; i < 9; i++)
		*ns *= 10;
	return true;
}

bool time_parse(struct span s, int64_t *unix_ns)
{
	struct date d = {0};
	unsigned year;
	uint64_t part = 0;
	int64_t days;

	if (!take_number(&s, 4, 9999, &year) || !span_skip(&s, SPAN("-")) ||
	    !take_number(&s, 2, 12, &d.month) || !span_skip(&s, SPAN("-")) ||
	    !take_number(&s, 2, 31, &d.day))
		return false;
	if (s.n && (*s.p == 'T' || *s.p == ' ')) {
		s = span_sub(s, 1, s.n);
		if (!take_clock(&s, &d) || !take_fraction(&s, &part))
			return false;
	}
	span_skip(&s, SPAN("Z"));
	days = days_of(year, d.month, d.day);
	/* 64 bits of nanoseconds reach from 1677 to 2262 */
	if (s.n || year < YEAR_MIN || year > YEAR_MAX || d.month == 0 || d.day == 0 ||
	    date_of(days * 86400 * NS_PER_S).day != d.day)
		return false;
	*unix_ns = ((days * 24 + d.hour) * 60 + d.minute) * 60 * NS_PER_S +
	           (int64_t)d.second * NS_PER_S + (int64_t)part;
	return true;
}
