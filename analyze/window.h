/*
 * Which ticks of which bundles are judged, as one window: --since and --until cut it,
 * --join makes it of several recordings of one host.
 */
#ifndef ANALYZE_WINDOW_H
#define ANALYZE_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/arena.h"
#include "analyze/survey.h"
#include "analyze/when.h"
#include "schema/err.h"

/* One bundle's part of it, in the order of time. */
struct window_part {
	const char *path;
	const char *name;  /* for people: the path without folders, unless two are then alike */
	uint64_t from, to; /* its first and last tick that are judged, as it numbers them */
	uint64_t ticks;    /* how many; 0 = nothing of it is judged */
	uint64_t recorded; /* whole ticks that it has; not known when `ticks` is not, either */
	uint64_t shared;   /* ticks of it that the part before has as well: not judged again */
	int64_t shift;     /* added to a tick's number it gives the snapshot's */
	bool cut_front;    /* it has ticks before `from` */
	bool cut_back;     /* and behind `to` */
	bool gap;          /* nobody looked between the part before and this one */
	bool reboot;       /* and the host booted meanwhile */
};

struct window {
	const struct window_part *parts;
	size_t n;
	bool cut;                   /* --since or --until was asked for */
	int64_t since_ns, until_ns; /* what they came to, unix time; the ends where not asked */
	int64_t start_ns, end_ns;   /* of all that was recorded */
};

struct window_want {
	struct when since, until;
};

/*
 * The whole of one bundle, which is then read but once: "-" is fine.  With `want` or
 * several bundles each of them is read twice, first for its ticks.  0, or -1 and *e:
 * they are not of one host, or nothing is left, or a bundle cannot be read.
 */
int window_open(struct window *w, struct arena *a, const char *const *paths, size_t n,
                const struct window_want *want, struct err *e) __attribute__((warn_unused_result));

/* The same of what the bundles are known to hold. */
int window_plan(struct window *w, struct arena *a, const struct survey *bundles, size_t n,
                const struct window_want *want, struct err *e) __attribute__((warn_unused_result));

#endif
