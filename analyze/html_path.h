/* Values as the `d` of a path: a unit a slice in x, px in y.  Neighbours of one height are one
 * stroke; a gap ends a stroke. */
#ifndef ANALYZE_HTML_PATH_H
#define ANALYZE_HTML_PATH_H

#include <stddef.h>
#include <stdio.h>

#include "analyze/html_scale.h"

/* From the middle of a slice to the middle of the next; a lone one is a short stroke. */
void html_path_line(FILE *out, const float *v, size_t n, const struct scale *s);
/* Level in each slice. */
void html_path_steps(FILE *out, const float *v, size_t n, const struct scale *s);
/* The same down to the axis, closed; what is 0 has no area. */
void html_path_area(FILE *out, const float *v, size_t n, const struct scale *s);
/* Between two lines, closed. */
void html_path_band(FILE *out, const float *high, const float *low, size_t n,
                    const struct scale *s);
/* Blocks of the whole height `px` where v is more than 0. */
void html_path_blocks(FILE *out, const float *v, size_t n, double px);

#endif
