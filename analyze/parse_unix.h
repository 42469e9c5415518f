/* What /proc/net/unix and ss -x say of local sockets: the same series of either. */
#ifndef ANALYZE_PARSE_UNIX_H
#define ANALYZE_PARSE_UNIX_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/emit.h"
#include "analyze/parse_util.h"

enum unix_state {
	UNIX_UNCONNECTED,
	UNIX_CONNECTING,
	UNIX_CONNECTED,
	UNIX_LISTEN,
	UNIX_STATE_COUNT
};

enum { UNIX_TYPES = 3 };

struct unix_sock {
	struct span type; /* "stream", "dgram", "seqpacket" */
	enum unix_state state;
	struct span path; /* "@NAME" of an abstract one; may be empty */
	bool has_queue;   /* of a listener: the two below are told */
	int64_t queue, backlog;
};

struct unix_table {
	uint64_t n[UNIX_TYPES][UNIX_STATE_COUNT];
	uint64_t rows;
	struct tally paths; /* of listeners, and of what waits at them */
};

void unix_open(struct unix_table *t);
void unix_take(struct unix_table *t, const struct unix_sock *s);
/* Counts for the host, a queue for each path that somebody listens on. */
void unix_put(const struct unix_table *t, struct emit *out);

#endif
