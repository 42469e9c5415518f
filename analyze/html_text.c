#include "analyze/html_text.h"

#include <math.h>
#include <string.h>

#include "analyze/escape.h"
#include "analyze/humanize.h"
#include "analyze/layout.h"
#include "schema/buf.h"

static void put_escaped(FILE *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '&':
			(void)fputs("&amp;", out);
			break;
		case '<':
			(void)fputs("&lt;", out);
			break;
		case '>':
			(void)fputs("&gt;", out);
			break;
		case '"':
			(void)fputs("&quot;", out);
			break;
		case '\'':
			(void)fputs("&#39;", out);
			break;
		default:
			(void)fputc(s.p[i], out);
		}
}

/* The character at the front of *s, shown if need be; *s goes on behind it. */
static void put_front(FILE *out, struct span *s)
{
	char text[32];
	struct buf b = BUF_OVER(text);
	uint32_t c;
	size_t n = utf8_front(*s, &c);

	escape_put(&b, span_sub(*s, 0, n ? n : 1), true);
	put_escaped(out, buf_span(&b));
	*s = span_sub(*s, n ? n : 1, s->n);
}

void html_text(FILE *out, struct span s)
{
	while (s.n)
		put_front(out, &s);
}

void html_str(FILE *out, const char *s)
{
	html_text(out, span_of(s));
}

void html_front(FILE *out, struct span s, size_t most)
{
	for (size_t i = 0; s.n; i++) {
		uint32_t c;
		size_t n = utf8_front(s, &c);

		if (i + 1 == most && s.n > (n ? n : 1)) {
			(void)fputs("\xe2\x80\xa6", out);
			return;
		}
		put_front(out, &s);
	}
}

void html_id(FILE *out, const char *s)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	for (; *s; s++) {
		if (strchr(plain, *s))
			(void)fputc(*s, out);
		else if (*s == '/')
			(void)fputc('.', out);
		else
			(void)fprintf(out, ":%02x", (unsigned)(unsigned char)*s);
	}
}

void html_value(FILE *out, double v, enum measure m, bool terse)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	humanize_real(&b, v, m, terse);
	html_text(out, buf_span(&b));
}

void html_coord(FILE *out, double v)
{
	long tenths = lround(v * 10);

	if (tenths < 0) {
		(void)fputc('-', out);
		tenths = -tenths;
	}
	if (tenths % 10)
		(void)fprintf(out, "%ld.%ld", tenths / 10, tenths % 10);
	else
		(void)fprintf(out, "%ld", tenths / 10);
}

enum block { BLOCK_NONE, BLOCK_TEXT, BLOCK_LIST, BLOCK_CODE };

static enum block block_of(struct span line, enum block before)
{
	if (span_trim(line).n == 0)
		return BLOCK_NONE;
	if (span_starts(line, SPAN("- ")))
		return BLOCK_LIST;
	if (line.p[0] == ' ' || line.p[0] == '\t')
		return before == BLOCK_LIST ? BLOCK_LIST : BLOCK_CODE;
	return BLOCK_TEXT;
}

static const struct {
	const char *open, *between, *close;
} blocks[] = {
	[BLOCK_NONE] = {"",            "",   ""               },
	[BLOCK_TEXT] = {"<p>",         " ",  "</p>\n"         },
	[BLOCK_LIST] = {"<ul><li>",    " ",  "</li></ul>\n"   },
	[BLOCK_CODE] = {"<pre><code>", "\n", "</code></pre>\n"},
};

/* Behind a command, after three blanks or more, stands a remark that is no part of it. */
static void put_line(FILE *out, struct span line, enum block block)
{
	size_t at = block == BLOCK_CODE ? span_search(line, SPAN("   ")) : line.n;

	html_text(out, span_sub(line, 0, at));
	if (at == line.n)
		return;
	(void)fputs("<span class=\"c\">", out);
	html_text(out, span_sub(line, at, line.n));
	(void)fputs("</span>", out);
}

void html_prose(FILE *out, const char *text)
{
	struct span rest = span_of(text), line;
	enum block at = BLOCK_NONE;

	while (span_line(&rest, &line)) {
		enum block next = block_of(line, at);

		if (next == at && span_starts(line, SPAN("- ")))
			(void)fputs("</li><li>", out);
		else
			(void)fputs(next == at ? blocks[at].between : blocks[at].close, out);
		if (next != at)
			(void)fputs(blocks[next].open, out);
		if (next == BLOCK_LIST && span_starts(line, SPAN("- ")))
			line = span_sub(line, 2, line.n);
		put_line(out, span_trim(line), next);
		at = next;
	}
	(void)fputs(blocks[at].close, out);
}

void html_mark(FILE *out, enum level level)
{
	static const char *const names[LEVEL_COUNT] = {
		[LEVEL_OK] = "ok",         [LEVEL_INFO] = "information", [LEVEL_WARN] = "warning",
		[LEVEL_CRIT] = "critical", [LEVEL_SKIP] = "not judged",
	};

	(void)fprintf(out, "<b class=\"m %s\" title=\"%s\">%s</b>", level_name(level), names[level],
	              layout_mark(level));
}
