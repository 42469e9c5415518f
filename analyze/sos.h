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

#include "analyze/entries.h"
#include "analyze/store.h"

/*
 * 1 when the first names that tell what this is are those of a sosreport, or of an archive of
 * such; 0 when they are a bundle's or nobody tells; -1 and *e when nothing can be read.
 * Entries that tell nothing are passed over; the one that told is the next one again.
 */
int sos_is_report(struct entries *x, struct err *e) __attribute__((warn_unused_result));

/*
 * Reads the first report there is into the store, which is not sealed; further ones are
 * noted.  -1 and *e when there is nothing to analyze in it.
 */
int sos_load(struct entries *x, struct store *s, struct err *e) __attribute__((warn_unused_result));

#endif
