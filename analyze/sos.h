/*
 * A sosreport as one snapshot: each of its files is taken for the member of a bundle that
 * it is alike (sos_paths.def), and goes through that member's parser into the store.
 *
 * It shows one instant, so there are no rates; its files are up to minutes apart, and the
 * captures say when each was taken.  What the manifest, the log and the files themselves say
 * of failures becomes the captures' states.
 */
#ifndef ANALYZE_SOS_H
#define ANALYZE_SOS_H

#include "analyze/arena.h"
#include "analyze/entries.h"
#include "analyze/record.h"
#include "analyze/store.h"

/*
 * 1 when the first names that tell what this is are those of a sosreport, or of an archive of
 * such; 0 when they are a bundle's or nobody tells; -1 and *e when nothing can be read.
 * Entries that tell nothing are passed over; the one that told is the next one again.
 */
int sos_is_report(struct entries *x, struct err *e) __attribute__((warn_unused_result));

/* When it was taken, as far as the report says it. */
struct sos_moment {
	int64_t real_ns; /* unix time; 0 = nobody says it */
	int64_t mono_ns; /* since the boot; where that is not known as real_ns */
};

/* Whose it is and when it was taken: the first report there is, and nothing else of it. */
int sos_survey(struct entries *x, struct record_identity *id, struct sos_moment *m, struct err *e)
	__attribute__((warn_unused_result));

/* A report as a part of a window of several recordings. */
struct sos_part {
	bool joined;
	uint64_t snap; /* its snapshot's number there */
};

/*
 * Reads the first report there is into the store, which is not sealed; further ones are
 * noted.  *m is when it was taken.  -1 and *e when there is nothing to analyze in it.
 */
int sos_load(struct entries *x, const struct sos_part *p, struct store *s, struct sos_moment *m,
             struct err *e) __attribute__((warn_unused_result));

/*
 * The reports within an archive or a folder of reports, as entries_open wants them: PATH/NAME.
 * *n is 0 for everything else, also for what cannot be read.
 */
const char *const *sos_collected(const char *path, struct arena *a, size_t *n);

#endif
