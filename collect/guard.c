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
	struct job *job; /* at work, or the last one that was; NULL = idle */
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

static void run(struct job *j, int enter_error)
{
	int64_t before = thread_cpu_ns();
	char name[BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(name);

	if (enter_error) {
		source_member_put(j->source, &b);
		job_fail(j, buf_span(&b), enter_error, "cannot enter the network namespace");
	} else {
		j->how(j);
	}
	j->cpu_ns = thread_cpu_ns() - before;
}

/* All jobs of a start.  The lock is held but while one runs. */
static void run_all(struct worker *w, int enter_error)
{
	for (;;) {
		struct job *j = w->job;

		j->begun_ns = now_ns();
		(void)pthread_mutex_unlock(&w->lock);
		run(j, enter_error);
		(void)pthread_mutex_lock(&w->lock);
		if (!j->next)
			return;
		w->job = j->next;
	}
}

static void *work(void *arg)
{
	struct worker *w = arg;
	int fd = w->guard->netns_fd, error = 0;

	if (fd >= 0 && setns(fd, CLONE_NEWNET) != 0)
		error = errno;
	(void)pthread_mutex_lock(&w->lock);
	for (;;) {
		while (!w->quit && (!w->job || w->returned))
			(void)pthread_cond_wait(&w->start, &w->lock);
		if (w->quit)
			break;
		run_all(w, error);
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

struct worker *guard_start(struct guard *g, struct job *j)
{
	struct worker *w = g->idle;

	if (w)
		g->idle = w->next;
	else
		w = worker_new(g);
	if (!w)
		return NULL;
	(void)pthread_mutex_lock(&w->lock);
	w->job = j;
	j->begun_ns = now_ns(); /* it has a deadline also when the thread gets no CPU */
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
	if (returned)
		w->job = NULL;
	(void)pthread_mutex_unlock(&w->lock);
	if (returned) {
		w->next = w->guard->idle;
		w->guard->idle = w;
	}
	return returned;
}

struct job *guard_rest(struct worker *w)
{
	struct job *rest;

	(void)pthread_mutex_lock(&w->lock);
	rest = w->job->next;
	w->job->next = NULL;
	(void)pthread_mutex_unlock(&w->lock);
	return rest;
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
