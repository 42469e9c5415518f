#include "analyze/table.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

void *must_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		err(3, "out of memory");
	return p;
}

void *must_grow(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (!q)
		err(3, "out of memory");
	return q;
}

struct span must_copy(struct span s)
{
	char *p = must_alloc(s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct span){p, s.n};
}

/* Multiply and fold eight bytes at a time. */
uint64_t hash_bytes(uint64_t seed, struct span s)
{
	uint64_t h = seed ^ (s.n * UINT64_C(0x9e3779b97f4a7c15)), w;

	while (s.n) {
		size_t n = s.n < 8 ? s.n : 8;

		w = 0;
		memcpy(&w, s.p, n);
		h = (h ^ w) * UINT64_C(0xd6e8feb86659fd93);
		h ^= h >> 32;
		s = span_sub(s, n, s.n);
	}
	return h;
}

static struct table_slot *find(const struct hash_table *t, uint64_t hash, struct span key)
{
	size_t i = hash & (t->cap - 1);

	while (t->slots[i].value && (t->slots[i].hash != hash || !span_eq(t->slots[i].key, key)))
		i = (i + 1) & (t->cap - 1);
	return &t->slots[i];
}

void *table_get(const struct hash_table *t, struct span key)
{
	return t->cap ? find(t, hash_bytes(0, key), key)->value : NULL;
}

static void grow(struct hash_table *t)
{
	struct hash_table bigger = {.cap = t->cap ? t->cap * 2 : 64};

	bigger.slots = must_alloc(bigger.cap * sizeof(*bigger.slots));
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i].value) {
			*find(&bigger, t->slots[i].hash, t->slots[i].key) = t->slots[i];
			bigger.used++;
		}
	free(t->slots);
	*t = bigger;
}

void table_add(struct hash_table *t, struct span key, void *value)
{
	uint64_t hash = hash_bytes(0, key);

	if (t->used * 2 >= t->cap)
		grow(t);
	*find(t, hash, key) = (struct table_slot){.hash = hash, .key = key, .value = value};
	t->used++;
}

void table_clear(struct hash_table *t)
{
	if (t->cap)
		memset(t->slots, 0, t->cap * sizeof(*t->slots));
	t->used = 0;
}

void table_free(struct hash_table *t)
{
	free(t->slots);
	*t = (struct hash_table){0};
}

void table_free_values(struct hash_table *t)
{
	for (size_t i = 0; i < t->cap; i++)
		free(t->slots[i].value);
	table_free(t);
}
