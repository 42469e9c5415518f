/* From one bundle to its report: store, rules, facts and sections, in that order. */
#ifndef ANALYZE_DIAGNOSE_H
#define ANALYZE_DIAGNOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/arena.h"
#include "analyze/progress.h"
#include "analyze/report.h"
#include "analyze/rules.h"
#include "analyze/store.h"
#include "analyze/window.h"
#include "schema/err.h"

enum diagnose_step {
	DIAGNOSE_LOAD,
	DIAGNOSE_RULES,
	DIAGNOSE_SECTIONS,
	DIAGNOSE_PLOTS,
	DIAGNOSE_STEPS
};

/* What is wanted of it. */
struct diagnose_want {
	const char *db;       /* file to keep the store in, or NULL: in memory */
	const char *sections; /* these alone, see report_listed; NULL = all */
	bool all;             /* every row of every table */
	bool no_report;       /* the store and its findings alone, for a query */
	bool short_window;
	bool since_boot;           /* sections with totals since boot, too */
	struct window_want window; /* the part of it to judge; zeroed: all */
	const char *const *join;   /* these as one window, in place of the one path; or none */
	size_t join_n;
	bool plots;                /* also what the form draws */
	const char *box;           /* what this process runs in, see box.h; or NULL */
	struct progress *progress; /* is told the steps, or NULL */
};

/* All of it; zero it first. */
struct diagnosis {
	struct store *store;
	struct report report; /* its texts live in the arena */
	struct arena arena;
	int64_t cost_ns[DIAGNOSE_STEPS]; /* by the monotonic clock */
};

/*
 * The bundle at `path` ("-" = standard input), judged by those rules, which may serve
 * several.  0, or -1 and *e, which names the path; call diagnose_free in either case.
 */
int diagnose(struct diagnosis *d, const char *path, const struct rules *rules,
             const struct diagnose_want *want, struct err *e) __attribute__((warn_unused_result));
void diagnose_free(struct diagnosis *d);

#endif
