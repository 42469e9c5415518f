/* Tables of sections as tables of a page. */
#ifndef ANALYZE_HTML_TABLE_H
#define ANALYZE_HTML_TABLE_H

#include <stdio.h>

#include "analyze/report.h"

/* <section id="section-NAME">: its tables, or why there are none. */
void html_section(FILE *out, const struct section *s);

/* The value of one cell, with its unit unless the heading says it (terse). */
void html_cell(FILE *out, const struct cell *c, enum measure m, bool terse);
/* <td ...>, with what it is sorted by. */
void html_td(FILE *out, const struct cell *c, enum measure m);
/* Around a <table> that may be wider than the page. */
void html_scroll_begin(FILE *out, const char *label);
void html_scroll_end(FILE *out);

#endif
