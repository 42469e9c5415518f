/* The three records of a bundle: bundle.json, tick.json, end.json; nettape-bundle(5) is normative.
 */
#ifndef COLLECT_RECORD_H
#define COLLECT_RECORD_H

#include "collect/facts.h"
#include "collect/job.h"
#include "collect/json.h"
#include "collect/opts.h"
#include "collect/plan.h"
#include "collect/slot.h"

/* What one run of a source of many files came to. */
struct group {
	const char *source;
	const char *place; /* "host/", "last/" or "" */
	uint64_t ok, failed, bytes;
	int64_t begin_ns, cost_ns; /* begin: since the tick's */
};

/* The rows of a tick, collected while its captures are written. */
struct rows {
	struct buf captures, groups; /* owned */
	struct json json_captures, json_groups;
	uint64_t lost; /* rows, and what they tell of, for which there was no memory */
};

void rows_reset(struct rows *r);
void rows_free(struct rows *r);
/* `place` goes before the member: "host/", "last/" or ""; mono_ns is the tick's begin. */
void rows_capture(struct rows *r, const char *place, const struct capture *c, int64_t mono_ns);
void rows_group(struct rows *r, const struct group *g);

struct bundle_record {
	const struct facts *facts;
	const struct opts *opts;
	const struct plan *plan;
	struct clocks start;
	const struct slots *slots;
	const struct host *host;
	int argc;
	char *const *argv;
};

struct tick_record {
	uint64_t tick;
	struct clocks begin;
	int64_t late_ns;              /* negative: taken early, the window was cut short */
	uint64_t missed, missed_from; /* how many before it, and the first of them */
	bool last;
};

struct end_record {
	const char *reason; /* complete, signal, size, disk, memory */
	const char *detail; /* "SIGINT", an error's text; "" = none */
	struct clocks at;
	uint64_t asked; /* PLAN_ENDLESS = until a signal */
	uint64_t taken, late, missed;
	uint64_t raw_bytes, written_bytes;
};

/* Each returns the record's text, in b's memory, which grows: free(b->p).  Empty = no memory. */
struct span record_bundle(struct buf *b, const struct bundle_record *r);
struct span record_tick(struct buf *b, const struct tick_record *r, const struct rows *rows);
/* Asks the kernel for this program's own cost. */
struct span record_end(struct buf *b, const struct end_record *r, const struct rows *rows);

#endif
