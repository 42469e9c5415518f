#include "analyze/finding_text.h"

#include <string.h>

#include "analyze/wording.h"
#include "schema/buf.h"
#include "schema/span.h"

#define TEXT_BYTES    8192
#define LABEL_COLUMNS 12
#define DATE_COLUMNS  10 /* "2026-01-31" */
#define ENTITIES_MOST 3  /* of one rule, without --all */
#define FOLDED_INDENT ((size_t)4)
#define FOLDED_MOST   4 /* depths that are told apart */

static void put_numbers(const struct layout *l, const struct finding *f, size_t indent)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	wording_numbers(f, l->style->utf8, &b);
	layout_text(l, indent, "numbers", indent + LABEL_COLUMNS - 2, buf_span(&b));
}

/* When it was, which file shows it; what says no time holds for all of the window. */
static void put_when(const struct layout *l, const struct report *r, const struct finding *f,
                     size_t indent)
{
	char text[1024];
	struct buf b = BUF_OVER(text);

	wording_when(r, f, &b);
	layout_text(l, indent, "when", indent + LABEL_COLUMNS - 2, buf_span(&b));
	layout_text(l, indent, "file", indent + LABEL_COLUMNS - 2, span_of(f->member));
}

static void put_message(const struct layout *l, const struct finding *f, size_t indent)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	wording_message(f, &b);
	layout_text(l, indent, "", indent, buf_span(&b));
}

static void put_advice(const struct layout *l, const struct finding *f, size_t indent)
{
	const struct {
		const char *label, *text;
		bool always;
	} lines[] = {
		{"meaning", f->meaning, false},
                {"but",     f->but,     false},
                {"do:",     f->remedy,  true },
		{"verify:", f->verify,  true },
                {"see",     f->see,     false},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (lines[i].always || l->style->all)
			layout_text(l, indent, lines[i].label, indent + LABEL_COLUMNS - 2,
			            span_of(lines[i].text));
}

static bool same_rule(const struct finding *a, const struct finding *b)
{
	return strcmp(a->rule, b->rule) == 0;
}

/* The rule's line, once for all n entities it found. */
static void put_rule(const struct layout *l, const struct finding *f, size_t n)
{
	char text[512];
	struct buf b = BUF_OVER(text);

	(void)fputc('\n', l->out);
	layout_put_mark(l, f->level);
	(void)fputc(' ', l->out);
	layout_paint(l, PAINT_HEAD, f->rule);
	buf_str(&b, f->title);
	if (f->votes > 0)
		buf_fmt(&b, " (%s%s%s)", wording_confidence(f->votes), f->short_of ? ": " : "",
		        f->short_of ? f->short_of : "");
	wording_standing(f, n, &b);
	layout_more(l, strlen(layout_mark(f->level)) + 1 + strlen(f->rule),
	            strlen(layout_mark(f->level)) + 3 + strlen(f->rule), buf_span(&b));
}

/* Each cause stands further in; a long chain of them keeps room for its texts. */
static size_t folded_indent(const struct finding *f)
{
	size_t depth = f->depth;

	return FOLDED_INDENT * (depth < 1 ? 1 : depth > FOLDED_MOST ? FOLDED_MOST : depth);
}

/* The k-th further cause is of another rule than those before it and the one above. */
static bool new_cause(const struct finding *f, size_t k)
{
	if (strcmp(f->others[k].rule, f->explained_by) == 0)
		return false;
	for (size_t i = 0; i < k; i++)
		if (strcmp(f->others[i].rule, f->others[k].rule) == 0)
			return false;
	return true;
}

static void put_folded_head(const struct layout *l, const struct finding *f, size_t n,
                            size_t indent)
{
	size_t at = indent + strlen(layout_mark(f->level)) + 1 + strlen(f->rule);
	const char *sep = f->short_of ? "; also due to " : "also due to ";
	char text[512];
	struct buf b = BUF_OVER(text);

	if (f->short_of)
		buf_str(&b, f->short_of);
	for (size_t k = 0; k < f->others_n; k++)
		if (new_cause(f, k)) {
			buf_fmt(&b, "%s%s", sep, f->others[k].rule);
			sep = ", ";
		}
	wording_standing(f, n, &b);
	(void)fprintf(l->out, "%*s", (int)indent, "");
	layout_put_mark(l, f->level);
	(void)fprintf(l->out, " %s", f->rule);
	layout_more(l, at, at + 2, buf_span(&b));
}

/* One of the n at f is a further cause of g, which stands under another rule. */
static bool shares(const struct finding *f, size_t n, const struct finding *g)
{
	if (!g->explained_by || strcmp(g->explained_by, f->rule) == 0)
		return false;
	for (size_t k = 0; k < g->others_n; k++)
		for (size_t i = 0; i < n; i++)
			if (strcmp(g->others[k].rule, f[i].rule) == 0 &&
			    strcmp(g->others[k].entity, f[i].entity) == 0)
				return true;
	return false;
}

/* What these n findings of a cause explain as well, and under which other cause it stands. */
static void put_shared(const struct layout *l, const struct report *r, const struct finding *f,
                       size_t n, size_t indent)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);
	const struct finding *before = NULL;

	for (const struct finding *g = r->findings; g < r->findings + r->findings_n; g++)
		if (shares(f, n, g) && !(before && same_rule(before, g))) {
			buf_fmt(&b, "%s%s (under %s)", b.n ? ", " : "", g->rule, g->explained_by);
			before = g;
		}
	layout_text(l, indent, "also", indent + LABEL_COLUMNS - 2, buf_span(&b));
}

/* What the rule would have liked to look at as well and was not there. */
static void put_wanted(const struct layout *l, const struct report *r, const struct finding *f,
                       size_t indent)
{
	for (size_t i = 0; i < r->results_n; i++)
		if (strcmp(r->results[i].rule, f->rule) == 0 &&
		    r->results[i].outcome == OUTCOME_FINDINGS)
			layout_text(l, indent, "judged", indent + LABEL_COLUMNS - 2,
			            span_of(r->results[i].why));
}

/* What the numbers are held against: thresholds of the levels, with --all every parameter. */
static void put_limits(const struct layout *l, const struct report *r, const struct finding *f,
                       size_t indent)
{
	const struct rule_result *one = NULL;
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < r->results_n && !one; i++)
		if (strcmp(r->results[i].rule, f->rule) == 0)
			one = &r->results[i];
	for (size_t i = 0; one && i < one->params_n; i++) {
		const struct param *p = &one->params[i];
		struct span name = span_of(p->name);
		bool level = span_starts(name, SPAN("warn_")) || span_starts(name, SPAN("crit_"));

		if (!p->value || !(level || l->style->all))
			continue;
		buf_str(&b, b.n ? ", " : "");
		buf_fmt(&b, "%s = %s %s", p->name, p->value, p->unit);
	}
	layout_text(l, indent, "limits", indent + LABEL_COLUMNS - 2, buf_span(&b));
}

/* "and 4 more: eth1, ..." */
static void put_more(const struct layout *l, const struct finding *f, size_t n, size_t indent)
{
	char text[1024], label[48];
	struct buf b = BUF_OVER(text), more = BUF_OVER(label);

	for (size_t i = 0; i < n; i++)
		buf_fmt(&b, "%s%s", i ? ", " : "", f[i].entity);
	buf_fmt(&more, "and %zu more: ", n);
	if (n)
		layout_text(l, indent, buf_cstr(&more), indent + 2, buf_span(&b));
}

/* Entities of a rule that are shown one by one: without --all the first few. */
static size_t shown_of(const struct layout *l, size_t n)
{
	return l->style->all || n <= ENTITIES_MOST + 1 ? n : ENTITIES_MOST;
}

/* Symptoms of the finding before them, of one rule: a line each, or with --all everything. */
static void put_folded(const struct layout *l, const struct report *r, const struct finding *f,
                       size_t n)
{
	size_t indent = folded_indent(f), shown = shown_of(l, n);

	put_folded_head(l, f, n, indent);
	for (size_t i = 0; i < shown; i++) {
		put_message(l, &f[i], indent + 4);
		if (!l->style->all)
			continue;
		put_numbers(l, &f[i], indent + 4);
		put_when(l, r, &f[i], indent + 4);
		put_wanted(l, r, &f[i], indent + 4);
		put_advice(l, &f[i], indent + 4);
	}
	put_more(l, f + shown, n - shown, indent + 4);
	if (f->cause) {
		layout_text(l, indent + 4, "because", indent + 4 + LABEL_COLUMNS - 2,
		            span_of(f->explained_by));
		put_shared(l, r, f, n, indent + 4);
	}
}

/* All entities of one rule; without --all the first few, and the advice for the first. */
static void put_group(const struct layout *l, const struct report *r, const struct finding *f,
                      size_t n)
{
	size_t shown = shown_of(l, n);

	put_rule(l, f, n);
	for (size_t i = 0; i < shown; i++) {
		put_message(l, &f[i], 4);
		put_numbers(l, &f[i], 6);
		put_when(l, r, &f[i], 6);
		if (l->style->all && i + 1 < shown && strcmp(f[i].remedy, f[i + 1].remedy) != 0)
			put_advice(l, &f[i], 4);
	}
	put_more(l, f + shown, n - shown, 4);
	put_limits(l, r, f, 4);
	put_wanted(l, r, f, 4);
	put_advice(l, l->style->all ? &f[n - 1] : f, 4);
	put_shared(l, r, f, n, 4);
}

/* Symptoms of one rule with the same level and causes, none of them a cause itself. */
static size_t folded_group(const struct report *r, size_t i)
{
	const struct finding *f = &r->findings[i];
	size_t n = 1;

	while (i + n < r->findings_n && !f->cause && same_rule(f, &f[n]) && !f[n].suppressed &&
	       f[n].explained_by && strcmp(f[n].explained_by, f->explained_by) == 0 &&
	       f[n].level == f->level && f[n].others_n == f->others_n)
		n++;
	return n;
}

void finding_text_all(const struct layout *l, const struct report *r)
{
	unsigned depth = 0; /* of the finding before */

	for (size_t i = 0, n; i < r->findings_n; i += n) {
		const struct finding *f = &r->findings[i];

		n = 1;
		if (f->suppressed)
			continue;
		if (f->explained_by) {
			if (f->depth > depth)
				(void)fprintf(l->out, "%*sexplains\n", (int)folded_indent(f), "");
			n = folded_group(r, i);
			put_folded(l, r, f, n);
		} else {
			n = wording_group(r, i);
			put_group(l, r, f, n);
		}
		depth = f->depth;
	}
}
