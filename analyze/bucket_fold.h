/*
 * Histograms whose buckets only grow (Prometheus) become rows of table window: of about a
 * minute each, as linkerd's are, from what was added to each bucket meanwhile.
 */
#ifndef ANALYZE_BUCKET_FOLD_H
#define ANALYZE_BUCKET_FOLD_H

#include "analyze/emit.h"
#include "analyze/stmt.h"
#include "schema/err.h"

struct bucket_fold;

/* NULL and *e when its statement cannot be prepared. */
struct bucket_fold *bucket_fold_open(sqlite3 *db, struct err *e);
void bucket_fold_close(struct bucket_fold *f);

/* A histogram of the capture of `instance` that is being read. */
void bucket_fold_histogram(struct bucket_fold *f, struct span instance, const struct histogram *h);
/* That capture is good and was made at `t` (monotonic seconds).  0, or -1 and *e. */
int bucket_fold_capture(struct bucket_fold *f, struct span instance, int64_t snap, double t,
                        struct err *e) __attribute__((warn_unused_result));
/* It is not: what was read of it is forgotten. */
void bucket_fold_drop(struct bucket_fold *f);
/* What is left after the last whole minute.  0, or -1 and *e. */
int bucket_fold_seal(struct bucket_fold *f, struct err *e) __attribute__((warn_unused_result));

#endif
