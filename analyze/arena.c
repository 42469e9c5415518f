#include "analyze/arena.h"

#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)64 * 1024)

struct arena_block {
	struct arena_block *next;
	size_t used, cap;
	max_align_t bytes[];
};

static struct arena_block *new_block(size_t bytes, struct arena_block *next)
{
	struct arena_block *b = NULL;

	if (bytes <= SIZE_MAX - sizeof(*b))
		b = calloc(1, sizeof(*b) + bytes);
	if (!b)
		errx(3, "out of memory");
	b->next = next;
	b->cap = bytes;
	return b;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	const size_t align = sizeof(max_align_t);
	size_t n;
	char *p;

	if (bytes > SIZE_MAX - align)
		errx(3, "out of memory");
	n = (bytes + align - 1) / align * align;
	if (!a->head || a->head->cap - a->head->used < n)
		a->head = new_block(n > BLOCK_BYTES ? n : BLOCK_BYTES, a->head);
	p = (char *)a->head->bytes + a->head->used;
	a->head->used += n;
	return p;
}

char *arena_text(struct arena *a, struct span s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

char *arena_fmt(struct arena *a, const char *format, ...)
{
	va_list args;
	char *p;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return arena_text(a, (struct span){0});
	p = arena_alloc(a, (size_t)n + 1);
	va_start(args, format);
	(void)vsnprintf(p, (size_t)n + 1, format, args);
	va_end(args);
	return p;
}

void *arena_more(struct arena *a, void *v, size_t n, size_t size)
{
	void *larger;

	if (n & (n - 1))
		return v;
	if (n > SIZE_MAX / 2 / size)
		errx(3, "out of memory");
	larger = arena_alloc(a, (n ? 2 * n : 1) * size);
	if (n)
		memcpy(larger, v, n * size);
	return larger;
}

void arena_done(struct arena *a)
{
	while (a->head) {
		struct arena_block *next = a->head->next;

		free(a->head);
		a->head = next;
	}
}
