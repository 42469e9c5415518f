/* Panels whose x is no time: points, and how many there are of what. */
#ifndef ANALYZE_HTML_POINTS_H
#define ANALYZE_HTML_POINTS_H

#include "analyze/html_canvas.h"
#include "analyze/report.h"

void draw_scatter(const struct canvas *c, const struct panel *p);
void draw_histogram(const struct canvas *c, const struct panel *p);

#endif
