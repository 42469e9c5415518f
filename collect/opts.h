/* The command line.  One table in opts.c drives both the parsing and --help. */
#ifndef COLLECT_OPTS_H
#define COLLECT_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/buf.h"
#include "schema/err.h"

#define OPTS_LIST_MAX 64

/* A repeatable option's arguments; they stay argv's. */
struct opts_list {
	const char *v[OPTS_LIST_MAX + 1]; /* NULL at the end */
	size_t n;
};

struct opts {
	int64_t for_ns; /* 0 = until a signal */
	int64_t every_ns;
	uint64_t max_size; /* bytes */
	uint64_t level;
	const char *output; /* NULL = by host and date, here */
	const char *root;   /* "" = the live host */
	const char *note;   /* NULL = none */
	struct opts_list paces, urls, pids, comms, netns, runs, includes, excludes;
	bool force, no_http, with_config, list_sources, version, quiet, verbose, help, complete;
};

/* Fills *o with the defaults and then what argv says.  -1 with *e: a usage error. */
int opts_parse(struct opts *o, int argc, char *const argv[], struct err *e);
void opts_help(struct buf *b);
/* What to do, for somebody who gave no argument and started it as `program`. */
void opts_first(struct buf *b, const char *program);
/*
 * What a shell completes, for .packaging/complete.bash.  A line is "--NAME TAB KIND TAB
 * WORD WORD ...": flag, text (nothing is known of it), file, dir, one (of the words) or
 * start (one of them begins it).
 */
void opts_complete(struct buf *b);

/* "512M", "64k", "1G", a bare number is bytes; powers of 1024.  False for anything else. */
bool size_parse(struct span s, uint64_t *bytes);

#endif
