/*
 * Text on lines of a given width: paragraphs, tables, sparklines.  No line is ever
 * longer than the style's width, so that no terminal folds one.
 */
#ifndef ANALYZE_LAYOUT_H
#define ANALYZE_LAYOUT_H

#include <stddef.h>
#include <stdio.h>

#include "analyze/report.h"
#include "schema/span.h"

struct layout {
	FILE *out;
	const struct style *style;
};

enum paint {
	PAINT_NONE,
	PAINT_HEAD, /* a section's name */
	PAINT_FAINT,
	PAINT_LEVEL, /* + enum level */
	PAINT_COUNT = PAINT_LEVEL + LEVEL_COUNT
};

/* Text in a colour; without style->colour just the text. */
void layout_paint(const struct layout *l, enum paint p, const char *text);

/*
 * `label` at column `indent`, then the text from column `hang` on, folded between
 * words and escaped; without a label the first line begins at `indent`.  Lines with
 * leading blanks or "- " stay lines and keep those, so that commands stand as written;
 * others are filled to paragraphs.  An empty text prints nothing.
 */
void layout_text(const struct layout *l, size_t indent, const char *label, size_t hang,
                 struct span text);

/* The same in `most` lines; the last one ends in a mark when there is more. */
void layout_most(const struct layout *l, size_t indent, const char *label, size_t hang,
                 struct span text, size_t most);

/* One line behind `at` columns, escaped; what does not fit ends in a mark. */
void layout_line(const struct layout *l, size_t at, struct span text);

/* layout_text without a label, behind `at` columns that stand on the line already. */
void layout_more(const struct layout *l, size_t at, size_t hang, struct span text);

/* Caption, heading and rows, or for a list its pairs, indented by two. */
void layout_table(const struct layout *l, const struct table *t);

/*
 * The same for rows over one axis of time: the first column names the row, then comes
 * its strip of cells (a *_spark, as wide as there is room for) below a scale of wall
 * clocks, then the other columns that are no data.  A strip of numbers is scaled to its
 * own peak.  A row with a level in the data column `lane` is a finding's: its cells are
 * 1 from its first to its last moment and 2 at its worst.
 */
void layout_timeline(const struct layout *l, const struct table *t);

/* The text in a field of `width` columns; what does not fit ends in a mark. */
void layout_field(const struct layout *l, struct span s, size_t width, bool right, bool last);
/* The largest value of the slice of the window that column `column` of `columns` shows. */
float layout_slice(const struct cell *c, size_t columns, size_t column);
/* "[W]" */
const char *layout_mark(enum level level);
/* The same in its colour. */
void layout_put_mark(const struct layout *l, enum level level);

/* One character a cell, scaled to the largest, at most `columns` of them: the worst of each slice.
 */
void layout_spark(const struct layout *l, const struct cell *c, size_t columns);

#endif
