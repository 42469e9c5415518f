/*
 * --format html: one page that needs nothing but itself.  It can be read without a
 * script, without colours and on paper; its policy lets it ask for nothing.
 */
#include <string.h>

#include "analyze/html_finding.h"
#include "analyze/html_page.h"
#include "analyze/html_plot.h"
#include "analyze/html_table.h"
#include "analyze/html_text.h"
#include "analyze/report.h"
#include "analyze/wording.h"
#include "schema/buf.h"
#include "schema/span.h"
#include "schema/timefmt.h"

/* ---- header ---- */

/* Facts by name, those that are not empty, with a mark between them. */
static void put_facts(FILE *out, const struct report *r, const char *label,
                      const char *const *names)
{
	bool begun = false;

	for (; *names; names++) {
		const char *v = report_fact(r, *names);

		if (!v[0])
			continue;
		if (begun)
			(void)fputs(" <i>&middot;</i> ", out);
		else
			(void)fprintf(out, "<dt>%s</dt><dd>", label);
		begun = true;
		html_str(out, v);
	}
	(void)fputs(begun ? "</dd>\n" : "", out);
}

static void put_count(FILE *out, size_t n, enum level level, const char *what, const char *target)
{
	if (n == 0)
		return;
	(void)fprintf(out, target ? "<li><a href=\"#%s\">" : "<li>", target);
	if (level != LEVEL_COUNT) {
		html_mark(out, level);
		(void)fputc(' ', out);
	}
	(void)fprintf(out, "<strong>%zu</strong> %s%s</li>\n", n, what, target ? "</a>" : "");
}

static size_t less(size_t n, size_t causes)
{
	return n - causes;
}

/* Of a whole report they lead to where the things stand. */
static void put_counts(FILE *out, const struct report *r, bool all)
{
	const char *findings = all ? "findings" : NULL;
	size_t causes = r->causes[LEVEL_CRIT] + r->causes[LEVEL_WARN] + r->causes[LEVEL_INFO];
	size_t warnings = less(r->count[LEVEL_WARN], r->causes[LEVEL_WARN]);

	(void)fputs("<ul>\n", out);
	put_count(out, causes, LEVEL_COUNT, causes == 1 ? "root cause" : "root causes", findings);
	put_count(out, less(r->count[LEVEL_CRIT], r->causes[LEVEL_CRIT]), LEVEL_CRIT, "critical",
	          findings);
	put_count(out, warnings, LEVEL_WARN, warnings == 1 ? "warning" : "warnings", findings);
	put_count(out, less(r->count[LEVEL_INFO], r->causes[LEVEL_INFO]), LEVEL_INFO,
	          "for information", findings);
	put_count(out, r->folded, LEVEL_COUNT, "folded under their cause", NULL);
	put_count(out, r->count[LEVEL_OK], LEVEL_OK, "rules ok", all ? "ok" : NULL);
	put_count(out, r->not_evaluated, LEVEL_SKIP, "not evaluated", all ? "not-evaluated" : NULL);
	put_count(out, r->not_applicable, LEVEL_COUNT, "not applicable",
	          all ? "not-applicable" : NULL);
	put_count(out, r->errors, LEVEL_COUNT, "failed", all ? "failed" : NULL);
	put_count(out, r->suppressed, LEVEL_COUNT, "suppressed", all ? "suppressed" : NULL);
	(void)fputs("</ul>\n", out);
}

static void put_verdict(FILE *out, const struct report *r, bool all)
{
	enum level worst = r->verdict ? r->worst : wording_level(r);

	(void)fprintf(out, "<div class=\"verdict %s\"><p>", level_name(worst));
	html_mark(out, worst);
	(void)fputs(" <strong>", out);
	html_str(out, r->verdict ? r->verdict : wording_word(worst));
	(void)fputs("</strong></p>", out);
	if (!r->verdict)
		put_counts(out, r, all);
	(void)fputs("</div>\n", out);
}

/* What --baseline was, and how today's findings stand to it. */
static void put_baseline(FILE *out, const struct report *r)
{
	const struct baseline *old = r->baseline;

	if (!old)
		return;
	(void)fprintf(out, "<dt>baseline</dt><dd>%zu new, %zu same, %zu gone", old->fresh,
	              old->same, old->gone_n - old->unknown);
	if (old->unknown)
		(void)fprintf(out, ", %zu not judged this time", old->unknown);
	(void)fputs(" since ", out);
	html_str(out, old->started[0] ? old->started : old->path);
	if (strcmp(old->host, report_fact(r, "host")) != 0) {
		(void)fputs("; that was another host: ", out);
		html_str(out, old->host);
	}
	(void)fputs("</dd>\n", out);
}

static void put_warnings(FILE *out, const struct report *r)
{
	for (size_t i = 0; i < r->settings_n; i++) {
		if (!r->settings[i].warning)
			continue;
		(void)fputs("<dt>site</dt><dd>", out);
		html_str(out, r->settings[i].warning);
		(void)fputs("</dd>\n", out);
	}
}

static const char *subject(const struct report *r)
{
	const char *host = report_fact(r, "host");

	return r->subject ? r->subject : host[0] ? host : "a host without a name";
}

static void put_header(FILE *out, const struct report *r, bool all)
{
	static const char *const when[] = {"when", "window", "ticks", NULL};
	static const char *const what[] = {"system", "machine", "os", "nics", NULL};
	static const char *const how[] = {"evidence", "origin", "privileges", "end", NULL};
	static const char *const linkerd[] = {"linkerd", NULL};
	static const char *const note[] = {"note", NULL};

	(void)fputs("<header class=\"top\"><p class=\"tool\">nettape</p><h1>", out);
	html_str(out, subject(r));
	(void)fputs("</h1>\n<dl class=\"facts\">\n", out);
	put_facts(out, r, "window", when);
	put_facts(out, r, "host", what);
	put_facts(out, r, "linkerd", linkerd);
	put_facts(out, r, "evidence", how);
	put_facts(out, r, "note", note);
	if (r->short_window)
		(void)fprintf(out,
		              "<dt>short</dt><dd>--short-window: %zu judged less time than"
		              " wanted, with low confidence</dd>\n",
		              r->judged_short);
	put_warnings(out, r);
	put_baseline(out, r);
	(void)fputs("</dl>\n", out);
	put_verdict(out, r, all);
	(void)fputs("</header>\n", out);
}

static void put_nav(FILE *out, const struct report *r)
{
	(void)fputs("<nav aria-label=\"Parts of the report\"><a href=\"#findings\">Findings</a>",
	            out);
	if (r->plots_n && r->axis.slices)
		(void)fputs("<a href=\"#when\">When</a><a href=\"#plots\">Plots</a>", out);
	if (r->sections_n)
		(void)fputs("<a href=\"#sections\">Sections</a>", out);
	(void)fputs("<a href=\"#rest\">Not evaluated</a></nav>\n", out);
}

/* ---- the parts ---- */

static void put_findings(FILE *out, const struct report *r, bool all)
{
	(void)fputs("<section id=\"findings\"><h2>Findings</h2>\n", out);
	html_findings(out, r);
	if (r->findings_n == r->suppressed)
		(void)fprintf(out, "<p class=\"empty\">No rule found anything. %s</p>\n",
		              all ? "What could not be judged stands under <a href=\"#rest\">Not"
		                    " evaluated</a>."
		                  : "");
	(void)fputs("</section>\n", out);
}

static void put_plots(FILE *out, const struct report *r)
{
	if (!r->plots_n || !r->axis.slices)
		return;
	(void)fputs("<section id=\"when\"><h2>When</h2>\n", out);
	html_lanes(out, r);
	(void)fputs(
		"</section>\n<section id=\"plots\"><h2>Plots</h2>\n"
		"<p class=\"about\">All have the same axis of time, UTC. A line shows the most of"
		" each slice of the window, the faint band below it the least; a gap is a time in"
		" which nobody looked, an R that counters began anew. Findings are shaded and"
		" marked [C], [W].</p>\n<ul class=\"toc\">",
		out);
	for (size_t i = 0; i < r->plots_n; i++) {
		(void)fprintf(out, "<li><a href=\"#plot-%s\">", r->plots[i].name);
		html_str(out, r->plots[i].title);
		(void)fputs("</a></li>", out);
	}
	(void)fputs("</ul>\n", out);
	html_plots(out, r);
	(void)fputs("</section>\n", out);
}

static void put_sections(FILE *out, const struct report *r)
{
	if (!r->sections_n)
		return;
	(void)fputs("<section id=\"sections\"><h2>Sections</h2>\n<ul class=\"toc\">", out);
	for (size_t i = 0; i < r->sections_n; i++) {
		(void)fputs("<li><a href=\"#section-", out);
		html_id(out, r->sections[i].name);
		(void)fputs("\">", out);
		html_str(out, r->sections[i].name);
		(void)fputs("</a></li>", out);
	}
	(void)fputs("</ul>\n", out);
	for (size_t i = 0; i < r->sections_n; i++)
		html_section(out, &r->sections[i]);
	(void)fputs("</section>\n", out);
}

/* All rules that have the cause of result i. */
static void put_alike(FILE *out, const struct report *r, size_t i)
{
	(void)fputs("<dt>", out);
	html_str(out, r->results[i].why[0] ? r->results[i].why : "no reason");
	(void)fputs("</dt><dd>", out);
	for (size_t k = i; k < r->results_n; k++)
		if (rule_results_alike(&r->results[k], &r->results[i])) {
			(void)fputs("<code>", out);
			html_str(out, r->results[k].rule);
			(void)fputs("</code> ", out);
		}
	if (r->results[i].hint) {
		(void)fputs("<p>To judge: ", out);
		html_str(out, r->results[i].hint);
		(void)fputs("</p>", out);
	}
	(void)fputs("</dd>\n", out);
}

/* Rules of one outcome, those with the same cause together. */
static void put_results(FILE *out, const struct report *r, enum outcome outcome, const char *id,
                        const char *head, const char *about)
{
	bool begun = false;

	for (size_t i = 0; i < r->results_n; i++) {
		if (r->results[i].outcome != outcome || !rule_result_leads(r->results, i))
			continue;
		if (!begun)
			(void)fprintf(out,
			              "<section class=\"sec\" id=\"%s\"><h3>%s</h3>"
			              "<p class=\"about\">%s</p>\n<dl class=\"why\">",
			              id, head, about);
		begun = true;
		put_alike(out, r, i);
	}
	(void)fputs(begun ? "</dl></section>\n" : "", out);
}

static void put_ok(FILE *out, const struct report *r)
{
	bool begun = false;

	for (size_t i = 0; i < r->results_n; i++) {
		const struct rule_result *one = &r->results[i];

		if (one->outcome != OUTCOME_OK)
			continue;
		if (!begun)
			(void)fputs("<section class=\"sec\" id=\"ok\"><h3>OK</h3>"
			            "<details><summary>checked, and nothing found</summary>\n"
			            "<ul class=\"rules\">",
			            out);
		begun = true;
		(void)fputs("<li><code>", out);
		html_str(out, one->rule);
		(void)fputs("</code> ", out);
		html_str(out, one->title);
		if (one->ok > 1)
			(void)fprintf(out, " (%zu checked)", one->ok);
		(void)fputs("</li>\n", out);
	}
	(void)fputs(begun ? "</ul></details></section>\n" : "", out);
}

static void put_suppressed(FILE *out, const struct report *r)
{
	bool begun = false;

	for (size_t i = 0; i < r->findings_n; i++) {
		const struct finding *f = &r->findings[i];

		if (!f->suppressed)
			continue;
		if (!begun)
			(void)fputs("<section class=\"sec\" id=\"suppressed\"><h3>Suppressed</h3>"
			            "<p class=\"about\">found, but the site file says not to count "
			            "it</p>\n"
			            "<ul class=\"rules\">",
			            out);
		begun = true;
		(void)fputs("<li>", out);
		html_mark(out, f->level);
		(void)fputs(" <code>", out);
		html_str(out, f->rule);
		(void)fputs("</code> ", out);
		html_str(out, f->entity);
		(void)fputs(": ", out);
		html_str(out, f->suppressed);
		(void)fputs("</li>\n", out);
	}
	(void)fputs(begun ? "</ul></section>\n" : "", out);
}

static void put_unused(FILE *out, const struct report *r)
{
	if (!r->unused_n)
		return;
	(void)fputs("<section class=\"sec\" id=\"unused\"><h3>Unused suppressions</h3>"
	            "<p class=\"about\">of the site file: nothing was found that they are for</p>\n"
	            "<ul class=\"rules\">",
	            out);
	for (size_t i = 0; i < r->unused_n; i++) {
		char text[1024];
		struct buf b = BUF_OVER(text);

		wording_unused(&r->unused[i], &b);
		(void)fputs("<li>", out);
		html_str(out, buf_cstr(&b));
		(void)fputs("</li>\n", out);
	}
	(void)fputs("</ul></section>\n", out);
}

static void put_gone(FILE *out, const struct report *r)
{
	const struct baseline *old = r->baseline;

	if (!old || !old->gone_n)
		return;
	(void)fputs(
		"<section class=\"sec\" id=\"gone\"><h3>Gone</h3><p class=\"about\">found in the"
		" baseline, but not in this window</p>\n<ul class=\"rules\">",
		out);
	for (size_t i = 0; i < old->gone_n; i++) {
		const struct gone *g = &old->gone[i];

		(void)fputs("<li>", out);
		html_mark(out, g->level);
		(void)fputs(" <code>", out);
		html_str(out, g->rule);
		(void)fputs("</code> ", out);
		html_str(out, g->entity);
		(void)fputs(g->entity[0] ? ": " : "", out);
		html_str(out, g->message);
		if (g->unknown) {
			(void)fputs(" (perhaps still so: ", out);
			html_str(out, g->unknown);
			(void)fputc(')', out);
		}
		(void)fputs("</li>\n", out);
	}
	(void)fputs("</ul></section>\n", out);
}

static void put_settings(FILE *out, const struct report *r)
{
	if (!r->settings_n)
		return;
	(void)fputs("<section class=\"sec\" id=\"parameters\"><h3>Parameters</h3>"
	            "<p class=\"about\">that are not the rules' own</p>\n<ul class=\"rules\">",
	            out);
	for (size_t i = 0; i < r->settings_n; i++) {
		(void)fputs("<li><code>", out);
		html_str(out, r->settings[i].name);
		(void)fputs(" = ", out);
		html_str(out, r->settings[i].value);
		(void)fputs("</code> ", out);
		html_str(out, r->settings[i].origin);
		(void)fputs("</li>\n", out);
	}
	(void)fputs("</ul></section>\n", out);
}

static void put_rest(FILE *out, const struct report *r)
{
	(void)fputs("<section id=\"rest\"><h2>What was not judged, and what is well</h2>\n", out);
	put_results(out, r, OUTCOME_NOT_EVALUATED, "not-evaluated", "Not evaluated",
	            "by cause; this is not &ldquo;ok&rdquo;");
	put_results(out, r, OUTCOME_ERROR, "failed", "Rules that failed",
	            "a fault of the rule, not of the host");
	put_results(out, r, OUTCOME_NOT_APPLICABLE, "not-applicable", "Not applicable",
	            "the host has nothing that these are about");
	put_results(out, r, OUTCOME_OFF, "off", "Off", "the site file turned these off");
	put_gone(out, r);
	put_ok(out, r);
	put_suppressed(out, r);
	put_unused(out, r);
	put_settings(out, r);
	(void)fputs("</section>\n", out);
}

static void put_title(const struct report *r, struct buf *b)
{
	buf_str(b, subject(r));
	buf_fmt(b, ": %s", r->verdict ? r->verdict : wording_word(wording_level(r)));
	if (report_fact(r, "started")[0])
		buf_fmt(b, ", %s", report_fact(r, "started"));
	buf_str(b, " - nettape");
}

static void put_footer(FILE *out, const struct report *r)
{
	(void)fputs("<footer><p>nettape-analyze ", out);
	html_str(out, r->tool_version);
	if (report_fact(r, "bundle_sha256")[0]) {
		(void)fputs(" <i>&middot;</i> SHA-256 of the bundle <code>", out);
		html_str(out, report_fact(r, "bundle_sha256"));
		(void)fputs("</code>", out);
	}
	(void)fputs("</p></footer>\n", out);
}

static int render(const struct report *r, const struct style *s, FILE *out, struct err *e)
{
	bool all = !s->sections;
	char title[512];
	struct buf b = BUF_OVER(title);

	(void)e;
	put_title(r, &b);
	html_page_begin(out, buf_cstr(&b));
	put_header(out, r, all);
	if (all)
		put_nav(out, r);
	(void)fprintf(out, "<main data-from=\"%lld\" data-to=\"%lld\">\n",
	              (long long)(r->axis.from_ns / NS_PER_MS),
	              (long long)(r->axis.to_ns / NS_PER_MS));
	if (report_listed(s->sections, "FINDINGS"))
		put_findings(out, r, all);
	put_plots(out, r);
	put_sections(out, r);
	if (all)
		put_rest(out, r);
	(void)fputs("</main>\n", out);
	put_footer(out, r);
	html_page_end(out);
	return 0;
}

const struct renderer renderer_html = {.plots = true, .render = render};
