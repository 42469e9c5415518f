/*
 * Sockets are not series: one row a socket and snapshot would be 100 million rows.
 * This folds the rows of ss captures into the tables tcp_state, tcp_peer,
 * tcp_churn, tcp_flow, tcp_socket and listener as they stream by.
 */
#ifndef ANALYZE_TCP_FOLD_H
#define ANALYZE_TCP_FOLD_H

#include <stdint.h>

#include "analyze/emit.h"
#include "analyze/stmt.h"

struct tcp_fold;

/* Which capture the rows belong to: their use differs. */
enum tcp_view {
	TCP_VIEW_ALL,      /* ss -tan, /proc/net/tcp: states, peers, churn */
	TCP_VIEW_INFO,     /* ss -tanmieo: flows, single sockets */
	TCP_VIEW_LISTENER, /* ss -ltnm */
	TCP_VIEW_OWNERS,   /* ss -tanp: who owns the listeners */
	TCP_VIEW_COUNT
};

/* The view of a parser's source ("tcp", "tcp_info", ...), or TCP_VIEW_COUNT. */
enum tcp_view tcp_view_of(const char *source);

/* NULL and *e on failure.  The connection is not owned and must have the schema. */
struct tcp_fold *tcp_fold_open(sqlite3 *db, struct err *e);
void tcp_fold_close(struct tcp_fold *f);

/* One capture: begin, its rows, end.  Rows of further captures of the same view and
 * snapshot (tcp and tcp6) are added to it: end is called once they are all there. */
void tcp_fold_sock(struct tcp_fold *f, enum tcp_view view, const struct sock *s);
/* The same of TCP_VIEW_ALL in another network namespace; of too many the rest is left out. */
void tcp_fold_sock_of(struct tcp_fold *f, struct span netns, const struct sock *s);
/* The snapshot is whole: writes its rows.  t = monotonic seconds of the tick. */
int tcp_fold_snap(struct tcp_fold *f, int64_t snap, double t, struct err *e)
	__attribute__((warn_unused_result));
/* The snapshot was cut off: forgets what came since the last one. */
void tcp_fold_drop(struct tcp_fold *f);
/* The host booted since the last snapshot. */
void tcp_fold_boot(struct tcp_fold *f);
/* After the last one: churn, last rows of listeners, owners. */
int tcp_fold_seal(struct tcp_fold *f, struct err *e) __attribute__((warn_unused_result));

#endif
