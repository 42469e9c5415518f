/* One recording from its options to a closed bundle: puts the rooms' parts together. */
#ifndef COLLECT_RECORDING_H
#define COLLECT_RECORDING_H

#include <limits.h>

#include "collect/compress.h"
#include "collect/facts.h"
#include "collect/netns.h"
#include "collect/opts.h"
#include "collect/output.h"
#include "collect/watch.h"
#include "collect/window.h"

struct recording {
	const struct opts *opts;
	int argc;
	char *const *argv;
	/* called after each tick, and with `restless` also each second between two; may be NULL */
	void (*progress)(const struct recording *r, void *arg);
	bool restless;
	void *progress_arg;

	struct host host;
	enum compress_kind kind;
	struct facts facts;
	struct slots slots;
	struct guard *guard;
	struct guard *disk; /* its own thread: a slow disk takes none from the sources */
	struct netns_list netns;
	struct watch watch;
	int64_t watched_ns; /* when it was last looked for processes */
	struct output *output;
	struct compress *compress;
	struct snap snap;
	struct window window;
	char name[PATH_MAX], stem[256], hex[DIGEST_HEX];
};

/*
 * Checks what the options name and finds the processes.  `opts`, argc and argv are
 * set.  -1 with *e: a usage error, or this host lets it have no memory or descriptors.
 */
int recording_open(struct recording *r, struct err *e);
/*
 * Records.  -1 with *e: no bundle; what was written until then may be in NAME.part.
 * 1 with *e: all is well, but that NAME.sha256 could not be written.
 */
int recording_run(struct recording *r, struct err *e);
/* False when a thread hangs: the program has to end without waiting for it. */
bool recording_close(struct recording *r);

#endif
