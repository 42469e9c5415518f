#include "analyze/html_points.h"

#include <math.h>

#include "analyze/html_scale.h"
#include "analyze/html_text.h"

#define POINT_PX 220
#define BELOW_PX 50 /* the axis and its name */

static void x_axis(const struct canvas *c, const struct panel *p, const struct scale *s)
{
	for (size_t i = 0; i < s->ticks_n; i++) {
		double at = 100 - scale_y(s, s->ticks[i]);

		(void)fprintf(c->out,
		              "<line class=\"g\" x1=\"%.2f%%\" x2=\"%.2f%%\" y2=\"%.0f\"/>"
		              "<text class=\"t\" x=\"%.2f%%\" y=\"%.0f\">",
		              at, at, c->px + 4, at, c->px + 16);
		html_value(c->out, s->ticks[i], p->x_measure, false);
		(void)fputs("</text>", c->out);
	}
	(void)fprintf(c->out, "<text class=\"xl\" x=\"100%%\" y=\"%.0f\">", c->px + 30);
	html_str(c->out, p->x_label);
	(void)fputs("</text><text class=\"yl\" x=\"4\" y=\"-4\">", c->out);
	html_str(c->out, p->y_label);
	(void)fputs("</text>", c->out);
}

static void points_begin(const struct canvas *c, const struct panel *p, struct scale *x,
                         struct scale *y)
{
	double most_x = 0, most_y = 0;

	for (size_t i = 0; i < p->points_n; i++) {
		most_x = fmax(most_x, fmax(p->points[i].x, p->points[i].x2));
		most_y = fmax(most_y, p->points[i].y);
	}
	scale_fit(x, 0, most_x, p->x_measure, false, 100);
	scale_fit(y, 0, most_y, p->measure, false, c->px);
	canvas_begin(c, c->plot ? c->plot->title : "", p->caption, "points", BELOW_PX);
	canvas_describe(c, p, c->plot ? c->plot->about : "");
	canvas_values(c, y, p->measure);
	canvas_inner_begin(c);
	canvas_grid(c, y);
	x_axis(c, p, x);
}

void draw_scatter(const struct canvas *base, const struct panel *p)
{
	struct canvas c = *base;
	struct scale x, y;

	c.px = POINT_PX;
	points_begin(&c, p, &x, &y);
	for (size_t i = 0; i < p->points_n; i++) {
		(void)fprintf(c.out, "<circle class=\"pt\" r=\"3\" cx=\"%.2f%%\" cy=\"",
		              100 - scale_y(&x, p->points[i].x));
		html_coord(c.out, scale_y(&y, p->points[i].y));
		(void)fputs("\"><title>", c.out);
		html_str(c.out, p->points[i].name);
		(void)fputs(": ", c.out);
		html_value(c.out, p->points[i].y, p->measure, false);
		(void)fputs(" at ", c.out);
		html_value(c.out, p->points[i].x, p->x_measure, false);
		(void)fputs("</title></circle>", c.out);
	}
	canvas_guides(&c, p, &y);
	canvas_inner_end(&c);
	canvas_end(&c);
}

void draw_histogram(const struct canvas *base, const struct panel *p)
{
	struct canvas c = *base;
	struct scale x, y;

	c.px = POINT_PX / 2.0;
	points_begin(&c, p, &x, &y);
	for (size_t i = 0; i < p->points_n; i++) {
		const struct plot_point *one = &p->points[i];
		double top = scale_y(&y, one->y), left = 100 - scale_y(&x, one->x);

		(void)fprintf(c.out,
		              "<rect class=\"hb\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.1f\""
		              " height=\"%.1f\"><title>",
		              left, fmax(100 - scale_y(&x, one->x2) - left, 0), top, c.px - top);
		html_value(c.out, one->x, p->x_measure, false);
		(void)fputs(": ", c.out);
		html_value(c.out, one->y, p->measure, false);
		(void)fputs("</title></rect>", c.out);
	}
	canvas_inner_end(&c);
	canvas_end(&c);
}
