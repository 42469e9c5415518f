/* What a bundle's member is filed under in the store, by its path. */
#ifndef ANALYZE_PLACE_H
#define ANALYZE_PLACE_H

#include <stdbool.h>

#include "analyze/parse.h"
#include "schema/span.h"

/* Its key in the store, its parser or NULL, its entity and scope; they point into the path and
 * here. */
struct place {
	struct span key;
	const struct parser_entry *entry;
	struct span entity, scope;
	char address[96], both[192];
};

/*
 * Parsers found before, by path: each tick brings the same members, and to match one with all
 * patterns takes thousands of instructions.  A path has one slot, and takes it from another.
 */
#define PLACE_MEMOS    1024 /* a power of two */
#define PLACE_MEMO_MAX 104  /* bytes of a path; longer ones are looked for each time */

struct place_memo {
	struct {
		const struct parser_entry *entry;
		unsigned char n, arg_at, arg_n; /* n = 0: none yet */
		char path[PLACE_MEMO_MAX];
	} slot[PLACE_MEMOS];
};

/*
 * Of the member at `path` ("proc/net/dev", "http/127.0.0.1_9990/admin/metrics.json") of a network
 * namespace ("" = the host's).  With by_address each linkerd keeps a scope of its own.
 */
void place_find(struct place *p, struct place_memo *memo, struct span key, struct span netns,
                struct span path, bool by_address);
/* The store's name of what is read from it, or NULL. */
const char *place_source(const struct place *p);
/* Counters of the CPUs: what a namespace shows of them is the host's once more. */
bool place_is_repeated(const struct place *p, struct span netns);

/*
 * The path within a record's member, "host/netns/blue/proc/net/dev", and the namespace it is of;
 * false for what is no path.
 */
bool place_split(struct span member, struct span *netns, struct span *path);
/*
 * What was last read of it before the window began still holds then: what is taken
 * only at the ends of a recording, and limits that are files at a pace of their own.
 */
bool place_is_setting(struct span path);

#endif
