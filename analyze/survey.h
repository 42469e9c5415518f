/*
 * What a recording is, before any of it is judged: whose, and when its ticks were.
 * Only its records are read.
 */
#ifndef ANALYZE_SURVEY_H
#define ANALYZE_SURVEY_H

#include <stdint.h>

#include "analyze/arena.h"
#include "analyze/record.h"
#include "schema/err.h"

struct survey_tick {
	uint64_t snap;            /* as the bundle numbers it */
	int64_t real_ns, mono_ns; /* wall clock (unix), monotonic clock */
};

struct survey {
	const char *path;
	struct record_identity id;
	const struct survey_tick *ticks; /* of those that have a record, each later than the one
	                                    before */
	size_t ticks_n;
};

/* Of the bundle at `path`, which is a file or a folder.  0, or -1 and *e, which names it. */
int survey_read(const char *path, struct arena *a, struct survey *s, struct err *e)
	__attribute__((warn_unused_result));

#endif
