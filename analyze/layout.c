#include "analyze/layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/escape.h"
#include "analyze/humanize.h"
#include "schema/buf.h"

#define INDENT       2 /* of captions */
#define GROUP_INDENT 3 /* of the groups of a table's rows */
#define ROW_INDENT   4 /* of what stands below them */
#define GUTTER       2
#define COLUMNS_MAX  64
/* Escaped text of one cell; longer ones are cut, as they are on any screen. */
#define CELL_BYTES 1024
/* What a column is narrowed to before columns are left out. */
#define SPARK_LEAST 10
#define TEXT_LEAST  26
/* With no more than these a row's name becomes shorter, too. */
#define COLUMNS_LEAST 3

static const char *const colours[PAINT_COUNT] = {
	[PAINT_NONE] = "",
	[PAINT_HEAD] = "\033[1m",
	[PAINT_FAINT] = "\033[2m",
	[PAINT_LEVEL + LEVEL_OK] = "\033[32m",
	[PAINT_LEVEL + LEVEL_INFO] = "\033[36m",
	[PAINT_LEVEL + LEVEL_WARN] = "\033[1;33m",
	[PAINT_LEVEL + LEVEL_CRIT] = "\033[1;31m",
	[PAINT_LEVEL + LEVEL_SKIP] = "\033[2m",
};

void layout_paint(const struct layout *l, enum paint p, const char *text)
{
	if (l->style->colour && p != PAINT_NONE)
		(void)fprintf(l->out, "%s%s\033[0m", colours[p], text);
	else
		(void)fputs(text, l->out);
}

void layout_put_mark(const struct layout *l, enum level level)
{
	layout_paint(l, (enum paint)((int)PAINT_LEVEL + (int)level), layout_mark(level));
}

static void put(const struct layout *l, struct span s)
{
	if (s.n) /* an empty one may have no place */
		(void)fwrite(s.p, 1, s.n, l->out);
}

static void blanks(const struct layout *l, size_t n)
{
	(void)fprintf(l->out, "%*s", (int)n, "");
}

/* Where the next word of a paragraph goes. */
struct pen {
	const struct layout *l;
	size_t at, hang;
	bool begun; /* something stands on this line */
};

static void new_line(struct pen *p, size_t column)
{
	(void)fputc('\n', p->l->out);
	blanks(p->l, column);
	p->at = column;
	p->begun = false;
}

/* A word longer than a line is broken wherever the line ends. */
static void put_word(struct pen *p, struct span word)
{
	size_t width = p->l->style->width;
	char text[CELL_BYTES];
	struct buf b = BUF_OVER(text);
	struct span rest, head;

	escape_put(&b, word, p->l->style->utf8);
	rest = buf_span(&b);
	if (p->begun && p->at + 1 + text_columns(rest) > width) {
		new_line(p, p->hang);
	} else if (p->begun) {
		(void)fputc(' ', p->l->out);
		p->at++;
	}
	while (p->at + text_columns(rest) > width && p->hang < width) {
		head = text_front(rest, width - p->at);
		put(p->l, head);
		rest = span_sub(rest, head.n, rest.n);
		new_line(p, p->hang);
	}
	put(p->l, rest);
	p->at += text_columns(rest);
	p->begun = true;
}

static size_t leading_blanks(struct span line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == ' ')
		n++;
	return n;
}

/* A line that goes on with the sentence of the line before: no indent, no item of a list. */
static bool goes_on(struct span line)
{
	return span_trim(line).n && leading_blanks(line) == 0 && !span_starts(line, SPAN("- "));
}

/* `at` columns stand on the line; the first line's text begins at `first`, the others' at `hang`.
 */
static void put_text(const struct layout *l, size_t at, size_t first, size_t hang, struct span text)
{
	size_t most = l->style->width / 4; /* of a line's own indent */
	struct pen p = {.l = l, .at = at};
	struct span line, word;
	bool plain = false;

	while (span_line(&text, &line)) {
		size_t lead = leading_blanks(line);

		if (!plain || !goes_on(line)) {
			if (p.begun)
				new_line(&p, 0);
			p.hang = hang + (lead < most ? lead : most);
			first += lead < most ? lead : most;
			if (first > p.at)
				blanks(l, first - p.at);
			p.at = first > p.at ? first : p.at;
			first = hang;
		}
		plain = goes_on(line);
		while (span_word(&line, &word))
			put_word(&p, word);
	}
	(void)fputc('\n', l->out);
}

void layout_more(const struct layout *l, size_t at, size_t hang, struct span text)
{
	put_text(l, at, hang, hang, text);
}

void layout_text(const struct layout *l, size_t indent, const char *label, size_t hang,
                 struct span text)
{
	if (span_trim(text).n == 0)
		return;
	blanks(l, indent);
	(void)fputs(label, l->out);
	put_text(l, indent + text_columns(span_of(label)), label[0] ? hang : indent, hang, text);
}

/* A line that others followed. */
static void put_cut(const struct layout *l, struct span line)
{
	put(l, text_front(line, l->style->width - 2));
	(void)fputs(l->style->utf8 ? " …\n" : " ~\n", l->out);
}

void layout_most(const struct layout *l, size_t indent, const char *label, size_t hang,
                 struct span text, size_t most)
{
	struct layout inner = {.style = l->style};
	struct span rest, line;
	char *kept = NULL;
	size_t n = 0;

	inner.out = open_memstream(&kept, &n);
	if (!inner.out)
		return;
	layout_text(&inner, indent, label, hang, text);
	if (fclose(inner.out) == 0) {
		rest = (struct span){kept, n};
		for (size_t i = 1; i <= most && span_line(&rest, &line); i++) {
			bool last = i < most || rest.n == 0;

			put(l, last ? line : (struct span){0});
			if (last)
				(void)fputc('\n', l->out);
			else
				put_cut(l, line);
		}
	}
	free(kept);
}

float layout_slice(const struct cell *c, size_t columns, size_t column)
{
	size_t from = column * c->v.spark.n / columns, to = (column + 1) * c->v.spark.n / columns;
	float worst = NAN;

	for (size_t i = from; i < c->v.spark.n && (i < to || i == from); i++)
		worst = fmaxf(worst, c->v.spark.v[i]);
	return worst;
}

const char *layout_mark(enum level level)
{
	static const char *const marks[LEVEL_COUNT] = {
		[LEVEL_OK] = "[ok]",  [LEVEL_INFO] = "[i]",  [LEVEL_WARN] = "[W]",
		[LEVEL_CRIT] = "[C]", [LEVEL_SKIP] = "[--]",
	};

	return marks[level];
}

void layout_spark(const struct layout *l, const struct cell *c, size_t columns)
{
	static const char *const bars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
	static const char ascii[] = " .:-=+*#";
	float most = 0;

	if (columns > c->v.spark.n)
		columns = c->v.spark.n;
	for (size_t i = 0; i < c->v.spark.n; i++)
		most = fmaxf(most, c->v.spark.v[i]);
	for (size_t i = 0; i < columns; i++) {
		float v = layout_slice(c, columns, i);
		size_t level = v > 0 && most > 0 ? 1 + (size_t)(v / most * 6.49F) : 0;

		if (isnan(v))
			(void)fputc(' ', l->out);
		else if (l->style->utf8)
			(void)fputs(bars[level], l->out);
		else
			(void)fputc(ascii[level], l->out);
	}
}

/* A table's columns as they fit on a line. */
struct grid {
	const struct table *t;
	size_t width[COLUMNS_MAX];
	bool right[COLUMNS_MAX]; /* numbers stand right */
	bool spark[COLUMNS_MAX];
	size_t from; /* 1 when the first column stands above its rows */
	size_t n;    /* columns shown */
};

/* What a cell shows; an empty one a dash, so that no column looks shifted. */
static struct span cell_text(const struct layout *l, const struct cell *c, enum measure m,
                             struct buf *b)
{
	humanize(b, c, m, true, l->style->utf8);
	if (b->n == 0 && m != MEASURE_SPARK)
		buf_char(b, '-');
	return buf_span(b);
}

static size_t cell_columns(const struct layout *l, const struct table *t, size_t row, size_t column)
{
	const struct cell *c = &t->cells[row * t->columns_n + column];
	char text[CELL_BYTES];
	struct buf b = BUF_OVER(text);

	if (c->type == CELL_SPARK)
		return c->v.spark.n;
	return text_columns(cell_text(l, c, t->columns[column].measure, &b));
}

static void measure_columns(const struct layout *l, struct grid *g)
{
	for (size_t c = g->from; c < g->n; c++) {
		g->width[c] = text_columns(span_of(g->t->columns[c].heading));
		g->right[c] = true;
		g->spark[c] = g->t->columns[c].measure == MEASURE_SPARK;
		for (size_t r = 0; r < g->t->rows_n; r++) {
			size_t n = cell_columns(l, g->t, r, c);

			if (n > g->width[c])
				g->width[c] = n;
			if (g->t->cells[r * g->t->columns_n + c].type == CELL_TEXT || g->spark[c])
				g->right[c] = false;
		}
	}
}

static size_t line_columns(const struct grid *g)
{
	size_t sum = ROW_INDENT;

	for (size_t c = g->from; c < g->n; c++)
		sum += g->width[c] + (c > g->from ? GUTTER : 0);
	return sum;
}

/* The widest column from `from` on of texts, or of sparks, that is wider than `least`; g->n = none.
 */
static size_t widest(const struct grid *g, size_t from, bool spark, size_t least)
{
	size_t best = g->n;

	for (size_t c = from; c < g->n; c++)
		if (!g->right[c] && g->spark[c] == spark && g->width[c] > least &&
		    (best == g->n || g->width[c] > g->width[best]))
			best = c;
	return best;
}

/* Sparks become shorter, then texts; then the last columns go, and the name of a row last. */
static void fit(const struct layout *l, struct grid *g)
{
	while (line_columns(g) > l->style->width) {
		size_t c = widest(g, g->from, true, SPARK_LEAST);

		if (c == g->n)
			c = widest(g, g->from + 1, false, TEXT_LEAST);
		if (c == g->n && g->n <= g->from + COLUMNS_LEAST)
			c = widest(g, g->from, false, TEXT_LEAST);
		if (c < g->n)
			g->width[c]--;
		else if (g->n > g->from + 1)
			g->n--;
		else
			g->width[g->from] = l->style->width - ROW_INDENT;
	}
}

void layout_field(const struct layout *l, struct span s, size_t width, bool right, bool last)
{
	size_t n = text_columns(s);

	if (n > width) {
		put(l, text_front(s, width - 1));
		(void)fputs(l->style->utf8 ? "…" : "~", l->out);
		return;
	}
	if (right)
		blanks(l, width - n);
	put(l, s);
	if (!right && !last)
		blanks(l, width - n);
}

void layout_line(const struct layout *l, size_t at, struct span text)
{
	char escaped[CELL_BYTES];
	struct buf b = BUF_OVER(escaped);

	escape_put(&b, text, l->style->utf8);
	layout_field(l, buf_span(&b), at < l->style->width ? l->style->width - at : 1, false, true);
	(void)fputc('\n', l->out);
}

static void put_heading(const struct layout *l, const struct grid *g)
{
	if (l->style->colour)
		(void)fputs(colours[PAINT_FAINT], l->out);
	blanks(l, ROW_INDENT);
	for (size_t c = g->from; c < g->n; c++) {
		blanks(l, c > g->from ? GUTTER : 0);
		layout_field(l, span_of(g->t->columns[c].heading), g->width[c], g->right[c],
		             c + 1 == g->n);
	}
	(void)fputs(l->style->colour ? "\033[0m\n" : "\n", l->out);
}

static void put_row(const struct layout *l, const struct grid *g, size_t row)
{
	size_t owed = ROW_INDENT; /* blanks that are only printed when something follows */

	for (size_t c = g->from; c < g->n; c++) {
		const struct cell *cell = &g->t->cells[row * g->t->columns_n + c];
		size_t n = cell->v.spark.n;
		char text[CELL_BYTES];
		struct buf b = BUF_OVER(text);

		owed += c > g->from ? GUTTER : 0;
		if (g->spark[c] && cell->type == CELL_SPARK) {
			blanks(l, owed);
			layout_spark(l, cell, g->width[c]);
			owed = g->width[c] - (n < g->width[c] ? n : g->width[c]);
			continue;
		}
		blanks(l, owed);
		layout_field(l, cell_text(l, cell, g->t->columns[c].measure, &b), g->width[c],
		             g->right[c], c + 1 == g->n);
		owed = 0;
	}
	(void)fputc('\n', l->out);
}

/* The group of a row, where it is another than that of the row before it. */
static void put_group(const struct layout *l, const struct grid *g, size_t row)
{
	const struct cell *c = &g->t->cells[row * g->t->columns_n];

	if (c->type != CELL_TEXT || (row && c[-(ptrdiff_t)g->t->columns_n].type == CELL_TEXT &&
	                             strcmp(c->v.text, c[-(ptrdiff_t)g->t->columns_n].v.text) == 0))
		return;
	layout_text(l, GROUP_INDENT, "", GROUP_INDENT, span_of(c->v.text));
}

/* A list's value says its unit itself, so its heading goes without. */
static struct span list_heading(const struct column *c)
{
	return measure_bare(span_of(c->heading), c->measure);
}

static void put_list(const struct layout *l, const struct table *t)
{
	size_t widest_heading = 0;

	for (size_t c = 0; c < t->columns_n; c++) {
		size_t n = text_columns(list_heading(&t->columns[c]));

		if (n > widest_heading)
			widest_heading = n;
	}
	for (size_t i = 0; i < t->rows_n * t->columns_n; i++) {
		const struct column *column = &t->columns[i % t->columns_n];
		const struct cell *c = &t->cells[i];
		char text[CELL_BYTES], heading[CELL_BYTES];
		struct buf b = BUF_OVER(text), h = BUF_OVER(heading);

		buf_put(&h, list_heading(column));
		if (c->type == CELL_TEXT)
			buf_str(&b, c->v.text);
		else
			humanize(&b, c, column->measure, false, l->style->utf8);
		layout_text(l, ROW_INDENT, buf_cstr(&h), ROW_INDENT + widest_heading + GUTTER,
		            buf_span(&b));
	}
}

/* What was left out, below the rows. */
static void put_rest(const struct layout *l, size_t rows, size_t columns)
{
	char text[128];
	struct buf b = BUF_OVER(text);

	if (rows)
		buf_fmt(&b, "+%zu more", rows);
	if (columns)
		buf_fmt(&b, "%s(%zu more column%s: --width)", rows ? " " : "", columns,
		        columns == 1 ? "" : "s");
	layout_text(l, ROW_INDENT, "", ROW_INDENT, buf_span(&b));
}

static void put_caption(const struct layout *l, const struct table *t)
{
	if (INDENT + text_columns(span_of(t->caption)) > l->style->width) {
		layout_text(l, INDENT, "", INDENT, span_of(t->caption));
	} else if (t->caption[0]) {
		blanks(l, INDENT);
		layout_paint(l, PAINT_HEAD, t->caption);
		(void)fputc('\n', l->out);
	}
}

void layout_table(const struct layout *l, const struct table *t)
{
	struct grid g = {.t = t, .from = t->groups && t->columns_n > 1};
	size_t shown = t->columns_n < COLUMNS_MAX ? t->columns_n : COLUMNS_MAX;

	while (shown > 1 && t->columns[shown - 1].measure == MEASURE_DATA)
		shown--;
	g.n = shown;
	put_caption(l, t);
	if (t->timeline) {
		layout_timeline(l, t);
		put_rest(l, t->more, 0);
		return;
	}
	if (t->list) {
		put_list(l, t);
		return;
	}
	measure_columns(l, &g);
	fit(l, &g);
	put_heading(l, &g);
	for (size_t r = 0; r < t->rows_n; r++) {
		if (g.from)
			put_group(l, &g, r);
		put_row(l, &g, r);
	}
	put_rest(l, t->more, shown - g.n);
}
