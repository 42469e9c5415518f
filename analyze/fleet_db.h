/*
 * The database of many bundles' summaries: schema/fleet.sql in SQLite.
 *
 * Its rows are all of bundles; each table but `bundle` begins with the columns
 * bundle (the id) and day.
 */
#ifndef ANALYZE_FLEET_DB_H
#define ANALYZE_FLEET_DB_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/stmt.h"
#include "schema/buf.h"
#include "schema/err.h"

#define FLEET_VERSION     2
#define FLEET_COLUMNS_MAX 48
#define FLEET_NO_DAY      "1970-01-01"

/* The tables with rows of bundles; the first one is `bundle`. */
extern const char *const fleet_tables[];
extern const size_t fleet_tables_count;

enum fleet_engine { FLEET_SQLITE, FLEET_POSTGRESQL };

/* Appends schema/fleet.sql as that engine reads it; b->cut when there is no room. */
void fleet_ddl(struct buf *b, enum fleet_engine engine);

/* In memory alone, for a process in a box, which can make no temporary file. */
#define FLEET_DB_MEMORY ":memory:"

/*
 * The database at `path`, made if there is none; NULL = one of this process alone
 * that spills to disk and is gone when closed.  Refuses what is no fleet's, or of
 * another version.  0, or -1 and *e; close it with fleet_db_close in either case.
 */
int fleet_db_open(sqlite3 **db, const char *path, struct err *e)
	__attribute__((warn_unused_result));
void fleet_db_close(sqlite3 *db); /* NULL is fine */

/* What a SHA-256 of 64 hexadecimal digits is called in the tables: its first 60 bits. */
int64_t fleet_id(const char *sha256);
/* Takes all rows of that bundle out.  0, or -1 and *e. */
int fleet_forget(sqlite3 *db, int64_t id, struct err *e) __attribute__((warn_unused_result));
/* INSERT of one row of fleet_tables[table], every column bound by position; a second row of a key
 * is ignored. */
int fleet_insert(struct stmt *q, sqlite3 *db, size_t table, struct err *e)
	__attribute__((warn_unused_result));

#endif
