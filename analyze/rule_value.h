/* Values of parameters, of columns and of test cases, as people write them. */
#ifndef ANALYZE_RULE_VALUE_H
#define ANALYZE_RULE_VALUE_H

#include <stdbool.h>

#include "analyze/arena.h"
#include "analyze/report.h"
#include "schema/buf.h"
#include "schema/span.h"

/* "-12", "0.25", "1e-4" whole: CELL_INT or CELL_REAL.  False for anything else. */
bool value_number(struct span s, struct cell *v);
/* A number where it is one, else CELL_TEXT in the arena. */
struct cell value_read(struct span s, struct arena *a);
/*
 * As a message says it: integers whole, reals with at most three decimals and no
 * zeros behind them, "unknown" for an empty cell.
 */
void value_put(struct buf *b, const struct cell *v);
double value_real(const struct cell *v); /* 0 for text */
/* The same number (reals within a millionth), the same text, or both empty. */
bool value_same(const struct cell *a, const struct cell *b);

#endif
