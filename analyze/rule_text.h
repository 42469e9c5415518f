/* The texts of a rule with their {column} and {:param} filled in. */
#ifndef ANALYZE_RULE_TEXT_H
#define ANALYZE_RULE_TEXT_H

#include <stdbool.h>

#include "analyze/arena.h"
#include "schema/buf.h"
#include "schema/span.h"

/*
 * The next placeholder: what stands before it goes to *before, its inside ("drops",
 * ":warn_drops") to *name.  False when there is none: *text is then the rest.
 * Braces around anything but a lower-case word stand for themselves.
 */
bool placeholder_next(struct span *text, struct span *before, struct span *name);

/* Appends the value of one placeholder. */
typedef void placeholder_fn(void *ctx, struct span name, struct buf *out);

/* The text with every placeholder filled in, in the arena. */
const char *rule_fill(struct arena *a, const char *text, placeholder_fn *value, void *ctx);

#endif
