/* --sql: a reader's own query on the store. */
#ifndef ANALYZE_QUERY_H
#define ANALYZE_QUERY_H

#include <stdbool.h>
#include <stdio.h>

#include "schema/err.h"

struct progress;
struct sqlite3;

/* "text", "csv", "json", "jsonl", "md". */
bool query_form_known(const char *form);

/*
 * Prints the rows of one SELECT in that form.  text: a line of column names, then a line a
 * row, fields between tabs, NULL as nothing.  Control characters are escaped in every
 * form.  Anything that could change or open a file is refused, and so is a second
 * statement.  p, or NULL, ends when the first row is there.
 */
int query_print(struct sqlite3 *db, const char *sql, const char *form, struct progress *p,
                FILE *out, struct err *e) __attribute__((warn_unused_result));

#endif
