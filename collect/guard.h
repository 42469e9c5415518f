/*
 * Threads for what may block: a run that does not return is left behind and the
 * recording goes on.  One guard a network namespace.
 */
#ifndef COLLECT_GUARD_H
#define COLLECT_GUARD_H

#include <stdbool.h>

#include "collect/job.h"

struct guard;
struct worker;

/* `netns_fd` is the namespace its threads enter, or -1; it stays the caller's.  NULL: no memory. */
struct guard *guard_open(int netns_fd);
/* Ends the idle threads.  Those left behind keep what they use until the program ends. */
void guard_free(struct guard *g);

/*
 * Runs j->how(j) in a thread, then that of j->next and so on: waking a thread costs more than
 * most sources.  The jobs, and what they keep, are the thread's until guard_wait says true.
 * NULL when there is no thread to be had.
 */
struct worker *guard_start(struct guard *g, struct job *j);
/* Waits for its return until CLOCK_MONOTONIC says `until_ns`; true: w is no longer the caller's. */
bool guard_wait(struct worker *w, int64_t until_ns);
/*
 * Takes back the jobs that were not begun, by their next; NULL = none.  Those before them but
 * the last have returned; the last one is what guard_wait waits for from now on.
 */
struct job *guard_rest(struct worker *w);

#endif
