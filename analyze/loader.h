/* From a bundle to a sealed store. */
#ifndef ANALYZE_LOADER_H
#define ANALYZE_LOADER_H

#include "analyze/store.h"

/*
 * Reads the bundle at `path` ("-" = standard input) into the store and seals it.
 * What is wrong inside it is data: notes, capture states, meta's end_reason.
 * -1 and *e only when there is nothing to analyze: no bundle, a newer format, SQLite.
 */
int load_bundle(const char *path, struct store *s, struct err *e)
	__attribute__((warn_unused_result));

#endif
