/*
 * The frame that all plots over time share.  Its inner part is as wide as the page
 * allows, in x a unit a slice, in y a unit a px, so that lines stretch with the window
 * and texts do not.
 */
#ifndef ANALYZE_HTML_CANVAS_H
#define ANALYZE_HTML_CANVAS_H

#include <stdio.h>

#include "analyze/html_scale.h"
#include "analyze/report.h"

#define COLOURS 8 /* of series; each has its dashes, too */

struct canvas {
	FILE *out;
	const struct report *r;
	const struct plot *plot; /* whose findings are shaded; NULL = none */
	const char *id;          /* of the page's element, plain */
	double px;               /* height of the inner part */
	bool bare;               /* what is drawn has shades of its own: no shading over it */
};

/* A text at the right end of a series. */
struct end_label {
	double y;
	const char *text;
	size_t colour;
};

/* <svg>, title and description; the caller closes it with canvas_end. */
void canvas_begin(const struct canvas *c, const char *title, const char *caption,
                  const char *class_, double below_px);
void canvas_end(const struct canvas *c);

/* The description: what the plot is about, then the most of each series. */
void canvas_describe(const struct canvas *c, const struct panel *p, const char *about);

/* Ticks of the value axis with their lines, left of the inner part. */
void canvas_values(const struct canvas *c, const struct scale *s, enum measure m);
/* The inner part; what is drawn between the two is clipped to nothing but the page. */
void canvas_inner_begin(const struct canvas *c);
void canvas_inner_end(const struct canvas *c);
/* Lines of the value axis. */
void canvas_grid(const struct canvas *c, const struct scale *s);
/* The clock below, UTC, with faint lines. */
void canvas_clock(const struct canvas *c);
/* Intervals of findings that the plot is about, the worst in front. */
void canvas_episodes(const struct canvas *c);
/* What one must know: counters that began anew. */
void canvas_marks(const struct canvas *c);
void canvas_guides(const struct canvas *c, const struct panel *p, const struct scale *s);
/* Moved apart so that none covers another. */
void canvas_end_labels(const struct canvas *c, struct end_label *labels, size_t n);

/* Among those that the plot shows: the finding's level, or LEVEL_OK. */
enum level canvas_level(const struct canvas *c, const struct episode *x);

#endif
