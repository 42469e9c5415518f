#include "analyze/rule_line.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool line_word(struct span *line, struct arena *a, struct span *word)
{
	struct span rest = span_trim(*line);
	bool quoted = false;
	size_t i = 0, n = 0;
	char *text;

	if (!rest.n || *rest.p == '#')
		return false;
	while (i < rest.n && (quoted || !is_blank(rest.p[i])))
		quoted ^= rest.p[i++] == '"';
	text = arena_text(a, span_sub(rest, 0, i));
	for (size_t k = 0; k < i; k++)
		if (rest.p[k] != '"')
			text[n++] = rest.p[k];
	text[n] = '\0';
	*word = (struct span){text, n};
	*line = span_sub(rest, i, rest.n);
	return true;
}
