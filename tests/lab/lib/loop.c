#include "tests/lab/lib/loop.h"

#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "schema/timefmt.h"

#define EVENTS_MAX 256

void *must_alloc(size_t bytes)
{
	void *p = calloc(1, bytes);

	if (!p)
		errx(3, "out of memory");
	return p;
}

void *must_grow(void *p, size_t bytes)
{
	void *q = realloc(p, bytes);

	if (!q)
		errx(3, "out of memory");
	return q;
}

int64_t clock_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

/* Whoever started us is gone, or says that it is enough. */
static void input_ready(void *of, uint32_t events)
{
	struct loop *l = of;
	char waste[512];

	(void)events;
	if (read(STDIN_FILENO, waste, sizeof(waste)) <= 0)
		l->done = true;
}

void loop_open(struct loop *l)
{
	*l = (struct loop){.epoll = epoll_create1(EPOLL_CLOEXEC), .now = clock_now()};
	if (l->epoll < 0)
		err(3, "epoll");
	signal(SIGPIPE, SIG_IGN);
	l->input = (struct watch){.fd = STDIN_FILENO, .ready = input_ready, .of = l};
}

void loop_close(struct loop *l)
{
	close(l->epoll);
	free(l->timers);
}

int loop_watch(struct loop *l, struct watch *w, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = w};

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, w->fd, &e) == 0 ? 0 : errno;
}

void loop_change(struct loop *l, struct watch *w, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = w};

	(void)epoll_ctl(l->epoll, EPOLL_CTL_MOD, w->fd, &e);
}

void loop_unwatch(struct loop *l, struct watch *w)
{
	(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	for (int i = 0; i < l->events_n; i++)
		if (l->events[i].data.ptr == w)
			l->events[i].data.ptr = NULL;
}

static void put(struct loop *l, size_t place, struct timer *t)
{
	l->timers[place] = t;
	t->place = place;
}

static void sift(struct loop *l, struct timer *t, size_t place)
{
	for (; place > 1 && l->timers[place / 2]->at > t->at; place /= 2)
		put(l, place, l->timers[place / 2]);
	for (;;) {
		size_t child = place * 2;

		if (child < l->n && l->timers[child + 1]->at < l->timers[child]->at)
			child++;
		if (child > l->n || l->timers[child]->at >= t->at)
			break;
		put(l, place, l->timers[child]);
		place = child;
	}
	put(l, place, t);
}

void timer_clear(struct loop *l, struct timer *t)
{
	size_t place = t->place;

	if (place == 0)
		return;
	t->place = 0;
	struct timer *last = l->timers[l->n--];
	if (last != t)
		sift(l, last, place);
}

void timer_set(struct loop *l, struct timer *t, int64_t at)
{
	timer_clear(l, t);
	t->at = at;
	if (l->n + 2 > l->cap) {
		l->cap = l->cap ? l->cap * 2 : 64;
		l->timers = must_grow(l->timers, l->cap * sizeof(struct timer *));
	}
	sift(l, t, ++l->n);
}

static void run_timers(struct loop *l)
{
	while (l->n > 0 && l->timers[1]->at <= l->now && !l->done) {
		struct timer *t = l->timers[1];

		timer_clear(l, t);
		t->due(t->of);
	}
}

/* Until the next timer, rounded up so that it is due then. */
static int wait_ms(const struct loop *l)
{
	if (l->n == 0)
		return -1;
	int64_t ns = l->timers[1]->at - clock_now();
	return ns <= 0 ? 0 : (int)((ns + NS_PER_MS - 1) / NS_PER_MS);
}

void loop_run(struct loop *l)
{
	struct epoll_event events[EVENTS_MAX];

	if (loop_watch(l, &l->input, EPOLLIN))
		errx(2, "standard input must be a pipe, a terminal or a socket: its end ends us");
	puts("ready");
	fflush(stdout);
	l->events = events;
	while (!l->done) {
		l->events_n = epoll_wait(l->epoll, events, EVENTS_MAX, wait_ms(l));
		l->now = clock_now();
		for (int i = 0; i < l->events_n; i++) {
			struct watch *w = events[i].data.ptr;

			if (w)
				w->ready(w->of, events[i].events);
		}
		l->events_n = 0;
		run_timers(l);
	}
	l->events = NULL;
}
