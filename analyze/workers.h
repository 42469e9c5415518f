/*
 * Jobs in processes of their own, a few at a time.  What reads a stranger's bundle
 * may crash or be killed: then that job has failed, and the others go on.
 */
#ifndef ANALYZE_WORKERS_H
#define ANALYZE_WORKERS_H

#include <stddef.h>
#include <stdio.h>

#include "schema/err.h"
#include "schema/span.h"

#define WORKERS_MAX         256
#define WORKERS_MESSAGE_MAX ((size_t)16 << 20) /* bytes that one job may answer with */

struct workers {
	size_t jobs; /* numbered from 0; begun in that order */
	size_t at_once;
	/* In a process of its own: does job i and writes its answer.  0 = done, else failed. */
	int (*work)(void *user, size_t i, FILE *answer);
	/*
	 * In the caller's: job i has ended, in whatever order.  `failure` is NULL when
	 * it did its work, else why not ("signal 11").  0, or -1 and *e: give up.
	 */
	int (*done)(void *user, size_t i, struct span answer, const char *failure, struct err *e);
	void *user;
};

/*
 * Does them all.  0, or -1 and *e; no process is left behind in either case.  SIGINT
 * and SIGTERM end the jobs and then this program, as if nobody had waited for them.
 */
int workers_run(const struct workers *w, struct err *e) __attribute__((warn_unused_result));

/* CPUs that this process may run on. */
size_t workers_cpus(void);

#endif
