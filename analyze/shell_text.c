#include "analyze/shell_text.h"

#include <stddef.h>
#include <stdint.h>

#include "analyze/escape.h"

/* Longer names are a stranger's joke: cut, they cannot fill the text. */
#define VALUE_MAX 1024

static void pass_in_command(struct shell_text *s, char c)
{
	if (s->place == SHELL_SINGLE || s->place == SHELL_DOUBLE) {
		if (c == (s->place == SHELL_SINGLE ? '\'' : '"'))
			s->place = SHELL_WORD;
		return;
	}
	if (c == '\'' || c == '"')
		s->place = c == '\'' ? SHELL_SINGLE : SHELL_DOUBLE;
	else if (c == '#' && (s->place == SHELL_GAP || s->place == SHELL_FIRST))
		s->place = SHELL_REMARK;
	else if (s->place != SHELL_FIRST || (c != ' ' && c != '\t'))
		s->place = c == ' ' || c == '\t' ? SHELL_GAP : SHELL_WORD;
}

static void pass(struct shell_text *s, char c)
{
	bool escaped = s->escaped;

	s->escaped = false;
	if (c == '\n') {
		if (s->place != SHELL_SINGLE && s->place != SHELL_DOUBLE)
			s->place = SHELL_LINE;
	} else if (s->place == SHELL_LINE) {
		s->place = c == ' ' || c == '\t' ? SHELL_FIRST : SHELL_PROSE;
	} else if (s->place == SHELL_PROSE || s->place == SHELL_REMARK) {
		return;
	} else if (escaped) {
		if (s->place == SHELL_GAP || s->place == SHELL_FIRST)
			s->place = SHELL_WORD;
	} else if (c == '\\' && s->place != SHELL_SINGLE) {
		s->escaped = true;
	} else {
		pass_in_command(s, c);
	}
}

void shell_pass(struct shell_text *s, struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		pass(s, text.p[i]);
}

static bool is_plain(char c)
{
	static const struct span signs = SPAN_INIT("_@%+=:,./-");

	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       span_find(signs, c) < signs.n;
}

static bool all_plain(struct span s, bool blanks)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_plain(s.p[i]) && !(blanks && s.p[i] == ' '))
			return false;
	return true;
}

/* "-5", "-0.25": what begins with '-' and is no option. */
static bool is_number(struct span s)
{
	(void)span_skip(&s, SPAN("-"));
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '.')
			return false;
	return s.n > 0;
}

/* The next character, or a byte that is none. */
static struct span next_char(struct span *s)
{
	uint32_t v;
	size_t n = utf8_front(*s, &v);
	struct span c = span_sub(*s, 0, n ? n : 1);

	*s = span_sub(*s, c.n, s->n);
	return c;
}

static void put_single(struct buf *b, struct span s)
{
	buf_char(b, '\'');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\'')
			buf_str(b, "'\\''");
		else
			buf_char(b, s.p[i]);
	}
	buf_char(b, '\'');
}

/* As bash, ksh and zsh read it. */
static void put_dollar(struct buf *b, struct span s)
{
	buf_str(b, "$'");
	while (s.n) {
		struct span c = next_char(&s);

		if (escape_none(c)) {
			if (*c.p == '\'' || *c.p == '\\')
				buf_char(b, '\\');
			buf_put(b, c);
			continue;
		}
		for (size_t i = 0; i < c.n; i++) {
			buf_str(b, "\\x");
			buf_hex(b, (unsigned char)c.p[i], 2);
		}
	}
	buf_char(b, '\'');
}

static void put_quoted(struct buf *b, struct span s)
{
	if (escape_none(s))
		put_single(b, s);
	else
		put_dollar(b, s);
}

static void put_in_command(struct shell_text *s, struct buf *b, struct span value)
{
	bool inside = s->place == SHELL_SINGLE || s->place == SHELL_DOUBLE;
	char quote = s->place == SHELL_SINGLE ? '\'' : '"';
	bool option = s->place == SHELL_GAP && span_starts(value, SPAN("-")) && !is_number(value);

	if (s->place == SHELL_GAP)
		s->place = SHELL_WORD;
	if (all_plain(value, inside) && !option) {
		buf_put(b, value);
		return;
	}
	if (inside)
		buf_char(b, quote);
	put_quoted(b, value);
	if (inside)
		buf_char(b, quote);
}

void shell_put(struct shell_text *s, struct buf *b, struct span value)
{
	if (s->place == SHELL_LINE) {
		s->place = SHELL_PROSE;
		if (value.n && *value.p == ' ') {
			buf_str(b, "\\x20");
			value = span_sub(value, 1, value.n);
		}
	}
	if (s->place == SHELL_PROSE || s->place == SHELL_REMARK || s->place == SHELL_FIRST)
		escape_put(b, value, true);
	else
		put_in_command(s, b, span_sub(value, 0, VALUE_MAX));
	if (s->place == SHELL_FIRST)
		s->place = SHELL_WORD;
}
