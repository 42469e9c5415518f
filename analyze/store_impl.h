/* What the files store*.c share; nobody else includes it. */
#ifndef ANALYZE_STORE_IMPL_H
#define ANALYZE_STORE_IMPL_H

#include "analyze/l5d_fold.h"
#include "analyze/sample_run.h"
#include "analyze/series.h"
#include "analyze/stmt.h"
#include "analyze/store.h"
#include "analyze/table.h"
#include "analyze/tcp_fold.h"

#define ONLINE_MAX 8192 /* CPUs */

/*
 * What is kept of a bundle, each far above what was seen of a host with thousands of interfaces,
 * and little enough that a stranger's millions fit into memory.
 */
#define MEMBERS_MAX  ((size_t)250000) /* names of members */
#define UNKNOWN_MAX  ((size_t)50000)  /* of them, those that no parser knows */
#define SERIES_MAX   ((size_t)400000)
#define PENDING_MAX  ((size_t)4000000) /* values of one tick */
#define CAPTURES_MAX ((size_t)4000000) /* rows of table capture */
#define NOTES_MAX    ((size_t)20000)   /* rows of table note */

/* A member and what is remembered of its captures. */
struct member {
	struct span key;          /* owned: name, NUL, source */
	struct span name, entity; /* part of the key; owned */
	const char *source;
	struct series **order; /* series in the order of its last capture */
	size_t order_n, order_cap;
	double last_t;
	bool had_good;
	unsigned notes;

	/* in the tick that is open */
	bool here, histograms, has_verdict;
	size_t points_from, points_to; /* of store.pending */
	size_t emitted, noted;         /* rows of any kind; bad lines */
	size_t bytes;
	struct store_capture verdict; /* its note is in note_text */
	char note_text[96];
};

/* A value that waits for its capture's time. */
struct pending {
	struct series *series;
	enum value_type type;
	union {
		int64_t i;
		double r;
		struct {
			size_t at, n; /* of store.text */
		} text;
	} v;
};

/* What became of the captures of one source. */
struct source_state {
	const char *name;
	int64_t good, unparsable, bad[CAPTURE_STATUS_COUNT];
	int64_t good_snap, first_snap, last_snap; /* -1 = none */
	double first_t, last_t;
	char why[160]; /* the first failure, in words; or "" */
};

struct store {
	struct emit emit; /* first: the callbacks cast back */
	sqlite3 *db;
	char *path, *temp; /* final name and the one it is written under, or NULL */
	bool sealed;
	struct err err; /* the first failure */

	struct stmt put_meta, get_meta, put_snapshot, put_capture, put_note, put_endpoint,
		drop_endpoint, put_irq, put_bundle;
	struct tcp_fold *tcp;
	struct l5d_fold *l5d;
	struct sample_run *samples;
	struct hash_table members, series, sources;
	int64_t series_n;
	size_t unknown_n, captures_n, notes_n; /* of members that no parser knows; rows */
	struct {
		size_t members, captures, notes; /* rows that were not written */
		size_t values;
	} beyond; /* the bounds above */

	struct member *open; /* what the emit's rows belong to */
	size_t at;           /* next of open->order */
	struct span scope;   /* put before its entities */
	char scope_text[128];
	bool endpoints_dropped;
	bool learns_online; /* the open member says which CPUs there are */

	struct pending *pending;
	size_t pending_n, pending_cap;
	char *text; /* text values of the tick */
	size_t text_n, text_cap;
	struct member **touched; /* members of the tick */
	size_t touched_n, touched_cap;

	bool any_tick, instant;
	int64_t mono0, offset_ns, boot, snap; /* offset: wall clock minus monotonic */
	int64_t reading;                      /* snapshot of the members that come now */
	double t, prev_t;                     /* of the tick, monotonic seconds */
	int64_t prev_real;                    /* wall clock of the tick before */
	enum store_break broken;              /* before the next tick */
	bool holding;                         /* members are of before the first tick */
	int64_t bundles;
	char boot_id[40];

	unsigned online[ONLINE_MAX];
	size_t online_n;
};

/* Keeps the first failure for store_seal. */
void store_failed(struct store *s, int rc);
struct source_state *store_source(struct store *s, const char *name);
void store_emit_init(struct emit *e);
/* A row of table sample. */
void store_put_sample(struct store *s, const struct series *x, int64_t snap, const struct value *v,
                      const struct sample *w);

#endif
