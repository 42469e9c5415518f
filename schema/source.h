/* The source table, shared so that the analyzer can say what a bundle could have held. */
#ifndef SCHEMA_SOURCE_H
#define SCHEMA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/buf.h"
#include "schema/span.h"

enum source_how {
	SOURCE_FILE,
	SOURCE_TASK,
	SOURCE_GROUP,
	SOURCE_TOOL,
	SOURCE_HTTP,
	SOURCE_COMMAND, /* not of the table: --run */
	SOURCE_HOW_COUNT
};
enum source_when { SOURCE_ONCE, SOURCE_ENDS, SOURCE_TICK, SOURCE_EDGE, SOURCE_WHEN_COUNT };

struct source {
	const char *id;
	enum source_how how;
	const char *what; /* path, command or URL path */
	enum source_when when;
	unsigned pace_s; /* 0 = every tick */
	size_t cap;      /* bytes of one member */
	unsigned deadline_ms;
	bool on; /* by default */
	/*
	 * FILE with stars and GROUP: only these last components are taken, blank-separated;
	 * NULL = all.  A folder such as /proc/sys/kernel holds far more than a
	 * diagnosis uses.  "!NAME" is never taken; such words alone leave all others.
	 */
	const char *only;
};

extern const struct source sources[];
extern const size_t sources_count;

/* "file", "task", "group", "tool", "http", "command"; "once", "ends", "tick", "edge". */
const char *source_how_name(enum source_how how);
const char *source_when_name(enum source_when when);

/* True when `only` (globs, "!" before what is left out) lets a file of that last name be taken. */
bool source_wants(const struct source *s, struct span name);

/*
 * Appends the glob of a source's members: "proc/net/dev", "cmd/ethtool_-S_*",
 * "http/HOST/admin/..." with a star for HOST; a record names it where no member came to be.
 */
void source_member_put(const struct source *s, struct buf *b);

/* The source whose members have such a path ("proc/net/dev", "cmd/ethtool_-S_eth0"), or NULL. */
const struct source *source_by_member(struct span path);

#endif
