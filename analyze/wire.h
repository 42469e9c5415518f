/*
 * Rows of a fleet database as bytes, from the process that read a bundle to the one
 * that gathers: a row is a frame, and the last frame says how many there were.  What
 * arrives is not believed: a reader of hostile bundles wrote it.
 *
 *	frame  u32 length of what follows, u8 table (of fleet_tables; 255 = the end), values
 *	value  u8 type: 'n'; 'i' i64; 'r' f64; 't' u32 length, bytes
 *	end    u64 frames before it
 *
 * Numbers are in the byte order of the machine, which both ends share.
 */
#ifndef ANALYZE_WIRE_H
#define ANALYZE_WIRE_H

#include <stdint.h>
#include <stdio.h>

#include "analyze/stmt.h"
#include "schema/err.h"
#include "schema/span.h"

#define WIRE_FRAME_MAX (1 << 20)

/* Writes all rows of `db`.  0, or -1 and *e. */
int wire_send(sqlite3 *db, FILE *out, struct err *e) __attribute__((warn_unused_result));

/*
 * Puts what wire_send wrote into `db`, in place of what it has of that bundle, whose
 * id becomes *id.  It must be of one bundle, whole, and fit the tables.  Call it in a
 * transaction, and roll back when it fails: -1 and *e.
 */
int wire_take(struct span bytes, sqlite3 *db, int64_t *id, struct err *e)
	__attribute__((warn_unused_result));

#endif
