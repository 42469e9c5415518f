#include "analyze/ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/table.h"

#define BATCHES 2 /* one is read, one understood */
#define MEMBERS 64
#define ROOM    (1024 * (size_t)KIB) /* bytes of their names and texts */

struct batch {
	struct bundle_member m[MEMBERS];
	size_t n, taken;
	int rc; /* of the read behind its members */
	struct err e;
	bool lent; /* the last one's text is the reader's own, which waits for its return */
	size_t used;
	char room[ROOM];
};

/* Batches are counted from the beginning: number k lies in batch[k % BATCHES]. */
struct ahead {
	ahead_read *read;
	void *user;
	struct batch batch[BATCHES];
	pthread_t thread;
	bool threaded;
	bool holds; /* the caller has number `emptied` */
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t filled, emptied; /* with the lock */
	bool ending;            /* with the lock */
};

static struct span moved(struct span s, const char *from, const char *to)
{
	return s.n ? (struct span){to + (s.p - from), s.n} : s;
}

/* Name and text become the batch's; false: there is no room for them. */
static bool keep(struct batch *b, struct bundle_member *m)
{
	const char *name = m->full.p;
	char *to = b->room + b->used;

	if (m->full.n + m->text.n > ROOM - b->used)
		return false;
	memcpy(to, name, m->full.n);
	m->full = moved(m->full, name, to);
	m->name.netns = moved(m->name.netns, name, to);
	m->name.path = moved(m->name.path, name, to);
	to += m->full.n;
	if (m->text.n)
		memcpy(to, m->text.p, m->text.n);
	m->text.p = to;
	b->used += m->full.n + m->text.n;
	return true;
}

static void fill(struct ahead *a, struct batch *b)
{
	b->n = b->taken = b->used = 0;
	b->lent = false;
	while (!b->lent && b->n < MEMBERS) {
		struct bundle_member *m = &b->m[b->n];

		b->rc = a->read(a->user, m, &b->e);
		if (b->rc != 1)
			return;
		b->lent = !keep(b, m);
		b->n++;
	}
}

/* Number `filled` may be read: its place is empty, and nothing of the reader's is lent. */
static bool may_fill(const struct ahead *a)
{
	const struct batch *last = &a->batch[(a->filled + BATCHES - 1) % BATCHES];

	return a->filled == a->emptied || (a->filled - a->emptied < BATCHES && !last->lent);
}

static void *read_on(void *arg)
{
	struct ahead *a = arg;
	bool more = true;

	(void)pthread_mutex_lock(&a->lock);
	while (more) {
		struct batch *b = &a->batch[a->filled % BATCHES];

		while (!a->ending && !may_fill(a))
			(void)pthread_cond_wait(&a->moved, &a->lock);
		if (a->ending)
			break;
		(void)pthread_mutex_unlock(&a->lock);
		fill(a, b);
		more = b->rc == 1;
		(void)pthread_mutex_lock(&a->lock);
		a->filled++;
		(void)pthread_cond_signal(&a->moved);
	}
	(void)pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* Signals are for the thread that began. */
static bool begin_thread(struct ahead *a)
{
	sigset_t all, before;
	int rc;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&a->thread, NULL, read_on, a);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc == 0;
}

struct ahead *ahead_begin(ahead_read *read, void *user)
{
	struct ahead *a = must_alloc(sizeof(*a));

	a->read = read;
	a->user = user;
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_cond_init(&a->moved, NULL);
	a->threaded = begin_thread(a);
	return a;
}

/* The batch that the caller has, or the next one, which becomes that. */
static struct batch *hold(struct ahead *a)
{
	struct batch *b = &a->batch[a->emptied % BATCHES];

	if (a->holds)
		return b;
	if (!a->threaded)
		fill(a, b);
	(void)pthread_mutex_lock(&a->lock);
	a->filled += !a->threaded;
	while (a->filled == a->emptied)
		(void)pthread_cond_wait(&a->moved, &a->lock);
	(void)pthread_mutex_unlock(&a->lock);
	a->holds = true;
	return b;
}

static void give_back(struct ahead *a)
{
	(void)pthread_mutex_lock(&a->lock);
	a->emptied++;
	(void)pthread_cond_signal(&a->moved);
	(void)pthread_mutex_unlock(&a->lock);
	a->holds = false;
}

int ahead_next(struct ahead *a, struct bundle_member *m, struct err *e)
{
	struct batch *b = hold(a);

	if (b->taken == b->n && b->rc == 1) {
		give_back(a);
		b = hold(a);
	}
	if (b->taken < b->n) {
		*m = b->m[b->taken++];
		return 1;
	}
	if (b->rc < 0)
		*e = b->e;
	return b->rc;
}

void ahead_end(struct ahead *a)
{
	if (!a)
		return;
	(void)pthread_mutex_lock(&a->lock);
	a->ending = true;
	(void)pthread_cond_signal(&a->moved);
	(void)pthread_mutex_unlock(&a->lock);
	if (a->threaded)
		(void)pthread_join(a->thread, NULL);
	(void)pthread_cond_destroy(&a->moved);
	(void)pthread_mutex_destroy(&a->lock);
	free(a);
}
