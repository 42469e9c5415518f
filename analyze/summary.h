/* A bundle's diagnosis as rows of schema/fleet.sql: what many bundles are compared by. */
#ifndef ANALYZE_SUMMARY_H
#define ANALYZE_SUMMARY_H

#include "analyze/diagnose.h"
#include "schema/err.h"

struct sqlite3;

/* The id of the bundle that was diagnosed, as the tables have it. */
int64_t summary_id(const struct diagnosis *d);

/*
 * Puts the rows of `d`, which is as diagnose() left it with a report (its sections
 * are not needed), into the fleet database `db` in place of those that it has of
 * this bundle.  `path` is the name it goes by.  Call it within a transaction.
 * 0, or -1 and *e.
 */
int summary_put(const struct diagnosis *d, const char *path, struct sqlite3 *db, struct err *e)
	__attribute__((warn_unused_result));

/*
 * The row of a bundle of which there is no diagnosis: `error` says why.  `sha256` is
 * "" when not even its bytes could be read.
 */
int summary_put_failed(const char *path, const char *sha256, const char *error, struct sqlite3 *db,
                       struct err *e) __attribute__((warn_unused_result));

#endif
