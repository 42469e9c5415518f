/* What a report says of the bundle and the host before any section: meta, and sentences made of it.
 */
#ifndef ANALYZE_FACTS_H
#define ANALYZE_FACTS_H

#include "analyze/arena.h"
#include "analyze/report.h"
#include "schema/err.h"

struct sqlite3;

/*
 * Fills r->facts from a sealed store (sqlfunc_register'ed): every key of meta, and
 * the columns of facts.sql (when, window, machine, evidence, ...) as words to print.
 */
int facts_read(struct sqlite3 *db, struct arena *a, struct report *r, struct err *e)
	__attribute__((warn_unused_result));

/*
 * The same of a report over several bundles: the one row of `sql`, of which the columns
 * subject, verdict and worst (a level) are the report's own and all others facts.
 */
int facts_of_many(struct sqlite3 *db, const char *sql, struct arena *a, struct report *r,
                  struct err *e) __attribute__((warn_unused_result));

#endif
