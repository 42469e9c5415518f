#include "schema/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void buf_put(struct buf *b, struct span s)
{
	size_t room = b->cap - b->n;

	if (s.n > room) {
		b->cut = true;
		s.n = room;
	}
	if (s.n)
		memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void buf_str(struct buf *b, const char *s)
{
	buf_put(b, span_of(s));
}

void buf_char(struct buf *b, char c)
{
	buf_put(b, (struct span){&c, 1});
}

static void digits_of(struct buf *b, uint64_t v, unsigned base, unsigned width)
{
	char d[64];
	size_t at = sizeof(d);

	do {
		d[--at] = "0123456789abcdef"[v % base];
		v /= base;
	} while ((v || sizeof(d) - at < width) && at > 0);
	buf_put(b, (struct span){d + at, sizeof(d) - at});
}

void buf_u64(struct buf *b, uint64_t v)
{
	digits_of(b, v, 10, 1);
}

void buf_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_char(b, '-');
	buf_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

void buf_hex(struct buf *b, uint64_t v, unsigned width)
{
	digits_of(b, v, 16, width);
}

void buf_fixed(struct buf *b, uint64_t v, unsigned digits)
{
	uint64_t scale = 1;

	for (unsigned i = 0; i < digits; i++)
		scale *= 10;
	buf_u64(b, v / scale);
	if (digits) {
		buf_char(b, '.');
		digits_of(b, v % scale, 10, digits);
	}
}

void buf_fmt(struct buf *b, const char *format, ...)
{
	size_t room = b->cap - b->n;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(room ? b->p + b->n : NULL, room, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= room) { /* vsnprintf needs a byte for its NUL */
		b->cut = true;
		n = room ? (int)room - 1 : 0;
	}
	b->n += (size_t)n;
}

struct span buf_span(const struct buf *b)
{
	return (struct span){b->p, b->n};
}

const char *buf_cstr(struct buf *b)
{
	if (b->cap == 0)
		return "";
	if (b->n == b->cap) {
		b->cut = true;
		b->n--;
	}
	b->p[b->n] = '\0';
	return b->p;
}
