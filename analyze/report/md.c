/*
 * --format md: for a ticket.  Short by default: the verdict, the first findings with their
 * numbers, when they were, what to do and how to verify it, the others on a line each, what
 * is clean and what is open.  With --all everything that the text has, tables included.
 */
#include <string.h>

#include "analyze/humanize.h"
#include "analyze/layout.h"
#include "analyze/md_text.h"
#include "analyze/report.h"
#include "analyze/wording.h"
#include "schema/buf.h"

#define TEXT_BYTES   8192
#define GROUPS_SHORT 3 /* rules with findings in full, without --all */

struct page {
	struct md md;
	const struct report *r;
	const struct style *style;
};

static void put(const struct page *p, const char *text)
{
	(void)fputs(text, p->md.out);
}

/* A paragraph of escaped words, nothing for none. */
static void put_paragraph(const struct page *p, const char *label, const struct buf *b)
{
	if (b->n == 0)
		return;
	put(p, "\n");
	if (label[0]) {
		(void)fprintf(p->md.out, "**%s** ", label);
		md_put(&p->md, buf_span(b));
	} else {
		md_begin(&p->md, buf_span(b));
	}
	put(p, "\n");
}

static void put_item(const struct page *p, const char *label, struct span text)
{
	if (text.n == 0)
		return;
	(void)fprintf(p->md.out, "- %s: ", label);
	md_put(&p->md, text);
	put(p, "\n");
}

static void put_facts(const struct page *p)
{
	static const char *const lines[][6] = {
		{"when",     "window",  "ticks", NULL},
		{"system",      "machine",               "os", "nics", NULL},
		{"linkerd",NULL},
		{"evidence",      "origin",               "privileges", "end", NULL},
		{"note",           NULL				 },
	};

	put(p, "\n");
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char text[TEXT_BYTES];
		struct buf b = BUF_OVER(text);

		for (const char *const *name = lines[i]; *name; name++) {
			const char *v = report_fact(p->r, *name);

			buf_fmt(&b, "%s%s", b.n && v[0] ? ", " : "", v);
		}
		if (b.n) {
			put(p, "- ");
			md_begin(&p->md, buf_span(&b));
			put(p, "\n");
		}
	}
}

/* How the findings stand to the baseline, and settings that were made for other rules. */
static void put_remarks(const struct page *p)
{
	const struct report *r = p->r;
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	wording_baseline(r, &b);
	if (b.n) {
		put(p, "- ");
		md_begin(&p->md, buf_span(&b));
		put(p, "\n");
	}
	for (size_t i = 0; i < r->settings_n; i++)
		if (r->settings[i].warning)
			put_item(p, "site", span_of(r->settings[i].warning));
}

static void put_verdict(const struct page *p)
{
	const struct report *r = p->r;
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	put(p, "## nettape: ");
	put(p, r->verdict ? layout_mark(r->worst) : wording_word(wording_level(r)));
	put(p, ", ");
	md_put(&p->md, span_of(r->subject ? r->subject : report_fact(r, "host")));
	put(p, "\n");
	put_facts(p);
	put_remarks(p);
	if (r->verdict) {
		buf_str(&b, r->verdict);
		put_paragraph(p, "Verdict:", &b);
		return;
	}
	wording_findings(r, &b);
	buf_str(&b, b.n ? "; " : "");
	wording_rules(r, &b);
	put_paragraph(p, "Verdict:", &b);
}

static void put_numbers(const struct page *p, const struct finding *f)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	wording_numbers(f, p->md.utf8, &b);
	put_item(p, "numbers", buf_span(&b));
	b = BUF_OVER(text);
	wording_when(p->r, f, &b);
	put_item(p, "when", buf_span(&b));
	if (f->member[0]) {
		put(p, "- file: ");
		md_code(&p->md, span_of(f->member), false);
		put(p, "\n");
	}
}

/* "### [C] RULE: title (confidence high)" */
static void put_rule(const struct page *p, const struct finding *f, size_t n)
{
	char text[512];
	struct buf b = BUF_OVER(text);

	(void)fprintf(p->md.out, "\n### \\%s ", layout_mark(f->level));
	md_code(&p->md, span_of(f->rule), false);
	buf_fmt(&b, " %s", f->title);
	if (f->votes > 0)
		buf_fmt(&b, " (%s)", wording_confidence(f->votes));
	wording_standing(f, n, &b);
	md_put(&p->md, buf_span(&b));
	put(p, "\n");
}

/* All n findings of the group at i; without --all the numbers of the first. */
static void put_group(const struct page *p, size_t i, size_t n)
{
	const struct finding *f = &p->r->findings[i];
	char text[TEXT_BYTES];
	struct buf b;

	put_rule(p, f, n);
	for (size_t k = 0; k < n; k++) {
		b = BUF_OVER(text);
		wording_message(&f[k], &b);
		put_paragraph(p, "", &b);
		if (k && !p->style->all)
			continue;
		put(p, "\n");
		put_numbers(p, &f[k]);
	}
	b = BUF_OVER(text);
	wording_explains(p->r, i, n, &b);
	put_paragraph(p, "explains:", &b);
	if (p->style->all)
		md_advice(&p->md, "meaning:", f->meaning);
	md_advice(&p->md, "do:", f->remedy);
	md_advice(&p->md, "verify:", f->verify);
	if (p->style->all) {
		md_advice(&p->md, "but:", f->but);
		md_advice(&p->md, "see:", f->see);
	}
}

/* "- [W] RULE message": a rule that is not shown in full, or what another explains. */
static void put_line(const struct page *p, const struct finding *f)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	(void)fprintf(p->md.out, "- \\%s ", layout_mark(f->level));
	md_code(&p->md, span_of(f->rule), false);
	buf_char(&b, ' ');
	wording_message(f, &b);
	if (f->explained_by && p->style->all)
		buf_fmt(&b, " (due to %s)", f->explained_by);
	wording_standing(f, 1, &b);
	md_put(&p->md, buf_span(&b));
	put(p, "\n");
}

/* The group is shown in full: all are, or it is among the first and no mere remark. */
static bool in_full(const struct page *p, const struct finding *f, size_t *shown)
{
	bool full = p->style->all || (*shown < GROUPS_SHORT && f->level > LEVEL_INFO);

	*shown += full;
	return full;
}

/* What is not: other rules on a line each, and with --all the symptoms of all. */
static void put_others(const struct page *p)
{
	const struct report *r = p->r;
	bool begun = false;

	for (size_t i = 0, n, shown = 0; i < r->findings_n; i += n ? n : 1) {
		const struct finding *f = &r->findings[i];
		bool folded = f->explained_by && !f->suppressed;

		n = wording_group(r, i);
		if (n ? in_full(p, f, &shown) : !(folded && p->style->all))
			continue;
		if (!begun)
			put(p, p->style->all ? "\n### Explained by these\n\n" : "\n### Also\n\n");
		begun = true;
		put_line(p, f);
	}
}

static void put_findings(const struct page *p)
{
	for (size_t i = 0, n, shown = 0; i < p->r->findings_n; i += n ? n : 1) {
		n = wording_group(p->r, i);
		if (n && in_full(p, &p->r->findings[i], &shown))
			put_group(p, i, n);
	}
	put_others(p);
}

static void put_foot(const struct page *p)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	wording_clean(p->r, &b);
	put_paragraph(p, "Clean:", &b);
	b = BUF_OVER(text);
	wording_open(p->r, &b);
	put_paragraph(p, "Not evaluated:", &b);
}

static void put_spark(const struct page *p, const struct cell *c)
{
	const struct layout l = {.out = p->md.out, .style = p->style};

	put(p, "`");
	layout_spark(&l, c, c->v.spark.n);
	put(p, "`");
}

static void put_value(const struct page *p, const struct table *t, const struct cell *c,
                      const struct column *column)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	if (c->type == CELL_SPARK && c->v.spark.n) {
		put_spark(p, c);
	} else if (c->type == CELL_TEXT) {
		md_cell(&p->md, span_of(c->v.text));
	} else {
		humanize(&b, c, column->measure, !t->list, p->md.utf8);
		md_cell(&p->md, buf_span(&b));
	}
}

static bool drawn(const struct column *c)
{
	return c->measure != MEASURE_DATA;
}

static void put_heading(const struct page *p, const struct table *t)
{
	for (size_t c = 0; c < t->columns_n; c++)
		if (drawn(&t->columns[c])) {
			put(p, "| ");
			md_cell(&p->md, span_of(t->columns[c].heading));
			put(p, " ");
		}
	put(p, "|\n");
	for (size_t c = 0; c < t->columns_n; c++)
		if (drawn(&t->columns[c]))
			put(p, t->rows_n && t->cells[c].type != CELL_TEXT &&
			                       t->cells[c].type != CELL_SPARK
			               ? "|---:"
			               : "|---");
	put(p, "|\n");
}

static void put_rows(const struct page *p, const struct table *t)
{
	put_heading(p, t);
	for (size_t i = 0; i < t->rows_n; i++) {
		for (size_t c = 0; c < t->columns_n; c++)
			if (drawn(&t->columns[c])) {
				put(p, "| ");
				put_value(p, t, &t->cells[i * t->columns_n + c], &t->columns[c]);
				put(p, " ");
			}
		put(p, "|\n");
	}
}

/* A list: its pairs, one below the other. */
static void put_pairs(const struct page *p, const struct table *t)
{
	for (size_t i = 0; i < t->rows_n * t->columns_n; i++) {
		const struct cell *c = &t->cells[i];

		if (c->type == CELL_EMPTY || (c->type == CELL_TEXT && !c->v.text[0]))
			continue;
		put(p, "- ");
		md_put(&p->md, span_of(t->columns[i % t->columns_n].heading));
		put(p, ": ");
		put_value(p, t, c, &t->columns[i % t->columns_n]);
		put(p, "\n");
	}
}

static void put_table(const struct page *p, const struct table *t)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	buf_str(&b, t->caption);
	put_paragraph(p, "", &b);
	put(p, "\n");
	if (t->list)
		put_pairs(p, t);
	else
		put_rows(p, t);
	if (t->more)
		(void)fprintf(p->md.out, "\n+%zu more\n", t->more);
}

static void put_section(const struct page *p, const struct section *s)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	(void)fprintf(p->md.out, "\n### %s\n", s->name);
	buf_str(&b, s->about);
	put_paragraph(p, "", &b);
	for (size_t i = 0; i < s->tables_n; i++)
		put_table(p, &s->tables[i]);
	b = BUF_OVER(text);
	buf_str(&b, s->empty ? s->empty : "");
	put_paragraph(p, "", &b);
}

/* Which tool said so of which file: a ticket outlives both. */
static void put_origin(const struct page *p)
{
	const char *sha256 = report_fact(p->r, "bundle_sha256");

	(void)fprintf(p->md.out, "\nnettape-analyze %s",
	              p->r->tool_version ? p->r->tool_version : "");
	if (sha256[0]) {
		put(p, ", bundle SHA-256 ");
		md_code(&p->md, span_of(sha256), false);
	}
	put(p, "\n");
}

/* An item below a heading that stands above the first one. */
static void put_listed(const struct page *p, const char *heading, bool *begun, enum level level,
                       const struct buf *b)
{
	if (!*begun)
		(void)fprintf(p->md.out, "\n### %s\n\n", heading);
	*begun = true;
	put(p, "- ");
	if (level != LEVEL_COUNT)
		(void)fprintf(p->md.out, "\\%s ", layout_mark(level));
	md_begin(&p->md, buf_span(b));
	put(p, "\n");
}

/* What the baseline has and this window has not; what the site wants otherwise. */
static void put_gone(const struct page *p)
{
	const struct baseline *old = p->r->baseline;
	bool begun = false;

	for (size_t i = 0; old && i < old->gone_n; i++) {
		char text[TEXT_BYTES];
		struct buf b = BUF_OVER(text);

		wording_gone(&old->gone[i], &b);
		put_listed(p, "Gone", &begun, old->gone[i].level, &b);
	}
}

static void put_site(const struct page *p)
{
	const struct report *r = p->r;
	bool suppressed = false, unused = false, settings = false;
	char text[TEXT_BYTES];
	struct buf b;

	for (size_t i = 0; i < r->findings_n; i++) {
		if (!r->findings[i].suppressed)
			continue;
		b = BUF_OVER(text);
		wording_suppressed(&r->findings[i], &b);
		put_listed(p, "Suppressed by the site file", &suppressed, r->findings[i].level, &b);
	}
	for (size_t i = 0; i < r->unused_n; i++) {
		b = BUF_OVER(text);
		wording_unused(&r->unused[i], &b);
		put_listed(p, "Suppressions for what was not found", &unused, LEVEL_COUNT, &b);
	}
	for (size_t i = 0; i < r->settings_n; i++) {
		b = BUF_OVER(text);
		wording_setting(&r->settings[i], &b);
		put_listed(p, "Parameters that are not the rules' own", &settings, LEVEL_COUNT, &b);
	}
}

static void put_open_rules(const struct page *p)
{
	put(p, p->r->not_evaluated ? "\n### Not evaluated\n\n" : "");
	for (size_t i = 0; i < p->r->results_n; i++) {
		const struct rule_result *one = &p->r->results[i];

		if (one->outcome != OUTCOME_NOT_EVALUATED)
			continue;
		put(p, "- ");
		md_code(&p->md, span_of(one->rule), false);
		put(p, " ");
		md_put(&p->md, span_of(one->why));
		if (one->hint) {
			put(p, "; to judge: ");
			md_put(&p->md, span_of(one->hint));
		}
		put(p, "\n");
	}
}

static int render(const struct report *r, const struct style *s, FILE *out, struct err *e)
{
	const struct page p = {
		.md = {.out = out, .utf8 = s->utf8},
                  .r = r, .style = s
        };
	bool sections = s->all || s->sections || r->verdict;

	(void)e;
	if (report_listed(s->sections, "FINDINGS")) {
		put_verdict(&p);
		put_findings(&p);
		put_foot(&p);
	}
	for (size_t i = 0; sections && i < r->sections_n; i++)
		put_section(&p, &r->sections[i]);
	if (s->all && !s->sections)
		put_open_rules(&p);
	if (!s->sections) {
		put_gone(&p);
		put_site(&p);
	}
	if (report_listed(s->sections, "FINDINGS"))
		put_origin(&p);
	return 0;
}

const struct renderer renderer_md = {.render = render};
