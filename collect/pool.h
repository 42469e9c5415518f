/*
 * Memory for a library that allocates at each call: what it gives back is kept for it, so that a
 * host's memory is asked for once.  The interfaces are those of curl_global_init_mem(3), which
 * hands no argument on; hence the one pool of the program.  Threads may use it at once.
 */
#ifndef COLLECT_POOL_H
#define COLLECT_POOL_H

#include <stddef.h>

/* As malloc(3) and its kin, in steps of powers of two. */
void *pool_malloc(size_t n);
void *pool_calloc(size_t n, size_t size);
void *pool_realloc(void *p, size_t n);
void pool_free(void *p);
char *pool_strdup(const char *s);

#endif
