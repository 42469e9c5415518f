/*
 * Memory by lifetime: taken piece by piece, given back all at once.  A batch tool
 * has nothing better to do without memory than to end, so nothing here fails.
 */
#ifndef ANALYZE_ARENA_H
#define ANALYZE_ARENA_H

#include <stddef.h>

#include "schema/span.h"

struct arena_block;

/* A zeroed one is empty and ready. */
struct arena {
	struct arena_block *head; /* the block that is being filled; it links the full ones */
};

/* `n` zeroed bytes, aligned for any type; never NULL (ends the program, status 3, when there is
 * none). */
void *arena_take(struct arena *a, size_t n) __attribute__((returns_nonnull, malloc));
/* Room for `n` objects of `size` bytes; overflow of the product ends the program as well. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull, malloc));
/* A NUL-terminated copy (NULs inside stay). */
char *arena_text(struct arena *a, struct span s) __attribute__((returns_nonnull));
/* printf into the arena. */
__attribute__((format(printf, 2, 3), returns_nonnull)) char *arena_fmt(struct arena *a,
                                                                       const char *format, ...);
/*
 * An array of `n` elements of `size` bytes with room for one more (zeroed): the
 * same one, or a larger copy whenever n is a power of two.  NULL with n = 0.
 */
void *arena_more(struct arena *a, void *v, size_t n, size_t size) __attribute__((returns_nonnull));
/* Gives everything back; the arena is empty and ready again. */
void arena_free(struct arena *a);

#endif
