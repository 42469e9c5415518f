/*
 * Reads members on while those before them are understood, in a thread of its own: unpacking
 * and an archive's headers are a sixth of the work on a small bundle, and ask for nothing but
 * bytes.  What is read, and in which order, does not depend on the thread.
 */
#ifndef ANALYZE_AHEAD_H
#define ANALYZE_AHEAD_H

#include "analyze/bundle_read.h"
#include "schema/err.h"

struct ahead;

/* 1 = *m is the next member, its spans alive until the next call, else 0 or -1 and *e. */
typedef int ahead_read(void *user, struct bundle_member *m, struct err *e);

/*
 * Nobody else may touch what `read` uses until the end of it; where no thread can be had,
 * ahead_next() reads.
 */
struct ahead *ahead_begin(ahead_read *read, void *user);
/* As `read`, which is not called again once it gave anything but 1. */
int ahead_next(struct ahead *a, struct bundle_member *m, struct err *e)
	__attribute__((warn_unused_result));
/* Ends the reading, after what is just being read: at most 64 members; NULL is fine. */
void ahead_end(struct ahead *a);

#endif
