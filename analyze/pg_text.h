/* A value as PostgreSQL's COPY reads it in its text format: tabs between, lines for rows. */
#ifndef ANALYZE_PG_TEXT_H
#define ANALYZE_PG_TEXT_H

#include <stddef.h>

#include "schema/buf.h"
#include "schema/span.h"

#define PG_CHAR_BYTES 4 /* at most, of one character */
#define PG_NULL       "\\N"

/*
 * Appends the character at the front of s (not empty), escaped, and returns how many
 * bytes of s it was.  What PostgreSQL does not hold, NUL and bytes that are no UTF-8,
 * becomes U+FFFD.
 */
size_t pg_char_put(struct buf *b, struct span s);

#endif
