/*
 * Text of a bundle inside Markdown, CommonMark's and GitHub's: it stays text.  Control
 * characters are shown as escape.h shows them; then whatever would be markup is escaped,
 * nobody is mentioned, and nothing else, so that a ticket that renders no Markdown can be read as
 * well.
 */
#ifndef ANALYZE_MD_TEXT_H
#define ANALYZE_MD_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "schema/span.h"

struct md {
	FILE *out;
	bool utf8;
};

/* Words inside a line: "a*b" as "a\*b". */
void md_put(const struct md *m, struct span s);
/* The same at the beginning of a paragraph or an item, where "# x" would be a heading. */
void md_begin(const struct md *m, struct span s);
/* The same in a cell of a table, where "|" would end it. */
void md_cell(const struct md *m, struct span s);
/* `s` in as many backticks as it takes; nothing for an empty one.  `cell`: inside a table. */
void md_code(const struct md *m, struct span s, bool cell);
/*
 * Paragraphs and fenced blocks: lines with leading blanks are commands, in a fence that they
 * cannot close; the others are joined.  `label` stands in bold before the first paragraph.
 */
void md_advice(const struct md *m, const char *label, const char *text);

#endif
