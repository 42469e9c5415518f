#include "analyze/arena.h"

#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES   ((size_t)64 * 1024)
#define ALIGN         _Alignof(max_align_t)
#define STATUS_FAILED 3 /* of the program: it could not do its work */

struct arena_block {
	struct arena_block *next;
	size_t used, cap;
	_Alignas(max_align_t) char bytes[];
};

static struct arena_block *block_new(size_t n, struct arena_block *next)
{
	size_t cap = n > BLOCK_BYTES ? n : BLOCK_BYTES;
	struct arena_block *b = calloc(1, sizeof(*b) + cap);

	if (!b)
		err(STATUS_FAILED, "%zu bytes of memory", cap);
	b->next = next;
	b->cap = cap;
	return b;
}

void *arena_take(struct arena *a, size_t n)
{
	void *p;

	if (n > SIZE_MAX / 2)
		errx(STATUS_FAILED, "%zu bytes of memory", n);
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (!a->head || a->head->cap - a->head->used < n)
		a->head = block_new(n, a->head);
	p = a->head->bytes + a->head->used;
	a->head->used += n;
	return p;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		errx(STATUS_FAILED, "%zu times %zu bytes of memory", n, size);
	return arena_take(a, bytes);
}

char *arena_text(struct arena *a, struct span s)
{
	char *p = arena_take(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

char *arena_fmt(struct arena *a, const char *format, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	if (n < 0)
		errx(STATUS_FAILED, "a format of ours: %s", format);
	p = arena_take(a, (size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, format, again);
	va_end(again);
	return p;
}

void *arena_more(struct arena *a, void *v, size_t n, size_t size)
{
	void *larger;

	if (n & (n - 1))
		return v;
	larger = arena_array(a, n ? 2 * n : 1, size);
	if (n)
		memcpy(larger, v, n * size);
	return larger;
}

void arena_free(struct arena *a)
{
	while (a->head) {
		struct arena_block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
}
