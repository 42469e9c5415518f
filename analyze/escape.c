#include "analyze/escape.h"

struct range {
	uint32_t from, to;
};

/* What shows nothing but changes how the rest is shown, beyond C0 and C1. */
static const struct range invisible[] = {
	{0x00ad,  0x00ad },
        {0x061c,  0x061c },
        {0x180e,  0x180e },
        {0x200b,  0x200f },
        {0x2028,  0x202e },
	{0x2060,  0x206f },
        {0xfe00,  0xfe0f },
        {0xfeff,  0xfeff },
        {0xfff9,  0xfffb },
        {0xe0000, 0xe0fff},
};

/* Unicode East Asian Width W and F, in blocks. */
static const struct range wide[] = {
	{0x1100,  0x115f },
        {0x2e80,  0xa4cf },
        {0xac00,  0xd7a3 },
	{0xf900,  0xfaff },
        {0xfe30,  0xfe6f },
        {0xff00,  0xff60 },
	{0xffe0,  0xffe6 },
        {0x1f300, 0x1faff},
        {0x20000, 0x3fffd},
};

static const struct range combining[] = {
	{0x0300, 0x036f},
        {0x20d0, 0x20ff}
};

static bool among(uint32_t c, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c >= r[i].from && c <= r[i].to)
			return true;
	return false;
}
#define AMONG(c, ranges) among((c), (ranges), sizeof(ranges) / sizeof((ranges)[0]))

size_t utf8_front(struct span s, uint32_t *c)
{
	/* shortest forms only: the smallest character of each length */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	unsigned char b = s.n ? (unsigned char)s.p[0] : 0;
	size_t n = b < 0x80 ? 1 : b < 0xc2 ? 0 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : b < 0xf5 ? 4 : 0;
	uint32_t v = n == 1 ? b : b & (0x7fU >> n);

	if (n == 0 || s.n < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if (((unsigned char)s.p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | ((unsigned char)s.p[i] & 0x3fU);
	}
	if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*c = v;
	return n;
}

/* False when there is no room for the whole of it. */
static bool put_char(struct buf *b, struct span bytes, uint32_t c, bool utf8)
{
	if (c == '\n' || c == '\t' || c == '\r') {
		buf_str(b, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
	} else if (c < 0x20 || c == 0x7f) {
		buf_str(b, "\\x");
		buf_hex(b, c, 2);
	} else if (c >= 0x80 && (!utf8 || c < 0xa0 || AMONG(c, invisible))) {
		buf_str(b, "\\u");
		buf_hex(b, c, 4);
	} else if (bytes.n <= b->cap - b->n) {
		buf_put(b, bytes);
		return true;
	} else {
		b->cut = true;
	}
	return !b->cut;
}

/* Bytes at the front that are shown as they are, one a character. */
static size_t plain_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= ' ' && s.p[n] <= '~')
		n++;
	return n;
}

void escape_put(struct buf *b, struct span s, bool utf8)
{
	while (s.n && !b->cut) {
		uint32_t c = 0;
		size_t n = plain_length(s);

		if (n) {
			buf_put(b, span_sub(s, 0, n));
			s = span_sub(s, n, s.n);
			continue;
		}
		n = utf8_front(s, &c);
		if (n == 0) {
			buf_str(b, "\\x");
			buf_hex(b, (unsigned char)s.p[0], 2);
			n = 1;
		} else if (!put_char(b, span_sub(s, 0, n), c, utf8)) {
			return; /* half a character would be none */
		}
		s = span_sub(s, n, s.n);
	}
}

/* The next character, or byte that is none, as it is shown. */
static struct span next_shown(struct span *s, struct buf *b)
{
	uint32_t c;
	size_t n = utf8_front(*s, &c);
	struct span one = span_sub(*s, 0, n ? n : 1);

	*s = span_sub(*s, one.n, s->n);
	escape_put(b, one, true);
	return one;
}

void escape_print(FILE *out, const char *text)
{
	struct span rest = span_of(text);

	while (rest.n) {
		char shown[16];
		struct buf b = BUF_OVER(shown);

		(void)next_shown(&rest, &b);
		(void)fwrite(b.p, 1, b.n, out);
	}
}

bool escape_none(struct span s)
{
	for (;;) {
		char shown[16];
		struct buf b = BUF_OVER(shown);
		struct span one;

		s = span_sub(s, plain_length(s), s.n);
		if (s.n == 0)
			return true;
		one = next_shown(&s, &b);

		if (!span_eq(one, buf_span(&b)))
			return false;
	}
}

/* Columns of the character at the front, and its bytes. */
static size_t front_columns(struct span s, size_t *bytes)
{
	uint32_t c = 0;

	*bytes = utf8_front(s, &c);
	if (*bytes == 0)
		*bytes = 1;
	return AMONG(c, combining) ? 0 : AMONG(c, wide) ? 2 : 1;
}

size_t text_columns(struct span s)
{
	size_t columns = 0, bytes;

	for (; s.n; s = span_sub(s, bytes, s.n))
		columns += front_columns(s, &bytes);
	return columns;
}

struct span text_front(struct span s, size_t n)
{
	size_t used = 0, at = 0, bytes;

	while (at < s.n) {
		used += front_columns(span_sub(s, at, s.n), &bytes);
		if (used > n)
			break;
		at += bytes;
	}
	return span_sub(s, 0, at);
}
