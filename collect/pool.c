#include "collect/pool.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Blocks of 2^5 to 2^20 bytes are kept, larger ones go back at once. */
#define LOG_MIN 5
#define LOG_MAX 20

struct block {
	_Alignas(max_align_t) unsigned log; /* its size is 2^log with this header; 0 = not kept */
	struct block *next;                 /* of the free ones */
};

static struct {
	pthread_mutex_t lock;
	struct block *unused[LOG_MAX + 1];
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct block *block_of(void *p)
{
	return (struct block *)p - 1;
}

static size_t room_of(const struct block *b)
{
	return b->log ? ((size_t)1 << b->log) - sizeof(*b) : 0;
}

/* 0 when it is too large to be kept. */
static unsigned log_of(size_t n)
{
	for (unsigned log = LOG_MIN; log <= LOG_MAX; log++)
		if (n <= ((size_t)1 << log) - sizeof(struct block))
			return log;
	return 0;
}

static struct block *take(unsigned log)
{
	struct block *b;

	(void)pthread_mutex_lock(&pool.lock);
	b = pool.unused[log];
	if (b)
		pool.unused[log] = b->next;
	(void)pthread_mutex_unlock(&pool.lock);
	return b;
}

void *pool_malloc(size_t n)
{
	unsigned log = log_of(n);
	struct block *b = log ? take(log) : NULL;

	if (!b && n < SIZE_MAX / 2)
		b = malloc(log ? (size_t)1 << log : n + sizeof(*b));
	if (!b)
		return NULL;
	b->log = log;
	return b + 1;
}

void *pool_calloc(size_t n, size_t size)
{
	size_t all;
	void *p = __builtin_mul_overflow(n, size, &all) ? NULL : pool_malloc(all);

	return p ? memset(p, 0, all) : NULL;
}

void *pool_realloc(void *p, size_t n)
{
	struct block *b = p ? block_of(p) : NULL;
	void *other;

	if (!p)
		return pool_malloc(n);
	if (!b->log && !log_of(n)) {
		b = n < SIZE_MAX / 2 ? realloc(b, n + sizeof(*b)) : NULL;
		return b ? b + 1 : NULL;
	}
	if (n <= room_of(b))
		return p;
	other = pool_malloc(n);
	if (!other)
		return NULL;
	/* a block that is not kept is larger than any that is */
	memcpy(other, p, b->log ? room_of(b) : n);
	pool_free(p);
	return other;
}

void pool_free(void *p)
{
	struct block *b = p ? block_of(p) : NULL;

	if (!b)
		return;
	if (!b->log) {
		free(b);
		return;
	}
	(void)pthread_mutex_lock(&pool.lock);
	b->next = pool.unused[b->log];
	pool.unused[b->log] = b;
	(void)pthread_mutex_unlock(&pool.lock);
}

char *pool_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = pool_malloc(n);

	return p ? memcpy(p, s, n) : NULL;
}
