/* Files of SQL with a header: what sections and plots have in common. */
#ifndef ANALYZE_SQLFILE_H
#define ANALYZE_SQLFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/arena.h"
#include "schema/err.h"
#include "schema/span.h"

struct sqlite3;

/* "-- key: value", key without blanks; false for any other line. */
bool sqlfile_header(struct span line, struct span *key, struct span *value);

/* Each of `sources` (blanks between) that was not captured well says so, else `otherwise`. */
const char *sqlfile_why_empty(struct sqlite3 *db, struct arena *a, struct span sources,
                              struct span otherwise);

/* The window's ends by the wall clock, unix ns; a clock that was set meanwhile moves only the
 * second. Both stay without snapshots. */
int sqlfile_axis(struct sqlite3 *db, int64_t *from_ns, int64_t *to_ns, struct err *e)
	__attribute__((warn_unused_result));

#endif
