/*
 * --format text: the verdict and the findings first, then one block a section in the
 * manner of xsos, then what could not be judged.
 */
#include <string.h>

#include "analyze/finding_text.h"
#include "analyze/layout.h"
#include "analyze/report.h"
#include "analyze/verdict_text.h"
#include "analyze/wording.h"
#include "schema/buf.h"

#define TEXT_BYTES    8192
#define LABEL_COLUMNS 9 /* "VERDICT  " */

/* NAME  text */
static void put_head(const struct layout *l, const char *name, const char *about)
{
	(void)fputc('\n', l->out);
	layout_paint(l, PAINT_HEAD, name);
	layout_more(l, strlen(name), strlen(name) + 2, span_of(about));
}

/* Facts by name, those that are not empty, with `between` between them. */
static void say_facts(const struct report *r, const char *between, const char *const *names,
                      struct buf *b)
{
	for (; *names; names++) {
		const char *v = report_fact(r, *names);

		if (!v[0])
			continue;
		buf_str(b, b->n ? between : "");
		buf_str(b, v);
	}
}

static void put_facts(const struct layout *l, const struct report *r, const char *between,
                      const char *const *names)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	say_facts(r, between, names, &b);
	layout_text(l, LABEL_COLUMNS, "", LABEL_COLUMNS, buf_span(&b));
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
	layout_text(l, LABEL_COLUMNS, "", LABEL_COLUMNS, buf_span(&b));
}

/* What --baseline was, and how today's findings stand to it. */
static void put_baseline(const struct layout *l, const struct report *r)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	wording_baseline(r, &b);
	layout_text(l, LABEL_COLUMNS, "", LABEL_COLUMNS, buf_span(&b));
}

static void put_warnings(const struct layout *l, const struct report *r)
{
	for (size_t i = 0; i < r->settings_n; i++)
		if (r->settings[i].warning)
			layout_text(l, LABEL_COLUMNS, "site: ", LABEL_COLUMNS + 6,
			            span_of(r->settings[i].warning));
}

static void put_header(const struct layout *l, const struct report *r)
{
	static const char *const who[] = {"host", "when", "window", "ticks", NULL};
	static const char *const what[] = {"system", "machine", "os", "nics", NULL};
	static const char *const linkerd[] = {"linkerd", NULL};
	static const char *const how[] = {"evidence", "origin", "privileges", "end", NULL};
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	layout_paint(l, PAINT_HEAD, "NETTAPE");
	if (r->subject)
		buf_str(&b, r->subject);
	say_facts(r, ", ", who, &b);
	layout_more(l, strlen("NETTAPE"), LABEL_COLUMNS, buf_span(&b));
	put_facts(l, r, ", ", what);
	put_facts(l, r, ", ", linkerd);
	put_facts(l, r, "; ", how);
	if (*report_fact(r, "note")) {
		b = BUF_OVER(text);
		buf_fmt(&b, "note: %s", report_fact(r, "note"));
		layout_text(l, LABEL_COLUMNS, "", LABEL_COLUMNS, buf_span(&b));
	}
	put_short(l, r);
	put_warnings(l, r);
	put_baseline(l, r);
}

static void put_findings(const struct layout *l, const struct report *r)
{
	if (r->findings_n > r->suppressed)
		put_head(l, "FINDINGS",
		         "causes before symptoms; [C] critical, [W] warning, [i] remark");
	finding_text_all(l, r);
}

static void put_section(const struct layout *l, const struct section *s)
{
	put_head(l, s->name, s->about);
	for (size_t i = 0; i < s->tables_n; i++)
		layout_table(l, &s->tables[i]);
	if (s->empty)
		layout_text(l, 2, "", 2, span_of(s->empty));
}

/* Those that result i stands for: their names, or a line each with its title. */
static void put_alike(const struct layout *l, const struct report *r, size_t i)
{
	char text[TEXT_BYTES];
	struct buf b = BUF_OVER(text);

	for (size_t j = i; j < r->results_n; j++) {
		const struct rule_result *one = &r->results[j];

		if (!rule_results_alike(one, &r->results[i]))
			continue;
		if (l->style->all) {
			b = BUF_OVER(text);
			buf_fmt(&b, "%s: %s", one->rule, one->title);
			layout_text(l, 4, "", 8, buf_span(&b));
		} else {
			buf_fmt(&b, "%s%s", b.n ? ", " : "", one->rule);
		}
	}
	if (!l->style->all)
		layout_text(l, 4, "", 4, buf_span(&b));
}

/* Rules of one outcome, those with the same cause on one line. */
static void put_results(const struct layout *l, const struct report *r, enum outcome outcome,
                        const char *head, const char *about)
{
	bool begun = false;

	for (size_t i = 0; i < r->results_n; i++) {
		if (r->results[i].outcome != outcome || !rule_result_leads(r->results, i))
			continue;
		if (!begun)
			put_head(l, head, about);
		begun = true;
		layout_text(l, 2, "", 2, span_of(r->results[i].why));
		put_alike(l, r, i);
		if (r->results[i].hint)
			layout_text(l, 4, "to judge: ", 14, span_of(r->results[i].hint));
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
		buf_fmt(&b, "%s ", layout_mark(f->level));
		wording_suppressed(f, &b);
		layout_text(l, 2, "", 6, buf_span(&b));
	}
}

static void put_unused(const struct layout *l, const struct report *r)
{
	if (r->unused_n)
		put_head(l, "UNUSED SUPPRESSIONS",
		         "of the site file: nothing was found that they are for");
	for (size_t i = 0; i < r->unused_n; i++) {
		char text[1024];
		struct buf b = BUF_OVER(text);

		wording_unused(&r->unused[i], &b);
		layout_text(l, 2, "", 6, buf_span(&b));
	}
}

static void put_settings(const struct layout *l, const struct report *r)
{
	if (r->settings_n)
		put_head(l, "PARAMETERS", "that are not the rules' own");
	for (size_t i = 0; i < r->settings_n; i++) {
		char text[512];
		struct buf b = BUF_OVER(text);

		wording_setting(&r->settings[i], &b);
		layout_text(l, 2, "", 6, buf_span(&b));
	}
}

/* Of the baseline's findings those that are no more, and those that nobody can tell of. */
static void put_gone(const struct layout *l, const struct report *r)
{
	const struct baseline *old = r->baseline;

	if (old && old->gone_n)
		put_head(l, "GONE", "found in the baseline, but not in this window");
	for (size_t i = 0; old && i < old->gone_n; i++) {
		const struct gone *g = &old->gone[i];
		char text[TEXT_BYTES];
		struct buf b = BUF_OVER(text);

		buf_fmt(&b, "%s ", layout_mark(g->level));
		wording_gone(g, &b);
		layout_text(l, 2, "", 6, buf_span(&b));
	}
}

static void put_rest(const struct layout *l, const struct report *r)
{
	put_results(l, r, OUTCOME_NOT_EVALUATED, "NOT EVALUATED",
	            "by cause, and what to record for them; this is not \"ok\"");
	put_results(l, r, OUTCOME_ERROR, "RULES THAT FAILED",
	            "a fault of the rule, not of the host");
	if (l->style->all) {
		put_results(l, r, OUTCOME_NOT_APPLICABLE, "NOT APPLICABLE",
		            "the host has nothing that these are about");
		put_results(l, r, OUTCOME_OFF, "OFF", "the site file turned these off");
		put_ok(l, r);
	}
	put_gone(l, r);
	put_suppressed(l, r);
	put_unused(l, r);
	put_settings(l, r);
}

static int render(const struct report *r, const struct style *s, FILE *out, struct err *e)
{
	const struct layout l = {.out = out, .style = s};

	(void)e;
	if (report_listed(s->sections, "FINDINGS")) {
		put_header(&l, r);
		verdict_text(&l, r);
		put_findings(&l, r);
	}
	for (size_t i = 0; i < r->sections_n; i++)
		put_section(&l, &r->sections[i]);
	if (!s->sections)
		put_rest(&l, r);
	return 0;
}

const struct renderer renderer_text = {.render = render};
