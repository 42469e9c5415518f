/*
 * A line on standard error, on a terminal alone, that says what takes so long: nothing in
 * the first second, then redrawn by a thread, so that no step has to think of it.
 */
#ifndef ANALYZE_PROGRESS_H
#define ANALYZE_PROGRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Zeroed it is off: every call then does nothing. */
struct progress {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool running, ending;
	_Atomic(const char *) step;
	_Atomic uint64_t done, of; /* of what the step reads; of = 0: not known */
};

/* Begins when standard error is a terminal that can redraw a line; `step` as below. */
void progress_begin(struct progress *p, const char *step);
/* From here on it is that step, a literal: "reading".  p may be NULL here and below. */
void progress_step(struct progress *p, const char *step);
/* So much of the step is done, in any unit. */
void progress_at(struct progress *p, uint64_t done, uint64_t of);
/* Takes the line away; nothing is drawn any more.  Before anything else is printed there. */
void progress_end(struct progress *p);

#endif
