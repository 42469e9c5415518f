/*
 * Rows of table sample on their way in: they come by snapshot, the table is by series, and a row
 * that goes between others costs several times one that follows the last.  So many wait here
 * and go in by series.
 */
#ifndef ANALYZE_SAMPLE_RUN_H
#define ANALYZE_SAMPLE_RUN_H

#include "analyze/series.h"
#include "analyze/stmt.h"

struct sample_run;

/* NULL and *e on failure.  The connection is not owned and must have the schema. */
struct sample_run *sample_run_open(sqlite3 *db, struct err *e);
void sample_run_close(struct sample_run *r);
/* A later row of the same series and snapshot takes the place of an earlier one. */
int sample_run_put(struct sample_run *r, int64_t series, int64_t snap, const struct value *v,
                   const struct sample *w, struct err *e) __attribute__((warn_unused_result));
/* What waits goes in: before anybody reads the table. */
int sample_run_end(struct sample_run *r, struct err *e) __attribute__((warn_unused_result));

#endif
