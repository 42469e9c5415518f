/*
 * Sections are data: analyze/section/NAME.sql over the store of one bundle,
 * analyze/fleet/NAME.sql over the summaries of many, analyze/compare/NAME.sql over
 * those of two; built in by the Makefile.
 *
 *	-- section: SOFTNET
 *	-- order: 50
 *	-- about: what each CPU's backlog took and lost
 *	-- source: softnet              whose absence explains an empty section
 *	-- empty: no packet was received
 *	-- table: per CPU               a caption, or nothing; one SELECT follows
 *	-- layout: list                 one row, its columns one below the other
 *	-- layout: timeline             rows over one axis of time, see layout_timeline
 *	-- layout: groups               rows of one first column stand below it, not beside
 *	-- data: unit, sum              columns that only JSON has; behind all others but in a
 *timeline
 *	-- top: 20                      rows shown; the rest is counted
 *	-- always: cpu, dropped         columns kept though all of them are zero
 *	SELECT ...
 *
 * A column's name says its unit by its end (humanize.h) and is its heading: "rx_bytes_per_s"
 * stands as "rx/s" over "12.3 MiB".  Columns without a value that is not zero are left out,
 * but for the first one.
 */
#ifndef ANALYZE_SECTION_H
#define ANALYZE_SECTION_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/arena.h"
#include "analyze/report.h"
#include "schema/buf.h"
#include "schema/err.h"
#include "schema/span.h"

struct sqlite3;

/*
 * Runs one section's file on a sealed store (sqlfunc_register'ed).  SQL that fails
 * is said in s->empty; -1 only for a file against the grammar above.  Everything
 * lives in the arena.  `all`: every row, whatever top says.
 */
int section_run(struct sqlite3 *db, struct arena *a, struct span text, bool all, struct section *s,
                struct err *e) __attribute__((warn_unused_result));

/* Which folder they are from. */
enum section_set { SECTIONS_HOST, SECTIONS_FLEET, SECTIONS_COMPARE, SECTIONS_COUNT };

/* What --section calls the part that is no section. */
#define SECTION_FINDINGS "FINDINGS"

/* All of a set that are built in, in their order; `only` those of a list (report_listed). */
int sections_run(struct sqlite3 *db, struct arena *a, enum section_set set, const char *only,
                 bool all, struct report *r, struct err *e) __attribute__((warn_unused_result));
/* True when the set has one of that name, upper or lower case, or it is SECTION_FINDINGS. */
bool section_known(enum section_set set, const char *name);
/* 0 when each of a list, "tcp,UDP", is known; -1 and *e, which names the nearest and all. */
int sections_check(enum section_set set, const char *list, struct err *e)
	__attribute__((warn_unused_result));
/* Appends all such names, with commas. */
void section_names(enum section_set set, struct buf *b);

#endif
