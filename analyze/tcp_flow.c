#include "analyze/tcp_flow.h"

#include <stdlib.h>

#include "schema/buf.h"
#include "schema/timefmt.h"

#define SOCKETS_MAX 500  /* single sockets a snapshot */
#define FLOWS_MAX   4096 /* (peer, port, direction) told apart in a snapshot */
#define IDLE_NS     (INT64_C(60) * NS_PER_S)

struct flow_seen { /* counters of one socket at the last tcp_info capture */
	int64_t key, sent, received, segs_out, segs_in, retrans;
	uint32_t gen;
};

struct flow { /* sums of one pair in this tcp_info capture */
	struct pair pair;
	int64_t n, sent, received, segs_out, segs_in, retrans;
	int64_t rtt_n, rtt_min, rtt_sum, rtt_max, rto_max, recvq, sendq, unacked, lost, cwnd_min,
		rwnd, busy, idle;
	bool told; /* a socket has tcp_info: /proc/net/tcp has none */
};

struct kept_sock {
	double score;
	struct sock s;
	char text[4][64]; /* local, peer, comm, cong */
};

struct tcp_flow {
	struct stmt put_flow, put_socket;
	struct peers *peers;
	struct flow_seen *seen; /* open addressing by key; gen 0 = free */
	size_t seen_used, seen_cap;
	uint32_t gen;
	struct hash_table flows; /* of the snapshot that is open */
	struct kept_sock *worst;
	size_t worst_n;
	struct kept_sock *least; /* of a full `worst`, the first with the lowest score */
	bool any;
};

static int64_t field(const struct sock *s, enum sock_field f)
{
	return s->has & UINT64_C(1) << f ? s->v[f] : 0;
}

static struct flow_seen *seen_slot(struct flow_seen *v, size_t cap, int64_t key)
{
	size_t i = hash_bytes(2, (struct span){(const char *)&key, sizeof(key)}) & (cap - 1);

	while (v[i].gen && v[i].key != key)
		i = (i + 1) & (cap - 1);
	return &v[i];
}

/* Room for one more; sockets that the last capture no longer had go. */
static void seen_room(struct tcp_flow *f)
{
	struct flow_seen *old = f->seen;
	size_t n = f->seen_cap, live = 0, want = 1024;

	if (f->seen_used * 2 < f->seen_cap)
		return;
	for (size_t i = 0; i < n; i++)
		live += old[i].gen && old[i].gen + 1 >= f->gen;
	while (want < live * 4)
		want *= 2;
	f->seen = must_alloc(want * sizeof(*f->seen));
	f->seen_cap = want;
	f->seen_used = live;
	for (size_t i = 0; i < n; i++)
		if (old[i].gen && old[i].gen + 1 >= f->gen)
			*seen_slot(f->seen, want, old[i].key) = old[i];
	free(old);
}

/* Its cookie, or a hash of its four-tuple where the dump has none. */
static int64_t sock_key(const struct sock *s)
{
	uint64_t h;

	if (field(s, SOCK_sk))
		return field(s, SOCK_sk);
	h = hash_bytes(hash_bytes(3, s->local), s->peer);
	return (int64_t)(h ^ ((uint64_t)s->lport << 16 | s->pport));
}

static int64_t grown(int64_t now, int64_t before)
{
	return now > before ? now - before : 0;
}

static void flow_growth(struct tcp_flow *f, struct flow *w, const struct sock *s)
{
	int64_t key = sock_key(s);
	struct flow_seen *k, was, now = {.key = key, .gen = f->gen};

	now.sent = s->has & UINT64_C(1) << SOCK_bytes_sent ? field(s, SOCK_bytes_sent)
	                                                   : field(s, SOCK_bytes_acked);
	now.received = field(s, SOCK_bytes_received);
	now.segs_out = field(s, SOCK_segs_out);
	now.segs_in = field(s, SOCK_segs_in);
	now.retrans = field(s, SOCK_retrans_total);
	seen_room(f);
	k = seen_slot(f->seen, f->seen_cap, key);
	was = k->gen ? *k : (struct flow_seen){0};
	f->seen_used += k->gen == 0;
	*k = now;
	if (f->gen == 2) /* the first capture: nothing to compare with */
		return;
	w->sent += grown(now.sent, was.sent);
	w->received += grown(now.received, was.received);
	w->segs_out += grown(now.segs_out, was.segs_out);
	w->segs_in += grown(now.segs_in, was.segs_in);
	w->retrans += grown(now.retrans, was.retrans);
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void flow_levels(struct flow *w, const struct sock *s)
{
	int64_t rtt = field(s, SOCK_rtt_ns), cwnd = field(s, SOCK_cwnd);

	if (rtt > 0) {
		w->rtt_min = w->rtt_n && w->rtt_min < rtt ? w->rtt_min : rtt;
		w->rtt_max = larger(w->rtt_max, rtt);
		w->rtt_sum += rtt / 1000; /* microseconds: a sum of 2^63 of them is never reached */
		w->rtt_n++;
	}
	if (cwnd > 0 && (w->cwnd_min == 0 || cwnd < w->cwnd_min))
		w->cwnd_min = cwnd;
	w->rto_max = larger(w->rto_max, field(s, SOCK_rto_ns));
	w->recvq += field(s, SOCK_recvq) & INT32_MAX;
	w->sendq += field(s, SOCK_sendq) & INT32_MAX;
	w->unacked += field(s, SOCK_unacked) & INT32_MAX;
	w->lost += field(s, SOCK_lost) & INT32_MAX;
	w->rwnd += field(s, SOCK_rwnd_limited_ns) & INT64_C(0xffffffffffff);
	w->busy += field(s, SOCK_busy_ns) & INT64_C(0xffffffffffff);
	w->told |= (s->has & UINT64_C(1) << SOCK_cwnd) != 0;
	w->idle += s->state == TCP_ESTAB && field(s, SOCK_lastsnd_ns) >= IDLE_NS &&
	           field(s, SOCK_lastrcv_ns) >= IDLE_NS;
}

/* The same name in memory that lasts; a timer of a later ss is "unknown". */
static struct span timer_name(struct span name)
{
	static const struct span known[] = {
		SPAN_INIT(""),         SPAN_INIT("on"),      SPAN_INIT("keepalive"),
		SPAN_INIT("timewait"), SPAN_INIT("persist"),
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_eq(name, known[i]))
			return known[i];
	return SPAN("unknown");
}

/* Looked for when one was replaced, not for each socket: most stay behind it. */
static struct kept_sock *least_of(struct kept_sock *worst)
{
	struct kept_sock *k = worst;

	for (size_t i = 1; i < SOCKETS_MAX; i++)
		if (worst[i].score < k->score)
			k = &worst[i];
	return k;
}

static void keep_worst(struct tcp_flow *f, const struct sock *s)
{
	struct kept_sock *k;
	double score = (double)field(s, SOCK_retrans_total) * 1e9 +
	               (double)(field(s, SOCK_recvq) + field(s, SOCK_sendq)) * 1e3 +
	               (double)field(s, SOCK_rtt_ns) / 1e6;
	struct span *text[4];

	if (f->worst_n < SOCKETS_MAX) {
		k = &f->worst[f->worst_n++];
	} else {
		k = f->least ? f->least : least_of(f->worst);
		f->least = k;
		if (k->score >= score)
			return;
		f->least = NULL;
	}
	k->score = score;
	k->s = *s;
	text[0] = &k->s.local, text[1] = &k->s.peer, text[2] = &k->s.comm, text[3] = &k->s.cong;
	for (size_t i = 0; i < 4; i++) {
		struct buf b = BUF_OVER(k->text[i]);

		buf_put(&b, *text[i]);
		*text[i] = buf_span(&b);
	}
	k->s.timer = timer_name(s->timer);
}

static int put_flow(struct tcp_flow *f, int64_t snap, const struct flow *w, struct err *e)
{
	struct stmt *t = &f->put_flow;
	int64_t growth[] = {w->sent, w->received, w->segs_out, w->segs_in, w->retrans};
	int64_t levels[] = {w->recvq, w->sendq, w->unacked, w->lost};

	stmt_i64(t, snap);
	pair_bind(f->peers, t, &w->pair);
	stmt_i64(t, w->n);
	for (size_t i = 0; i < sizeof(growth) / sizeof(growth[0]); i++)
		if (f->gen == 2)
			stmt_null(t);
		else
			stmt_i64(t, growth[i]);
	if (w->rtt_n) {
		stmt_i64(t, w->rtt_min);
		stmt_i64(t, w->rtt_sum / w->rtt_n * 1000);
		stmt_i64(t, w->rtt_max);
	} else {
		stmt_null(t), stmt_null(t), stmt_null(t);
	}
	if (w->rto_max)
		stmt_i64(t, w->rto_max);
	else
		stmt_null(t);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		stmt_i64(t, levels[i]);
	stmt_i64(t, w->cwnd_min);
	stmt_i64(t, w->rwnd);
	stmt_i64(t, w->busy);
	if (w->told)
		stmt_i64(t, w->idle);
	else
		stmt_null(t);
	return stmt_run(t, e);
}

static int put_flows(struct tcp_flow *f, int64_t snap, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < f->flows.cap && rc == 0; i++)
		if (f->flows.slots[i].value)
			rc = put_flow(f, snap, f->flows.slots[i].value, e);
	return rc;
}

static int put_sockets(struct tcp_flow *f, int64_t snap, struct err *e)
{
	struct stmt *t = &f->put_socket;

	for (size_t i = 0; i < f->worst_n; i++) {
		const struct sock *s = &f->worst[i].s;

		stmt_i64(t, snap);
		stmt_str(t, tcp_state_name(s->state));
		stmt_span(t, s->local);
		stmt_i64(t, s->lport);
		stmt_span(t, s->peer);
		stmt_i64(t, s->pport);
		stmt_span(t, s->comm);
		stmt_span(t, s->timer);
		stmt_span(t, s->cong);
		for (int c = 0; c < SOCK_FIELD_COUNT; c++)
			if (s->has & UINT64_C(1) << c)
				stmt_i64(t, s->v[c]);
			else
				stmt_null(t);
		if (stmt_run(t, e) < 0)
			return -1;
	}
	return 0;
}

void tcp_flow_sock(struct tcp_flow *f, const struct sock *s)
{
	struct pair p;
	struct flow *w;

	if (!f->any)
		f->gen += f->gen ? 1 : 2;
	f->any = true;
	if (s->state == TCP_LISTEN || s->state == TCP_TIME_WAIT)
		return;
	p = peers_pair(f->peers, peers_intern(f->peers, s->peer), (uint16_t)s->lport,
	               (uint16_t)s->pport);
	w = table_get(&f->flows, pair_key(&p));
	if (!w) {
		if (f->flows.used >= FLOWS_MAX)
			p.peer = PEER_REST;
		w = table_get(&f->flows, pair_key(&p));
	}
	if (!w) {
		w = must_alloc(sizeof(*w));
		w->pair = p;
		table_add(&f->flows, pair_key(&w->pair), w);
	}
	w->n++;
	flow_growth(f, w, s);
	flow_levels(w, s);
	keep_worst(f, s);
}

void tcp_flow_drop(struct tcp_flow *f)
{
	for (size_t i = 0; i < f->flows.cap; i++)
		free(f->flows.slots[i].value);
	table_clear(&f->flows);
	f->worst_n = 0;
	f->least = NULL;
	f->any = false;
}

void tcp_flow_boot(struct tcp_flow *f)
{
	free(f->seen);
	f->seen = NULL;
	f->seen_used = f->seen_cap = 0;
	f->gen = 0;
}

int tcp_flow_snap(struct tcp_flow *f, int64_t snap, struct err *e)
{
	int rc = put_flows(f, snap, e) < 0 ? -1 : put_sockets(f, snap, e);

	tcp_flow_drop(f);
	return rc;
}

static int prepare_socket(struct tcp_flow *f, sqlite3 *db, struct err *e)
{
	char sql[512];
	struct buf b = BUF_OVER(sql);

	buf_str(&b, "INSERT INTO tcp_socket VALUES(?,?,?,?,?,?,?,?,?");
	for (int i = 0; i < SOCK_FIELD_COUNT; i++)
		buf_str(&b, ",?");
	buf_str(&b, ")");
	return stmt_prepare(&f->put_socket, db, buf_cstr(&b), e);
}

struct tcp_flow *tcp_flow_open(sqlite3 *db, struct peers *peers, struct err *e)
{
	struct tcp_flow *f = must_alloc(sizeof(*f));

	f->peers = peers;
	f->worst = must_alloc(SOCKETS_MAX * sizeof(*f->worst));
	if (prepare_socket(f, db, e) < 0 ||
	    stmt_prepare(&f->put_flow, db,
	                 "INSERT OR REPLACE INTO tcp_flow "
	                 "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	                 e) < 0) {
		tcp_flow_close(f);
		return NULL;
	}
	return f;
}

void tcp_flow_close(struct tcp_flow *f)
{
	if (!f)
		return;
	stmt_done(&f->put_flow);
	stmt_done(&f->put_socket);
	table_free_values(&f->flows);
	free(f->seen);
	free(f->worst);
	free(f);
}
