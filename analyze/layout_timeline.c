/* Rows over one axis of time, so that what happened together stands one below the other. */
#include <math.h>
#include <string.h>

#include "analyze/escape.h"
#include "analyze/humanize.h"
#include "analyze/layout.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define INDENT     4
#define GUTTER     2
#define CELL_BYTES 256
#define TAIL_MOST  4  /* columns behind the strip */
#define STRIP_GOOD 36 /* below it the columns behind the strip go */

/* How the columns fit on a line. */
struct frame {
	const struct table *t;
	size_t strip_column, lane_column; /* columns_n = none */
	size_t tail[TAIL_MOST], tail_width[TAIL_MOST], tail_n;
	size_t label, strip; /* widths */
};

static const struct cell *cell_at(const struct frame *f, size_t row, size_t column)
{
	return &f->t->cells[row * f->t->columns_n + column];
}

/* The level of a finding's lane; false for an event. */
static bool lane_of(const struct frame *f, size_t row, enum level *level)
{
	const struct cell *c =
		f->lane_column < f->t->columns_n ? cell_at(f, row, f->lane_column) : NULL;

	return c && c->type == CELL_TEXT && level_parse(span_of(c->v.text), level);
}

static struct span label_text(const struct layout *l, const struct frame *f, size_t row,
                              struct buf *b)
{
	humanize(b, cell_at(f, row, 0), MEASURE_TEXT, true, l->style->utf8);
	return buf_span(b);
}

static size_t label_columns(const struct layout *l, const struct frame *f, size_t row)
{
	char text[CELL_BYTES];
	struct buf b = BUF_OVER(text);
	enum level level;

	return text_columns(label_text(l, f, row, &b)) +
	       (lane_of(f, row, &level) ? strlen(layout_mark(level)) + 1 : 0);
}

static struct span tail_text(const struct layout *l, const struct frame *f, size_t row, size_t i,
                             struct buf *b)
{
	humanize(b, cell_at(f, row, f->tail[i]), f->t->columns[f->tail[i]].measure, true,
	         l->style->utf8);
	return buf_span(b);
}

static void find_columns(struct frame *f)
{
	const struct table *t = f->t;

	f->strip_column = f->lane_column = t->columns_n;
	for (size_t c = 1; c < t->columns_n; c++) {
		if (t->columns[c].measure == MEASURE_SPARK && f->strip_column == t->columns_n)
			f->strip_column = c;
		else if (strcmp(t->columns[c].name, "lane") == 0)
			f->lane_column = c;
		else if (t->columns[c].measure != MEASURE_DATA && f->tail_n < TAIL_MOST)
			f->tail[f->tail_n++] = c;
	}
}

static void measure_widths(const struct layout *l, struct frame *f)
{
	for (size_t i = 0; i < f->tail_n; i++)
		f->tail_width[i] = text_columns(span_of(f->t->columns[f->tail[i]].heading));
	for (size_t r = 0; r < f->t->rows_n; r++) {
		size_t n = label_columns(l, f, r);

		f->label = n > f->label ? n : f->label;
		for (size_t i = 0; i < f->tail_n; i++) {
			char text[CELL_BYTES];
			struct buf b = BUF_OVER(text);

			n = text_columns(tail_text(l, f, r, i, &b));
			f->tail_width[i] = n > f->tail_width[i] ? n : f->tail_width[i];
		}
	}
}

static size_t tail_columns(const struct frame *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->tail_n; i++)
		n += GUTTER + f->tail_width[i];
	return n;
}

static size_t cells_of(const struct frame *f)
{
	for (size_t r = 0; r < f->t->rows_n; r++)
		if (cell_at(f, r, f->strip_column)->type == CELL_SPARK &&
		    cell_at(f, r, f->strip_column)->v.spark.n)
			return cell_at(f, r, f->strip_column)->v.spark.n;
	return 1;
}

/* Labels give way first, then the columns behind; few cells are drawn wider, all alike. */
static void fit(const struct layout *l, struct frame *f)
{
	size_t room = l->style->width - INDENT - GUTTER, cells = cells_of(f), label = f->label;

	if (f->label > room / 3)
		f->label = room / 3;
	while (f->tail_n && f->label + STRIP_GOOD + tail_columns(f) > room)
		f->tail_n--;
	f->strip = room - f->label - tail_columns(f);
	if (f->strip > STRIP_CELLS)
		f->strip = STRIP_CELLS;
	if (cells < f->strip)
		f->strip -= f->strip % cells;
	f->label = room - tail_columns(f) - f->strip;
	if (f->label > label)
		f->label = label;
}

/* The shortest step of a clock that leaves room for its texts. */
static int64_t scale_step(const struct frame *f, size_t *text_columns_n)
{
	static const int64_t steps[] = {1,     2,     5,     10,    15,    30,   60,
	                                120,   300,   600,   900,   1800,  3600, 7200,
	                                10800, 21600, 43200, 86400, 604800};
	double span_s = (double)(f->t->to_ns - f->t->from_ns) / NS_PER_S;
	size_t i = 0;

	for (;; i++) {
		*text_columns_n = steps[i] < 60 ? 8 : 5;
		if (i + 1 == sizeof(steps) / sizeof(steps[0]) ||
		    (double)steps[i] / span_s * (double)f->strip >= (double)(*text_columns_n + 3))
			return steps[i];
	}
}

/* "|10:02:30" at the column of that moment, when it fits. */
static void put_time(const struct frame *f, char *line, int64_t t_ns, size_t columns)
{
	double at = (double)(t_ns - f->t->from_ns) / (double)(f->t->to_ns - f->t->from_ns);
	size_t column = (size_t)(at * (double)f->strip + 0.5);
	char text[64];
	struct buf b = BUF_OVER(text);

	if (column >= f->strip)
		return;
	line[column] = '|';
	if (column + 1 + columns > f->strip)
		return;
	time_put(&b, t_ns, 0);
	/* "2026-08-23T10:15:04Z": the clock, or of whole days the day */
	memcpy(line + column + 1,
	       text + (columns == 5 && t_ns % (86400LL * NS_PER_S) == 0 ? 5 : 11), columns);
}

/* Without the blanks at its end. */
static struct span trimmed(const char *line, size_t n)
{
	while (n && line[n - 1] == ' ')
		n--;
	return (struct span){line, n};
}

static void put_scale(const struct layout *l, const struct frame *f)
{
	char line[STRIP_CELLS + 1];
	size_t columns;
	int64_t step, t;

	memset(line, ' ', f->strip);
	if (f->t->to_ns > f->t->from_ns) {
		step = scale_step(f, &columns) * NS_PER_S;
		t = f->t->from_ns + (step - f->t->from_ns % step) % step;
		for (; t < f->t->to_ns; t += step)
			put_time(f, line, t, columns);
		/* where it begins, unless the first of those stands too near */
		if (columns + 2 < f->strip && !memchr(line, '|', columns + 2))
			put_time(f, line, f->t->from_ns, columns);
	}
	layout_field(l, f->tail_n ? (struct span){line, f->strip} : trimmed(line, f->strip),
	             f->strip, false, !f->tail_n);
}

static void put_heading(const struct layout *l, const struct frame *f)
{
	(void)fprintf(l->out, "%*s", INDENT, "");
	layout_field(l, SPAN("UTC"), f->label, false, false);
	(void)fprintf(l->out, "%*s", GUTTER, "");
	put_scale(l, f);
	for (size_t i = 0; i < f->tail_n; i++) {
		(void)fprintf(l->out, "%*s", GUTTER, "");
		layout_field(l, span_of(f->t->columns[f->tail[i]].heading), f->tail_width[i], true,
		             i + 1 == f->tail_n);
	}
	(void)fputc('\n', l->out);
}

/* One drawn column: a bar scaled to the row's peak, a dot for nothing, a blank for a gap. */
static const char *event_glyph(bool utf8, float v, float peak)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char *const ascii[] = {":", "-", "=", "+", "*", "#"};
	float part = peak > 0 ? v / peak : 0;

	if (isnan(v))
		return " ";
	if (!(v > 0))
		return utf8 ? "·" : ".";
	if (utf8)
		return bars[(size_t)fmaxf(ceilf(part * 8) - 1, 0)];
	return ascii[(size_t)fmaxf(ceilf(part * 6) - 1, 0)];
}

static const char *lane_glyph(bool utf8, float v)
{
	if (v >= 2)
		return utf8 ? "█" : "#";
	if (v >= 1)
		return utf8 ? "━" : "=";
	return utf8 ? "·" : ".";
}

static void put_strip(const struct layout *l, const struct frame *f, size_t row)
{
	const struct cell *c = cell_at(f, row, f->strip_column);
	bool utf8 = l->style->utf8;
	char text[4 * STRIP_CELLS];
	struct buf b = BUF_OVER(text);
	enum level level = LEVEL_OK;
	bool lane = lane_of(f, row, &level);
	float peak = 0;

	if (c->type != CELL_SPARK || !c->v.spark.n) {
		(void)fprintf(l->out, "%*s", (int)f->strip, "");
		return;
	}
	for (size_t i = 0; i < c->v.spark.n; i++)
		peak = fmaxf(peak, c->v.spark.v[i]);
	for (size_t i = 0; i < f->strip; i++) {
		float v = layout_slice(c, f->strip, i);

		buf_str(&b, lane ? lane_glyph(utf8, v) : event_glyph(utf8, v, peak));
	}
	layout_paint(l, lane ? (enum paint)((int)PAINT_LEVEL + (int)level) : PAINT_NONE,
	             buf_cstr(&b));
}

static void put_label(const struct layout *l, const struct frame *f, size_t row)
{
	char text[CELL_BYTES];
	struct buf b = BUF_OVER(text);
	enum level level;
	size_t width = f->label;

	if (lane_of(f, row, &level)) {
		layout_put_mark(l, level);
		(void)fputc(' ', l->out);
		width -= strlen(layout_mark(level)) + 1;
	}
	layout_field(l, label_text(l, f, row, &b), width, false, false);
}

static bool has_tail(const struct layout *l, const struct frame *f, size_t row)
{
	for (size_t i = 0; i < f->tail_n; i++) {
		char text[CELL_BYTES];
		struct buf b = BUF_OVER(text);

		if (tail_text(l, f, row, i, &b).n)
			return true;
	}
	return false;
}

static void put_row(const struct layout *l, const struct frame *f, size_t row)
{
	(void)fprintf(l->out, "%*s", INDENT, "");
	put_label(l, f, row);
	(void)fprintf(l->out, "%*s", GUTTER, "");
	put_strip(l, f, row);
	for (size_t i = 0; i < f->tail_n && has_tail(l, f, row); i++) {
		char text[CELL_BYTES];
		struct buf b = BUF_OVER(text);

		(void)fprintf(l->out, "%*s", GUTTER, "");
		layout_field(l, tail_text(l, f, row, i, &b), f->tail_width[i], true,
		             i + 1 == f->tail_n);
	}
	(void)fputc('\n', l->out);
}

void layout_timeline(const struct layout *l, const struct table *t)
{
	struct frame f = {.t = t};

	find_columns(&f);
	if (f.strip_column == t->columns_n)
		return;
	measure_widths(l, &f);
	fit(l, &f);
	put_heading(l, &f);
	for (size_t r = 0; r < t->rows_n; r++)
		put_row(l, &f, r);
}
