/*
 * One epoll, timers and standard input: what the lab's programs run on.  Single-threaded;
 * times are CLOCK_MONOTONIC nanoseconds.
 */
#ifndef LAB_LIB_LOOP_H
#define LAB_LIB_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

/* What waits for a descriptor; part of its owner, `of`. */
struct watch {
	int fd;
	void (*ready)(void *of, uint32_t events);
	void *of;
};

/* What waits for a time; part of its owner, `of`.  Zeroed, it is not set. */
struct timer {
	int64_t at;
	size_t place; /* in the loop's heap, from 1; 0 = not set */
	void (*due)(void *of);
	void *of;
};

struct loop {
	int epoll;
	bool done;
	int64_t now;           /* when this round began */
	struct timer **timers; /* heap, the earliest at 1 */
	size_t n, cap;
	struct epoll_event *events; /* of this round */
	int events_n;
	struct watch input;
	const void *current; /* the connection that is being served, while it is open */
};

int64_t clock_now(void);

/* Ends with a message on standard error when there is no epoll.  SIGPIPE is ignored from here on.
 */
void loop_open(struct loop *l);
/* Says "ready" on standard output, then runs until standard input ends or `done` is set. */
void loop_run(struct loop *l);
void loop_close(struct loop *l);

/* errno, or 0. */
int loop_watch(struct loop *l, struct watch *w, uint32_t events);
void loop_change(struct loop *l, struct watch *w, uint32_t events);
/* The descriptor stays open; what was reported of it in this round is forgotten. */
void loop_unwatch(struct loop *l, struct watch *w);

/* At `at`, or as soon as it can be; sets it anew when it is set. */
void timer_set(struct loop *l, struct timer *t, int64_t at);
void timer_clear(struct loop *l, struct timer *t);

/* Memory, or the end of the program. */
void *must_alloc(size_t bytes);
void *must_grow(void *p, size_t bytes);
/* The memory is zeroed; never returns NULL. */
#define MUST_NEW(type) ((type *)must_alloc(sizeof(type)))

#endif
