/*
 * A hash table from bytes to a pointer: open addressing, never shrinks, keys are
 * not copied (they must live as long as the table).
 */
#ifndef ANALYZE_TABLE_H
#define ANALYZE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "schema/span.h"

struct table_slot {
	uint64_t hash;
	struct span key;
	void *value; /* NULL = free */
};

struct hash_table {
	struct table_slot *slots;
	size_t used, cap; /* cap is a power of two, or 0 */
};

uint64_t hash_bytes(uint64_t seed, struct span s);
void *table_get(const struct hash_table *t, struct span key);
/* The key must not be there yet.  Aborts the program when memory is out. */
void table_add(struct hash_table *t, struct span key, void *value);
/* Forgets every entry; memory stays. */
void table_clear(struct hash_table *t);
void table_free(struct hash_table *t);
/* The same, and free() for each value. */
void table_free_values(struct hash_table *t);

/* malloc that ends the program with a message: a batch tool has nothing better to do. */
void *must_alloc(size_t n) __attribute__((malloc, returns_nonnull));
void *must_grow(void *p, size_t n) __attribute__((returns_nonnull));
/* A copy that lives until free(); NUL-terminated behind its end. */
struct span must_copy(struct span s);

#endif
