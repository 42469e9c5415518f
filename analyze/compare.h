/*
 * Two recordings side by side: OLD and NEW, before and after.  Both become rows of
 * schema/fleet.sql, compare.sql pairs them, analyze/compare/NAME.sql shows them.
 */
#ifndef ANALYZE_COMPARE_H
#define ANALYZE_COMPARE_H

#include <stdbool.h>

#include "analyze/arena.h"
#include "analyze/diagnose.h"
#include "analyze/report.h"
#include "analyze/rules.h"
#include "schema/err.h"

struct sqlite3;

/* One recording, or several of one host that are judged as one window. */
struct compare_side {
	const char *const *paths;
	size_t n;
};

struct compare_want {
	struct compare_side old, new;
	const struct rules *rules;
	struct diagnose_want host; /* how each is diagnosed; its section does not matter */
	const char *section;       /* of the comparison, in capitals, or NULL = all */
	bool all;
};

/* All of it; zero it first. */
struct comparison {
	struct sqlite3 *db;
	/*
	 * subject, verdict, facts and sections.  worst: of the findings that are new in NEW, or
	 * worse, or that OLD could not judge; with none of these LEVEL_SKIP where NEW may have
	 * one that nobody saw.  Its texts live in the arena.
	 */
	struct report report;
	struct arena arena;
	bool unsure; /* some finding cannot be told, or a rule that NEW did not judge may hide one
	              */
};

/* 0, or -1 and *e, which names the bundle; call compare_free in either case. */
int compare(struct comparison *c, const struct compare_want *want, struct err *e)
	__attribute__((warn_unused_result));
void compare_free(struct comparison *c);

/* Its two steps: a fleet's database with room for two sides, and, when both are in, their pairs. */
int compare_open(struct sqlite3 **db, bool all, struct err *e) __attribute__((warn_unused_result));
int compare_pairs(struct sqlite3 *db, struct err *e) __attribute__((warn_unused_result));

#endif
