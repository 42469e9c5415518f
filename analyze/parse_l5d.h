/*
 * Where a key of linkerd's flat metrics.json belongs: ids contain slashes, so where one ends
 * shows only among all the keys:
 *
 *   rt/http/client/#/io.l5d.fs/web/service/svc/web/requests
 *
 * Before 1.0.0 client, service and server were called dst/id, dst/path and srv.
 */
#ifndef ANALYZE_PARSE_L5D_H
#define ANALYZE_PARSE_L5D_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/span.h"

/* Where a metric belongs; without a scope it is the process's, under its full name. */
struct l5d_place {
	struct span router, scope, id, service, metric;
};

struct l5d_entry {
	struct span key;
	const void *value; /* the caller's */
};

struct l5d_names {
	struct span *name;
	size_t n;
};

/* All keys of one file, sorted; the keys' bytes stay the caller's. */
struct l5d_flat {
	struct l5d_entry *entry;
	size_t n;
	struct l5d_names clients;  /* "rt/http/client/#/io.l5d.fs/web" */
	struct l5d_names services; /* "rt/http/service/svc/web", ".../client/ID/service/svc/web" */
};

/* Room for n keys; false without memory.  Either way to be closed. */
bool l5d_flat_open(struct l5d_flat *f, size_t n);
void l5d_flat_close(struct l5d_flat *f);
void l5d_flat_add(struct l5d_flat *f, struct span key, const void *value);
/* When all are there: sorts them, so that a histogram's statistics follow each other, and finds the
 * ids. */
void l5d_flat_sort(struct l5d_flat *f);
struct l5d_place l5d_place(const struct l5d_flat *f, struct span key);

#endif
