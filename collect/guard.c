#include "collect/guard.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#include "schema/timefmt.h"
#include "schema/unit.h"

/* Enough for a name lookup inside libcurl; the default of some C libraries is not. */
#define STACK_BYTES ((size_t)512 * KIB)

struct worker {
	struct guard *guard;
	struct worker *next; /* of the idle ones */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t start, done;
	void (*how)(struct job *j); /* NULL = idle */
	struct job *job;
	bool returned, quit;
};

struct guard {
	int netns_fd;
	struct worker *idle;
};

struct guard *guard_open(int netns_fd)
{
	struct guard *g = calloc(1, sizeof(*g));

	if (g)
		g->netns_fd = netns_fd;
	return g;
}

static void run(struct worker *w, int enter_error)
{
	int64_t before = thread_cpu_ns();
	char name[BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(name);

	if (enter_error) {
		source_member_put(w->job->source, &b);
		job_fail(w->job, buf_span(&b), enter_error, "cannot enter the network namespace");
	} else {
		w->how(w->job);
	}
	w->job->cpu_ns = thread_cpu_ns() - before;
}

static void *work(void *arg)
{
	struct worker *w = arg;
	int fd = w->guard->netns_fd, error = 0;

	if (fd >= 0 && setns(fd, CLONE_NEWNET) != 0)
		error = errno;
	(void)pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->quit && (!w->how || w->returned))
			(void)pthread_cond_wait(&w->start, &w->lock);
		if (w->quit)
			break;
		(void)pthread_mutex_unlock(&w->lock);
		run(w, error);
		(void)pthread_mutex_lock(&w->lock);
		w->returned = true;
		(void)pthread_cond_signal(&w->done);
	}
	(void)pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void worker_free(struct worker *w)
{
	(void)pthread_cond_destroy(&w->start);
	(void)pthread_cond_destroy(&w->done);
	(void)pthread_mutex_destroy(&w->lock);
	free(w);
}

static struct worker *worker_new(struct guard *g)
{
	struct worker *w = calloc(1, sizeof(*w));
	pthread_condattr_t clock;
	pthread_attr_t attr;
	int error;

	if (!w)
		return NULL;
	w->guard = g;
	(void)pthread_mutex_init(&w->lock, NULL);
	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&w->start, NULL);
	(void)pthread_cond_init(&w->done, &clock);
	(void)pthread_condattr_destroy(&clock);
	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_BYTES);
	error = pthread_create(&w->thread, &attr, work, w);
	(void)pthread_attr_destroy(&attr);
	if (!error)
		return w;
	worker_free(w);
	return NULL;
}

struct worker *guard_start(struct guard *g, void (*how)(struct job *j), struct job *j)
{
	struct worker *w = g->idle;

	if (w)
		g->idle = w->next;
	else
		w = worker_new(g);
	if (!w)
		return NULL;
	(void)pthread_mutex_lock(&w->lock);
	w->how = how;
	w->job = j;
	w->returned = false;
	(void)pthread_cond_signal(&w->start);
	(void)pthread_mutex_unlock(&w->lock);
	return w;
}

bool guard_wait(struct worker *w, int64_t until_ns)
{
	struct timespec until = {.tv_sec = until_ns / NS_PER_S, .tv_nsec = until_ns % NS_PER_S};
	bool returned;

	(void)pthread_mutex_lock(&w->lock);
	while (!w->returned && pthread_cond_timedwait(&w->done, &w->lock, &until) == 0)
		;
	returned = w->returned;
	if (returned) {
		w->how = NULL;
		w->job = NULL;
	}
	(void)pthread_mutex_unlock(&w->lock);
	if (returned) {
		w->next = w->guard->idle;
		w->guard->idle = w;
	}
	return returned;
}

void guard_free(struct guard *g)
{
	if (!g)
		return;
	while (g->idle) {
		struct worker *w = g->idle;

		g->idle = w->next;
		(void)pthread_mutex_lock(&w->lock);
		w->quit = true;
		(void)pthread_cond_signal(&w->start);
		(void)pthread_mutex_unlock(&w->lock);
		(void)pthread_join(w->thread, NULL);
		worker_free(w);
	}
	free(g);
}
