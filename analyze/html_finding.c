#include "analyze/html_finding.h"

#include <string.h>

#include "analyze/html_plot.h"
#include "analyze/html_table.h"
#include "analyze/html_text.h"
#include "analyze/humanize.h"
#include "analyze/wording.h"
#include "schema/buf.h"

#define TEXT_BYTES    8192
#define MESSAGES_MOST 5 /* of one rule as sentences; its table has all of them */
#define LINKS_MOST    4 /* sections that a card links to */

/* Findings of one rule that stand together. */
struct group {
	const struct report *r;
	const struct finding *f;
	size_t n;
};

static bool alike(const struct finding *a, const struct finding *b)
{
	return strcmp(a->rule, b->rule) == 0 && a->depth == b->depth && !b->suppressed &&
	       (a->explained_by != NULL) == (b->explained_by != NULL);
}

static struct group group_at(const struct report *r, size_t i)
{
	struct group g = {.r = r, .f = &r->findings[i], .n = 1};

	while (i + g.n < r->findings_n && alike(g.f, &g.f[g.n]))
		g.n++;
	return g;
}

static const struct rule_result *result_of(const struct report *r, const char *rule)
{
	for (size_t i = 0; i < r->results_n; i++)
		if (strcmp(r->results[i].rule, rule) == 0)
			return &r->results[i];
	return NULL;
}

/* The anchor belongs to the first card of the rule. */
static void put_anchor(FILE *out, const struct group *g)
{
	for (const struct finding *f = g->r->findings; f < g->f; f++)
		if (!f->suppressed && strcmp(f->rule, g->f->rule) == 0)
			return;
	(void)fputs(" id=\"finding-", out);
	html_id(out, g->f->rule);
	(void)fputc('"', out);
}

static void put_message(FILE *out, const struct finding *f)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	wording_message(f, &b);
	html_text(out, buf_span(&b));
}

static void put_messages(FILE *out, const struct group *g)
{
	for (size_t i = 0; i < g->n && i < MESSAGES_MOST; i++) {
		(void)fputs("<p class=\"msg\">", out);
		put_message(out, &g->f[i]);
		(void)fputs("</p>", out);
	}
	if (g->n > MESSAGES_MOST)
		(void)fprintf(out, "<p class=\"note\">and %zu more, in the table</p>",
		              g->n - MESSAGES_MOST);
}

/* ---- evidence ---- */

static bool is_shown(const struct evidence *e)
{
	return e->value.type != CELL_EMPTY && e->value.type != CELL_SPARK &&
	       (e->value.type != CELL_TEXT || e->value.v.text[0]);
}

static void put_name(FILE *out, const struct evidence *e, bool heading)
{
	char text[128];
	struct buf b = BUF_OVER(text);
	struct span stem = measure_stem(span_of(e->name));

	for (size_t i = 0; i < stem.n; i++)
		buf_put(&b, stem.p[i] == '_' ? SPAN(" ") : span_sub(stem, i, 1));
	html_text(out, buf_span(&b));
	(void)fputs(heading ? measure_mark(e->measure) : "", out);
}

static void put_when(FILE *out, const struct report *r, const struct finding *f)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	wording_when(r, f, &b);
	html_text(out, buf_span(&b));
}

/* One entity: pairs of name and value. */
static void put_pairs(FILE *out, const struct group *g)
{
	const struct finding *f = g->f;

	(void)fputs("<dl class=\"ev\"><div class=\"wide\"><dt>when</dt><dd>", out);
	put_when(out, g->r, f);
	(void)fputs("</dd></div>", out);
	for (size_t i = 0; i < f->evidence_n; i++) {
		if (!is_shown(&f->evidence[i]))
			continue;
		(void)fputs("<div><dt>", out);
		put_name(out, &f->evidence[i], false);
		(void)fputs("</dt><dd>", out);
		html_cell(out, &f->evidence[i].value, f->evidence[i].measure, false);
		(void)fputs("</dd></div>", out);
	}
	if (f->member[0]) {
		(void)fputs("<div class=\"wide\"><dt>file</dt><dd><code>", out);
		html_str(out, f->member);
		(void)fputs("</code></dd></div>", out);
	}
	(void)fputs("</dl>\n", out);
}

/* Some finding of the group has something to say in that column. */
static bool column_shown(const struct group *g, size_t column)
{
	for (size_t i = 0; i < g->n; i++)
		if (column < g->f[i].evidence_n && is_shown(&g->f[i].evidence[column]))
			return true;
	return false;
}

static void put_evidence_row(FILE *out, const struct group *g, const struct finding *f)
{
	static const struct cell none = {.type = CELL_EMPTY};

	(void)fputs("<tr><td>", out);
	html_mark(out, f->level);
	(void)fputc(' ', out);
	html_str(out, f->entity);
	(void)fputs("</td>", out);
	for (size_t i = 0; i < g->f->evidence_n; i++)
		if (column_shown(g, i))
			html_td(out, i < f->evidence_n ? &f->evidence[i].value : &none,
			        g->f->evidence[i].measure);
	(void)fputs("<td class=\"when\">", out);
	put_when(out, g->r, f);
	(void)fputs("</td><td><code>", out);
	html_str(out, f->member);
	(void)fputs("</code></td></tr>\n", out);
}

static void put_evidence_table(FILE *out, const struct group *g)
{
	html_scroll_begin(out, g->f->title);
	(void)fputs("<table class=\"sort\"><thead><tr><th scope=\"col\">where</th>", out);
	for (size_t i = 0; i < g->f->evidence_n; i++) {
		bool text = g->f->evidence[i].value.type == CELL_TEXT;

		if (!column_shown(g, i))
			continue;
		(void)fputs(text ? "<th scope=\"col\">" : "<th scope=\"col\" class=\"r\">", out);
		put_name(out, &g->f->evidence[i], true);
		(void)fputs("</th>", out);
	}
	(void)fputs("<th scope=\"col\">when</th><th scope=\"col\">file</th></tr></thead><tbody>",
	            out);
	for (size_t i = 0; i < g->n; i++)
		put_evidence_row(out, g, &g->f[i]);
	(void)fputs("</tbody></table>", out);
	html_scroll_end(out);
}

/* ---- what to do, and where else to look ---- */

static void put_advice(FILE *out, const char *head, const char *text)
{
	if (!text[0])
		return;
	(void)fprintf(out, "<div class=\"adv\"><h5>%s</h5><div>", head);
	html_prose(out, text);
	(void)fputs("</div></div>\n", out);
}

static bool share_a_source(const char *a, const char *b)
{
	struct span x = span_of(a), one;

	while (span_word(&x, &one)) {
		struct span y = span_of(b), other;

		while (span_word(&y, &other))
			if (span_eq(one, other))
				return true;
	}
	return false;
}

static void put_section_links(FILE *out, const struct report *r, const struct rule_result *res)
{
	size_t n = 0;

	for (size_t i = 0; res && res->sources && i < r->sections_n && n < LINKS_MOST; i++) {
		const struct section *s = &r->sections[i];

		if (!s->tables_n || !share_a_source(s->sources, res->sources))
			continue;
		(void)fputs("<a href=\"#section-", out);
		html_id(out, s->name);
		(void)fputs("\">", out);
		html_str(out, s->name);
		(void)fputs("</a> ", out);
		n++;
	}
}

static void put_links(FILE *out, const struct group *g)
{
	(void)fputs("<p class=\"links\"><span>Look at</span> ", out);
	html_plot_links(out, g->r, g->f->rule);
	put_section_links(out, g->r, result_of(g->r, g->f->rule));
	if (g->r->plots_n && g->r->axis.slices)
		(void)fputs("<a href=\"#when\">when</a>", out);
	(void)fputs("</p>\n", out);
}

static void put_others(FILE *out, const struct finding *f)
{
	if (!f->others_n)
		return;
	(void)fputs("<p class=\"note\">also due to ", out);
	for (size_t i = 0; i < f->others_n; i++) {
		(void)fputs(i ? ", <a href=\"#finding-" : "<a href=\"#finding-", out);
		html_id(out, f->others[i].rule);
		(void)fputs("\">", out);
		html_str(out, f->others[i].rule);
		(void)fputs("</a>", out);
	}
	(void)fputs("</p>", out);
}

/* What the rule would have liked to look at as well and was not there. */
static void put_wanted(FILE *out, const struct group *g)
{
	const struct rule_result *res = result_of(g->r, g->f->rule);

	if (!res || res->outcome != OUTCOME_FINDINGS || !res->why[0])
		return;
	(void)fputs("<p class=\"note\">judged ", out);
	html_str(out, res->why);
	(void)fputs("</p>", out);
}

static void put_body(FILE *out, const struct group *g)
{
	const struct finding *f = g->f;

	if (g->n == 1)
		put_pairs(out, g);
	else
		put_evidence_table(out, g);
	put_wanted(out, g);
	put_others(out, f);
	put_advice(out, "Do", f->remedy);
	put_advice(out, "Verify", f->verify);
	put_links(out, g);
	if (!f->meaning[0] && !f->but[0] && !f->see[0])
		return;
	(void)fputs("<details class=\"more\"><summary>Meaning, exceptions, references</summary>",
	            out);
	put_advice(out, "Meaning", f->meaning);
	put_advice(out, "But", f->but);
	put_advice(out, "See", f->see);
	(void)fputs("</details>\n", out);
}

/* ---- cards ---- */

static void put_confidence(FILE *out, const struct finding *f)
{
	if (f->votes <= 0)
		return;
	(void)fprintf(out, " <span class=\"conf\">%s", wording_confidence(f->votes));
	if (f->short_of) {
		(void)fputs(": ", out);
		html_str(out, f->short_of);
	}
	(void)fputs("</span>", out);
}

/* Against the baseline. */
static void put_standing(FILE *out, const struct group *g)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	wording_standing(g->f, g->n, &b);
	if (!b.n)
		return;
	(void)fputs(" <b class=\"new\">", out);
	html_text(out, buf_span(&b));
	(void)fputs("</b>", out);
}

/* A symptom of the card it stands in. */
static void put_folded(FILE *out, const struct group *g)
{
	size_t depth = g->f->depth < 1 ? 1 : g->f->depth > 4 ? 4 : g->f->depth;

	(void)fprintf(out, "<details class=\"fold d%zu\"", depth);
	put_anchor(out, g);
	(void)fputs("><summary>", out);
	html_mark(out, g->f->level);
	(void)fputs(" <code>", out);
	html_str(out, g->f->rule);
	(void)fputs("</code> ", out);
	put_message(out, g->f);
	put_standing(out, g);
	if (g->n > 1)
		(void)fprintf(out, " <span class=\"note\">and %zu more</span>", g->n - 1);
	(void)fputs("</summary>", out);
	put_body(out, g);
	(void)fputs("</details>\n", out);
}

/* The card of group g, which ends behind all that it explains: their number is returned. */
static size_t put_card(FILE *out, const struct group *g)
{
	const struct report *r = g->r;
	size_t first = (size_t)(g->f - r->findings) + g->n, i = first;

	(void)fprintf(out, "<article class=\"card %s\"", level_name(g->f->level));
	put_anchor(out, g);
	(void)fputs("><header>", out);
	html_mark(out, g->f->level);
	(void)fputs(" <h3>", out);
	html_str(out, g->f->title);
	(void)fputs("</h3><p class=\"rule\">", out);
	(void)fputs(g->f->cause ? "root cause <code>" : "<code>", out);
	html_str(out, g->f->rule);
	(void)fputs("</code>", out);
	put_confidence(out, g->f);
	put_standing(out, g);
	(void)fputs("</p></header>\n", out);
	put_messages(out, g);
	put_body(out, g);
	while (i < r->findings_n && r->findings[i].explained_by && !r->findings[i].suppressed) {
		struct group folded = group_at(r, i);

		if (i == first)
			(void)fputs("<h5 class=\"ex\">Explains</h5>\n", out);
		put_folded(out, &folded);
		i += folded.n;
	}
	(void)fputs("</article>\n", out);
	return i - first;
}

void html_findings(FILE *out, const struct report *r)
{
	for (size_t i = 0; i < r->findings_n;) {
		struct group g = group_at(r, i);

		i += g.n;
		if (!g.f->suppressed)
			i += put_card(out, &g);
	}
}
