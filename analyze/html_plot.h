/* The plots of a report as figures of a page. */
#ifndef ANALYZE_HTML_PLOT_H
#define ANALYZE_HTML_PLOT_H

#include <stdio.h>

#include "analyze/report.h"

/* One <section id="plot-NAME"> a plot: its panels, the findings it shows. */
void html_plots(FILE *out, const struct report *r);

/* A lane a rule with findings, over the axis that the plots have. */
void html_lanes(FILE *out, const struct report *r);

/* Links to the plots that show this rule's findings, or nothing. */
void html_plot_links(FILE *out, const struct report *r, const char *rule);

/* A small picture for a table's cell. */
void html_spark(FILE *out, const struct cell *c, bool strip, bool lane);

#endif
