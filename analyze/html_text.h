/*
 * Text on its way into a page.  Whatever is no constant of ours goes through html_text:
 * there is no other way for a bundle's bytes into markup.
 */
#ifndef ANALYZE_HTML_TEXT_H
#define ANALYZE_HTML_TEXT_H

#include <stdio.h>

#include "analyze/report.h"
#include "schema/span.h"

/*
 * Text of an element or of an attribute in double quotes: &, <, >, " and ' as references;
 * control, bidirectional and invisible characters and what is no UTF-8 are shown as in
 * escape.h.
 */
void html_text(FILE *out, struct span s);
void html_str(FILE *out, const char *s);
/* The same, but after `most` characters it ends in an ellipsis. */
void html_front(FILE *out, struct span s, size_t most);

/* "tcp-listen/overflow" as an id or what follows '#': letters, digits, '-' and '_' stay, '/' is
 * '.', any other byte ":hh". */
void html_id(FILE *out, const char *s);

/* A number with its unit: "1.2 k/s"; see humanize_real. */
void html_value(FILE *out, double v, enum measure m, bool terse);
/* A coordinate: one decimal at most, none when it is 0. */
void html_coord(FILE *out, double v);

/* Prose of a rule: lines with leading blanks, and what follows them, stay lines (commands). */
void html_prose(FILE *out, const char *text);

/* The mark of a level, "[C]", in its colour; the word is there for who cannot see it. */
void html_mark(FILE *out, enum level level);

#endif
