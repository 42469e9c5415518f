/* Heapsort, J. W. J. Williams, Algorithm 232, CACM 7 (1964). */
#include "collect/sort.h"

#include <assert.h>
#include <string.h>

struct items {
	char *v;
	size_t size;
	int (*compare)(const void *a, const void *b);
};

static char *at(const struct items *s, size_t i)
{
	return s->v + i * s->size;
}

static void swap(const struct items *s, size_t a, size_t b)
{
	char held[SORT_ITEM_MAX];

	memcpy(held, at(s, a), s->size);
	memcpy(at(s, a), at(s, b), s->size);
	memcpy(at(s, b), held, s->size);
}

/* Lets the item at `i` sink until no child of it, among the first `n`, is larger. */
static void sift(const struct items *s, size_t i, size_t n)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= n)
			return;
		if (child + 1 < n && s->compare(at(s, child), at(s, child + 1)) < 0)
			child++;
		if (s->compare(at(s, i), at(s, child)) >= 0)
			return;
		swap(s, i, child);
		i = child;
	}
}

void sort(void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b))
{
	const struct items s = {v, size, compare};

	assert(size <= SORT_ITEM_MAX);
	for (size_t i = n / 2; i-- > 0;)
		sift(&s, i, n);
	for (size_t end = n; end-- > 1;) {
		swap(&s, 0, end);
		sift(&s, 0, end);
	}
}
