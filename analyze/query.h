/* --sql: a reader's own query on the store. */
#ifndef ANALYZE_QUERY_H
#define ANALYZE_QUERY_H

#include <stdio.h>

#include "schema/err.h"

struct sqlite3;

/*
 * Prints the rows of one SELECT: a line of column names, then a line a row, fields
 * between tabs, control characters escaped, NULL as nothing.  Anything that could
 * change or open a file is refused.
 */
int query_print(struct sqlite3 *db, const char *sql, FILE *out, struct err *e)
	__attribute__((warn_unused_result));

#endif
