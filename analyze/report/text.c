/*
 * --format text: the verdict and the findings first, then one block a section in the
 * manner of xsos, then what could not be judged.
 */
#include <string.h>

#include "analyze/escape.h"
#include "analyze/humanize.h"
#include "analyze/layout.h"
#include "analyze/report.h"
#include "schema/buf.h"

#define TEXT_BYTES      8192
#define LABEL_COLUMNS   12
#define ENTITIES_MOST   3  /* of one rule, without --all */
#define DATE_COLUMNS    10 /* "2026-01-31" */
#define FOLDED_INDENT   4
#define SUMMARY_LEAST   4  /* rules with findings: fewer are seen at once anyway */
#define SUMMARY_COLUMNS 40 /* of a rule's id that still sets the column */

static void put_mark(const struct layout *l, enum level level)
{
	layout_paint(l, (enum paint)((int)PAINT_LEVEL + (int)level), layout_mark(level));
}

/* NAME  text */
static void put_head(const struct layout *l, const char *name, const char *about)
{
	(void)fputc('\n', l->out);
	layout_paint(l, PAINT_HEAD, name);
	layout_more(l, strlen(name), strlen(name) + 2, span_of(about));
}

/* Facts by name, those that are not empty, with `between` between them. */
static void put_facts(const struct layout *l, const struct report *r, const char *label,
                      const char *const *names)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	for (; *names; names++) {
		const char *v = report_fact(r, *names);

		if (!v[0])
			continue;
		buf_str(&b, b.n ? ", " : "");
		buf_str(&b, v);
	}
	layout_text(l, 0, label, LABEL_COLUMNS - 2, buf_span(&b));
}

static void put_count(struct buf *b, size_t n, const char *what)
{
	if (n == 0)
		return;
	buf_str(b, b->n ? ", " : "");
	buf_u64(b, n);
	buf_char(b, ' ');
	buf_str(b, what);
}

static void put_verdict(const struct layout *l, const struct report *r)
{
	enum level worst = r->count[LEVEL_CRIT]   ? LEVEL_CRIT
	                   : r->count[LEVEL_WARN] ? LEVEL_WARN
	                   : r->count[LEVEL_INFO] ? LEVEL_INFO
	                                          : LEVEL_OK;
	size_t causes = r->causes[LEVEL_CRIT] + r->causes[LEVEL_WARN] + r->causes[LEVEL_INFO];
	char text[256];
	struct buf b = BUF_OVER(text);

	put_count(&b, causes, causes == 1 ? "root cause" : "root causes");
	put_count(&b, r->count[LEVEL_CRIT] - r->causes[LEVEL_CRIT], "crit");
	put_count(&b, r->count[LEVEL_WARN] - r->causes[LEVEL_WARN], "warn");
	put_count(&b, r->count[LEVEL_INFO] - r->causes[LEVEL_INFO], "info");
	put_count(&b, r->folded, "folded under their cause");
	put_count(&b, r->count[LEVEL_OK], "ok");
	put_count(&b, r->not_evaluated, "not evaluated");
	put_count(&b, r->not_applicable, "not applicable");
	put_count(&b, r->errors, "failed");
	put_count(&b, r->suppressed, "suppressed");
	if (r->results_n == 0)
		buf_fmt(&b, "%sno rule was run", b.n ? ", " : "");
	layout_paint(l, PAINT_HEAD, "verdict");
	(void)fputs("   ", l->out);
	if (r->results_n == 0)
		worst = LEVEL_SKIP;
	put_mark(l, worst);
	layout_more(l, LABEL_COLUMNS - 2 + strlen(layout_mark(worst)), LABEL_COLUMNS + 3,
	            buf_span(&b));
}

/* That --short-window was asked, and how much of what follows rests on it. */
static void put_short(const struct layout *l, const struct report *r)
{
	char text[256];
	struct buf b = BUF_OVER(text);

	if (!r->short_window)
		return;
	buf_fmt(&b, "--short-window: %zu rule%s judged less time than %s, with low confidence",
	        r->judged_short, r->judged_short == 1 ? "" : "s",
	        r->judged_short == 1 ? "it wants" : "they want");
	layout_text(l, 0, "short", LABEL_COLUMNS - 2, buf_span(&b));
}

static void put_header(const struct layout *l, const struct report *r)
{
	static const char *const when[] = {"when", "window", "ticks", NULL};
	static const char *const what[] = {"system", "machine", "os", NULL};
	static const char *const how[] = {"evidence", "origin", "privileges", "end", NULL};
	static const char *const linkerd[] = {"linkerd", NULL};
	static const char *const note[] = {"note", NULL};

	layout_paint(l, PAINT_HEAD, "nettape");
	layout_more(l, strlen("nettape"), LABEL_COLUMNS - 2, span_of(report_fact(r, "host")));
	put_facts(l, r, "window", when);
	put_facts(l, r, "host", what);
	put_facts(l, r, "linkerd", linkerd);
	put_facts(l, r, "evidence", how);
	put_facts(l, r, "note", note);
	put_short(l, r);
	put_verdict(l, r);
}

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
	if (f->hits_what)
		buf_fmt(b, "%sin %lld of %lld %s", b->n ? ", " : "", (long long)f->hits,
		        (long long)f->hits_of, f->hits_what);
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

/* The rule's line, once for all entities it found. */
static void put_rule(const struct layout *l, const struct finding *f)
{
	char text[512];
	struct buf b = BUF_OVER(text);

	(void)fputc('\n', l->out);
	put_mark(l, f->level);
	(void)fputc(' ', l->out);
	layout_paint(l, PAINT_HEAD, f->rule);
	buf_str(&b, f->title);
	if (f->votes > 0)
		buf_fmt(&b, " (%s%s%s)", confidence(f->votes), f->short_of ? ": " : "",
		        f->short_of ? f->short_of : "");
	layout_more(l, strlen(layout_mark(f->level)) + 1 + strlen(f->rule),
	            strlen(layout_mark(f->level)) + 3 + strlen(f->rule), buf_span(&b));
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
	(void)fprintf(l->out, "%*s", (int)indent, "");
	put_mark(l, f->level);
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

/* A symptom of the finding before it: one line, or with --all everything. */
static void put_folded(const struct layout *l, const struct report *r, const struct finding *f)
{
	size_t indent = FOLDED_INDENT * (f->depth ? f->depth : 1);

	put_folded_head(l, f, indent);
	put_message(l, f, indent + 4);
	if (l->style->all) {
		put_evidence(l, f, indent + 4);
		put_when(l, r, f, indent + 4);
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

/* One line a rule, so that many findings are seen at once. */
static void put_summary(const struct layout *l, const struct report *r)
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
		put_mark(l, f->level);
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

	put_rule(l, f);
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
	put_advice(l, l->style->all ? &f[n - 1] : f, 4);
	for (size_t i = 0; i < n; i++)
		put_shared(l, r, &f[i], 4);
}

static void put_findings(const struct layout *l, const struct report *r)
{
	unsigned depth = 0; /* of the finding before */

	for (size_t i = 0, n; i < r->findings_n; i += n) {
		const struct finding *f = &r->findings[i];

		n = 1;
		if (f->suppressed)
			continue;
		if (f->explained_by) {
			if (f->depth > depth)
				(void)fprintf(l->out, "%*sexplains\n",
				              (int)(FOLDED_INDENT * f->depth), "");
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

static void put_section(const struct layout *l, const struct section *s)
{
	put_head(l, s->name, s->about);
	for (size_t i = 0; i < s->tables_n; i++)
		layout_table(l, &s->tables[i]);
	if (s->empty)
		layout_text(l, 2, "", 2, span_of(s->empty));
}

static bool same_why(const struct rule_result *a, const struct rule_result *b)
{
	return a->outcome == b->outcome && strcmp(a->why, b->why) == 0;
}

/* Rules of one outcome, those with the same cause on one line. */
static void put_results(const struct layout *l, const struct report *r, enum outcome outcome,
                        const char *head, const char *about)
{
	bool begun = false;

	for (size_t i = 0; i < r->results_n; i++) {
		char text[TEXT_BYTES];
		struct buf b = BUF_OVER(text);
		size_t before = 0;

		while (before < i && !same_why(&r->results[before], &r->results[i]))
			before++;
		if (r->results[i].outcome != outcome || before < i)
			continue;
		if (!begun)
			put_head(l, head, about);
		begun = true;
		for (size_t j = i; j < r->results_n; j++)
			if (same_why(&r->results[j], &r->results[i]))
				buf_fmt(&b, "%s%s", b.n ? ", " : "", r->results[j].rule);
		layout_text(l, 2, "", 2, span_of(r->results[i].why));
		layout_text(l, 4, "", 4, buf_span(&b));
	}
}

static void put_ok(const struct layout *l, const struct report *r)
{
	bool begun = false;

	for (size_t i = 0; i < r->results_n; i++) {
		const struct rule_result *one = &r->results[i];
		char text[512];
		struct buf b = BUF_OVER(text);

		if (one->outcome != OUTCOME_OK)
			continue;
		if (!begun)
			put_head(l, "OK", "checked, and nothing found");
		begun = true;
		buf_fmt(&b, "%s  %s", one->rule, one->title);
		if (one->ok > 1)
			buf_fmt(&b, " (%zu checked)", one->ok);
		if (one->short_of)
			buf_fmt(&b, "; %s", one->short_of);
		layout_text(l, 2, "", 6, buf_span(&b));
	}
}

static void put_suppressed(const struct layout *l, const struct report *r)
{
	bool begun = false;

	for (size_t i = 0; i < r->findings_n; i++) {
		const struct finding *f = &r->findings[i];
		char text[1024];
		struct buf b = BUF_OVER(text);

		if (!f->suppressed)
			continue;
		if (!begun)
			put_head(l, "SUPPRESSED", "found, but the site file says not to count it");
		begun = true;
		buf_fmt(&b, "%s %s %s: %s", layout_mark(f->level), f->rule, f->entity,
		        f->suppressed);
		layout_text(l, 2, "", 6, buf_span(&b));
	}
}

static void put_settings(const struct layout *l, const struct report *r)
{
	if (r->settings_n)
		put_head(l, "PARAMETERS", "that are not the rules' own");
	for (size_t i = 0; i < r->settings_n; i++) {
		const struct setting *s = &r->settings[i];
		char text[512];
		struct buf b = BUF_OVER(text);

		buf_fmt(&b, "%s = %s (%s)", s->name, s->value, s->origin);
		layout_text(l, 2, "", 6, buf_span(&b));
	}
}

static void put_rest(const struct layout *l, const struct report *r)
{
	put_results(l, r, OUTCOME_NOT_EVALUATED, "NOT EVALUATED", "by cause; this is not \"ok\"");
	put_results(l, r, OUTCOME_ERROR, "RULES THAT FAILED",
	            "a fault of the rule, not of the host");
	if (l->style->all) {
		put_results(l, r, OUTCOME_NOT_APPLICABLE, "NOT APPLICABLE",
		            "the host has nothing that these are about");
		put_results(l, r, OUTCOME_OFF, "OFF", "the site file turned these off");
		put_ok(l, r);
	}
	put_suppressed(l, r);
	put_settings(l, r);
}

static int render(const struct report *r, const struct style *s, FILE *out, struct err *e)
{
	const struct layout l = {.out = out, .style = s};

	(void)e;
	if (!s->section || strcmp(s->section, "FINDINGS") == 0) {
		put_header(&l, r);
		put_summary(&l, r);
		put_findings(&l, r);
	}
	for (size_t i = 0; i < r->sections_n; i++)
		put_section(&l, &r->sections[i]);
	if (!s->section)
		put_rest(&l, r);
	return 0;
}

const struct renderer renderer_text = {.render = render};
