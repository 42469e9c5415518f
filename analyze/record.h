/*
 * The records a bundle keeps of itself: bundle.json, tick.json, end.json, as
 * nettape-bundle(5) has them.  Keys of later versions are ignored.
 */
#ifndef ANALYZE_RECORD_H
#define ANALYZE_RECORD_H

#include <stdbool.h>

#include "analyze/store.h"

struct record_capture {
	struct span member; /* "proc/stat", "host/proc/cpuinfo", "netns/blue/proc/net/dev" */
	int64_t t0_ns, t1_ns;
	enum capture_status status;
	int64_t bytes;
	int error; /* errno, or 0 */
	struct span note;
};

/* Called for each capture that a record lists; NULL where nobody asks. */
typedef void record_each(void *user, const struct record_capture *c);

struct record_bundle {
	bool read;             /* it was no damaged one */
	bool several_linkerds; /* more than one --metrics */
	char boot_id[40];
};

/* What tells a recording from another one; texts are "" and numbers 0 where it does not say. */
struct record_identity {
	char host[256], arch[32], boot_id[40], machine_hash[40];
	int64_t netns;       /* inode */
	int64_t interval_ns; /* of its ticks */
};

/* Of bundle.json; damage leaves it empty.  -1 and *e when it is of a newer format. */
int record_identity(struct span text, struct record_identity *id, struct err *e)
	__attribute__((warn_unused_result));

/* "6.1.0-18-amd64" is 6001000: major, minor and patch in three digits each. */
int64_t kernel_number(struct span release);

/* What bundle.json says goes to meta; damage is noted.  -1 and *e when it is of a newer format. */
int record_bundle(struct store *s, struct span text, struct record_bundle *b, struct err *e)
	__attribute__((warn_unused_result));

/* Times of the tick, and each of its captures.  -1 and *e when it is no such record. */
int record_tick(struct span text, struct store_tick *t, record_each *each, void *user,
                struct err *e) __attribute__((warn_unused_result));

/* How it ended, to meta, and the captures of last/. */
int record_end(struct store *s, struct span text, record_each *each, void *user, struct err *e)
	__attribute__((warn_unused_result));

#endif
