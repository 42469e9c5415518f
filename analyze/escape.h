/*
 * Text of a bundle on its way to a terminal.  A process name or an interface alias
 * is hostile input: what could move the cursor, hide or reorder text is shown, not done.
 */
#ifndef ANALYZE_ESCAPE_H
#define ANALYZE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "schema/buf.h"
#include "schema/span.h"

/* Bytes of the well-formed UTF-8 character at the front of s (1 to 4) and the character; 0 for
 * none. */
size_t utf8_front(struct span s, uint32_t *c);

/*
 * Appends s with C0, DEL, C1, bidirectional and zero-width characters as \n, \t,
 * \x1b, \u202e, bytes that are no UTF-8 as \xff; without `utf8` everything beyond
 * ASCII as \u00e9.  A backslash stays one.  What does not fit is cut between characters.
 */
void escape_put(struct buf *b, struct span s, bool utf8);

/* The same, UTF-8 as it is, to a stream. */
void escape_print(FILE *out, const char *text);
/* True when escape_put would change nothing of it, UTF-8 as it is. */
bool escape_none(struct span s);

/* Terminal columns of text that was escaped: one a character, two for the wide ones of East Asia.
 */
size_t text_columns(struct span s);
/* The longest front of s that fits into n columns. */
struct span text_front(struct span s, size_t n);

#endif
