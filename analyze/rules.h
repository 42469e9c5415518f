/*
 * The rules as the program sees them:
 *
 *	rules_load, rules_site, rules_set    what there is and what the site wants
 *	rules_run                            on a sealed store, into the report
 *	rules_list, rules_explain            for people
 *	rules_test, rules_lint               for those who write rules, as TAP
 */
#ifndef ANALYZE_RULES_H
#define ANALYZE_RULES_H

#include <stdio.h>

#include "analyze/arena.h"
#include "analyze/report.h"
#include "analyze/rule_set.h"
#include "analyze/site.h"
#include "schema/err.h"

struct sqlite3;

struct rules {
	struct rule_set set;
	struct site site;
	struct arena *arena; /* not owned; holds all of it */
};

/* The rules built in and, when dir is not NULL, those of DIR/AREA/NAME.sql.  0, or -1 and *e. */
int rules_load(struct rules *r, const char *dir, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));
/* Reads the file of --site. */
int rules_site(struct rules *r, const char *path, struct err *e)
	__attribute__((warn_unused_result));
/* One "AREA/NAME.param=value" of --set. */
int rules_set(struct rules *r, const char *assignment, struct err *e)
	__attribute__((warn_unused_result));

/*
 * Runs every rule on the sealed store: fills findings (folded, in no order yet: see
 * report_finish), results and settings of the report, and the table `finding`.  Texts
 * live in `a`.  A rule that fails is a result; 0, or -1 and *e when the store does.
 */
int rules_run(const struct rules *r, struct sqlite3 *db, struct arena *a, struct report *report,
              struct err *e) __attribute__((warn_unused_result));

/* One line a rule: id, levels, title; its parameters with their defaults below it. */
void rules_list(const struct rules *r, FILE *out);
/*
 * One rule as a page of a runbook, by its id or, when no other has it, its name; the
 * rules of an AREA or of a glob (AREA/name-*) with their titles.  -1 and *e, which names
 * what may have been meant: there is none.
 */
int rules_explain(const struct rules *r, const char *id, const struct style *s, FILE *out,
                  struct err *e) __attribute__((warn_unused_result));

/*
 * Runs the .test files below DIR (NULL: ./rules and the rules built in).  TAP goes
 * to `out`.  How many tests failed, or -1 and *e: there was nothing to test.
 */
int rules_test(const char *dir, FILE *out, struct err *e) __attribute__((warn_unused_result));
/* The same for what can be said of rules and tests without a bundle. */
int rules_lint(const char *dir, FILE *out, struct err *e) __attribute__((warn_unused_result));

#endif
