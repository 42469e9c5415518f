#include "analyze/html_draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/html_path.h"
#include "analyze/html_points.h"
#include "analyze/html_text.h"
#include "analyze/humanize.h"

#define PX_PLOT    150 /* height of the inner part */
#define PX_BELOW   36  /* marks above, the clock below it */
#define PX_MINI    44
#define LABELS_MAX 12
#define ROW_PX     13 /* of a heat map; less with many rows */
#define HEAT_PX    340
#define HEAT_CELLS 12000 /* of one map: then slices are put together */

/* ---- ranges ---- */

/* The most of all series, the least of what is positive. */
static void range_of(const struct panel *p, size_t slices, double *least, double *most)
{
	*least = INFINITY;
	*most = 0;
	for (size_t i = 0; i < p->series_n; i++)
		for (size_t k = 0; !p->series[i].shade && k < slices; k++) {
			double v = (double)p->series[i].high[k];

			if (v > 0) {
				*least = fmin(*least, v);
				*most = fmax(*most, v);
			}
		}
	if (p->log)
		for (size_t i = 0; i < p->guides_n; i++)
			*most = fmax(*most, p->guides[i].at);
}

/* ---- the frame ---- */

/* What a reader with a script needs to tell values: see html.js. */
static void data_begin(const struct canvas *c, const struct panel *p, const struct scale *s,
                       const char *kind)
{
	(void)fprintf(c->out,
	              "<svg class=\"d\" viewBox=\"0 0 %zu %.0f\" preserveAspectRatio=\"none\""
	              " width=\"100%%\" height=\"%.0f\" data-k=\"%s\" data-y=\"%g %g %d %g %d\">",
	              c->r->axis.slices, c->px, c->px, kind, s->lo, s->hi, s->log, c->px,
	              (int)p->measure);
}

static void frame_begin(const struct canvas *c, const struct panel *p, const struct scale *s)
{
	canvas_begin(c, c->plot ? c->plot->title : "", p->caption, "wide", PX_BELOW);
	canvas_describe(c, p, c->plot ? c->plot->about : "");
	canvas_values(c, s, p->measure);
	canvas_inner_begin(c);
	canvas_episodes(c);
	canvas_grid(c, s);
	canvas_clock(c);
}

static void frame_end(const struct canvas *c, const struct panel *p, const struct scale *s,
                      struct end_label *labels, size_t labels_n)
{
	canvas_guides(c, p, s);
	canvas_marks(c);
	canvas_end_labels(c, labels, labels_n);
	canvas_inner_end(c);
	canvas_end(c);
}

/* <path ...><title>; the caller has written d. */
static void path_begin(const struct canvas *c, const char *class_, size_t colour)
{
	(void)fprintf(c->out, "<path class=\"%s s%zu\" d=\"", class_, colour % COLOURS);
}

static void path_end(const struct canvas *c, const char *name)
{
	(void)fputs("\"><title>", c->out);
	html_str(c->out, name);
	(void)fputs("</title></path>", c->out);
}

/* Of what stands behind the others, on a scale of its own. */
static void draw_shades(const struct canvas *c, const struct panel *p)
{
	for (size_t i = 0; i < p->series_n; i++) {
		const struct plot_series *s = &p->series[i];

		if (!s->shade)
			continue;
		path_begin(c, "sh", 0);
		html_path_blocks(c->out, s->high, c->r->axis.slices, c->px);
		path_end(c, s->name);
	}
}

static double last_of(const float *v, size_t n)
{
	while (n && isnan(v[n - 1]))
		n--;
	return n ? (double)v[n - 1] : NAN;
}

/* ---- lines and steps ---- */

static bool has_band(const struct plot_series *s, size_t slices)
{
	for (size_t i = 0; s->low && i < slices; i++)
		if (s->low[i] < s->high[i])
			return true;
	return false;
}

static void draw_lines_as(const struct canvas *base, const struct panel *p, bool steps)
{
	struct canvas c = *base;
	struct end_label labels[LABELS_MAX];
	size_t n = c.r->axis.slices, labels_n = 0;
	double least, most;
	struct scale s;

	c.px = PX_PLOT;
	range_of(p, n, &least, &most);
	scale_fit(&s, least, most, p->measure, p->log, c.px);
	frame_begin(&c, p, &s);
	data_begin(&c, p, &s, steps ? "steps" : "lines");
	draw_shades(&c, p);
	for (size_t i = p->series_n; i-- > 0;) {
		const struct plot_series *one = &p->series[i];

		if (one->shade)
			continue;
		if (!steps && has_band(one, n)) {
			path_begin(&c, "b", i);
			html_path_band(c.out, one->high, one->low, n, &s);
			path_end(&c, one->name);
		}
		path_begin(&c, "l", i);
		if (steps)
			html_path_steps(c.out, one->high, n, &s);
		else
			html_path_line(c.out, one->high, n, &s);
		path_end(&c, one->name);
		if (labels_n < LABELS_MAX && !isnan(last_of(one->high, n)))
			labels[labels_n++] = (struct end_label){scale_y(&s, last_of(one->high, n)),
			                                        one->name, i};
	}
	(void)fputs("</svg>", c.out);
	frame_end(&c, p, &s, labels, labels_n);
}

static void draw_lines(const struct canvas *c, const struct panel *p)
{
	draw_lines_as(c, p, false);
}

static void draw_steps(const struct canvas *c, const struct panel *p)
{
	draw_lines_as(c, p, true);
}

/* ---- areas ---- */

/* Running sums: row i of the result is series 0 to i together. */
static float *sums_of(const struct panel *p, size_t slices)
{
	float *sums = calloc(p->series_n * slices + 1, sizeof(*sums));

	for (size_t i = 0; sums && i < p->series_n; i++)
		for (size_t k = 0; k < slices; k++) {
			float v = p->series[i].high[k];
			float below = i ? sums[(i - 1) * slices + k] : NAN;

			sums[i * slices + k] = isnan(v) ? below : isnan(below) ? v : below + v;
		}
	return sums;
}

static void draw_stacked(const struct canvas *base, const struct panel *p)
{
	struct canvas c = *base;
	struct end_label labels[LABELS_MAX];
	size_t n = c.r->axis.slices, labels_n = 0;
	float *sums = sums_of(p, n);
	double most = 0;
	struct scale s;

	if (!sums || !p->series_n) {
		free(sums);
		return;
	}
	c.px = PX_PLOT;
	for (size_t k = 0; k < n; k++)
		most = fmax(most, (double)sums[(p->series_n - 1) * n + k]);
	scale_fit(&s, 0, most, p->measure, false, c.px);
	frame_begin(&c, p, &s);
	data_begin(&c, p, &s, "stacked");
	for (size_t i = p->series_n; i-- > 0;) {
		double top = last_of(&sums[i * n], n), low = i ? last_of(&sums[(i - 1) * n], n) : 0;

		path_begin(&c, "ar", i);
		html_path_area(c.out, &sums[i * n], n, &s);
		path_end(&c, p->series[i].name);
		if (labels_n < LABELS_MAX && !isnan(top))
			labels[labels_n++] = (struct end_label){
				(scale_y(&s, top) + scale_y(&s, low)) / 2, p->series[i].name, i};
	}
	(void)fputs("</svg>", c.out);
	frame_end(&c, p, &s, labels, labels_n);
	free(sums);
}

static void draw_bars(const struct canvas *base, const struct panel *p)
{
	struct canvas c = *base;
	struct end_label labels[LABELS_MAX];
	size_t n = c.r->axis.slices, labels_n = 0;
	double least, most;
	struct scale s;

	c.px = PX_PLOT * 2.0 / 3;
	range_of(p, n, &least, &most);
	scale_fit(&s, least, most, p->measure, false, c.px);
	frame_begin(&c, p, &s);
	data_begin(&c, p, &s, "bars");
	for (size_t i = 0; i < p->series_n; i++) {
		path_begin(&c, "ba", i);
		html_path_area(c.out, p->series[i].high, n, &s);
		path_end(&c, p->series[i].name);
		if (labels_n < LABELS_MAX) {
			labels[labels_n] =
				(struct end_label){(double)(i * 12), p->series[i].name, i};
			labels_n++;
		}
	}
	(void)fputs("</svg>", c.out);
	frame_end(&c, p, &s, labels, labels_n);
}

/* ---- heat ---- */

size_t heat_level(double v, double most, enum measure m)
{
	double part = m == MEASURE_PCT ? v / 100 : sqrt(v / most);

	if (isnan(v) || !(v > 0))
		return 0;
	return (size_t)fmin(fmax(ceil(part * HEAT_LEVELS), 1), HEAT_LEVELS);
}

double heat_least(size_t level, double most, enum measure m)
{
	double part = (double)(level - 1) / HEAT_LEVELS;

	return m == MEASURE_PCT ? 100 * part : most * part * part;
}

/* Slices put together, so that a map of many rows keeps to HEAT_CELLS; each keeps its most. */
static float *squeeze(const struct panel *p, size_t slices, size_t *columns)
{
	size_t each = 1, n;
	float *v;

	while ((slices + each - 1) / each * p->series_n > HEAT_CELLS)
		each++;
	n = (slices + each - 1) / each;
	v = calloc(p->series_n * n + 1, sizeof(*v));
	for (size_t i = 0; v && i < p->series_n; i++)
		for (size_t k = 0; k < slices; k++) {
			float *to = &v[i * n + k / each];

			if (k % each == 0)
				*to = NAN;
			*to = fmaxf(*to, p->series[i].high[k]);
		}
	*columns = n;
	return v;
}

static size_t cell_level(float v, double most, enum measure m)
{
	return isnan(v) ? HEAT_LEVELS + 1 : heat_level((double)v, most, m);
}

/* Cells of one level, neighbours as one stroke. */
static void put_level(const struct canvas *c, const struct panel *p, const float *v, size_t columns,
                      double most, size_t level)
{
	bool begun = false;

	for (size_t i = 0; i < p->series_n; i++)
		for (size_t k = 0, run; k < columns; k += run) {
			run = 1;
			if (cell_level(v[i * columns + k], most, p->measure) != level)
				continue;
			while (k + run < columns &&
			       cell_level(v[i * columns + k + run], most, p->measure) == level)
				run++;
			if (!begun)
				(void)fprintf(c->out, "<path class=\"h%zu\" d=\"", level);
			begun = true;
			(void)fprintf(c->out, "M%zu %zu.5h%zu", k, i, run);
		}
	if (begun)
		(void)fputs("\"/>", c->out);
}

/* Names of the rows, as many as there is room for. */
static void put_rows(const struct canvas *c, const struct panel *p, double row_px)
{
	size_t every = 1;

	while (row_px * (double)every < 11)
		every *= 2;
	(void)fputs("<g class=\"v\">", c->out);
	for (size_t i = 0; i < p->series_n; i += every) {
		(void)fputs("<text x=\"58\" y=\"", c->out);
		html_coord(c->out, 14 + ((double)i + 0.5) * row_px + 4);
		(void)fputs("\">", c->out);
		html_front(c->out, span_of(p->series[i].name), 9);
		(void)fputs("</text>", c->out);
	}
	(void)fputs("</g>", c->out);
}

static void draw_heat(const struct canvas *base, const struct panel *p)
{
	struct canvas c = *base;
	size_t columns, rows = p->series_n;
	float *v = squeeze(p, c.r->axis.slices, &columns);
	double least, most, row_px = fmin(ROW_PX, fmax(HEAT_PX / (double)rows, 2));

	if (!v)
		return;
	c.px = row_px * (double)rows;
	c.bare = true;
	range_of(p, c.r->axis.slices, &least, &most);
	canvas_begin(&c, c.plot ? c.plot->title : "", p->caption, "wide", PX_BELOW);
	canvas_describe(&c, p, c.plot ? c.plot->about : "");
	put_rows(&c, p, row_px);
	canvas_inner_begin(&c);
	(void)fprintf(c.out,
	              "<svg class=\"d heat\" viewBox=\"0 0 %zu %zu\" preserveAspectRatio=\"none\""
	              " width=\"100%%\" height=\"%.1f\" data-k=\"heat\" data-y=\"0 %g 0 %g %d\""
	              " data-rows=\"",
	              columns, rows, c.px, most, c.px, (int)p->measure);
	for (size_t i = 0; i < rows; i++) {
		(void)fputs(i ? "|" : "", c.out);
		html_front(c.out, span_of(p->series[i].name), 16);
	}
	(void)fputs("\">", c.out);
	for (size_t level = 0; level <= HEAT_LEVELS; level++)
		put_level(&c, p, v, columns, most, level);
	(void)fputs("</svg>", c.out);
	canvas_episodes(&c);
	canvas_clock(&c);
	canvas_marks(&c);
	canvas_inner_end(&c);
	canvas_end(&c);
	free(v);
}

/* ---- many small ones ---- */

static void draw_mini(const struct canvas *c, const struct panel *p, size_t i,
                      const struct scale *s)
{
	const struct plot_series *one = &p->series[i];
	size_t n = c->r->axis.slices;
	double most = NAN;

	for (size_t k = 0; k < n; k++)
		most = fmax(most, (double)one->high[k]);
	(void)fputs("<li><span class=\"mn\">", c->out);
	html_str(c->out, one->name);
	(void)fputs("</span> <span class=\"mv\">", c->out);
	if (isnan(most))
		(void)fputs("no value", c->out);
	else
		html_value(c->out, most, p->measure, false);
	(void)fprintf(c->out,
	              "</span><svg class=\"p mini\" role=\"img\" height=\"%.0f\""
	              " aria-labelledby=\"%s-%zu\"><title id=\"%s-%zu\">",
	              c->px + 2, c->id, i, c->id, i);
	html_str(c->out, one->name);
	(void)fputs("</title><desc>", c->out);
	html_str(c->out, p->caption);
	(void)fputs(", at most ", c->out);
	html_value(c->out, most, p->measure, false);
	(void)fputs("</desc><svg class=\"am\" y=\"1\" width=\"100%\">", c->out);
	data_begin(c, p, s, "bars");
	path_begin(c, "ba", 0);
	html_path_area(c->out, one->high, n, s);
	(void)fputs("\"/></svg>", c->out);
	(void)fprintf(c->out,
	              "<line class=\"z\" x2=\"100%%\" y1=\"%.0f\" y2=\"%.0f\"/></svg></svg></li>",
	              c->px, c->px);
}

static void draw_multiples(const struct canvas *base, const struct panel *p)
{
	struct canvas c = *base;
	double least, most;
	struct scale s;

	c.px = PX_MINI;
	range_of(p, c.r->axis.slices, &least, &most);
	scale_fit(&s, least, most, p->measure, false, c.px);
	(void)fputs("<ul class=\"multi\">", c.out);
	for (size_t i = 0; i < p->series_n; i++)
		draw_mini(&c, p, i, &s);
	(void)fputs("</ul><p class=\"note\">All from 0 to ", c.out);
	html_value(c.out, s.hi, p->measure, false);
	(void)fputs("; the number is the most of each.</p>\n", c.out);
}

const draw_panel draw_kinds[PLOT_KIND_COUNT] = {
	[PLOT_LINES] = draw_lines,     [PLOT_STEPS] = draw_steps,
	[PLOT_STACKED] = draw_stacked, [PLOT_BARS] = draw_bars,
	[PLOT_HEAT] = draw_heat,       [PLOT_MULTIPLES] = draw_multiples,
	[PLOT_SCATTER] = draw_scatter, [PLOT_HISTOGRAM] = draw_histogram,
};
