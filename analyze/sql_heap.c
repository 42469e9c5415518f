#include "analyze/sql_heap.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SMALL_MAX  1024
#define STEP       16
#define SLAB_BYTES (64 << 10)

/* Before each block: SQLite wants 8 bytes' alignment, and to be told a block's size. */
struct head {
	size_t bytes; /* without the head */
};

/* What an idle block holds. */
struct idle {
	struct head *next;
};

static struct heap {
	struct head *idle[SMALL_MAX / STEP + 1]; /* lists by size */
	char *slab;
	size_t left;
} heap;

static struct idle *idle_of(struct head *h)
{
	return (struct idle *)(void *)(h + 1);
}

static struct head *head_of(void *block)
{
	return (struct head *)block - 1;
}

static size_t rounded(int n)
{
	return n > STEP ? ((size_t)n + STEP - 1) / STEP * STEP : STEP;
}

static struct head *cut(size_t bytes)
{
	struct head *h;

	if (heap.left < sizeof(*h) + bytes) {
		char *slab = malloc(SLAB_BYTES); /* what is left of the last one: 1 KiB at most */

		if (!slab)
			return NULL;
		heap.slab = slab;
		heap.left = SLAB_BYTES;
	}
	h = (struct head *)(void *)heap.slab;
	heap.slab += sizeof(*h) + bytes;
	heap.left -= sizeof(*h) + bytes;
	return h;
}

static void *take(int n)
{
	size_t bytes = rounded(n);
	struct head **idle = &heap.idle[bytes <= SMALL_MAX ? bytes / STEP : 0], *h = *idle;

	if (bytes > SMALL_MAX)
		h = malloc(sizeof(*h) + bytes);
	else if (h)
		*idle = idle_of(h)->next;
	else
		h = cut(bytes);
	if (!h)
		return NULL;
	h->bytes = bytes;
	return h + 1;
}

static void give(void *block)
{
	struct head *h = head_of(block), **idle;

	if (h->bytes > SMALL_MAX) {
		free(h);
		return;
	}
	idle = &heap.idle[h->bytes / STEP];
	idle_of(h)->next = *idle;
	*idle = h;
}

static int size_of(void *block)
{
	return block ? (int)head_of(block)->bytes : 0;
}

static void *resize(void *block, int n)
{
	size_t bytes = rounded(n), had = head_of(block)->bytes;
	struct head *h;
	void *to;

	if (bytes == had)
		return block;
	if (bytes > SMALL_MAX && had > SMALL_MAX) {
		h = realloc(head_of(block), sizeof(*h) + bytes);
		if (!h)
			return NULL;
		h->bytes = bytes;
		return h + 1;
	}
	to = take(n);
	if (!to)
		return NULL;
	memcpy(to, block, bytes < had ? bytes : had);
	give(block);
	return to;
}

static int round_up(int n)
{
	return (int)rounded(n);
}

static int start(void *unused)
{
	(void)unused;
	return SQLITE_OK;
}

static void stop(void *unused)
{
	(void)unused;
}

static const sqlite3_mem_methods methods = {
	.xMalloc = take,
	.xFree = give,
	.xRealloc = resize,
	.xSize = size_of,
	.xRoundup = round_up,
	.xInit = start,
	.xShutdown = stop,
};

#ifndef __has_feature
#define __has_feature(x) 0
#endif

void sql_heap_use(void)
{
#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer)
	(void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
#else
	(void)methods;
#endif
}
