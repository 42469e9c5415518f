/* A bump allocator: what is made during a run lives until the run is over. */
#ifndef ANALYZE_ARENA_H
#define ANALYZE_ARENA_H

#include <stddef.h>

#include "schema/span.h"

struct arena_block;

/* Zero is an empty arena. */
struct arena {
	struct arena_block *head;
};

/* Zeroed bytes, aligned for any type.  Never NULL: without memory the program ends. */
void *arena_alloc(struct arena *a, size_t bytes) __attribute__((malloc, returns_nonnull));
/* A NUL-terminated copy. */
char *arena_text(struct arena *a, struct span s) __attribute__((returns_nonnull));
__attribute__((format(printf, 2, 3), returns_nonnull)) char *arena_fmt(struct arena *a,
                                                                       const char *format, ...);
/*
 * The array of n elements of `size` bytes each with room for one more (zeroed):
 * the same one, or a larger copy whenever n is a power of two.
 */
void *arena_more(struct arena *a, void *v, size_t n, size_t size) __attribute__((returns_nonnull));
/* Frees everything; the arena is empty again. */
void arena_done(struct arena *a);

#endif
