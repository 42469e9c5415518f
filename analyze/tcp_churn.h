/* The rows of ss -tan: sockets by state and by peer, and how connections come and go. */
#ifndef ANALYZE_TCP_CHURN_H
#define ANALYZE_TCP_CHURN_H

#include "analyze/emit.h"
#include "analyze/peers.h"
#include "analyze/stmt.h"

struct tcp_churn;

/*
 * NULL and *e on failure; `peers` and the connection are not owned.  Of a namespace's sockets only
 * the peers become rows, in netns_peer; an empty `netns`, which is kept, is the host's.
 */
struct tcp_churn *tcp_churn_open(sqlite3 *db, struct peers *peers, struct span netns,
                                 struct err *e);
void tcp_churn_close(struct tcp_churn *f); /* NULL is fine */

void tcp_churn_sock(struct tcp_churn *f, const struct sock *s);
/* The snapshot is whole: its rows of tcp_state and tcp_peer.  t = monotonic seconds. */
int tcp_churn_snap(struct tcp_churn *f, int64_t snap, double t, struct err *e)
	__attribute__((warn_unused_result));
/* Forgets the sockets since the last snapshot. */
void tcp_churn_drop(struct tcp_churn *f);
/* After the last one: table tcp_churn. */
int tcp_churn_seal(struct tcp_churn *f, struct err *e) __attribute__((warn_unused_result));

#endif
