/* How each kind of panel over time is drawn inside its frame. */
#ifndef ANALYZE_HTML_DRAW_H
#define ANALYZE_HTML_DRAW_H

#include "analyze/html_canvas.h"
#include "analyze/report.h"

/* The whole panel: axes, data, labels, as one <svg> with title and description. */
typedef void (*draw_panel)(const struct canvas *c, const struct panel *p);

/* By enum plot_kind. */
extern const draw_panel draw_kinds[PLOT_KIND_COUNT];

/* Classes of a heat map's cell: 0 for nothing, else 1 to HEAT_LEVELS. */
#define HEAT_LEVELS 7
size_t heat_level(double v, double most, enum measure m);
/* The smallest value of a level, for the key. */
double heat_least(size_t level, double most, enum measure m);

#endif
