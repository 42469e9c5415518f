/*
 * linkerd freezes its histograms once a minute and resets them: a capture shows the
 * last finished minute, several captures show the same one.  This finds the
 * boundaries and writes one row a minute into table window.  Histograms with buckets, which
 * are never reset, go to bucket_fold.
 */
#ifndef ANALYZE_L5D_FOLD_H
#define ANALYZE_L5D_FOLD_H

#include "analyze/emit.h"
#include "analyze/stmt.h"

struct l5d_fold;

struct l5d_fold *l5d_fold_open(sqlite3 *db, struct err *e);
void l5d_fold_close(struct l5d_fold *f);

/* A histogram of one linkerd's capture; `instance` tells linkerds apart (empty: there is one). */
void l5d_fold_histogram(struct l5d_fold *f, struct span instance, const struct histogram *h);
/* That capture is whole: a boundary lies before it when any histogram changed. */
int l5d_fold_capture(struct l5d_fold *f, struct span instance, int64_t snap, double t,
                     struct err *e) __attribute__((warn_unused_result));
/* The captures since the last snapshot are not to be used. */
void l5d_fold_drop(struct l5d_fold *f);
/* When all are in. */
int l5d_fold_seal(struct l5d_fold *f, struct err *e) __attribute__((warn_unused_result));

#endif
