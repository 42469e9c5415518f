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

/*
 * Where the rows of that member's text go; good until the next call of store_member.  NULL: there
 * are more than anybody records; it is passed over, and counted.
 */
struct emit *store_member(struct store *s, const struct store_member *m);

/* Rows and values that came of the member's text so far. */
size_t store_emitted(const struct store *s);

/* What the record says of a member of the tick that is open. */
struct store_capture {
	struct span member;
	const char *source;
	struct span entity;
	int64_t t0_ns, t1_ns; /* monotonic, of the collector's clock */
	enum capture_status status;
	int64_t bytes;
	struct span note;
	bool held; /* its times are of before the first tick: that tick's own hold */
};
void store_capture(struct store *s, const struct store_capture *c);

struct store_tick {
	uint64_t snap;
	int64_t realtime_ns, monotonic_ns, boottime_ns, late_ns;
	struct span boot_id; /* of the host when it was taken, or empty = unchanged */
	bool instant;        /* its captures' own times are kept, but values hold at the tick's */
};
/*
 * Closes the tick: members that no store_capture spoke of count as good at the
 * tick's own time.
 */
void store_tick(struct store *s, const struct store_tick *t);
/* What lies between the tick before and the next one, when that is of another bundle. */
enum store_break {
	STORE_GOES_ON, /* nothing: the one follows the other as within a bundle */
	STORE_GAP,  /* a time in which nobody looked: counters grew, of levels nothing is known */
	STORE_BOOT, /* and the host booted: nothing can be compared */
};
/* Told before the members of that next tick. */
void store_break(struct store *s, enum store_break what);
/*
 * While it is true, members are of ticks before the first one: what they say of settings holds
 * then and waits for that tick; counters are passed over, since their growth until then is none
 * of the window's.
 */
void store_hold(struct store *s, bool hold);
/* What came below last/, behind the last tick: taken in at that tick's place. */
void store_last(struct store *s);
/* A tick that was cut off: what waited is dropped, and noted. */
void store_drop(struct store *s, const char *why);

/* The members that follow are of this snapshot: for notes, its record comes last. */
void store_reading(struct store *s, uint64_t snap);
/* A line of input that could not be used. */
void store_note(struct store *s, struct span member, size_t line, struct span text);

/* A bundle whose members have all come: a row of table bundle, from that and from meta. */
struct store_bundle {
	struct span name;
	uint64_t ticks;  /* that were judged; 0: none, and first .. ended_ns mean nothing */
	uint64_t shared; /* ticks that the bundle before has as well */
	int64_t first, last, shift;   /* snapshots; what was added to its ticks' numbers */
	int64_t started_ns, ended_ns; /* unix time of the first and the last one */
	bool cut; /* not all of its ticks: what its end says is not of the window */
};
void store_bundle(struct store *s, const struct store_bundle *b);
/* After the last of several: meta speaks of all of them. */
void store_join(struct store *s);

/* What older formats need of the snapshot that is open. */
struct hints store_hints(const struct store *s);

/* Summaries, table source, indexes, commit, rename.  0, or -1 and *e. */
int store_seal(struct store *s, struct err *e) __attribute__((warn_unused_result));

#endif
