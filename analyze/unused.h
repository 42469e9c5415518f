/*
 * Suppressions of the site file that are for nothing that was found: of a misspelt
 * entity, or of what has been mended since.
 */
#ifndef ANALYZE_UNUSED_H
#define ANALYZE_UNUSED_H

#include "analyze/arena.h"
#include "analyze/report.h"
#include "analyze/site.h"
#include "schema/err.h"

struct sqlite3;

/* Of one bundle, whose findings and results r has: fills r->unused. */
void unused_of_one(const struct site *s, struct report *r, struct arena *a);

/*
 * Of many: of all findings in a database of schema/fleet.sql whose bundles `ids` selects
 * ("SELECT id FROM shown").  0, or -1 and *e.
 */
int unused_of_many(const struct site *s, struct sqlite3 *db, const char *ids, struct report *r,
                   struct arena *a, struct err *e) __attribute__((warn_unused_result));

#endif
