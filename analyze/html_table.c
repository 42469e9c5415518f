#include "analyze/html_table.h"

#include <string.h>

#include "analyze/html_plot.h"
#include "analyze/html_text.h"
#include "analyze/humanize.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

void html_cell(FILE *out, const struct cell *c, enum measure m, bool terse)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	if (c->type == CELL_TEXT) {
		html_str(out, c->v.text);
		return;
	}
	humanize(&b, c, m, terse, true);
	html_text(out, buf_span(&b));
}

static bool is_number(const struct cell *c)
{
	return c->type == CELL_INT || c->type == CELL_REAL;
}

/* What is written with a prefix or grouped would be sorted as text. */
static void put_sort_key(FILE *out, const struct cell *c)
{
	if (c->type == CELL_INT)
		(void)fprintf(out, " data-v=\"%lld\"", (long long)c->v.i);
	else if (c->type == CELL_REAL)
		(void)fprintf(out, " data-v=\"%.6g\"", c->v.r);
}

void html_td(FILE *out, const struct cell *c, enum measure m)
{
	bool number = is_number(c) && m != MEASURE_TEXT;

	if (c->type == CELL_SPARK) {
		(void)fputs("<td class=\"sp\">", out);
		html_spark(out, c, false, false);
	} else {
		(void)fputs(number ? "<td class=\"r\"" : "<td", out);
		put_sort_key(out, c);
		(void)fputc('>', out);
		html_cell(out, c, m, true);
	}
	(void)fputs("</td>", out);
}

void html_scroll_begin(FILE *out, const char *label)
{
	(void)fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", out);
	html_str(out, label[0] ? label : "table");
	(void)fputs("\">", out);
}

void html_scroll_end(FILE *out)
{
	(void)fputs("</div>\n", out);
}

/* One row, its columns one below the other. */
static void put_list(FILE *out, const struct table *t)
{
	(void)fputs("<dl>", out);
	for (size_t i = 0; i < t->columns_n && t->rows_n; i++) {
		if (t->columns[i].measure == MEASURE_DATA || t->cells[i].type == CELL_EMPTY)
			continue;
		(void)fputs("<dt>", out);
		html_text(out, measure_bare(span_of(t->columns[i].heading), t->columns[i].measure));
		(void)fputs("</dt><dd>", out);
		if (t->cells[i].type == CELL_SPARK)
			html_spark(out, &t->cells[i], false, false);
		else
			html_cell(out, &t->cells[i], t->columns[i].measure, false);
		(void)fputs("</dd>", out);
	}
	(void)fputs("</dl>\n", out);
}

static bool numbers(const struct table *t, size_t column)
{
	for (size_t r = 0; r < t->rows_n; r++)
		if (is_number(&t->cells[r * t->columns_n + column]))
			return t->columns[column].measure != MEASURE_TEXT;
	return false;
}

static void put_head(FILE *out, const struct table *t)
{
	(void)fputs("<thead><tr>", out);
	for (size_t i = 0; i < t->columns_n; i++) {
		const struct column *c = &t->columns[i];

		if (c->measure == MEASURE_DATA)
			continue;
		(void)fprintf(out, "<th scope=\"col\"%s>",
		              c->measure == MEASURE_SPARK ? " class=\"sp\""
		              : numbers(t, i)             ? " class=\"r\""
		                                          : "");
		html_str(out, c->heading);
		(void)fputs("</th>", out);
	}
	(void)fputs("</tr></thead>", out);
}

/* The level that a row of the timeline has, which makes it a finding's lane. */
static bool lane_of(const struct table *t, size_t row, enum level *level)
{
	for (size_t i = 0; t->timeline && i < t->columns_n; i++) {
		const struct cell *c = &t->cells[row * t->columns_n + i];

		if (strcmp(t->columns[i].name, "lane") == 0)
			return c->type == CELL_TEXT && level_parse(span_of(c->v.text), level);
	}
	return false;
}

static void put_row(FILE *out, const struct table *t, size_t row)
{
	enum level level = LEVEL_OK;
	bool lane = lane_of(t, row, &level);

	(void)fputs("<tr>", out);
	for (size_t i = 0; i < t->columns_n; i++) {
		const struct cell *c = &t->cells[row * t->columns_n + i];

		if (t->columns[i].measure == MEASURE_DATA)
			continue;
		if (i == 0 && lane) {
			(void)fputs("<td>", out);
			html_mark(out, level);
			(void)fputc(' ', out);
			html_cell(out, c, MEASURE_TEXT, true);
			(void)fputs("</td>", out);
		} else if (t->timeline && c->type == CELL_SPARK) {
			(void)fputs("<td class=\"sp\">", out);
			html_spark(out, c, true, lane);
			(void)fputs("</td>", out);
		} else {
			html_td(out, c, t->columns[i].measure);
		}
	}
	(void)fputs("</tr>\n", out);
}

static void put_axis(FILE *out, const struct table *t)
{
	char text[128];
	struct buf b = BUF_OVER(text);

	if (!t->timeline || t->to_ns <= t->from_ns)
		return;
	time_put(&b, t->from_ns, 0);
	buf_str(&b, " to ");
	time_put(&b, t->to_ns, 0);
	(void)fputs("<p class=\"note\">From left to right: ", out);
	html_text(out, buf_span(&b));
	(void)fputs("</p>", out);
}

static void put_table(FILE *out, const struct table *t, const char *label)
{
	if (t->caption[0]) {
		(void)fputs("<h4>", out);
		html_str(out, t->caption);
		(void)fputs("</h4>", out);
	}
	if (t->list) {
		put_list(out, t);
		return;
	}
	put_axis(out, t);
	html_scroll_begin(out, t->caption[0] ? t->caption : label);
	(void)fprintf(out, "<table class=\"sort%s\">", t->timeline ? " timeline" : "");
	put_head(out, t);
	(void)fputs("<tbody>", out);
	for (size_t r = 0; r < t->rows_n; r++)
		put_row(out, t, r);
	(void)fputs("</tbody></table>", out);
	html_scroll_end(out);
	if (t->more)
		(void)fprintf(out, "<p class=\"note\">and %zu more (--all has them)</p>\n",
		              t->more);
}

void html_section(FILE *out, const struct section *s)
{
	(void)fputs("<section class=\"sec\" id=\"section-", out);
	html_id(out, s->name);
	(void)fputs("\"><h3>", out);
	html_str(out, s->name);
	(void)fputs("</h3><p class=\"about\">", out);
	html_str(out, s->about);
	(void)fputs("</p>\n", out);
	for (size_t i = 0; i < s->tables_n; i++)
		put_table(out, &s->tables[i], s->name);
	if (s->empty) {
		(void)fputs("<p class=\"empty\">", out);
		html_str(out, s->empty);
		(void)fputs("</p>", out);
	}
	(void)fputs("</section>\n", out);
}
