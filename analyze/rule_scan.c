#include "analyze/rule_scan.h"

#include <strings.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (unsigned char)c >= 0x80;
}

static void skip(struct span *s, size_t n)
{
	*s = span_sub(*s, n, s->n);
}

/* Blanks, "-- to the end of the line", and slash-star comments. */
static void skip_blank(struct span *s)
{
	for (;;) {
		while (s->n && is_blank(*s->p))
			skip(s, 1);
		if (span_starts(*s, SPAN("--")))
			skip(s, span_find(*s, '\n'));
		else if (span_starts(*s, SPAN("/*")))
			skip(s, span_search(span_sub(*s, 2, s->n), SPAN("*/")) + 4);
		else
			return;
	}
}

static size_t word_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && is_word(s.p[n]))
		n++;
	return n;
}

/* Digits, letters and dots; a sign behind an exponent. */
static size_t number_length(struct span s)
{
	size_t n = 0;

	while (n < s.n && (is_word(s.p[n]) || s.p[n] == '.' ||
	                   ((s.p[n] == '-' || s.p[n] == '+') && (s.p[n - 1] | 0x20) == 'e')))
		n++;
	return n;
}

/* Up to the closing quote, which is not doubled. */
static size_t quoted_length(struct span s, char quote)
{
	size_t n = 1;

	for (; n < s.n; n++) {
		if (s.p[n] != quote)
			continue;
		if (n + 1 >= s.n || s.p[n + 1] != quote)
			break;
		n++;
	}
	return n - 1;
}

static size_t sign_length(struct span s)
{
	return span_starts(s, SPAN("->>")) ? 3 : span_starts(s, SPAN("->")) ? 2 : 1;
}

static void take(struct span *sql, struct scan_token *t, enum scan_type type, size_t before,
                 size_t n, size_t after)
{
	t->type = type;
	t->text = span_sub(*sql, before, n);
	skip(sql, before + n + after);
}

bool scan_next(struct span *sql, struct scan_token *t)
{
	char c;

	skip_blank(sql);
	if (!sql->n)
		return false;
	c = *sql->p;
	if (c == '\'')
		take(sql, t, SCAN_STRING, 1, quoted_length(*sql, c), 1);
	else if (c == '"' || c == '`')
		take(sql, t, SCAN_NAME, 1, quoted_length(*sql, c), 1);
	else if (is_digit(c) || (c == '.' && sql->n > 1 && is_digit(sql->p[1])))
		take(sql, t, SCAN_NUMBER, 0, number_length(*sql), 0);
	else if (is_word(c))
		take(sql, t, SCAN_NAME, 0, word_length(*sql), 0);
	else if (c == ':' && sql->n > 1 && is_word(sql->p[1]))
		take(sql, t, SCAN_PARAM, 1, word_length(span_sub(*sql, 1, sql->n)), 0);
	else
		take(sql, t, SCAN_SIGN, 0, sign_length(*sql), 0);
	return true;
}

bool scan_is(const struct scan_token *t, const char *word)
{
	struct span w = span_of(word);

	return t->type == SCAN_NAME && t->text.n == w.n && strncasecmp(t->text.p, w.p, w.n) == 0;
}

static bool take_sign(struct span *sql, char c)
{
	struct span rest = *sql;
	struct scan_token t;

	if (!scan_next(&rest, &t) || t.type != SCAN_SIGN || t.text.n != 1 || *t.text.p != c)
		return false;
	*sql = rest;
	return true;
}

/* "( :name , [-] literal )" behind a coalesce. */
static bool take_default(struct span *sql, struct span *name, struct span *literal)
{
	struct span rest = *sql, from;
	struct scan_token t;
	bool minus;

	if (!take_sign(&rest, '(') || !scan_next(&rest, &t) || t.type != SCAN_PARAM)
		return false;
	*name = t.text;
	if (!take_sign(&rest, ','))
		return false;
	minus = take_sign(&rest, '-');
	from = rest;
	if (!scan_next(&rest, &t) || (t.type != SCAN_NUMBER && (t.type != SCAN_STRING || minus)) ||
	    !take_sign(&rest, ')'))
		return false;
	*literal = t.text;
	if (minus && from.p == t.text.p) /* "-5": the sign stands right before */
		*literal = (struct span){t.text.p - 1, t.text.n + 1};
	*sql = rest;
	return true;
}

bool scan_next_default(struct span *sql, struct span *name, struct span *literal)
{
	struct scan_token t;

	while (scan_next(sql, &t))
		if (scan_is(&t, "coalesce") && take_default(sql, name, literal))
			return true;
	return false;
}

bool scan_default(struct span sql, struct span name, struct span *literal, bool *differ)
{
	struct span seen, value;
	bool found = false;

	if (differ)
		*differ = false;
	while (scan_next_default(&sql, &seen, &value)) {
		if (!span_eq(seen, name))
			continue;
		if (!found)
			*literal = value;
		else if (differ && !span_eq(*literal, value))
			*differ = true;
		found = true;
	}
	return found;
}

size_t scan_bare(struct span sql, struct span name)
{
	struct span seen, value;
	struct scan_token t;
	size_t n = 0;

	while (scan_next(&sql, &t)) {
		if (scan_is(&t, "coalesce"))
			(void)take_default(&sql, &seen, &value);
		else if (t.type == SCAN_PARAM && span_eq(t.text, name))
			n++;
	}
	return n;
}

const char *scan_too_new(struct span sql)
{
	static const struct {
		const char *first, *second, *what;
	} later[] = {
		{"nulls",    "first",        "NULLS FIRST (3.30)"     },
		{"nulls",    "last",         "NULLS LAST (3.30)"      },
		{"as",       "materialized", "MATERIALIZED (3.35)"    },
		{"not",      "materialized", "MATERIALIZED (3.35)"    },
		{"distinct", "from",         "IS DISTINCT FROM (3.39)"},
		{"right",    "join",         "RIGHT JOIN (3.39)"      },
		{"full",     "join",         "FULL JOIN (3.39)"       },
		{"full",     "outer",        "FULL JOIN (3.39)"       },
	};
	struct scan_token t, before = {.type = SCAN_SIGN};

	for (; scan_next(&sql, &t); before = t) {
		if (t.type == SCAN_SIGN && t.text.n > 1)
			return "-> and ->> (3.38)";
		for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
			if (scan_is(&before, later[i].first) && scan_is(&t, later[i].second))
				return later[i].what;
		if (before.type == SCAN_SIGN && span_eq(before.text, SPAN(")")) &&
		    scan_is(&t, "filter"))
			return "FILTER (3.30 on plain aggregates)";
	}
	return NULL;
}
