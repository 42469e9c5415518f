#include "analyze/humanize.h"

#include <math.h>
#include <stdlib.h>

#include "analyze/escape.h"
#include "schema/timefmt.h"

/* Longer endings first. */
static const struct ending {
	struct span end;
	enum measure measure;
} endings[] = {
	{.end = SPAN_INIT("_bytes_per_s"), .measure = MEASURE_BYTES_PER_S},
	{.end = SPAN_INIT("_bit_per_s"),   .measure = MEASURE_BIT_PER_S  },
	{.end = SPAN_INIT("_per_s"),       .measure = MEASURE_PER_S      },
	{.end = SPAN_INIT("_bytes"),       .measure = MEASURE_BYTES      },
	{.end = SPAN_INIT("_spark"),       .measure = MEASURE_SPARK      },
	{.end = SPAN_INIT("_pct"),         .measure = MEASURE_PCT        },
	{.end = SPAN_INIT("_ns"),          .measure = MEASURE_NS         },
	{.end = SPAN_INIT("_ms"),          .measure = MEASURE_MS         },
	{.end = SPAN_INIT("_s"),           .measure = MEASURE_SECONDS    },
};

static const struct ending *ending_of(struct span column)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (span_ends(column, endings[i].end))
			return &endings[i];
	return NULL;
}

/* Numbers that are names: no one reads port 38,475. */
static bool is_name(struct span column)
{
	static const struct span names[] = {
		SPAN_INIT("port"),  SPAN_INIT("pid"),  SPAN_INIT("irq"),
		SPAN_INIT("snap"),  SPAN_INIT("uid"),  SPAN_INIT("namespace"),
		SPAN_INIT("value"), SPAN_INIT("line"), SPAN_INIT("at"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (span_eq(column, names[i]))
			return true;
	return false;
}

enum measure measure_of(struct span column)
{
	const struct ending *e = ending_of(column);

	return e ? e->measure : is_name(column) ? MEASURE_TEXT : MEASURE_PLAIN;
}

struct span measure_stem(struct span column)
{
	const struct ending *e = ending_of(column);

	return span_sub(column, 0, column.n - (e ? e->end.n : 0));
}

const char *measure_mark(enum measure m)
{
	switch (m) {
	case MEASURE_PER_S:
	case MEASURE_BYTES_PER_S:
		return "/s";
	case MEASURE_PCT:
		return " %";
	default:
		return "";
	}
}

struct span measure_bare(struct span heading, enum measure m)
{
	struct span mark = span_of(measure_mark(m));

	return span_sub(heading, 0, heading.n - (span_ends(heading, mark) ? mark.n : 0));
}

/* "1234567" -> "1,234,567" */
static void put_grouped(struct buf *b, uint64_t v)
{
	char digits[24];
	struct buf d = BUF_OVER(digits);

	buf_u64(&d, v);
	for (size_t i = 0; i < d.n; i++) {
		if (i && (d.n - i) % 3 == 0)
			buf_char(b, ',');
		buf_char(b, digits[i]);
	}
}

/* Three digits that matter, no zeros behind the point: 0.0123, 1.23, 12.3, 123, 1,234. */
static void put_number(struct buf *b, double v)
{
	char text[64] = "";
	struct buf t = BUF_OVER(text);
	int decimals = v >= 99.95 ? 0 : v >= 9.995 ? 1 : v >= 0.9995 ? 2 : 3;

	if (v >= 999.5 && v < 9e18) {
		put_grouped(b, (uint64_t)llround(v));
		return;
	}
	if (v > 0 && v < 0.00995)
		decimals = 4;
	buf_fmt(&t, "%.*f", decimals, v);
	if (span_find(buf_span(&t), '.') < t.n) {
		while (t.n > 1 && text[t.n - 1] == '0')
			t.n--;
		if (text[t.n - 1] == '.')
			t.n--;
	}
	buf_put(b, buf_span(&t));
}

static void put_scaled(struct buf *b, double v, double step, const char *const *prefixes, size_t n,
                       const char *unit)
{
	size_t i = 0;

	while (i + 1 < n && v >= step * 0.9995) {
		v /= step;
		i++;
	}
	put_number(b, v);
	if (prefixes[i][0] || unit[0])
		buf_char(b, ' ');
	buf_str(b, prefixes[i]);
	buf_str(b, unit);
}

static void put_bytes(struct buf *b, double v, const char *per)
{
	static const char *const prefixes[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

	put_scaled(b, v, 1024, prefixes, sizeof(prefixes) / sizeof(prefixes[0]), per);
}

static void put_si(struct buf *b, double v, const char *unit)
{
	static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};

	put_scaled(b, v, 1000, prefixes, sizeof(prefixes) / sizeof(prefixes[0]), unit);
}

/* A rate below 1,000 stands without a blank: "12/s", then "1.2 k/s". */
static void put_rate(struct buf *b, double v, bool terse)
{
	if (v < 999.5) {
		put_number(b, v);
		buf_str(b, terse ? "" : "/s");
	} else {
		put_si(b, v, terse ? "" : "/s");
	}
}

/* Two units at most: "1m30s", "2h5m", "3d4h". */
static void put_long(struct buf *b, uint64_t seconds)
{
	static const struct {
		uint64_t big, small;
		char a, b;
	} pairs[] = {
		{86400, 3600, 'd', 'h'},
		{3600,  60,   'h', 'm'},
		{60,    1,    'm', 's'},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (seconds >= pairs[i].big) {
			buf_u64(b, seconds / pairs[i].big);
			buf_char(b, pairs[i].a);
			if (seconds % pairs[i].big / pairs[i].small) {
				buf_u64(b, seconds % pairs[i].big / pairs[i].small);
				buf_char(b, pairs[i].b);
			}
			return;
		}
}

static void put_time(struct buf *b, double v, enum measure m)
{
	static const char *const units[] = {"ns", "us", "ms", "s"};
	size_t unit = m == MEASURE_NS ? 0 : m == MEASURE_MS ? 2 : 3;
	double ns = v * (m == MEASURE_NS ? 1 : m == MEASURE_MS ? NS_PER_MS : NS_PER_S);

	if (ns >= 99.5 * NS_PER_S)
		put_long(b, (uint64_t)llround(ns / NS_PER_S));
	else if (ns > 0)
		put_scaled(b, ns, 1000, units, sizeof(units) / sizeof(units[0]), "");
	else
		buf_fmt(b, "0 %s", units[unit]);
}

void humanize_real(struct buf *b, double v, enum measure m, bool terse)
{
	if (!isfinite(v))
		return;
	if (v < 0) {
		buf_char(b, '-');
		v = -v;
	}
	if (m == MEASURE_BYTES)
		put_bytes(b, v, "");
	else if (m == MEASURE_BYTES_PER_S)
		put_bytes(b, v, terse ? "" : "/s");
	else if (m == MEASURE_PER_S)
		put_rate(b, v, terse);
	else if (m == MEASURE_BIT_PER_S)
		put_si(b, v, "bit/s");
	else if (m == MEASURE_NS || m == MEASURE_MS || m == MEASURE_SECONDS)
		put_time(b, v, m);
	else
		put_number(b, v);
	if (m == MEASURE_PCT && !terse)
		buf_str(b, " %");
}

void humanize(struct buf *b, const struct cell *c, enum measure m, bool terse, bool utf8)
{
	if (c->type == CELL_TEXT) {
		escape_put(b, span_of(c->v.text), utf8);
	} else if (c->type == CELL_REAL) {
		humanize_real(b, c->v.r, m, terse);
	} else if (c->type == CELL_INT && m == MEASURE_TEXT) {
		buf_i64(b, c->v.i);
	} else if (c->type == CELL_INT && m == MEASURE_PLAIN) {
		if (c->v.i < 0)
			buf_char(b, '-');
		put_grouped(b, c->v.i < 0 ? 0 - (uint64_t)c->v.i : (uint64_t)c->v.i);
	} else if (c->type == CELL_INT) {
		humanize_real(b, (double)c->v.i, m, terse);
	}
}
