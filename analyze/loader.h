/* From bundles, or a sosreport, to a sealed store. */
#ifndef ANALYZE_LOADER_H
#define ANALYZE_LOADER_H

#include "analyze/progress.h"
#include "analyze/store.h"
#include "analyze/window.h"

/*
 * Reads what the window takes of its bundles into the store and seals it.
 * What is wrong inside a bundle is data: notes, capture states, meta's end_reason.
 * -1 and *e, which names the bundle, only when there is nothing to analyze: no
 * bundle, a newer format, SQLite.  p, or NULL, is told how far it is.
 */
int load_window(const struct window *w, struct store *s, struct progress *p, struct err *e)
	__attribute__((warn_unused_result));

#endif
