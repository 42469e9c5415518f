#include "analyze/md_text.h"

#include <string.h>

#include "analyze/escape.h"
#include "schema/buf.h"

#define TEXT_BYTES 8192
#define FENCE      3 /* backticks at least */

enum place { PLACE_INSIDE, PLACE_BEGIN, PLACE_CELL };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static char at(struct span s, size_t i)
{
	return (char)(i < s.n ? s.p[i] : ' ');
}

/* "1." or "1)" at the very beginning: the item of a list. */
static bool ends_number(struct span s, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!is_digit(s.p[k]))
			return false;
	return i > 0;
}

static bool begins_block(struct span s, size_t i)
{
	char c = s.p[i];

	return (i == 0 && strchr("#+-=>:", c)) || ((c == '.' || c == ')') && ends_number(s, i));
}

/* "http://", "www.": what some renderers make a link of without being asked. */
static bool begins_link(struct span s, size_t i)
{
	if (s.p[i] == ':')
		return at(s, i + 1) == '/' && at(s, i + 2) == '/';
	return s.p[i] == '.' && i >= 3 && (s.p[i - 1] | 0x20) == 'w' && (s.p[i - 2] | 0x20) == 'w';
}

static bool is_markup(struct span s, size_t i, enum place place)
{
	char c = s.p[i];

	if (strchr("\\`*[~$", c))
		return true;
	if (c == '_')
		return i == 0 || !is_word(s.p[i - 1]) || !is_word(at(s, i + 1));
	if (c == '|')
		return place == PLACE_CELL;
	return begins_link(s, i) || (place == PLACE_BEGIN && begins_block(s, i));
}

/* "@name": what some renderers send a message to; not the one of an address, "a@b". */
static bool is_mention(struct span s, size_t i)
{
	return s.p[i] == '@' && is_word(at(s, i + 1)) && (i == 0 || !is_word(s.p[i - 1]));
}

static void put(const struct md *m, struct span raw, enum place place)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);
	struct span s;

	escape_put(&b, raw, m->utf8);
	s = buf_span(&b);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '<') {
			(void)fputs("&lt;", m->out);
		} else if (s.p[i] == '&' && (is_word(at(s, i + 1)) || at(s, i + 1) == '#')) {
			(void)fputs("&amp;", m->out);
		} else {
			if (is_markup(s, i, place))
				(void)fputc('\\', m->out);
			(void)fputc(s.p[i], m->out);
			if (is_mention(s, i)) /* a blank without width is no part of a name */
				(void)fputs(m->utf8 ? "\xe2\x80\x8b" : "&#8203;", m->out);
		}
	}
}

void md_put(const struct md *m, struct span s)
{
	put(m, s, PLACE_INSIDE);
}

void md_begin(const struct md *m, struct span s)
{
	put(m, span_trim(s), PLACE_BEGIN); /* four blanks would be a block of code */
}

void md_cell(const struct md *m, struct span s)
{
	put(m, s, PLACE_CELL);
}

/* The longest run of backticks. */
static size_t ticks_in(struct span s)
{
	size_t most = 0, run = 0;

	for (size_t i = 0; i < s.n; i++) {
		run = s.p[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	return most;
}

static void put_ticks(const struct md *m, size_t n)
{
	while (n--)
		(void)fputc('`', m->out);
}

void md_code(const struct md *m, struct span raw, bool cell)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);
	size_t ticks;

	escape_put(&b, raw, m->utf8);
	if (b.n == 0)
		return;
	ticks = ticks_in(buf_span(&b));
	put_ticks(m, ticks + 1);
	(void)fputs(ticks ? " " : "", m->out);
	for (size_t i = 0; i < b.n; i++) {
		if (cell && b.p[i] == '|')
			(void)fputc('\\', m->out);
		(void)fputc(b.p[i], m->out);
	}
	(void)fputs(ticks ? " " : "", m->out);
	put_ticks(m, ticks + 1);
}

static bool is_command(struct span line)
{
	return line.n && *line.p == ' ' && span_trim(line).n;
}

/* One fence around the commands at the front of *rest. */
static void put_fence(const struct md *m, struct span *rest)
{
	size_t ticks = ticks_in(*rest) + 1;
	struct span after = *rest, line;

	ticks = ticks < FENCE ? FENCE : ticks;
	(void)fputc('\n', m->out);
	put_ticks(m, ticks);
	(void)fputc('\n', m->out);
	while (span_line(&after, &line) && is_command(line)) {
		char text[TEXT_BYTES];
		struct buf b = BUF_OVER(text);

		escape_put(&b, span_trim(line), m->utf8);
		(void)fprintf(m->out, "%s\n", buf_cstr(&b));
		*rest = after;
	}
	put_ticks(m, ticks);
	(void)fputc('\n', m->out);
}

void md_advice(const struct md *m, const char *label, const char *text)
{
	struct span rest = span_of(text), before, line;
	bool begun = false; /* a paragraph, on its line */

	if (span_trim(rest).n == 0)
		return;
	(void)fprintf(m->out, "\n**%s**", label);
	for (before = rest; span_line(&rest, &line); before = rest) {
		if (is_command(line)) {
			(void)fputc('\n', m->out);
			rest = before;
			put_fence(m, &rest);
			begun = false;
			continue;
		}
		if (span_trim(line).n == 0)
			continue;
		(void)fputs(begun || before.p == text ? " " : "\n", m->out);
		if (begun || before.p == text)
			md_put(m, span_trim(line));
		else
			md_begin(m, line);
		begun = true;
	}
	(void)fputs(begun ? "\n" : "", m->out);
}
