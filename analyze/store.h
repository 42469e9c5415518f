/*
 * The store: one SQLite database a bundle, filled while the bundle streams by.
 * The loader, and the rules' test runner, use it like this:
 *
 *	store_open
 *	for each tick, members first, the tick's record last (as the bundle has them):
 *		emit = store_member(...); parser->parse(&in, emit);   values wait
 *		store_capture(...)    what the record says of that member: times, status
 *		store_tick(...)       the tick itself: what waited is now taken in
 *	store_seal                summaries, indexes, commit
 *
 * Errors of SQLite are kept: the first one is what store_seal returns.
 */
#ifndef ANALYZE_STORE_H
#define ANALYZE_STORE_H

#include <stdint.h>

#include "analyze/emit.h"
#include "analyze/parse.h"
#include "schema/bundle.h"
#include "schema/err.h"

struct store;
struct sqlite3;

/* path NULL = in memory; else PATH.tmp is written and renamed by store_seal.  NULL and *e on
 * failure. */
struct store *store_open(const char *path, struct err *e);
void store_close(struct store *s); /* NULL is fine; an unsealed file is removed */
struct sqlite3 *store_db(struct store *s);

void store_meta(struct store *s, const char *k, struct span v);
void store_meta_i64(struct store *s, const char *k, int64_t v);
void store_meta_real(struct store *s, const char *k, double v);
/* An integer of meta, or `otherwise`. */
int64_t store_meta_get(struct store *s, const char *k, int64_t otherwise);

/* What the rows of one member are filed under. */
struct store_member {
	struct span member; /* "proc/net/dev": identifies its earlier captures */
	const char *source; /* the parser's; NULL = no parser */
	struct span entity; /* "eth0", or empty */
	struct span scope;  /* put before each entity with a '/': a namespace, one of several
	                       linkerds; or empty */
	size_t bytes;       /* of its text */
};

/* Where the rows of that member's text go; good until the next call of store_member. */
struct emit *store_member(struct store *s, const struct store_member *m);

/* What the record says of a member of the tick that is open. */
struct store_capture {
	struct span member;
	const char *source;
	struct span entity;
	int64_t t0_ns, t1_ns; /* monotonic, of the collector's clock */
	enum capture_status status;
	int64_t bytes;
	struct span note;
};
void store_capture(struct store *s, const struct store_capture *c);

struct store_tick {
	uint64_t snap;
	int64_t realtime_ns, monotonic_ns, boottime_ns, late_ns;
	struct span boot_id; /* of the host when it was taken, or empty = unchanged */
};
/*
 * Closes the tick: members that no store_capture spoke of count as good at the
 * tick's own time.
 */
void store_tick(struct store *s, const struct store_tick *t);
/* What came below last/, behind the last tick: taken in at that tick's place. */
void store_last(struct store *s);
/* A tick that was cut off: what waited is dropped, and noted. */
void store_drop(struct store *s, const char *why);

/* The members that follow are of this snapshot: for notes, its record comes last. */
void store_reading(struct store *s, uint64_t snap);
/* A line of input that could not be used. */
void store_note(struct store *s, struct span member, size_t line, struct span text);

/* What older formats need of the snapshot that is open. */
struct hints store_hints(const struct store *s);

/* Summaries, table source, indexes, commit, rename.  0, or -1 and *e. */
int store_seal(struct store *s, struct err *e) __attribute__((warn_unused_result));

#endif
