/* The rows of ss -ltnm and the owners of ss -tanp: table listener. */
#ifndef ANALYZE_LISTENERS_H
#define ANALYZE_LISTENERS_H

#include "analyze/emit.h"
#include "analyze/peers.h"
#include "analyze/stmt.h"

struct listeners;

/* NULL and *e on failure; `peers` and the connection are not owned. */
struct listeners *listeners_open(sqlite3 *db, struct peers *peers, struct err *e);
void listeners_close(struct listeners *f); /* NULL is fine */

/* A LISTEN row with its queue, limit and drops; other states are passed over. */
void listeners_sock(struct listeners *f, const struct sock *s);
/* A LISTEN row with its process. */
void listeners_owner(struct listeners *f, const struct sock *s);
/* The snapshot is whole: rows of those that changed. */
int listeners_snap(struct listeners *f, int64_t snap, struct err *e)
	__attribute__((warn_unused_result));
/* The snapshot will not become whole: what was read of it is forgotten. */
void listeners_drop(struct listeners *f);
/* After the last one: their last rows and their owners. */
int listeners_seal(struct listeners *f, struct err *e) __attribute__((warn_unused_result));

#endif
