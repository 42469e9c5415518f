/*
 * nettape-analyze: the map of the room.
 *
 *	opts       what is asked for
 *	diagnose   one bundle: loader -> store -> rules, facts, sections -> struct report
 *	compare    two, OLD and NEW -> struct report
 *	fleet      many: each diagnosed in a process of its own -> summaries -> struct report
 *	report/    one renderer a form, to `output`
 *	box        what reads a stranger's file does so in a process of its own, which can do
 *	           nothing else; this one keeps the terminal, the pager and PostgreSQL
 *
 * Only this file prints errors and picks the exit status.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "analyze/arena.h"
#include "analyze/aside.h"
#include "analyze/baseline.h"
#include "analyze/box.h"
#include "analyze/collected.h"
#include "analyze/compare.h"
#include "analyze/complete.h"
#include "analyze/copy.h"
#include "analyze/diagnose.h"
#include "analyze/escape.h"
#include "analyze/fleet.h"
#include "analyze/opts.h"
#include "analyze/output.h"
#include "analyze/progress.h"
#include "analyze/query.h"
#include "analyze/raw.h"
#include "analyze/report.h"
#include "analyze/rules.h"
#include "analyze/section.h"
#include "analyze/workers.h"
#include "schema/buf.h"
#include "schema/err.h"
#include "version.h"

#define WIDTH_DEFAULT 100
#define WIDTH_LEAST   40 /* a narrower terminal folds the lines */

enum status { STATUS_CLEAR, STATUS_FINDINGS, STATUS_USAGE, STATUS_FAILED };

/* One run of the program. */
struct run {
	const struct opts *o;
	const struct mode_way *way; /* what is asked for, at the end of this file */
	struct box box;
	struct arena arena; /* the rules */
	struct rules rules;
	const struct renderer *form;
	struct baseline_report baseline; /* --baseline */
	struct diagnosis diagnosis;
	struct fleet fleet;
	struct output out;
	struct style style;
	struct progress progress;
};

static enum status complain(const struct err *e, enum status s)
{
	char text[4 * sizeof(e->text)];
	struct buf b = BUF_OVER(text);

	escape_put(&b, span_of(e->text), true); /* it may quote a bundle */
	(void)fprintf(stderr, "nettape-analyze: %s\n", buf_cstr(&b));
	return s;
}

struct timed {
	const struct rule_result *r;
};

static int slower_first(const void *a, const void *b)
{
	int64_t x = ((const struct timed *)a)->r->cost_ns;
	int64_t y = ((const struct timed *)b)->r->cost_ns;

	return x < y ? 1 : x > y ? -1 : 0;
}

static void timing_step(const char *step, int64_t ns)
{
	(void)fprintf(stderr, "nettape-analyze: %-8s %9.1f ms\n", step, (double)ns / 1e6);
}

static void timing_rules(const struct report *r)
{
	size_t n = r->results_n;
	struct timed *v = calloc(n + 1, sizeof(*v));

	for (size_t i = 0; v && i < n; i++)
		v[i].r = &r->results[i];
	if (v)
		qsort(v, n, sizeof(*v), slower_first);
	for (size_t i = 0; v && i < n; i++)
		(void)fprintf(stderr, "nettape-analyze: rule %9.3f ms  %s\n",
		              (double)v[i].r->cost_ns / 1e6, v[i].r->rule);
	free(v);
}

/* --section: each name is known. */
static int check_sections(const struct opts *o, struct err *e)
{
	enum section_set set = o->mode == MODE_COMPARE ? SECTIONS_COMPARE
	                       : o->mode == MODE_FLEET ? SECTIONS_FLEET
	                                               : SECTIONS_HOST;

	return sections_check(set, o->sections, e);
}

static int take_style(struct run *run, struct err *e)
{
	const struct opts *o = run->o;
	const char *no_color = getenv("NO_COLOR");
	unsigned width = WIDTH_DEFAULT;

	if (run->out.width && !o->output)
		width = run->out.width > WIDTH_LEAST ? run->out.width : WIDTH_LEAST;
	run->style = (struct style){
		.width = o->width_n ? o->width_n : width,
		.colour = !o->no_color && (o->color || (run->out.terminal && !run->out.dumb &&
	                                                !o->output && !(no_color && *no_color))),
		.utf8 = run->out.utf8,
		.all = o->all,
		.sections = *o->sections ? o->sections : NULL,
	};
	return check_sections(o, e);
}

/* The rules, as the site wants them: what is wrong with that is the user's error. */
static enum status take_rules(const struct opts *o, struct rules *r, struct arena *a, struct err *e)
{
	if (rules_load(r, o->rules, a, e))
		return STATUS_FAILED;
	if (o->site && rules_site(r, o->site, e))
		return STATUS_USAGE;
	for (size_t i = 0; i < o->sets_n; i++)
		if (rules_set(r, o->sets[i], e))
			return STATUS_USAGE;
	r->site.short_window = o->short_window;
	r->site.since_boot = o->since_boot;
	return STATUS_CLEAR;
}

/* --timing */
static void timing(const struct diagnosis *d)
{
	static const char *const steps[DIAGNOSE_STEPS] = {
		[DIAGNOSE_LOAD] = "load",
		[DIAGNOSE_RULES] = "rules",
		[DIAGNOSE_SECTIONS] = "sections",
		[DIAGNOSE_PLOTS] = "plots",
	};

	for (size_t i = 0; i < DIAGNOSE_STEPS; i++) {
		timing_step(steps[i], d->cost_ns[i]);
		if (i == DIAGNOSE_RULES)
			timing_rules(&d->report);
	}
}

static struct diagnose_want host_want(struct run *run)
{
	const struct opts *o = run->o;

	return (struct diagnose_want){
		.db = o->db,
		.sections = run->style.sections,
		.all = o->all,
		.no_report = o->sql || run->form->export,
		.short_window = o->short_window,
		.since_boot = o->since_boot,
		.window = o->window,
		.box = run->box.text[0] ? run->box.text : BOX_NONE,
		.join = o->args,
		.join_n = o->join ? o->args_n : 0,
		.plots = !o->sql && run->form->plots && !run->style.sections,
		.progress = &run->progress,
	};
}

static int build(struct run *run, struct err *e)
{
	const struct opts *o = run->o;
	const struct diagnose_want want = host_want(run);

	if (diagnose(&run->diagnosis, o->args[0], &run->rules, &want, e))
		return -1;
	if (o->timing)
		timing(&run->diagnosis);
	if (o->baseline)
		baseline_mark(&run->baseline, &run->diagnosis.report, &run->diagnosis.arena);
	return 0;
}

static int show(struct run *run, const struct report *r, struct sqlite3 *db, struct err *e)
{
	const struct opts *o = run->o;
	int rc;

	progress_step(&run->progress, o->sql ? "asking" : "writing");
	if (run->out.terminal && !o->output && !o->sql)
		progress_end(&run->progress);
	if (output_open(&run->out, o->output, !o->no_pager && !o->sql && !run->form->export, e))
		return -1;
	if (o->sql)
		rc = query_print(db, o->sql, o->format, &run->progress, run->out.out, e);
	else if (run->form->export)
		rc = run->form->export(db, run->out.out, e);
	else
		rc = run->form->render(r, &run->style, run->out.out, e);
	return output_close(&run->out, e) ? -1 : rc;
}

static enum status verdict(const struct run *run)
{
	const struct report *r = &run->diagnosis.report;

	if (run->o->sql)
		return STATUS_CLEAR;
	if (report_reaches(r, run->o->fail_level))
		return STATUS_FINDINGS;
	return run->o->strict && r->not_evaluated + r->errors > 0 ? STATUS_FINDINGS : STATUS_CLEAR;
}

/* What is wrong on the command line, before anything is read that takes long. */
static enum status take_options(struct run *run, struct err *e)
{
	const struct opts *o = run->o;

	run->form = renderer_find(o->format);
	if (take_style(run, e) ||
	    (o->baseline && baseline_read(&run->baseline, o->baseline, &run->arena, e)))
		return STATUS_USAGE;
	return take_rules(o, &run->rules, &run->arena, e);
}

static enum status analyze(struct run *run)
{
	const struct opts *o = run->o;
	struct err e = {0};
	enum status s = take_options(run, &e);

	if (s == STATUS_CLEAR) {
		if (!o->timing)
			progress_begin(&run->progress, "reading");
		s = build(run, &e) || show(run, &run->diagnosis.report,
		                           store_db(run->diagnosis.store), &e)
		            ? STATUS_FAILED
		            : verdict(run);
		progress_end(&run->progress);
	}
	diagnose_free(&run->diagnosis);
	arena_free(&run->arena);
	return e.text[0] ? complain(&e, s) : s;
}

static enum status compare_verdict(const struct opts *o, const struct comparison *c)
{
	const struct report *r = &c->report;

	if (o->sql)
		return STATUS_CLEAR;
	if (r->worst != LEVEL_SKIP && r->worst >= o->fail_level)
		return STATUS_FINDINGS;
	return o->strict && c->unsure ? STATUS_FINDINGS : STATUS_CLEAR;
}

static enum status compare_two(struct run *run)
{
	const struct opts *o = run->o;
	struct comparison c = {0};
	struct err e = {0};
	enum status s = take_options(run, &e);
	const struct compare_want want = {
		.old = {o->args,                    o->old_n},
		.new = {			       o->args + o->args_n - o->new_n,                  o->new_n        },
		.rules = &run->rules,
		.host = { .short_window = o->short_window,
                        .window = o->window,
                        .progress = &run->progress},
		.section = run->style.sections,
		.all = o->all,
	};

	if (s == STATUS_CLEAR) {
		progress_begin(&run->progress, "reading");
		s = compare(&c, &want, &e) || show(run, &c.report, c.db, &e)
		            ? STATUS_FAILED
		            : compare_verdict(o, &c);
		progress_end(&run->progress);
	}
	compare_free(&c);
	arena_free(&run->arena);
	return e.text[0] ? complain(&e, s) : s;
}

static void fleet_progress(size_t done, size_t of)
{
	if (isatty(STDERR_FILENO))
		(void)fprintf(stderr, "\r%zu of %zu bundles%s", done, of, done == of ? "\n" : "");
}

/* What could not be judged, on standard error; -1: that is all of them. */
static int say_missed(const struct fleet *f, size_t stayed, struct err *e)
{
	const size_t missed = f->failed + f->kept;
	char kept[120] = "";
	struct buf b = BUF_OVER(kept);

	if (f->kept || stayed)
		buf_fmt(&b, "; of %zu the summary of an earlier run is kept",
		        f->kept > stayed ? f->kept : stayed);
	(void)buf_cstr(&b);
	if (missed && missed == f->bundles)
		return err_set(e, 0, "no bundle could be judged%s: see NOT_JUDGED", kept);
	if (missed)
		(void)err_set(e, 0, "%zu of %zu bundles could not be judged%s: see NOT_JUDGED",
		              missed, f->bundles, kept);
	return 0;
}

static enum status fleet_verdict(const struct run *run, size_t stayed, struct err *e)
{
	const struct opts *o = run->o;
	const struct fleet *f = &run->fleet;

	if (f->unwritten.text[0])
		return err_set(e, 0, "%s", f->unwritten.text), STATUS_FAILED;
	if (say_missed(f, stayed, e))
		return STATUS_FAILED;
	if (o->sql)
		return STATUS_CLEAR;
	if (f->report.worst != LEVEL_SKIP && f->report.worst >= o->fail_level)
		return STATUS_FINDINGS;
	return o->strict && (f->failed || f->kept || f->unsure) ? STATUS_FINDINGS : STATUS_CLEAR;
}

static enum status fleet(struct run *run)
{
	const struct opts *o = run->o;
	struct err e = {0};
	enum status s = take_options(run, &e);
	struct fleet_want want = {.paths = o->args,
	                          .paths_n = o->args_n,
	                          .at_once = o->jobs_n ? o->jobs_n : workers_cpus(),
	                          .db = o->fleet_db,
	                          .out_dir = o->out_dir,
	                          .renderer = run->form,
	                          .ending = strcmp(o->format, "text") == 0 ? "txt" : o->format,
	                          .rules = &run->rules,
	                          .strangers = o->rules != NULL,
	                          .sections = run->style.sections,
	                          .all = o->all,
	                          .no_box = o->no_sandbox,
	                          .progress = fleet_progress};
	struct style plain = run->style;
	size_t stayed = 0; /* rows of PostgreSQL */

	plain.colour = false; /* of what goes to files */
	want.style = &plain;
	want.host = host_want(run);
	if (!o->out_dir)
		want.host.sections = SECTION_FINDINGS; /* of the others nobody sees anything */
	want.host.plots &= o->out_dir != NULL;
	want.host.no_report = false;
	want.host.progress = NULL; /* fleet_progress tells */
	if (s == STATUS_CLEAR && o->args_n)
		fleet_progress(0, o->args_n);
	if (s == STATUS_CLEAR)
		s = (o->copy_to && copy_check(o->copy_to, &e)) ||
		                    fleet_gather(&run->fleet, &want, &e) ||
		                    (o->copy_to &&
		                     copy_to(run->fleet.db, o->copy_to, &stayed, &e)) ||
		                    fleet_describe(&run->fleet, &want, &e) ||
		                    show(run, &run->fleet.report, run->fleet.db, &e)
		            ? STATUS_FAILED
		            : fleet_verdict(run, stayed, &e);
	fleet_free(&run->fleet);
	arena_free(&run->arena);
	return e.text[0] ? complain(&e, s) : s;
}

/* A guess is told, on standard error: what is printed stays JSON alone. */
static void dump_say(const struct raw_way *w, const char *path)
{
	for (size_t i = 0; w->reader[i]; i++) {
		(void)fputs("nettape-analyze: ", stderr);
		escape_print(stderr, path);
		(void)fprintf(stderr, ": read as %s (", w->reader[i]->format);
		escape_print(stderr, w->path[i]);
		(void)fputs(")\n", stderr);
	}
}

static enum status dump(struct run *run)
{
	const struct opts *o = run->o;
	struct raw_way w;
	struct err e = {0};

	if (raw_find(&w, o->dump, o->as, &e)) {
		(void)complain(&e, STATUS_USAGE);
		(void)fputs("Formats:\n", stderr);
		raw_formats(stderr);
		return STATUS_USAGE;
	}
	if (!o->as)
		dump_say(&w, o->dump);
	return raw_dump(&w, o->dump, stdout, &e) ? complain(&e, STATUS_FAILED) : STATUS_CLEAR;
}

/* On a terminal through the pager, as the report. */
static int explain(struct run *run, const struct rules *r, struct err *e)
{
	const struct opts *o = run->o;
	int rc;

	if (take_style(run, e) || output_open(&run->out, o->output, !o->no_pager, e))
		return -1;
	rc = rules_explain(r, o->explain, &run->style, run->out.out, e);
	return output_close(&run->out, e) ? -1 : rc;
}

static enum status list_rules(struct run *run)
{
	const struct opts *o = run->o;
	struct arena a = {0};
	struct rules r = {0};
	struct err e = {0};
	enum status s = take_rules(o, &r, &a, &e);

	if (s == STATUS_CLEAR && o->mode == MODE_LIST_RULES)
		rules_list(&r, stdout);
	else if (s == STATUS_CLEAR && o->mode == MODE_COMPLETE)
		complete_print(&r, stdout);
	else if (s == STATUS_CLEAR && explain(run, &r, &e))
		s = STATUS_USAGE;
	arena_free(&a);
	return e.text[0] ? complain(&e, s) : s;
}

static enum status check_rules(struct run *run)
{
	const struct opts *o = run->o;
	const char *dir = o->args_n ? o->args[0] : NULL;
	struct err e = {0};
	int bad = o->mode == MODE_TEST_RULES ? rules_test(dir, stdout, &e)
	                                     : rules_lint(dir, stdout, &e);

	if (bad < 0)
		return complain(&e, STATUS_FAILED);
	return bad ? STATUS_FINDINGS : STATUS_CLEAR;
}

static enum status help(struct run *run)
{
	(void)run;
	opts_help(stdout);
	return STATUS_CLEAR;
}

static enum status version(struct run *run)
{
	(void)run;
	(void)printf("nettape-analyze %s, %s PostgreSQL (--copy-to)\n", NETTAPE_VERSION,
	             copy_built ? "with" : "without");
	return STATUS_CLEAR;
}

/* Every thing there is to do; `boxed`: aside, in a box, since it reads what others wrote. */
struct mode_way {
	enum status (*run)(struct run *);
	bool boxed;
};

static const struct mode_way ways[MODE_COUNT] = {
	[MODE_REPORT] = {analyze,     true },
	[MODE_COMPARE] = {compare_two, true },
	[MODE_DUMP] = {dump,        true },
	[MODE_TEST_RULES] = {check_rules, true },
	[MODE_LINT_RULES] = {check_rules, true },
	[MODE_FLEET] = {fleet,       false}, /* each bundle is, see fleet.c */
	[MODE_LIST_RULES] = {list_rules,  false},
	[MODE_EXPLAIN] = {list_rules,  false},
	[MODE_COMPLETE] = {list_rules,  false},
	[MODE_HELP] = {help,        false},
	[MODE_VERSION] = {version,     false},
};

/* The folder that a file is in. */
static const char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ".";
	return slash == path ? "/" : arena_text(a, (struct span){path, (size_t)(slash - path)});
}

static int work_boxed(void *user)
{
	struct run *run = user;
	const struct opts *o = run->o;
	const char **reads = arena_array(&run->arena, o->args_n + 5, sizeof(*reads));
	const char *makes = o->db ? folder_of(&run->arena, o->db) : NULL;
	struct box_want want = {.reads = reads, .makes = &makes, .makes_n = o->db ? 1 : 0};
	const bool checks_rules = o->mode == MODE_TEST_RULES || o->mode == MODE_LINT_RULES;

	for (size_t i = 0; i < o->args_n; i++)
		reads[want.reads_n++] = o->args[i];
	reads[want.reads_n++] = o->rules;
	reads[want.reads_n++] = o->site;
	reads[want.reads_n++] = o->baseline;
	reads[want.reads_n++] = o->dump;
	reads[want.reads_n++] = checks_rules && !o->args_n ? "rules" : NULL;
	want.forks = o->rules || checks_rules;
	box_enter(&want, &run->box);
	return (int)run->way->run(run);
}

/* In a process of its own, with its output open. */
static enum status run_boxed(struct run *run, struct err *e)
{
	const struct opts *o = run->o;
	const bool reports = o->mode == MODE_REPORT || o->mode == MODE_COMPARE;
	const bool exports =
		!o->sql && renderer_find(o->format) && renderer_find(o->format)->export;
	int s;

	if (output_reserve(&run->out, reports ? o->output : NULL,
	                   reports && !o->no_pager && !o->sql && !exports, e))
		return STATUS_FAILED;
	s = aside_run(work_boxed, run, &run->out, STATUS_USAGE,
	              o->db ? arena_fmt(&run->arena, "%s.tmp", o->db) : NULL, e);
	arena_free(&run->arena);
	return s < 0 ? STATUS_FAILED : (enum status)s;
}

static enum status run_mode(const struct opts *o, struct err *e)
{
	struct run run = {.o = o, .way = &ways[o->mode]};

	output_init(&run.out);
	return run.way->boxed && !o->no_sandbox ? run_boxed(&run, e) : run.way->run(&run);
}

int main(int argc, char **argv)
{
	const char **scratch = calloc((size_t)argc + 1, sizeof(*scratch));
	enum status s = STATUS_USAGE;
	struct arena a = {0};
	struct err e = {0};
	struct opts o;

	if (!scratch)
		(void)err_set(&e, 0, "out of memory");
	else if (argc < 2)
		opts_first(stderr);
	else if (opts_parse(&o, argc, argv, scratch, &e) == 0 && collected_take(&o, &a, &e) == 0)
		s = run_mode(&o, &e);
	arena_free(&a);
	free(scratch);
	return (int)(e.text[0] ? complain(&e, s) : s);
}
