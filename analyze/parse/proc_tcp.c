/*
 * /proc/net/tcp and tcp6, net/ipv4/tcp_ipv4.c: every TCP socket of the namespace.
 *
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *    0: 0100007F:1B58 00000000:0000 0A 00000000:00000002 00:00000000 00000000     0        0 7682 1
 * ...
 *
 * Of a LISTEN row rx_queue is the accept queue, but its limit is not here: tx_queue is 0.
 * The rows of TIME_WAIT and SYN_RECV end after the inode, which is 0.
 */
#include "analyze/parse.h"
#include "analyze/parse_inet.h"
#include "schema/buf.h"

enum column { SL, LOCAL, PEER, STATE, QUEUES, TIMER, RETRNSMT, UID, TIMEOUT, INODE, COLUMNS };

static const enum tcp_state states[] = {
	[0x01] = TCP_ESTAB,      [0x02] = TCP_SYN_SENT,   [0x03] = TCP_SYN_RECV,
	[0x04] = TCP_FIN_WAIT_1, [0x05] = TCP_FIN_WAIT_2, [0x06] = TCP_TIME_WAIT,
	[0x07] = TCP_UNCONN,     [0x08] = TCP_CLOSE_WAIT, [0x09] = TCP_LAST_ACK,
	[0x0a] = TCP_LISTEN,     [0x0b] = TCP_CLOSING,    [0x0c] = TCP_SYN_RECV,
};

/* As ss names them; 0 is no timer. */
static const struct span timers[] = {
	[1] = SPAN_INIT("on"),
	[2] = SPAN_INIT("keepalive"),
	[3] = SPAN_INIT("timewait"),
	[4] = SPAN_INIT("persist"),
};

static bool take_state(struct span word, struct sock *s)
{
	uint64_t st;

	if (!span_hex(word, sizeof(states) / sizeof(states[0]) - 1, &st) || st == 0)
		return false;
	s->state = states[st];
	return true;
}

static bool take_queues(struct span word, struct sock *s)
{
	uint64_t tx, rx;

	if (!inet_pair_parse(word, &tx, &rx))
		return false;
	sock_set(s, SOCK_recvq, (int64_t)rx);
	if (s->state != TCP_LISTEN)
		sock_set(s, SOCK_sendq, (int64_t)tx);
	return true;
}

static bool take_timer(struct span word, struct span retries, struct sock *s)
{
	uint64_t kind, ticks, n;

	if (!inet_pair_parse(word, &kind, &ticks) || !span_hex(retries, UINT32_MAX, &n))
		return false;
	if (kind == 0 || kind >= sizeof(timers) / sizeof(timers[0]))
		return true;
	s->timer = timers[kind];
	sock_set(s, SOCK_timer_ns, (int64_t)ticks * NS_PER_USER_TICK);
	sock_set(s, SOCK_timer_retr, (int64_t)n);
	return true;
}

static bool take_row(struct span line, bool big_endian, struct sock *s, struct buf *local,
                     struct buf *peer)
{
	struct span w[INET_WORDS_MAX];
	struct inet_address from, to;
	uint64_t uid, inode;

	if (inet_row(line, w) < COLUMNS || !inet_address_parse(w[LOCAL], big_endian, &from) ||
	    !inet_address_parse(w[PEER], big_endian, &to) || !take_state(w[STATE], s) ||
	    !take_queues(w[QUEUES], s) || !take_timer(w[TIMER], w[RETRNSMT], s) ||
	    !span_u64(w[UID], UINT32_MAX, &uid) || !span_u64(w[INODE], INT64_MAX, &inode))
		return false;
	inet_address_put(local, &from);
	inet_address_put(peer, &to);
	s->local = buf_span(local);
	s->peer = buf_span(peer);
	s->lport = from.port;
	s->pport = to.port;
	if (uid)
		sock_set(s, SOCK_uid, (int64_t)uid);
	sock_set(s, SOCK_ino, (int64_t)inode);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	const bool big_endian = inet_is_big_endian(in->text);
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		char from[64], to[64];
		struct buf local = BUF_OVER(from), peer = BUF_OVER(to);
		struct sock s = {0};

		if (inet_is_header(line))
			continue;
		if (take_row(line, big_endian, &s, &local, &peer))
			out->sock(out, &s);
		else
			out->note(out, at, "not a row of /proc/net/tcp", line);
	}
}

const struct parser parser_proc_tcp = {
	.source = "tcp",
	.members = (const char *const[]){"proc/net/tcp", "proc/net/tcp6", NULL},
	.parse = parse,
};
