/* The loop over the ticks: waits for deadlines and signals, ends early when it must. */
#ifndef COLLECT_WINDOW_H
#define COLLECT_WINDOW_H

#include "collect/snap.h"

struct window {
	/* given */
	struct snap *snap;
	struct output *output;
	struct compress *compress;
	struct guard *guard; /* for the thread that brings ticks to the disk */
	uint64_t max_bytes;  /* of the file */
	const char *stem;    /* of the members, for a second sink */
	/* called after each tick; may be NULL */
	void (*after_tick)(const struct window *w, void *arg);
	/* called each second between two ticks; may be NULL */
	void (*waiting)(const struct window *w, void *arg);
	void *after_tick_arg; /* of both */

	/* the thread on its way to the disk */
	struct worker *sync;
	struct job sync_job;
	struct kept sync_kept;
	int64_t synced_ns;

	/* what came of it */
	struct end_record end;
	char detail[400];       /* end.detail points here */
	uint64_t tick;          /* the newest */
	uint64_t tick_bytes;    /* written for the newest tick but the first */
	uint64_t largest_bytes; /* and the most so far, the first among them */
	uint64_t first_bytes;   /* for the first */
};

/*
 * Records ticks until the window is over, then what is taken again at the end and
 * end.json.  SIGINT, SIGTERM and SIGHUP have to be blocked.  0 when the bundle is
 * good, also when it ended early: w->end.reason says why.
 */
int window_run(struct window *w, struct err *e);

#endif
