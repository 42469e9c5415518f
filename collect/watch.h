/* Which processes are watched: ksoftirqd, --pid, --comm, and by default a linkerd. */
#ifndef COLLECT_WATCH_H
#define COLLECT_WATCH_H

#include "collect/job.h"
#include "collect/opts.h"
#include "collect/path.h"
#include "schema/err.h"

/* More are left out: 1,024 ksoftirqd threads and as many others. */
#define WATCH_MAX 2048
/* A few listeners may share a port (SO_REUSEPORT). */
#define WATCH_LISTENERS_MAX 64

struct watch {
	struct task *tasks; /* owned; never fewer, and none moves */
	size_t n;
	const struct opts_list *comms;
	struct names names; /* of the last walk */
	bool guess;         /* neither --pid nor --comm: what listens where a linkerd does */
	/* of those that listened on 4140 or 9990 at the last look */
	uint32_t inodes[WATCH_LISTENERS_MAX];
	size_t inodes_n;
};

/*
 * Finds them.  -1 with *e: a --pid that is no number (usage) or memory.  A --pid
 * that is not there is kept, so that its captures say so.
 */
int watch_open(struct watch *w, const struct opts *o, struct err *e);
void watch_free(struct watch *w);
/*
 * Adds the processes that have a --comm name since, or none being asked for listen where a
 * linkerd does: it may have been restarted, under another number or the same.
 */
void watch_again(struct watch *w);

#endif
