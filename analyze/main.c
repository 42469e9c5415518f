/*
 * nettape-analyze: the map of the room.
 *
 *	opts      what is asked for
 *	loader    bundle -> parsers -> store (one SQLite database)
 *	rules     SQL over the store -> findings
 *	facts     what the bundle says of itself and of the host
 *	section   SQL over the store -> tables
 *	report    all of that in the order of reading
 *	report/   one renderer a form, to `output`
 *
 * Only this file prints errors and picks the exit status.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyze/arena.h"
#include "analyze/dump.h"
#include "analyze/facts.h"
#include "analyze/loader.h"
#include "analyze/opts.h"
#include "analyze/output.h"
#include "analyze/parse.h"
#include "analyze/query.h"
#include "analyze/report.h"
#include "analyze/rules.h"
#include "analyze/section.h"
#include "analyze/sqlfunc.h"
#include "analyze/store.h"
#include "schema/bundle.h"
#include "schema/err.h"
#include "schema/timefmt.h"
#include "version.h"

#define WIDTH_DEFAULT 100

enum status { STATUS_CLEAR, STATUS_FINDINGS, STATUS_USAGE, STATUS_FAILED };

/* --timing: what each step took, in the order of the steps. */
struct timing {
	bool wanted;
	struct timespec last;
};

static void timing_step(struct timing *t, const char *step)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (t->wanted && step)
		(void)fprintf(stderr, "nettape-analyze: %-9s %8.1f ms\n", step,
		              (double)(now.tv_sec - t->last.tv_sec) * 1e3 +
		                      (double)(now.tv_nsec - t->last.tv_nsec) / 1e6);
	t->last = now;
}

static enum status failed(const struct err *e)
{
	(void)fprintf(stderr, "nettape-analyze: %s\n", e->text);
	return STATUS_FAILED;
}

/* The section's name as it is written in the report, or *e. */
static int style_section(struct style *s, char name[32], const char *asked, struct err *e)
{
	size_t n = asked ? strlen(asked) : 0;

	if (!asked)
		return 0;
	for (size_t i = 0; i <= n && i < 31; i++)
		name[i] = (char)toupper((unsigned char)asked[i]);
	name[31] = '\0';
	if (n > 30 || (strcmp(name, "FINDINGS") != 0 && !section_known(name)))
		return err_set(e, 0, "--section %.40s: there is no such section", asked);
	s->section = name;
	return 0;
}

static struct style style_of(const struct opts *o, const struct output *to)
{
	const char *no_color = getenv("NO_COLOR");
	unsigned terminal = to->width >= 40 ? to->width : WIDTH_DEFAULT;

	return (struct style){
		.width = o->width_n ? o->width_n : terminal,
		.colour = to->terminal && !o->output && !o->no_color && !(no_color && *no_color),
		.utf8 = to->utf8,
		.all = o->all,
	};
}

static int render(const struct opts *o, const struct style *style, const struct report *r,
                  struct output *to, struct err *e)
{
	int rc = -1;

	if (output_open(to, o->output, !o->no_pager, e))
		return -1;
	for (size_t i = 0; i < renderers_count; i++)
		if (strcmp(renderers[i].format, o->format) == 0)
			rc = renderers[i].renderer->render(r, style, to->out, e);
	return output_close(to, e) ? -1 : rc;
}

/* The rules there are, and what the site and the command line want of them. */
static int load_rules(const struct opts *o, struct rules *rules, struct arena *a, struct err *e)
{
	if (rules_load(rules, o->rules, a, e) || (o->site && rules_site(rules, o->site, e)))
		return -1;
	for (size_t i = 0; i < o->sets_n; i++)
		if (rules_set(rules, o->sets[i], e))
			return -1;
	return 0;
}

static int build(const struct opts *o, const struct style *style, const struct rules *rules,
                 struct store *s, struct arena *a, struct report *r, struct timing *t,
                 struct err *e)
{
	bool only_findings = style->section && strcmp(style->section, "FINDINGS") == 0;

	r->tool_version = NETTAPE_VERSION;
	if (facts_read(store_db(s), a, r, e) || rules_run(rules, store_db(s), a, r, e))
		return -1;
	timing_step(t, "rules");
	if (!only_findings && sections_run(store_db(s), a, style->section, o->all, r, e))
		return -1;
	timing_step(t, "sections");
	report_finish(r, a);
	return 0;
}

static int query(const struct opts *o, struct store *s, struct output *to, struct err *e)
{
	int rc;

	if (output_open(to, o->output, false, e))
		return -1;
	rc = query_print(store_db(s), o->sql, to->out, e);
	return output_close(to, e) ? -1 : rc;
}

static int report_on(const struct opts *o, const struct rules *rules, struct store *s,
                     struct arena *a, struct timing *t, struct report *r, struct err *e)
{
	char section[32];
	struct output to;
	struct style style;

	output_init(&to);
	style = style_of(o, &to);
	if (style_section(&style, section, o->section, e) || sqlfunc_register(store_db(s), e))
		return -1;
	if (o->sql)
		return query(o, s, &to, e);
	if (build(o, &style, rules, s, a, r, t, e) || render(o, &style, r, &to, e))
		return -1;
	timing_step(t, "render");
	return 0;
}

static enum status analyze(const struct opts *o)
{
	struct timing t = {.wanted = o->timing};
	struct report r = {0};
	struct arena a = {0};
	struct err e = {0};
	struct rules rules;
	struct store *s;
	int rc = -1;

	timing_step(&t, NULL);
	if (load_rules(o, &rules, &a, &e)) {
		arena_free(&a);
		(void)failed(&e);
		return STATUS_USAGE;
	}
	s = store_open(o->db, &e);
	if (s && load_bundle(o->args[0], s, &e) == 0) {
		timing_step(&t, "load");
		rc = report_on(o, &rules, s, &a, &t, &r, &e);
	}
	store_close(s);
	arena_free(&a);
	if (rc < 0)
		return failed(&e);
	return report_reaches(&r, o->fail_level) || (o->strict && r.not_evaluated + r.errors)
	               ? STATUS_FINDINGS
	               : STATUS_CLEAR;
}

/* A file as a member's text; NULL text and *e on failure. */
static struct span read_file(const char *path, struct arena *a, struct err *e)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	struct span text = {0};
	size_t cap = 0, n;
	char *p = NULL;

	if (!f) {
		(void)err_set(e, errno, "open %s", path);
		return text;
	}
	do {
		if (text.n == cap) {
			char *more = arena_take(a, cap = 2 * cap + 64 * (size_t)KIB);

			if (p)
				memcpy(more, p, text.n);
			p = more;
		}
		n = fread(p + text.n, 1, cap - text.n, f);
		text.n += n;
	} while (n > 0 && text.n < BUNDLE_MEMBER_MAX);
	if (ferror(f))
		(void)err_set(e, errno, "read %s", path);
	else
		text.p = p;
	if (f != stdin)
		(void)fclose(f);
	return text;
}

/* Any end of the path that is a member's name: "/tmp/x/snap/000000/proc/net/dev" is "proc/net/dev".
 */
static const struct parser_entry *by_path(struct span path, struct span *member, struct span *arg)
{
	for (*member = path; member->n;) {
		const struct parser_entry *p = parser_by_member(*member, arg);
		struct span head;

		if (p || !span_cut(member, '/', &head))
			return p;
	}
	return NULL;
}

static enum status dump(const struct opts *o)
{
	struct input in = {0};
	struct arena a = {0};
	struct err e = {0};
	struct span path = span_of(o->dump);
	const struct parser_entry *p = by_path(path, &in.path, &in.arg);
	struct dump d;

	if (o->as && !(p && strcmp(p->format, o->as) == 0)) {
		p = parser_by_format(span_of(o->as));
		in.path = span_of(p ? p->parser->members[0] : "");
		in.arg = (struct span){0};
	}
	if (!p) {
		(void)err_set(&e, 0,
		              o->as ? "--as %s: there is no such format"
		                    : "no format for %s: name it with --as",
		              o->as ? o->as : o->dump);
		return failed(&e);
	}
	in.text = read_file(o->dump, &a, &e);
	if (in.text.p) {
		dump_init(&d, stdout);
		p->parser->parse(&in, &d.emit);
		if (fflush(stdout) != 0)
			(void)err_set(&e, errno, "write");
	}
	arena_free(&a);
	return e.text[0] ? failed(&e) : STATUS_CLEAR;
}

static enum status list_rules(const struct opts *o)
{
	struct rules rules;
	struct arena a = {0};
	struct err e = {0};

	if (load_rules(o, &rules, &a, &e) == 0)
		rules_list(&rules, stdout);
	arena_free(&a);
	return e.text[0] ? failed(&e) : STATUS_CLEAR;
}

static enum status explain(const struct opts *o)
{
	struct rules rules;
	struct arena a = {0};
	struct err e = {0};
	int rc = load_rules(o, &rules, &a, &e);

	if (rc == 0)
		rc = rules_explain(&rules, o->explain, stdout, &e);
	arena_free(&a);
	return rc ? failed(&e) : STATUS_CLEAR;
}

static enum status test_rules(const struct opts *o)
{
	struct err e = {0};
	int bad = rules_test(o->args_n ? o->args[0] : NULL, stdout, &e);

	return bad < 0 ? failed(&e) : bad ? STATUS_FINDINGS : STATUS_CLEAR;
}

static enum status help(const struct opts *o)
{
	(void)o;
	opts_help(stdout);
	return STATUS_CLEAR;
}

static enum status version(const struct opts *o)
{
	(void)o;
	(void)printf("nettape-analyze %s\n", NETTAPE_VERSION);
	return STATUS_CLEAR;
}

int main(int argc, char **argv)
{
	static enum status (*const modes[MODE_COUNT])(const struct opts *) = {
		[MODE_REPORT] = analyze,        [MODE_HELP] = help,
		[MODE_VERSION] = version,       [MODE_DUMP] = dump,
		[MODE_LIST_RULES] = list_rules, [MODE_EXPLAIN] = explain,
		[MODE_TEST_RULES] = test_rules,
	};
	const char **scratch = calloc((size_t)argc + 1, sizeof(*scratch));
	enum status status;
	struct opts o;
	struct err e = {0};

	if (!scratch || opts_parse(&o, argc, argv, scratch, &e)) {
		(void)failed(&e);
		free(scratch);
		return STATUS_USAGE;
	}
	status = modes[o.mode](&o);
	free(scratch);
	return (int)status;
}
