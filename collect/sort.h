/* Sorting without memory of its own: some C libraries' qsort(3) allocates. */
#ifndef COLLECT_SORT_H
#define COLLECT_SORT_H

#include <stddef.h>

/* As qsort(3), not stable, in n log n steps at worst; `size` is at most SORT_ITEM_MAX. */
#define SORT_ITEM_MAX 256
void sort(void *v, size_t n, size_t size, int (*compare)(const void *a, const void *b));

#endif
