#include "analyze/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/humanize.h"
#include "analyze/plotfunc.h"
#include "analyze/resample.h"
#include "analyze/sqlfile.h"
#include "analyze/stmt.h"

#define PANELS_MAX 8
#define GUIDES_MAX 6
#define SERIES_MAX 256
#define POINTS_MAX 600
#define VALUE_MOST 1e30 /* of a point: nothing real is as large */

static const char *const kinds[PLOT_KIND_COUNT] = {
	[PLOT_LINES] = "lines",     [PLOT_STEPS] = "steps",         [PLOT_STACKED] = "stacked",
	[PLOT_BARS] = "bars",       [PLOT_HEAT] = "heat",           [PLOT_MULTIPLES] = "multiples",
	[PLOT_SCATTER] = "scatter", [PLOT_HISTOGRAM] = "histogram",
};

/* One `-- panel:` of a file. */
struct query {
	struct span caption, empty, guides[GUIDES_MAX], sql;
	size_t guides_n;
	uint64_t top; /* 0 = all */
	enum plot_kind kind;
	bool log;
};

struct file {
	struct span name, title, about, source, rules;
	uint64_t order;
	struct query queries[PANELS_MAX];
	size_t queries_n;
};

static const struct built_in {
	const char *name;
	const char *text;
	size_t n;
} built_in[] = {
#include "plots.inc"
};
#define BUILT_IN (sizeof(built_in) / sizeof(built_in[0]))

static const char episodes_sql[] = {
#include "episodes.sql.inc"
	0x00};

static const char marks_sql[] = {
#include "marks.sql.inc"
	0x00};

static bool file_key(void *file, struct span key, struct span value)
{
	struct file *f = file;
	const struct sqlfile_text texts[] = {
		{SPAN("plot"),   &f->name  },
                {SPAN("title"),  &f->title },
		{SPAN("about"),  &f->about },
                {SPAN("source"), &f->source},
		{SPAN("rules"),  &f->rules },
	};

	return sqlfile_take_text(texts, sizeof(texts) / sizeof(texts[0]), key, value) ||
	       (span_eq(key, SPAN("order")) && span_u64(value, UINT16_MAX, &f->order));
}

static bool query_kind(struct query *q, struct span value)
{
	for (int i = 0; i < PLOT_KIND_COUNT; i++)
		if (span_eq(value, span_of(kinds[i]))) {
			q->kind = (enum plot_kind)i;
			return true;
		}
	return false;
}

static bool query_guide(struct query *q, struct span value)
{
	if (q->guides_n == GUIDES_MAX)
		return false;
	q->guides[q->guides_n++] = value;
	return true;
}

static struct span *begin_query(void *file, struct span caption)
{
	struct file *f = file;

	f->queries[f->queries_n] = (struct query){.caption = caption};
	return &f->queries[f->queries_n++].sql;
}

static bool query_key(void *file, struct span key, struct span value)
{
	struct file *f = file;
	struct query *q = &f->queries[f->queries_n - 1];

	if (span_eq(key, SPAN("kind")))
		return query_kind(q, value);
	if (span_eq(key, SPAN("guide")))
		return query_guide(q, value);
	if (span_eq(key, SPAN("axis")))
		return q->log = span_eq(value, SPAN("log"));
	if (span_eq(key, SPAN("empty"))) {
		q->empty = value;
		return true;
	}
	return span_eq(key, SPAN("top")) && span_u64(value, SERIES_MAX, &q->top);
}

static const struct sqlfile_grammar grammar = {
	.part = "panel",
	.parts_most = PANELS_MAX,
	.file_key = file_key,
	.begin = begin_query,
	.part_key = query_key,
};

static int read_file(struct file *f, struct span text, struct err *e)
{
	*f = (struct file){0};
	if (sqlfile_read(&grammar, f, text, e))
		return -1;
	if (!f->name.n || !f->title.n || !f->about.n || !f->queries_n)
		return err_set(e, 0, "a plot needs plot:, title:, about: and one panel:");
	return 0;
}

/* ---- rows ---- */

static const char *text_of(struct stmt *st, struct arena *a, int column)
{
	return arena_text(a, stmt_get_span(st, column));
}

/* Halves of a blob: the most of each slice, then the least where it is known. */
static bool take_curve(struct stmt *st, struct arena *a, size_t slices, struct plot_series *s)
{
	size_t bytes = (size_t)sqlite3_column_bytes(st->s, 1), n = bytes / sizeof(float);
	const void *blob = sqlite3_column_blob(st->s, 1);
	float *v;

	if (!blob || !slices || (n != slices && n != 2 * slices))
		return false;
	v = arena_array(a, n, sizeof(*v));
	memcpy(v, blob, n * sizeof(*v));
	s->high = v;
	s->low = n == 2 * slices ? v + slices : NULL;
	return true;
}

static int take_series(struct stmt *st, struct arena *a, size_t most, size_t slices,
                       struct panel *p, struct err *e)
{
	bool shades = sqlite3_column_count(st->s) > 2;
	struct plot_series *series = NULL;
	int rc;

	while ((rc = stmt_row(st, e)) == 1) {
		struct plot_series s = {.shade = shades && stmt_get_i64(st, 2) != 0};

		if (p->series_n == most) {
			p->more++;
		} else if (take_curve(st, a, slices, &s)) {
			s.name = text_of(st, a, 0);
			series = arena_more(a, series, p->series_n, sizeof(*series));
			series[p->series_n++] = s;
		}
	}
	p->series = series;
	return rc;
}

static int take_points(struct stmt *st, struct arena *a, struct panel *p, struct err *e)
{
	bool bars = p->kind == PLOT_HISTOGRAM;
	struct plot_point *points = NULL;
	int rc;

	while ((rc = stmt_row(st, e)) == 1) {
		struct plot_point x = {.name = bars ? "" : text_of(st, a, 0)};

		x.x = stmt_get_real(st, bars ? 0 : 1);
		x.x2 = stmt_get_real(st, 1);
		x.y = stmt_get_real(st, 2);
		if (p->points_n == POINTS_MAX || stmt_is_null(st, 1) || stmt_is_null(st, 2) ||
		    !(fmax(fabs(x.x2), fabs(x.y)) < VALUE_MOST))
			continue;
		points = arena_more(a, points, p->points_n, sizeof(*points));
		points[p->points_n++] = x;
	}
	p->points = points;
	return rc;
}

/* "retransmitted_pct" -> "retransmitted %" */
static const char *label_of(struct arena *a, struct span column)
{
	struct span stem = measure_stem(column);
	char *label = arena_fmt(a, "%.*s%s", (int)stem.n, stem.p, measure_mark(measure_of(column)));

	for (char *c = label; *c; c++)
		if (*c == '_')
			*c = ' ';
	return label;
}

static bool has_points(const struct panel *p)
{
	return p->kind == PLOT_SCATTER || p->kind == PLOT_HISTOGRAM;
}

static int take_rows(struct stmt *st, struct arena *a, const struct query *q, size_t slices,
                     struct panel *p, struct err *e)
{
	int columns = sqlite3_column_count(st->s), y = has_points(p) ? 2 : 1;
	struct span name;

	if (columns < y + 1 || !sqlite3_stmt_readonly(st->s))
		return err_set(e, 0, "not one SELECT of at least %d columns", y + 1);
	name = span_of(sqlite3_column_name(st->s, y));
	p->measure = measure_of(name);
	p->y_label = label_of(a, name);
	if (!has_points(p))
		return take_series(st, a, q->top ? q->top : SERIES_MAX, slices, p, e);
	name = span_of(sqlite3_column_name(st->s, p->kind == PLOT_HISTOGRAM ? 0 : 1));
	p->x_measure = measure_of(name);
	p->x_label = label_of(a, name);
	return take_points(st, a, p, e);
}

/* ---- panels ---- */

/* "200 the least RTO" */
static int take_guides(struct arena *a, const struct query *q, struct panel *p, struct err *e)
{
	struct plot_guide *g = arena_array(a, q->guides_n, sizeof(*g));

	for (size_t i = 0; i < q->guides_n; i++) {
		struct span rest = q->guides[i], number;
		int64_t v;

		if (!span_word(&rest, &number) || !span_fixed(number, 3, &v))
			return err_set(e, 0, "a guide is a value and a label: %.*s",
			               (int)q->guides[i].n, q->guides[i].p);
		g[i] = (struct plot_guide){(double)v / 1000, arena_text(a, span_trim(rest))};
	}
	p->guides = g;
	p->guides_n = q->guides_n;
	return 0;
}

static bool says_something(const struct panel *p, size_t slices)
{
	for (size_t i = 0; p->series && i < p->series_n; i++)
		for (size_t k = 0; !p->series[i].shade && k < slices; k++)
			if (p->series[i].high[k] > 0)
				return true;
	return p->points_n > 0;
}

static void run_panel(sqlite3 *db, struct arena *a, const struct file *f, const struct query *q,
                      size_t slices, struct panel *p)
{
	struct err failed = {0};
	struct stmt st;
	int rc = -1;

	p->caption = arena_text(a, q->caption);
	p->kind = q->kind;
	p->log = q->log;
	if (stmt_prepare(&st, db, arena_text(a, q->sql), &failed) == 0) {
		rc = take_rows(&st, a, q, slices, p, &failed);
		stmt_done(&st);
	}
	if (rc < 0)
		p->empty = arena_fmt(a, "failed: %s", failed.text);
	else if (!says_something(p, slices))
		p->empty = sqlfile_why_empty(db, a, f->source,
		                             q->empty.n ? q->empty : SPAN("nothing to show"));
}

static int run_file(sqlite3 *db, struct arena *a, struct span text, size_t slices, struct plot *p,
                    struct err *e)
{
	struct panel *panels;
	struct file f;

	if (read_file(&f, text, e))
		return -1;
	panels = arena_array(a, f.queries_n, sizeof(*panels));
	*p = (struct plot){
		.name = arena_text(a, f.name),
		.title = arena_text(a, f.title),
		.about = arena_text(a, f.about),
		.sources = arena_text(a, f.source),
		.rules = arena_text(a, f.rules),
		.panels = panels,
		.panels_n = f.queries_n,
	};
	for (size_t i = 0; i < f.queries_n; i++) {
		if (take_guides(a, &f.queries[i], &panels[i], e))
			return -1;
		run_panel(db, a, &f, &f.queries[i], slices, &panels[i]);
	}
	return 0;
}

/* The window in slices; none when it is one moment. */
static int read_axis(sqlite3 *db, struct plot_axis *axis, struct err *e)
{
	struct resample *r = calloc(1, sizeof(*r));
	int rc;

	*axis = (struct plot_axis){0};
	if (!r)
		return err_set(e, 0, "out of memory");
	r->most = PLOT_SLICES;
	rc = resample_window(db, r, e);
	if (rc == 0 && r->window.to > r->window.from)
		axis->slices = r->window.cells;
	resample_free(r);
	return rc ? rc : sqlfile_axis(db, &axis->from_ns, &axis->to_ns, e);
}

int plot_run(sqlite3 *db, struct arena *a, struct span text, struct plot *p, struct err *e)
{
	struct plot_axis axis;

	return read_axis(db, &axis, e) || run_file(db, a, text, axis.slices, p, e) ? -1 : 0;
}

bool plot_shows(const struct plot *p, struct span rule)
{
	struct span rest = span_of(p->rules), one;

	while (rest.n) {
		if (!span_cut(&rest, ',', &one)) {
			one = rest;
			rest = (struct span){0};
		}
		one = span_trim(one);
		if (one.n &&
		    (span_eq(one, rule) ||
		     (one.p[one.n - 1] == '*' && span_starts(rule, span_sub(one, 0, one.n - 1)))))
			return true;
	}
	return false;
}

/* ---- all of them ---- */

static int read_episodes(sqlite3 *db, struct arena *a, struct report *r, struct err *e)
{
	struct episode *v = NULL;
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, db, episodes_sql, e))
		return -1;
	while ((rc = stmt_row(&q, e)) == 1) {
		v = arena_more(a, v, r->episodes_n, sizeof(*v));
		v[r->episodes_n++] = (struct episode){
			.rule = text_of(&q, a, 0),
			.entity = text_of(&q, a, 1),
			.from = stmt_get_real(&q, 2),
			.to = stmt_get_real(&q, 3),
			.worst_from = stmt_get_real(&q, 4),
			.worst_to = stmt_get_real(&q, 5),
		};
	}
	stmt_done(&q);
	r->episodes = v;
	return rc;
}

static int read_marks(sqlite3 *db, struct arena *a, struct report *r, struct err *e)
{
	struct mark *v = NULL;
	struct stmt q;
	int rc;

	if (stmt_prepare(&q, db, marks_sql, e))
		return -1;
	while ((rc = stmt_row(&q, e)) == 1) {
		v = arena_more(a, v, r->marks_n, sizeof(*v));
		v[r->marks_n++] = (struct mark){
			.what = text_of(&q, a, 0),
			.source = text_of(&q, a, 1),
			.from = stmt_get_real(&q, 2),
			.to = stmt_get_real(&q, 3),
		};
	}
	stmt_done(&q);
	r->marks = v;
	return rc;
}

struct place {
	uint64_t order;
	const struct built_in *file;
};

static int by_order(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	return strcmp(x->file->name, y->file->name);
}

static int run_built_in(sqlite3 *db, struct arena *a, struct report *r, struct err *e)
{
	struct plot *plots = arena_array(a, BUILT_IN, sizeof(*plots));
	struct place places[BUILT_IN];

	for (size_t i = 0; i < BUILT_IN; i++) {
		struct file f;

		if (read_file(&f, (struct span){built_in[i].text, built_in[i].n}, e))
			return err_set(e, 0, "plot %s", built_in[i].name);
		places[i] = (struct place){f.order, &built_in[i]};
	}
	qsort(places, BUILT_IN, sizeof(places[0]), by_order);
	for (size_t i = 0; i < BUILT_IN; i++) {
		struct span text = {places[i].file->text, places[i].file->n};

		if (run_file(db, a, text, r->axis.slices, &plots[i], e))
			return -1;
	}
	r->plots = plots;
	r->plots_n = BUILT_IN;
	return 0;
}

int plots_run(sqlite3 *db, struct arena *a, struct report *r, struct err *e)
{
	return plotfunc_register(db, e) || read_axis(db, &r->axis, e) ||
	                       read_episodes(db, a, r, e) || read_marks(db, a, r, e) ||
	                       run_built_in(db, a, r, e)
	               ? -1
	               : 0;
}
