#include "analyze/finding_text.h"

#include <string.h>

#include "analyze/humanize.h"
#include "schema/buf.h"
#include "schema/span.h"

#define TEXT_BYTES      8192
#define LABEL_COLUMNS   12
#define DATE_COLUMNS    10 /* "2026-01-31" */
#define ENTITIES_MOST   3  /* of one rule, without --all */
#define SUMMARY_LEAST   4  /* rules with findings: fewer are seen at once anyway */
#define SUMMARY_COLUMNS 40 /* of a rule's id that still sets the column */
#define FOLDED_INDENT   ((size_t)4)
#define FOLDED_MOST     4 /* depths that are told apart */

/* "drops 413, drops 6.9/s, max backlog 1,000" */
static void put_evidence(const struct layout *l, const struct finding *f, size_t indent)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < f->evidence_n; i++) {
		const struct evidence *e = &f->evidence[i];
		struct span stem = measure_stem(span_of(e->name));

		if (e->value.type == CELL_EMPTY || e->value.type == CELL_SPARK ||
		    (e->value.type == CELL_TEXT && !e->value.v.text[0]))
			continue;
		buf_str(&b, b.n ? ", " : "");
		for (size_t j = 0; j < stem.n; j++)
			buf_put(&b, stem.p[j] == '_' ? SPAN(" ") : span_sub(stem, j, 1));
		buf_char(&b, ' ');
		if (e->value.type == CELL_TEXT)
			buf_str(&b, e->value.v.text);
		else
			humanize(&b, &e->value, e->measure, false, l->style->utf8);
	}
	layout_text(l, indent, "numbers", indent + LABEL_COLUMNS - 2, buf_span(&b));
}

/* A wall clock; the day only where it is another than that of the line before it. */
static void put_clock(struct buf *b, const char *text, struct span *day)
{
	struct span clock = span_of(text), date = {0};

	if (span_find(clock, ' ') < clock.n)
		(void)span_cut(&clock, ' ', &date);
	if (date.n && !span_eq(date, *day)) {
		buf_put(b, date);
		buf_char(b, ' ');
	}
	*day = date;
	buf_put(b, clock);
}

/* "10:00:05Z to 10:00:42Z (snapshots 3 to 40), worst 10:00:14Z (12), in 37 of 60 intervals" */
static void say_when(const struct report *r, const struct finding *f, struct buf *b)
{
	struct span day = span_sub(span_of(report_fact(r, "started")), 0, DATE_COLUMNS);
	bool spread = f->first_at >= 0 && f->last_at > f->first_at;

	if (spread) {
		put_clock(b, f->first_text, &day);
		buf_str(b, " to ");
		put_clock(b, f->last_text, &day);
		buf_fmt(b, " (snapshots %lld to %lld)", (long long)f->first_at,
		        (long long)f->last_at);
	}
	if (f->at >= 0 || (f->first_at >= 0 && !spread)) {
		int64_t at = f->at >= 0 ? f->at : f->first_at;

		buf_str(b, spread ? ", worst " : "");
		put_clock(b, f->at >= 0 ? f->at_text : f->first_text, &day);
		buf_fmt(b, spread ? " (%lld)" : " (snapshot %lld)", (long long)at);
	}
	if (!f->hits_what)
		return;
	buf_fmt(b, "%sin %lld ", b->n ? ", " : "", (long long)f->hits);
	if (f->hits_of >= 0)
		buf_fmt(b, "of %lld %s", (long long)f->hits_of, f->hits_what);
	else
		buf_fmt(b, "%.*s", (int)strlen(f->hits_what) - (f->hits == 1), f->hits_what);
}

/* When it was, which file shows it; what says no time holds for all of the window. */
static void put_when(const struct layout *l, const struct report *r, const struct finding *f,
                     size_t indent)
{
	char text[1024];
	struct buf b = BUF_OVER(text);

	say_when(r, f, &b);
	layout_text(l, indent, "when", indent + LABEL_COLUMNS - 2,
	            b.n ? buf_span(&b) : SPAN("all of the window"));
	layout_text(l, indent, "file", indent + LABEL_COLUMNS - 2, span_of(f->member));
}

/* "entity: message", unless the message begins with the entity. */
static void put_message(const struct layout *l, const struct finding *f, size_t indent)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	if (f->entity[0] && !span_starts(span_of(f->message), span_of(f->entity)))
		buf_fmt(&b, "%s: ", f->entity);
	buf_str(&b, f->message[0] ? f->message : f->title);
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

static const char *confidence(int votes)
{
	return votes >= 3 ? "confidence high" : votes == 2 ? "confidence medium" : "confidence low";
}

/* "[new]", "[2 of 3 new]", "[was warn]": against the baseline, of n findings of one rule. */
static void put_standing(struct buf *b, const struct finding *f, size_t n)
{
	size_t fresh = 0;

	for (size_t i = 0; i < n; i++)
		fresh += f[i].standing == STANDING_NEW;
	if (b->n && (fresh || (f->standing == STANDING_SAME && f->was != f->level)))
		buf_char(b, ' ');
	if (fresh == n)
		buf_str(b, "[new]");
	else if (fresh)
		buf_fmt(b, "[%zu of %zu new]", fresh, n);
	else if (f->standing == STANDING_SAME && f->was != f->level)
		buf_fmt(b, "[was %s]", level_name(f->was));
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
		buf_fmt(&b, " (%s%s%s)", confidence(f->votes), f->short_of ? ": " : "",
		        f->short_of ? f->short_of : "");
	put_standing(&b, f, n);
	layout_more(l, strlen(layout_mark(f->level)) + 1 + strlen(f->rule),
	            strlen(layout_mark(f->level)) + 3 + strlen(f->rule), buf_span(&b));
}

/* Each cause stands further in; a long chain of them keeps room for its texts. */
static size_t folded_indent(const struct finding *f)
{
	size_t depth = f->depth;

	return FOLDED_INDENT * (depth < 1 ? 1 : depth > FOLDED_MOST ? FOLDED_MOST : depth);
}

static void put_folded_head(const struct layout *l, const struct finding *f, size_t indent)
{
	size_t at = indent + strlen(layout_mark(f->level)) + 1 + strlen(f->rule);
	char text[512];
	struct buf b = BUF_OVER(text);

	if (f->short_of)
		buf_str(&b, f->short_of);
	for (size_t i = 0; i < f->others_n; i++)
		buf_fmt(&b, "%s%s",
		        i     ? ", "
		        : b.n ? "; also due to "
		              : "also due to ",
		        f->others[i].rule);
	put_standing(&b, f, 1);
	(void)fprintf(l->out, "%*s", (int)indent, "");
	layout_put_mark(l, f->level);
	(void)fprintf(l->out, " %s", f->rule);
	layout_more(l, at, at + 2, buf_span(&b));
}

/* What this cause explains as well, and under which other cause it stands. */
static void put_shared(const struct layout *l, const struct report *r, const struct finding *f,
                       size_t indent)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < r->findings_n; i++) {
		const struct finding *g = &r->findings[i];

		for (size_t k = 0; k < g->others_n; k++)
			if (strcmp(g->others[k].rule, f->rule) == 0 &&
			    strcmp(g->others[k].entity, f->entity) == 0)
				buf_fmt(&b, "%s%s (under %s)", b.n ? ", " : "", g->rule,
				        g->explained_by);
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

/* A symptom of the finding before it: one line, or with --all everything. */
static void put_folded(const struct layout *l, const struct report *r, const struct finding *f)
{
	size_t indent = folded_indent(f);

	put_folded_head(l, f, indent);
	put_message(l, f, indent + 4);
	if (l->style->all) {
		put_evidence(l, f, indent + 4);
		put_when(l, r, f, indent + 4);
		put_wanted(l, r, f, indent + 4);
		put_advice(l, f, indent + 4);
	}
	if (f->cause) {
		layout_text(l, indent + 4, "because", indent + 4 + LABEL_COLUMNS - 2,
		            span_of(f->explained_by));
		put_shared(l, r, f, indent + 4);
	}
}

static bool in_summary(const struct report *r, size_t i)
{
	const struct finding *f = &r->findings[i];

	return !f->suppressed && !f->explained_by && (i == 0 || !same_rule(f, f - 1));
}

void finding_text_summary(const struct layout *l, const struct report *r)
{
	size_t rules = 0, widest = 0;

	for (size_t i = 0; i < r->findings_n; i++) {
		size_t n = strlen(r->findings[i].rule);

		rules += in_summary(r, i);
		if (in_summary(r, i) && n > widest && n <= SUMMARY_COLUMNS)
			widest = n;
	}
	for (size_t i = 0; rules >= SUMMARY_LEAST && i < r->findings_n; i++) {
		const struct finding *f = &r->findings[i];
		char text[256];
		struct buf b = BUF_OVER(text);

		if (!in_summary(r, i))
			continue;
		(void)fputs("  ", l->out);
		layout_put_mark(l, f->level);
		buf_fmt(&b, " %-*s", (int)widest, f->rule);
		(void)fputs(buf_cstr(&b), l->out);
		layout_more(l, 2 + strlen(layout_mark(f->level)) + b.n,
		            strlen(layout_mark(f->level)) + b.n + 4, span_of(f->title));
	}
}

/* All entities of one rule; without --all the first few, and the advice for the first. */
static void put_group(const struct layout *l, const struct report *r, const struct finding *f,
                      size_t n)
{
	size_t shown = l->style->all || n <= ENTITIES_MOST + 1 ? n : ENTITIES_MOST;
	char text[1024];
	struct buf b = BUF_OVER(text);

	put_rule(l, f, n);
	for (size_t i = 0; i < shown; i++) {
		put_message(l, &f[i], 4);
		put_evidence(l, &f[i], 6);
		put_when(l, r, &f[i], 6);
		if (l->style->all && i + 1 < shown && strcmp(f[i].remedy, f[i + 1].remedy) != 0)
			put_advice(l, &f[i], 4);
	}
	for (size_t i = shown; i < n; i++)
		buf_fmt(&b, "%s%s", b.n ? ", " : "", f[i].entity);
	if (shown < n) {
		char label[48];
		struct buf more = BUF_OVER(label);

		buf_fmt(&more, "and %zu more: ", n - shown);
		layout_text(l, 4, buf_cstr(&more), 6, buf_span(&b));
	}
	put_wanted(l, r, f, 4);
	put_advice(l, l->style->all ? &f[n - 1] : f, 4);
	for (size_t i = 0; i < n; i++)
		put_shared(l, r, &f[i], 4);
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
			put_folded(l, r, f);
		} else {
			while (i + n < r->findings_n && same_rule(f, &f[n]) && !f[n].explained_by &&
			       !f[n].suppressed)
				n++;
			put_group(l, r, f, n);
		}
		depth = f->depth;
	}
}
