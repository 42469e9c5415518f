/* The rows of ss -tanmieo: what each peer's sockets moved, and the worst single sockets. */
#ifndef ANALYZE_TCP_FLOW_H
#define ANALYZE_TCP_FLOW_H

#include "analyze/emit.h"
#include "analyze/peers.h"
#include "analyze/stmt.h"

struct tcp_flow;

/* NULL and *e on failure; `peers` and the connection are not owned. */
struct tcp_flow *tcp_flow_open(sqlite3 *db, struct peers *peers, struct err *e);
void tcp_flow_close(struct tcp_flow *f); /* NULL is fine */

void tcp_flow_sock(struct tcp_flow *f, const struct sock *s);
/* The snapshot is whole: its rows of tcp_flow and tcp_socket. */
int tcp_flow_snap(struct tcp_flow *f, int64_t snap, struct err *e)
	__attribute__((warn_unused_result));
/* Forgets the sockets since the last snapshot. */
void tcp_flow_drop(struct tcp_flow *f);
/* The host booted: no socket that comes is one of before. */
void tcp_flow_boot(struct tcp_flow *f);

#endif
