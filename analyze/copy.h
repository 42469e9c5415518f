/* The rows of a fleet into PostgreSQL, where a support organisation keeps many. */
#ifndef ANALYZE_COPY_H
#define ANALYZE_COPY_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/err.h"

struct sqlite3;

/* This program was built with libpq. */
extern const bool copy_built;

/* Connects, so that what is wrong with the URI is known before the work.  0, or -1 and *e. */
int copy_check(const char *uri, struct err *e) __attribute__((warn_unused_result));

/*
 * Loads the rows of the bundles in temp.given (fleet.h) into the schema `nettape` of
 * the database at `uri`, which is made when it is not there: tables of
 * schema/fleet.sql, partitioned by day.  What it has of those bundles is replaced, but
 * not by a failed analysis: *kept = of how many the earlier rows stay.  All of it is
 * one transaction.  0, or -1 and *e, which never quotes
 * the URI: it may hold a password.
 */
int copy_to(struct sqlite3 *fleet, const char *uri, size_t *kept, struct err *e)
	__attribute__((warn_unused_result));

#endif
