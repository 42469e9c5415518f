#include "analyze/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "schema/timefmt.h"

#define FIRST_NS ((int64_t)NS_PER_S)
#define NEXT_NS  ((int64_t)NS_PER_S / 5)

static int64_t clock_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void draw(struct progress *p, int64_t passed_ns)
{
	uint64_t of = p->of, done = p->done;
	char share[16] = "";

	if (of)
		(void)snprintf(share, sizeof(share), " %d %%",
		               (int)(done < of ? (double)done * 100 / (double)of : 100));
	(void)fprintf(stderr, "\r%s%s, %d s\033[K", p->step, share, (int)(passed_ns / NS_PER_S));
}

static void *redraw(void *arg)
{
	struct progress *p = arg;
	const int64_t begin_ns = clock_ns();
	int64_t at_ns = begin_ns + FIRST_NS;
	bool drawn = false;

	(void)pthread_mutex_lock(&p->lock);
	while (!p->ending) {
		struct timespec at = {.tv_sec = at_ns / NS_PER_S, .tv_nsec = at_ns % NS_PER_S};

		(void)pthread_cond_timedwait(&p->wake, &p->lock, &at);
		if (p->ending || clock_ns() < at_ns)
			continue;
		draw(p, clock_ns() - begin_ns);
		drawn = true;
		at_ns = clock_ns() + NEXT_NS;
	}
	(void)pthread_mutex_unlock(&p->lock);
	if (drawn)
		(void)fputs("\r\033[K", stderr);
	return NULL;
}

static bool can_redraw(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

void progress_begin(struct progress *p, const char *step)
{
	pthread_condattr_t attr;

	if (!can_redraw() || pthread_condattr_init(&attr) != 0)
		return;
	p->step = step;
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&p->lock, NULL);
	(void)pthread_cond_init(&p->wake, &attr);
	(void)pthread_condattr_destroy(&attr);
	p->running = pthread_create(&p->thread, NULL, redraw, p) == 0;
}

void progress_step(struct progress *p, const char *step)
{
	if (!p)
		return;
	p->of = 0;
	p->step = step;
}

void progress_at(struct progress *p, uint64_t done, uint64_t of)
{
	if (!p)
		return;
	p->done = done;
	p->of = of;
}

void progress_end(struct progress *p)
{
	if (!p || !p->running)
		return;
	(void)pthread_mutex_lock(&p->lock);
	p->ending = true;
	(void)pthread_cond_signal(&p->wake);
	(void)pthread_mutex_unlock(&p->lock);
	(void)pthread_join(p->thread, NULL);
	p->running = false;
}
