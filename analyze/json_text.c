#include "analyze/json_text.h"

#include <inttypes.h>
#include <math.h>

#include "analyze/escape.h"
#include "schema/buf.h"

static bool is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

static size_t plain_run(struct span s)
{
	size_t n = 0;

	while (n < s.n && is_plain(s.p[n]))
		n++;
	return n;
}

static void put_unit(FILE *out, uint32_t unit)
{
	(void)fprintf(out, "\\u%04" PRIx32, unit);
}

static void put_escaped(FILE *out, uint32_t c)
{
	if (c == '"' || c == '\\') {
		(void)fputc('\\', out);
		(void)fputc((int)c, out);
	} else if (c == '\n' || c == '\t') {
		(void)fputs(c == '\n' ? "\\n" : "\\t", out);
	} else if (c < 0x10000) {
		put_unit(out, c);
	} else {
		put_unit(out, 0xd800 + ((c - 0x10000) >> 10));
		put_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
	}
}

void json_put_text(FILE *out, struct span s)
{
	(void)fputc('"', out);
	while (s.n) {
		size_t n = plain_run(s);
		uint32_t c = 0xfffd;

		(void)fwrite(s.p, 1, n, out);
		s = span_sub(s, n, s.n);
		if (!s.n)
			break;
		n = utf8_front(s, &c);
		put_escaped(out, n ? c : 0xfffd);
		s = span_sub(s, n ? n : 1, s.n);
	}
	(void)fputc('"', out);
}

void json_put_real(FILE *out, double v)
{
	char text[40];
	struct buf b = BUF_OVER(text);
	struct span s;

	if (!isfinite(v)) {
		(void)fputs("null", out);
		return;
	}
	buf_fmt(&b, "%.15g", v);
	s = buf_span(&b);
	if (span_find(s, '.') == s.n && span_find(s, 'e') == s.n)
		buf_str(&b, ".0");
	(void)fwrite(b.p, 1, b.n, out);
}

void json_put_column(FILE *out, struct stmt *q, int column)
{
	switch (sqlite3_column_type(q->s, column)) {
	case SQLITE_INTEGER:
		(void)fprintf(out, "%" PRId64, stmt_get_i64(q, column));
		break;
	case SQLITE_FLOAT:
		json_put_real(out, stmt_get_real(q, column));
		break;
	case SQLITE_NULL:
		(void)fputs("null", out);
		break;
	default:
		json_put_text(out, stmt_get_span(q, column));
	}
}
