/* The sources of one recording: those of the table that were asked for, at their paces. */
#ifndef COLLECT_SLOT_H
#define COLLECT_SLOT_H

#include "collect/guard.h"
#include "collect/job.h"
#include "collect/netns.h"
#include "collect/opts.h"
#include "schema/err.h"

/* Where a run's captures go. */
enum place { PLACE_HOST, PLACE_SNAP, PLACE_LAST };

/* Of a source that has not run yet: it may be large. */
#define SLOT_UNRUN SIZE_MAX

struct slot {
	struct source source; /* of the table, or made for --run */
	char id[64];          /* of --run: what source.id points to */
	void (*how)(struct job *j);
	struct guard *guard; /* its runs may block, or are in another namespace; NULL = in place */
	const char *prefix;  /* of its members: "" or "netns/NAME/" */
	const char *url;     /* of HTTP: the server that this slot asks, else NULL */
	int64_t pace_ns;     /* 0 = each tick */
	int64_t deadline_ns;
	struct kept kept;
	struct slot *wider; /* the slot whose listing holds all that this one lists; or NULL */

	uint64_t taken; /* the tick it was last tried at, or PLAN_NEVER */
	size_t bytes;   /* of the text of its last run in a thread; SLOT_UNRUN */
	int64_t cpu_ns; /* spent since the first tick, both ends left out */

	/* a run that has not returned yet */
	struct worker *run;
	struct job *job;
	struct slot *behind; /* in the batch, which one thread runs */
	struct slot *also;   /* what that run captures too: `wider` is this one; or NULL */
	enum place place;
	int64_t until_ns; /* its deadline */
	bool late;        /* and its deadline has passed */
	uint64_t wrote;   /* the tick that the run before is in, or PLAN_NEVER */
	int64_t took_ns;  /* that run */

	/* what became of it so far, for the last words */
	struct became {
		uint64_t n;
		int error; /* of the last such capture: its errno */
		char note[128];
	} became[CAPTURE_STATUS_COUNT];
};

struct slots {
	struct slot *v;
	size_t n;
};

/*
 * `guard` is for what may block in our own namespace; both live longer than the
 * slots, as do `urls`, NULL at the end: an HTTP source has a slot for each.  -1 with *e:
 * an --include, --exclude or --pace that names no source, a --run that is none.
 */
int slots_build(struct slots *s, const struct opts *o, struct guard *guard,
                const struct netns_list *netns, const char *const *urls, struct err *e);
/* Leaves what a hanging run uses to it. */
void slots_free(struct slots *s);

#endif
