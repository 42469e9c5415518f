/* The command line: one table drives what is understood and what --help says. */
#ifndef ANALYZE_OPTS_H
#define ANALYZE_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "analyze/report.h"
#include "analyze/window.h"
#include "schema/err.h"

/* What is asked for; the report of a bundle unless an option says otherwise. */
enum mode {
	MODE_REPORT,
	MODE_FLEET, /* of several bundles; what is given says so, no option of its own */
	MODE_HELP,
	MODE_VERSION,
	MODE_DUMP,
	MODE_LIST_RULES,
	MODE_EXPLAIN,
	MODE_TEST_RULES,
	MODE_LINT_RULES,
	MODE_COMPARE,
	MODE_COMPLETE,
	MODE_COUNT
};

/* Strings are argv's own. */
struct opts {
	enum mode mode;
	const char *format;   /* a renderer's name */
	const char *output;   /* file, or NULL = standard output */
	const char *width;    /* as written; width_n is the number, 0 = the terminal's */
	const char *db;       /* file to keep the store in, or NULL */
	const char *sql;      /* SELECT to answer in place of the report, or NULL */
	const char *dump;     /* file for MODE_DUMP */
	const char *as;       /* its format, or NULL = by its path */
	const char *jobs;     /* as written; jobs_n is the number, 0 = one a CPU */
	const char *out_dir;  /* folder for each bundle's report, or NULL */
	const char *fleet_db; /* file that summaries are added to, or NULL */
	const char *copy_to;  /* URI of a PostgreSQL, or NULL */
	const char *rules;    /* folder of further rules, or NULL */
	const char *site;     /* file of settings and suppressions, or NULL */
	const char *baseline; /* JSON report to compare with, or NULL */
	const char *explain;  /* rule id for MODE_EXPLAIN */
	const char *fail_on;  /* "warn", "crit", "never" */
	const char *since;    /* as written; window.since is what it means; or NULL */
	const char *until;
	const char *const *sets; /* RULE.PARAM=VALUE, in their order */
	size_t sets_n;
	bool all, color, no_color, no_pager, timing, strict, short_window, since_boot, join;
	bool no_sandbox;

	char sections[256]; /* these only, "tcp,UDP"; "" = all */
	unsigned width_n, jobs_n;
	struct window_want window; /* zeroed: all of it */
	enum level fail_level;     /* LEVEL_COUNT = never */
	const char *const *args;   /* what is no option: bundles, or the folder of rules */
	size_t args_n;
	size_t old_n, new_n; /* of MODE_COMPARE: the first and the last so many args */
};

/*
 * Reads the command line; `scratch` (argc pointers) holds the repeatable options
 * and must outlive o.  0, or -1 and *e: a usage error.
 */
int opts_parse(struct opts *o, int argc, char **argv, const char **scratch, struct err *e)
	__attribute__((warn_unused_result));
/*
 * The same options with these in place of the arguments: collections by their reports.  0, or -1
 * and *e: they do not go together.
 */
int opts_collected(struct opts *o, const char *const *args, size_t n, struct err *e)
	__attribute__((warn_unused_result));
void opts_help(FILE *out);
/* What to do, for somebody who gave no argument. */
void opts_first(FILE *out);

#endif
