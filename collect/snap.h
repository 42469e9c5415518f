/* One tick: what is due -> job -> sink, the tick's record last. */
#ifndef COLLECT_SNAP_H
#define COLLECT_SNAP_H

#include "collect/output.h"
#include "collect/record.h"
#include "collect/sink.h"
#include "collect/slot.h"

struct snap {
	/* given */
	struct sink *sink;
	struct slots *slots;
	const struct host *host;
	struct plan plan;

	/* of the tick in progress */
	uint64_t tick;
	struct clocks begin;
	struct rows rows;
	struct group group;  /* of the source in progress */
	struct slot *slot;   /* it */
	enum place place;    /* where its captures go */
	struct err *e;       /* the first member that could not be written */
	char folder[64];     /* "snap/000012/" */
	struct buf record;   /* owned */
	uint64_t edge_bytes; /* in the tar, of sources that come at the ends alone */

	struct job *job;    /* for runs in place */
	struct job *spare;  /* of guarded runs that have ended, the one with the least room first */
	struct slot *batch; /* what one thread is to run, by their behind */
	struct slot *batch_end; /* the last of them */
	struct clocks first;    /* when the first tick began */
	bool ending;            /* the window is over: wait for every deadline */
};

/* 0, or -1 with *e: no memory. */
int snap_init(struct snap *s, struct err *e);
void snap_free(struct snap *s);

/* Takes one tick and flushes; -1 with *e when the bundle cannot be written. */
int snap_take(struct snap *s, struct tick_record *t, struct err *e);
/* Takes what is taken again at the end; its rows are left for the end's record. */
int snap_last(struct snap *s, struct err *e);

/* True while a thread is left behind. */
bool snap_hangs(const struct snap *s);

#endif
