/* The texts of a rule with their {column} and {:param} filled in. */
#ifndef ANALYZE_RULE_TEXT_H
#define ANALYZE_RULE_TEXT_H

#include <stdbool.h>

#include "analyze/arena.h"
#include "analyze/report.h"
#include "schema/buf.h"
#include "schema/span.h"

/* {name}, {:name}, {name:raw}, {:name:raw} */
struct placeholder {
	struct span name; /* "drops" */
	bool param;       /* of a parameter, not of a result column */
	bool raw;         /* the number alone, as a command wants it */
};

/*
 * The next placeholder: what stands before it goes to *before.  False when there is
 * none: *text is then the rest.  Braces around anything else stand for themselves.
 */
bool placeholder_next(struct span *text, struct span *before, struct placeholder *p);

/*
 * The unit that its value brings along: of _ns, _bytes, _bytes_per_s and _bit_per_s,
 * whose plain numbers nobody reads ("12.3 ms", "4 GiB").  MEASURE_PLAIN: the number is
 * said as it is, and the text names the unit; so it is for _s, _ms, _pct, _per_s.
 */
enum measure placeholder_measure(const struct placeholder *p);

/* True when `behind`, what follows the placeholder, says a unit that its value says already. */
bool placeholder_unit_twice(const struct placeholder *p, struct span behind);

/* Appends a value as that placeholder says it. */
void placeholder_put(struct buf *b, const struct placeholder *p, const struct cell *v);

/* Appends the value of one placeholder. */
typedef void placeholder_fn(void *ctx, const struct placeholder *p, struct buf *out);

/*
 * The text with every placeholder filled in, in the arena: a value stays one word of a command
 * and never makes one (shell_text.h).
 */
const char *rule_fill(struct arena *a, const char *text, placeholder_fn *value, void *ctx);

#endif
