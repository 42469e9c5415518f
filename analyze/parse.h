/*
 * One format is one file analyze/parse/NAME.c that defines
 *
 *	const struct parser parser_NAME = {...};
 *
 * The Makefile lists the folder; a file without its descriptor does not link.
 * A parser sees bytes and emits: no files, clock, environment, memory of its own
 * between captures, or knowledge of other parsers.  One bad line never costs the
 * file: note it and go on.
 */
#ifndef ANALYZE_PARSE_H
#define ANALYZE_PARSE_H

#include "analyze/emit.h"
#include "schema/buf.h"
#include "schema/span.h"

/* What older formats need from the rest of the same snapshot. */
struct hints {
	const unsigned *online; /* ids of the online CPUs, ascending; NULL = unknown */
	size_t n_online;
};

struct input {
	struct span text; /* the member; may lack a final newline, hold CR or NUL */
	struct span path; /* "cmd/ethtool_-S_eth0" */
	struct span arg;  /* what the first star of the pattern stood for: "eth0" */
	struct hints hints;
};

struct parser {
	const char *source;         /* the store's source its captures count for */
	const char *const *members; /* globs of member paths, NULL at the end ('*', "**") */
	void (*parse)(const struct input *in, struct emit *out);
	bool foreign; /* of other recorders alone: a bundle without it lacks nothing */
};

struct parser_entry {
	const char *format; /* the file's name: "softnet", for --dump --as */
	const struct parser *parser;
};

extern const struct parser_entry parsers[];
extern const size_t parsers_count;

/* The parser of a member path, with what its star stood for; NULL when there is none. */
const struct parser_entry *parser_by_member(struct span path, struct span *arg);
const struct parser_entry *parser_by_format(struct span format);

#endif
