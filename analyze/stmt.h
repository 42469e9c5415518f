/*
 * A thin wrapper over sqlite3_stmt: prepare, bind by position, step, read, reset.
 * Values are bound with SQLITE_STATIC: a span must live until the step.
 */
#ifndef ANALYZE_STMT_H
#define ANALYZE_STMT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/err.h"
#include "schema/span.h"

struct stmt {
	sqlite3 *db; /* not owned */
	sqlite3_stmt *s;
	int at; /* last bound position */
};

/* SQL is a constant or a whole file, never built from a bundle's text.  0, or -1 and *e. */
int stmt_prepare(struct stmt *t, sqlite3 *db, const char *sql, struct err *e)
	__attribute__((warn_unused_result));
void stmt_done(struct stmt *t); /* finalizes; a zeroed stmt is fine */

/* Each binds the next position. */
void stmt_span(struct stmt *t, struct span v);
void stmt_str(struct stmt *t, const char *v); /* NULL binds NULL */
void stmt_i64(struct stmt *t, int64_t v);
void stmt_real(struct stmt *t, double v);
void stmt_null(struct stmt *t);

/* Runs a statement that yields no row and makes it ready to be bound anew.  0, or -1 and *e. */
int stmt_run(struct stmt *t, struct err *e) __attribute__((warn_unused_result));
/* 1 = a row, 0 = no more (reset and ready to be bound anew), -1 = failed. */
int stmt_row(struct stmt *t, struct err *e) __attribute__((warn_unused_result));
/* Before the last row was reached: back to the start, bindings forgotten. */
void stmt_reset(struct stmt *t);

/* Of the current row, column from 0; spans and strings live until the next call on t. */
struct span stmt_get_span(struct stmt *t, int column);
const char *stmt_get_str(struct stmt *t, int column); /* "" for NULL */
int64_t stmt_get_i64(struct stmt *t, int column);
double stmt_get_real(struct stmt *t, int column);
bool stmt_is_null(struct stmt *t, int column);

/* One or more statements without parameters or rows. */
int stmt_exec(sqlite3 *db, const char *sql, struct err *e) __attribute__((warn_unused_result));

#endif
