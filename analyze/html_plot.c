#include "analyze/html_plot.h"

#include <math.h>
#include <string.h>

#include "analyze/arena.h"
#include "analyze/html_draw.h"
#include "analyze/html_path.h"
#include "analyze/html_text.h"
#include "analyze/plot.h"
#include "schema/buf.h"

#define LANES_MAX  60
#define LANE_PX    30
#define LANE_CHARS 64
#define SPARK_PX   16

/* ---- what a panel says beside its picture ---- */

static bool in_key(const struct panel *p)
{
	return p->kind <= PLOT_BARS;
}

/* Below the picture, for narrow pages, where there is no room at the lines' ends. */
static void put_key(FILE *out, const struct panel *p)
{
	if (!in_key(p))
		return;
	(void)fputs("<ul class=\"key\">", out);
	for (size_t i = 0; i < p->series_n; i++) {
		(void)fprintf(out,
		              "<li><svg class=\"sw\" aria-hidden=\"true\"><path class=\"%s s%zu\" "
		              "d=\"%s\"/></svg>",
		              p->series[i].shade        ? "sh"
		              : p->kind == PLOT_STACKED ? "ar"
		              : p->kind == PLOT_BARS    ? "ba"
		                                        : "l",
		              i % COLOURS,
		              p->kind == PLOT_STACKED || p->kind == PLOT_BARS || p->series[i].shade
		                      ? "M0 2h22v8H0z"
		                      : "M0 6h22");
		html_str(out, p->series[i].name);
		(void)fputs("</li>", out);
	}
	(void)fputs("</ul>", out);
}

static bool shaded(const struct panel *p, const char **name)
{
	for (size_t i = 0; i < p->series_n; i++)
		if (p->series[i].shade) {
			*name = p->series[i].name;
			return true;
		}
	return false;
}

static double panel_most(const struct panel *p, size_t slices)
{
	double most = 0;

	for (size_t i = 0; i < p->series_n; i++)
		for (size_t k = 0; k < slices; k++)
			most = fmax(most, (double)p->series[i].high[k]);
	return most;
}

/* What a heat map's shades mean. */
static void put_ramp(FILE *out, const struct panel *p, size_t slices)
{
	double most = panel_most(p, slices);

	(void)fputs("<span class=\"ramp\">0<i class=\"h0\"></i>", out);
	for (size_t i = 1; i <= HEAT_LEVELS; i++) {
		(void)fprintf(out, "<i class=\"h%zu\" title=\"above ", i);
		html_value(out, heat_least(i, most, p->measure), p->measure, false);
		(void)fputs("\"></i>", out);
	}
	html_value(out, p->measure == MEASURE_PCT ? 100 : most, p->measure, false);
	(void)fputs("</span>", out);
}

static void put_caption(FILE *out, const struct report *r, const struct panel *p)
{
	const char *shade;

	(void)fputs("<figcaption>", out);
	html_str(out, p->caption);
	if (!p->empty && p->kind == PLOT_HEAT)
		put_ramp(out, p, r->axis.slices);
	if (!p->empty && shaded(p, &shade)) {
		(void)fputs(" <span class=\"note\"><i class=\"shk\"></i> ", out);
		html_str(out, shade);
		(void)fputs("</span>", out);
	}
	if (p->more)
		(void)fprintf(out, " <span class=\"note\">%zu more are not drawn</span>", p->more);
	(void)fputs("</figcaption>", out);
}

static void put_panel(FILE *out, const struct report *r, const struct plot *plot, size_t at)
{
	const struct panel *p = &plot->panels[at];
	char id[80];
	struct buf b = BUF_OVER(id);
	struct canvas c = {.out = out, .r = r, .plot = plot};

	buf_fmt(&b, "p-%s-%zu", plot->name, at);
	c.id = buf_cstr(&b);
	(void)fputs(p->empty ? "<figure class=\"none\">" : "<figure>", out);
	put_caption(out, r, p);
	if (p->empty) {
		(void)fputs("<p class=\"empty\">", out);
		html_str(out, p->empty);
		(void)fputs("</p>", out);
	} else {
		draw_kinds[p->kind](&c, p);
		put_key(out, p);
	}
	(void)fputs("</figure>\n", out);
}

/* ---- findings and plots ---- */

/* The first of its rule among those that are seen. */
static bool first_of_rule(const struct report *r, size_t i)
{
	if (r->findings[i].suppressed)
		return false;
	for (size_t k = 0; k < i; k++)
		if (!r->findings[k].suppressed &&
		    strcmp(r->findings[k].rule, r->findings[i].rule) == 0)
			return false;
	return true;
}

static void put_findings(FILE *out, const struct report *r, const struct plot *p)
{
	bool begun = false;

	for (size_t i = 0; i < r->findings_n; i++) {
		const struct finding *f = &r->findings[i];

		if (!first_of_rule(r, i) || !plot_shows(p, span_of(f->rule)))
			continue;
		(void)fputs(begun ? " " : "<p class=\"finds\"><span>Findings</span> ", out);
		begun = true;
		(void)fputs("<a href=\"#finding-", out);
		html_id(out, f->rule);
		(void)fputs("\">", out);
		html_mark(out, f->level);
		(void)fputc(' ', out);
		html_str(out, f->rule);
		(void)fputs("</a>", out);
	}
	(void)fputs(begun ? "</p>" : "", out);
}

void html_plot_links(FILE *out, const struct report *r, const char *rule)
{
	for (size_t i = 0; i < r->plots_n; i++) {
		if (!plot_shows(&r->plots[i], span_of(rule)))
			continue;
		(void)fprintf(out, "<a href=\"#plot-%s\">", r->plots[i].name);
		html_str(out, r->plots[i].title);
		(void)fputs("</a> ", out);
	}
}

/* Panels of which there is nothing to show, and why, each a line. */
static void put_plot(FILE *out, const struct report *r, const struct plot *p)
{
	(void)fprintf(out, "<section class=\"plot\" id=\"plot-%s\"><h3>", p->name);
	html_str(out, p->title);
	(void)fputs("</h3><p class=\"about\">", out);
	html_str(out, p->about);
	(void)fputs(".</p>", out);
	put_findings(out, r, p);
	for (size_t i = 0; i < p->panels_n; i++)
		put_panel(out, r, p, i);
	(void)fputs("</section>\n", out);
}

void html_plots(FILE *out, const struct report *r)
{
	for (size_t i = 0; i < r->plots_n; i++)
		put_plot(out, r, &r->plots[i]);
}

/* ---- lanes ---- */

static void put_bar(const struct canvas *c, const char *class_, enum level level, double from,
                    double to, double y, double px)
{
	double left = fmin(fmax(from, 0), 0.997);

	(void)fprintf(
		c->out,
		"<rect class=\"%s %s\" x=\"%.2f%%\" width=\"%.2f%%\" y=\"%.0f\" height=\"%.0f\"/>",
		class_, level_name(level), 100 * left, 100 * fmax(fmin(to, 1) - left, 0.003), y,
		px);
}

/* All entities of the rule on one lane; those that say no time hold for all of the window. */
static void put_lane_bars(const struct canvas *c, const struct finding *f, double y)
{
	bool timed = false;

	for (size_t k = 0; k < c->r->episodes_n; k++) {
		const struct episode *x = &c->r->episodes[k];

		if (strcmp(x->rule, f->rule) != 0)
			continue;
		timed = true;
		put_bar(c, "lb", f->level, x->from, x->to, y + 19, 6);
	}
	for (size_t k = 0; k < c->r->episodes_n; k++)
		if (strcmp(c->r->episodes[k].rule, f->rule) == 0)
			put_bar(c, "lw", f->level, c->r->episodes[k].worst_from,
			        c->r->episodes[k].worst_to, y + 17, 10);
	if (!timed)
		put_bar(c, "la", f->level, 0, 1, y + 20, 4);
}

static void put_lane_label(const struct canvas *c, const struct finding *f, double y)
{
	const struct report *r = c->r;
	char text[512];
	struct buf b = BUF_OVER(text);
	size_t more = 0;

	buf_str(&b, f->rule);
	for (size_t i = 0; i < r->findings_n; i++) {
		const struct finding *g = &r->findings[i];

		if (g->suppressed || strcmp(g->rule, f->rule) != 0 || !g->entity[0])
			continue;
		if (b.n < LANE_CHARS)
			buf_fmt(&b, "%s%s", b.n == strlen(f->rule) ? "  " : ", ", g->entity);
		else
			more++;
	}
	if (more)
		buf_fmt(&b, " and %zu more", more);
	(void)fprintf(c->out,
	              "<text class=\"lt\" x=\"-64\" y=\"%.0f\"><tspan class=\"m %s\">%s</tspan> ",
	              y + 13, level_name(f->level),
	              f->level == LEVEL_CRIT   ? "[C]"
	              : f->level == LEVEL_WARN ? "[W]"
	                                       : "[i]");
	html_front(c->out, buf_span(&b), LANE_CHARS + 20);
	(void)fputs("</text>", c->out);
}

static size_t lanes_of(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings_n; i++)
		n += first_of_rule(r, i);
	return n;
}

void html_lanes(FILE *out, const struct report *r)
{
	size_t all = lanes_of(r), n = all < LANES_MAX ? all : LANES_MAX, at = 0;
	struct canvas c = {.out = out, .r = r, .id = "lanes", .px = (double)n * LANE_PX};

	if (!n || !r->axis.slices) {
		(void)fputs("<p class=\"empty\">There is no finding.</p>\n", out);
		return;
	}
	(void)fputs("<figure class=\"lanes\">", out);
	canvas_begin(&c, "When the findings were", "", "wide", 36);
	(void)fputs("<desc id=\"lanes-d\">A lane a rule: a bar from the first to the last moment, "
	            "higher"
	            " at the worst; a dashed one holds for all of the window.</desc>",
	            out);
	canvas_inner_begin(&c);
	canvas_clock(&c);
	canvas_marks(&c);
	for (size_t i = 0; i < r->findings_n && at < n; i++) {
		if (!first_of_rule(r, i))
			continue;
		(void)fprintf(out,
		              "<line class=\"g\" x1=\"-64\" x2=\"100%%\" y1=\"%zu\" y2=\"%zu\"/>",
		              at * LANE_PX, at * LANE_PX);
		(void)fputs("<a href=\"#finding-", out);
		html_id(out, r->findings[i].rule);
		(void)fputs("\">", out);
		put_lane_bars(&c, &r->findings[i], (double)at * LANE_PX);
		put_lane_label(&c, &r->findings[i], (double)at * LANE_PX);
		(void)fputs("</a>", out);
		at++;
	}
	canvas_inner_end(&c);
	canvas_end(&c);
	(void)fputs("<figcaption class=\"note\">A bar reaches from the first to the last moment, "
	            "the high"
	            " part is the worst; dashed: all of the window. Times are UTC.",
	            out);
	if (all > n)
		(void)fprintf(out, " %zu more rules stand below only.", all - n);
	(void)fputs("</figcaption></figure>\n", out);
}

/* ---- pictures of a table ---- */

void html_spark(FILE *out, const struct cell *c, bool strip, bool lane)
{
	float most = 0;
	struct scale s;

	for (size_t i = 0; i < c->v.spark.n; i++)
		most = fmaxf(most, c->v.spark.v[i]);
	scale_fit(&s, 0, (double)most, MEASURE_PLAIN, false, SPARK_PX);
	s.lo = 0;
	s.hi = lane ? 2 : most > 0 ? (double)most : 1;
	(void)fprintf(out,
	              "<svg class=\"k%s\" viewBox=\"0 0 %zu %d\" preserveAspectRatio=\"none\""
	              " aria-hidden=\"true\"><path class=\"ba s0\" d=\"",
	              strip ? " strip" : "", c->v.spark.n ? c->v.spark.n : 1, SPARK_PX);
	html_path_area(out, c->v.spark.v, c->v.spark.n, &s);
	(void)fputs("\"/></svg>", out);
}
