#include "analyze/html_canvas.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/html_text.h"
#include "analyze/humanize.h"
#include "analyze/plot.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define LABEL_PX      12 /* of a text's line */
#define LABEL_CHARS   25
#define CLOCK_TICKS   8
#define EPISODE_LEAST 0.002 /* of the window: what is shorter is not seen */
#define EPISODE_MOST  0.85  /* what is longer would shade all of it */
#define GUIDE_PX      11    /* between the labels of two guides */
#define MARK_PX       20    /* "[C]" */
#define MARK_PART     0.03  /* of the window, which is about that */

void canvas_begin(const struct canvas *c, const char *title, const char *caption,
                  const char *class_, double below_px)
{
	(void)fprintf(c->out,
	              "<svg class=\"p %s\" role=\"img\" height=\"%.0f\" aria-labelledby=\"%s-t\""
	              " aria-describedby=\"%s-d\"><title id=\"%s-t\">",
	              class_, c->px + below_px, c->id, c->id, c->id);
	html_str(c->out, title);
	if (caption[0]) {
		(void)fputs(": ", c->out);
		html_str(c->out, caption);
	}
	(void)fputs("</title>", c->out);
}

void canvas_end(const struct canvas *c)
{
	(void)fputs("</svg>\n", c->out);
}

static double most_of(const struct plot_series *s, size_t slices)
{
	double most = NAN;

	for (size_t i = 0; i < slices; i++)
		most = fmax(most, (double)s->high[i]);
	return most;
}

void canvas_describe(const struct canvas *c, const struct panel *p, const char *about)
{
	(void)fprintf(c->out, "<desc id=\"%s-d\">", c->id);
	html_str(c->out, about);
	for (size_t i = 0; i < p->series_n && i < 12; i++) {
		(void)fputs(i ? ", " : ". At most: ", c->out);
		html_str(c->out, p->series[i].name);
		(void)fputc(' ', c->out);
		html_value(c->out, most_of(&p->series[i], c->r->axis.slices), p->measure, false);
	}
	(void)fputs("</desc>", c->out);
}

void canvas_values(const struct canvas *c, const struct scale *s, enum measure m)
{
	(void)fputs("<g class=\"v\">", c->out);
	for (size_t i = 0; i < s->ticks_n; i++) {
		(void)fputs("<text x=\"58\" y=\"", c->out);
		html_coord(c->out, scale_y(s, s->ticks[i]) + 18);
		(void)fputs("\">", c->out);
		html_value(c->out, s->ticks[i], m, false);
		(void)fputs("</text>", c->out);
	}
	(void)fputs("</g>", c->out);
}

void canvas_inner_begin(const struct canvas *c)
{
	(void)fprintf(c->out,
	              "<svg class=\"a\" x=\"64\" y=\"14\" width=\"85%%\" height=\"%.0f\">"
	              "<rect class=\"bg\" width=\"100%%\" height=\"%.0f\"/>",
	              c->px, c->px);
}

void canvas_inner_end(const struct canvas *c)
{
	(void)fputs("</svg>", c->out);
}

void canvas_grid(const struct canvas *c, const struct scale *s)
{
	for (size_t i = 0; i < s->ticks_n; i++) {
		(void)fprintf(c->out, "<line class=\"%s\" x2=\"100%%\" y1=\"", i ? "g" : "z");
		html_coord(c->out, scale_y(s, s->ticks[i]));
		(void)fputs("\" y2=\"", c->out);
		html_coord(c->out, scale_y(s, s->ticks[i]));
		(void)fputs("\"/>", c->out);
	}
}

static void put_percent(FILE *out, const char *name, double part)
{
	(void)fprintf(out, " %s=\"%.2f%%\"", name, 100 * part);
}

void canvas_clock(const struct canvas *c)
{
	const struct plot_axis *x = &c->r->axis;
	int64_t step_s, step, t;

	if (x->to_ns <= x->from_ns)
		return;
	step_s = time_step(x->from_ns, x->to_ns, CLOCK_TICKS);
	step = step_s * NS_PER_S;
	for (t = x->from_ns + (step - x->from_ns % step) % step; t <= x->to_ns; t += step) {
		double at = (double)(t - x->from_ns) / (double)(x->to_ns - x->from_ns);
		char text[64];
		struct buf b = BUF_OVER(text);

		time_put(&b, t, 0);
		(void)fputs("<line class=\"g\"", c->out);
		put_percent(c->out, "x1", at);
		put_percent(c->out, "x2", at);
		(void)fprintf(c->out, " y2=\"%.0f\"/><text class=\"t\"", c->px + 4);
		put_percent(c->out, "x", at);
		/* "2026-08-23T10:15:04Z" */
		(void)fprintf(c->out, " y=\"%.0f\">%.*s</text>", c->px + 16, step_s < 60 ? 8 : 5,
		              text + 11);
	}
}

enum level canvas_level(const struct canvas *c, const struct episode *x)
{
	if (!c->plot || !plot_shows(c->plot, span_of(x->rule)))
		return LEVEL_OK;
	for (size_t i = 0; i < c->r->findings_n; i++) {
		const struct finding *f = &c->r->findings[i];

		if (!f->suppressed && strcmp(f->rule, x->rule) == 0 &&
		    strcmp(f->entity, x->entity) == 0)
			return f->level;
	}
	return LEVEL_OK;
}

struct interval {
	double from, to;
};

static int by_from(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

struct intervals {
	struct interval *v; /* ascending, apart from each other */
	size_t n;
	enum level level;
};

static void put_interval(const struct canvas *c, const struct interval *v, enum level level,
                         bool beside)
{
	double from = fmin(fmax(v->from, 0), 1 - EPISODE_LEAST);
	double width = fmax(fmin(v->to, 1) - from, EPISODE_LEAST);

	if (!c->bare && width < EPISODE_MOST) {
		(void)fprintf(c->out, "<rect class=\"e %s\"", level_name(level));
		put_percent(c->out, "x", from);
		put_percent(c->out, "width", width);
		(void)fprintf(c->out, " height=\"%.0f\"/>", c->px);
	}
	(void)fprintf(c->out, "<rect class=\"eb %s\"", level_name(level));
	put_percent(c->out, "x", from);
	put_percent(c->out, "width", width);
	(void)fprintf(c->out, " y=\"-2\" height=\"%d\"/>", level == LEVEL_CRIT ? 3 : 2);
	(void)fprintf(c->out, "<text class=\"em\" dx=\"%d\"", beside ? MARK_PX : 0);
	put_percent(c->out, "x", from);
	(void)fprintf(c->out, " y=\"-4\">%s</text>", level == LEVEL_CRIT ? "[C]" : "[W]");
}

/* Of the findings of that level; those that touch are one. */
static struct intervals intervals_of(const struct canvas *c, enum level level)
{
	struct intervals x = {.level = level};
	size_t n = 0;

	x.v = calloc(c->r->episodes_n + 1, sizeof(*x.v));
	for (size_t i = 0; x.v && i < c->r->episodes_n; i++)
		if (canvas_level(c, &c->r->episodes[i]) == level)
			x.v[n++] = (struct interval){c->r->episodes[i].from, c->r->episodes[i].to};
	if (!n)
		return x;
	qsort(x.v, n, sizeof(*x.v), by_from);
	for (size_t i = 1; i < n; i++) {
		struct interval *last = &x.v[x.n];

		if (x.v[i].from > last->to + EPISODE_LEAST)
			x.v[++x.n] = x.v[i];
		else if (x.v[i].to > last->to)
			last->to = x.v[i].to;
	}
	x.n++;
	return x;
}

/* A mark of those stands where that of `v` would. */
static bool is_taken(const struct intervals *by, const struct interval *v)
{
	for (size_t i = 0; by && i < by->n; i++)
		if (fabs(by->v[i].from - v->from) < MARK_PART)
			return true;
	return false;
}

static void put_intervals(const struct canvas *c, const struct intervals *x,
                          const struct intervals *above)
{
	for (size_t i = 0; i < x->n; i++)
		put_interval(c, &x->v[i], x->level, is_taken(above, &x->v[i]));
}

void canvas_episodes(const struct canvas *c)
{
	struct intervals warn = intervals_of(c, LEVEL_WARN), crit = intervals_of(c, LEVEL_CRIT);

	put_intervals(c, &warn, &crit);
	put_intervals(c, &crit, NULL);
	free(warn.v);
	free(crit.v);
}

static bool concerns(const struct plot *p, const struct mark *m)
{
	struct span sources = span_of(p->sources), one;

	while (span_word(&sources, &one))
		if (span_eq(one, span_of(m->source)))
			return true;
	return false;
}

void canvas_marks(const struct canvas *c)
{
	for (size_t i = 0; i < c->r->marks_n; i++) {
		const struct mark *m = &c->r->marks[i];

		if (c->plot ? !concerns(c->plot, m) : m->source[0] != '\0')
			continue;
		(void)fputs("<g class=\"r\"><line", c->out);
		put_percent(c->out, "x1", m->to);
		put_percent(c->out, "x2", m->to);
		(void)fprintf(c->out, " y2=\"%.0f\"/><text", c->px);
		put_percent(c->out, "x", m->to);
		(void)fputs(" y=\"-4\">R<title>", c->out);
		html_str(c->out, m->what);
		(void)fputs("</title></text></g>", c->out);
	}
}

void canvas_guides(const struct canvas *c, const struct panel *p, const struct scale *s)
{
	double labelled = INFINITY;

	for (size_t i = 0; i < p->guides_n; i++) {
		double y = scale_y(s, p->guides[i].at);

		if (p->guides[i].at < s->lo || p->guides[i].at > s->hi)
			continue;
		(void)fputs("<line class=\"u\" x2=\"100%\" y1=\"", c->out);
		html_coord(c->out, y);
		(void)fputs("\" y2=\"", c->out);
		html_coord(c->out, y);
		(void)fputs("\"/>", c->out);
		if (labelled - y < GUIDE_PX)
			continue;
		labelled = y;
		(void)fputs("<text class=\"ut\" x=\"4\" y=\"", c->out);
		html_coord(c->out, y - 3);
		(void)fputs("\">", c->out);
		html_str(c->out, p->guides[i].label);
		(void)fputs("</text>", c->out);
	}
}

static int by_y(const void *a, const void *b)
{
	const struct end_label *x = a, *y = b;

	return x->y < y->y ? -1 : x->y > y->y;
}

void canvas_end_labels(const struct canvas *c, struct end_label *labels, size_t n)
{
	double bottom = c->px + 4;

	qsort(labels, n, sizeof(*labels), by_y);
	for (size_t i = 1; i < n; i++)
		labels[i].y = fmax(labels[i].y, labels[i - 1].y + LABEL_PX);
	/* what was pushed below the axis pushes back */
	for (size_t i = n; i-- > 0;) {
		labels[i].y = fmin(labels[i].y, bottom);
		bottom = labels[i].y - LABEL_PX;
	}
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(c->out, "<text class=\"n f%zu\" x=\"100%%\" dx=\"8\" y=\"",
		              labels[i].colour % COLOURS);
		html_coord(c->out, labels[i].y + 4);
		(void)fputs("\">", c->out);
		html_front(c->out, span_of(labels[i].text), LABEL_CHARS);
		(void)fputs("<title>", c->out);
		html_str(c->out, labels[i].text);
		(void)fputs("</title></text>", c->out);
	}
}
