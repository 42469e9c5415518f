/* Numbers with their unit as people read them. */
#ifndef ANALYZE_HUMANIZE_H
#define ANALYZE_HUMANIZE_H

#include <stdbool.h>

#include "analyze/report.h"
#include "schema/buf.h"
#include "schema/span.h"

/* How a value of a column is said, from the end of the column's name: "rx_bytes_per_s". */
enum measure measure_of(struct span column);
/* The column's name without what measure_of() understood: "rx"; "p99_ms" is "p99". */
struct span measure_stem(struct span column);

/*
 * Appends the value: "12.3 GiB", "1.2 k/s", "208 ms", "12,345"; nothing for an
 * empty cell or a number that is none.  `terse` leaves out what a column's heading
 * says already: "/s" and "%".  Text is escaped (escape.h); a spark is nothing.
 */
void humanize(struct buf *b, const struct cell *c, enum measure m, bool terse, bool utf8);
/* The same for a bare number. */
void humanize_real(struct buf *b, double v, enum measure m, bool terse);
/* For a column heading, what `terse` left out: "/s", " %", or "". */
const char *measure_mark(enum measure m);
/* A heading without that, for where the value says it. */
struct span measure_bare(struct span heading, enum measure m);

#endif
