/* "Did you mean": the known word that is nearest to one that is not known. */
#ifndef SCHEMA_NEAREST_H
#define SCHEMA_NEAREST_H

#include <stddef.h>

#include "schema/span.h"

/* Zero it but for `word`, offer each known word, then ask. */
struct nearest {
	struct span word;
	const char *best; /* of those offered; the first of equals */
	size_t distance;
	char hint[96];
};

/* `known` must outlive n. */
void nearest_offer(struct nearest *n, const char *known);
/*
 * The best one, when few letters of it were mistyped, swapped, left out or put in (one
 * of four, but one or two of any word), or when the word is its beginning or what stands
 * behind its last '/'.  NULL when none is near.
 */
const char *nearest_best(const struct nearest *n);
/* For the end of an error: " (did you mean --level?)", with "--" as `before`, or "". */
const char *nearest_hint(struct nearest *n, const char *before);

#endif
