/* A moment as --since and --until name it: what it means depends on the recording. */
#ifndef ANALYZE_WHEN_H
#define ANALYZE_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/span.h"

enum when_kind {
	WHEN_NONE,       /* not asked */
	WHEN_UTC,        /* "2026-11-22T10:00:00Z", "@1790000000": ns is unix time */
	WHEN_CLOCK,      /* "10:00", "10:00:30": ns of a day that the recording has */
	WHEN_FROM_START, /* "+90s": ns behind its first tick */
	WHEN_FROM_END,   /* "-5m": ns before its last */
};

struct when {
	enum when_kind kind;
	int64_t ns;
};

/* False for anything but the forms above, and the empty text. */
bool when_parse(struct span s, struct when *w);

/*
 * Its unix time in a recording from `start` to `end`, both unix ns.  A clock is the
 * first such time from `start` to `end` and, where there is none, the one nearest to
 * them: 09:00 of a recording from 09:50 is before it, not on the next day.
 */
int64_t when_resolve(struct when w, int64_t start, int64_t end);

#endif
