#include "analyze/tcp_fold.h"

#include <stdlib.h>
#include <string.h>

#include "analyze/table.h"
#include "schema/buf.h"

#define PEERS_MAX     256  /* (peer, port, direction) rows a snapshot, the rest under '*' */
#define SOCKETS_MAX   500  /* single sockets a snapshot */
#define CHURN_MAX     4096 /* (peer, port, direction) whose churn is told apart */
#define ADDRESSES_MAX 200000
#define PORTS         65536
#define LIVES         64 /* lifetimes kept a peer for their median */

/* A (direction, peer, port): the key of everything that is summed. */
struct pair {
	uint32_t peer; /* index into addresses */
	uint16_t port;
	uint16_t out; /* 1 = we connected */
};

struct row { /* one socket of an ss -tan capture, in 16 bytes */
	uint32_t local, peer;
	uint16_t lport, pport;
	uint8_t state;
};

struct conn { /* a connection that was there at the last capture */
	struct row id;
	struct pair pair;
	uint32_t gen;
	bool waiting; /* in TIME-WAIT */
	bool old;     /* from the first capture */
	double since;
};

struct churn {
	struct pair pair;
	int64_t seen, opened, closed, now, peak;
	size_t lives_n;
	float lives[LIVES];
};

struct flow_seen { /* counters of one socket at the last tcp_info capture */
	int64_t key, sent, received, segs_out, segs_in, retrans;
	uint32_t gen;
};

struct flow { /* sums of one pair in this tcp_info capture */
	struct pair pair;
	int64_t n, sent, received, segs_out, segs_in, retrans;
	int64_t rtt_n, rtt_min, rtt_sum, rtt_max, rto_max, recvq, sendq, unacked, lost, cwnd_min,
		rwnd, busy;
};

struct tally { /* sockets of one pair and state in this snapshot */
	struct pair pair;
	uint8_t state;
	int64_t n;
};

struct kept_sock {
	double score;
	struct sock s;
	char text[4][64]; /* local, peer, comm, cong */
};

struct listening {
	struct span addr; /* owned */
	unsigned port;
	int64_t queue, backlog, drops, snap, written, pid;
	bool fresh; /* seen in this snapshot */
	bool has_drops;
	char comm[32];
};

struct tcp_fold {
	sqlite3 *db;
	struct stmt put_state, put_peer, put_churn, put_flow, put_socket, put_listener, set_owner;

	struct hash_table addresses; /* text -> index + 1 */
	struct span *address;
	size_t addresses_n;
	uint8_t *listens; /* PORTS flags: somebody listens there */

	struct row *rows; /* of the snapshot that is open */
	size_t rows_n, rows_cap;
	bool has_all;

	struct conn *conns; /* open addressing by id; gen 0 = free */
	size_t conns_used, conns_cap;
	uint32_t gen;
	struct hash_table churns;

	struct flow_seen *seen;
	size_t seen_used, seen_cap;
	uint32_t info_gen;
	struct hash_table flows;
	struct kept_sock *worst;
	size_t worst_n;
	int64_t states[TCP_STATE_COUNT];
	bool has_info;

	struct hash_table listeners;
};

enum tcp_view tcp_view_of(const char *source)
{
	static const struct span names[TCP_VIEW_COUNT] = {
		[TCP_VIEW_ALL] = SPAN_INIT("tcp"),
		[TCP_VIEW_INFO] = SPAN_INIT("tcp_info"),
		[TCP_VIEW_LISTENER] = SPAN_INIT("listener"),
		[TCP_VIEW_OWNERS] = SPAN_INIT("owners"),
	};

	for (int i = 0; i < TCP_VIEW_COUNT; i++)
		if (span_eq(span_of(source), names[i]))
			return (enum tcp_view)i;
	return TCP_VIEW_COUNT;
}

/* Addresses are kept once; when there are too many the rest are all "*". */
static uint32_t intern(struct tcp_fold *f, struct span text)
{
	uintptr_t at = (uintptr_t)table_get(&f->addresses, text);

	if (at)
		return (uint32_t)(at - 1);
	if (f->addresses_n == ADDRESSES_MAX)
		return 0;
	if ((f->addresses_n & (f->addresses_n - 1)) == 0)
		f->address = must_grow(f->address, (f->addresses_n ? f->addresses_n * 2 : 1) *
		                                           sizeof(*f->address));
	f->address[f->addresses_n] = must_copy(text);
	table_add(&f->addresses, f->address[f->addresses_n],
	          (void *)(uintptr_t)(f->addresses_n + 1));
	return (uint32_t)f->addresses_n++;
}

static struct pair pair_of(const struct tcp_fold *f, uint32_t peer, uint16_t lport, uint16_t pport)
{
	bool in = f->listens[lport];

	return (struct pair){.peer = peer, .port = in ? lport : pport, .out = !in};
}

static struct span key_of(const struct pair *p)
{
	return (struct span){(const char *)p, sizeof(*p)};
}

/* ---- ss -tan: states, peers, churn ---- */

static void add_row(struct tcp_fold *f, const struct sock *s)
{
	if (s->state == TCP_LISTEN) {
		f->listens[s->lport & (PORTS - 1)] = 1;
		return;
	}
	if (f->rows_n == f->rows_cap) {
		f->rows_cap = f->rows_cap ? f->rows_cap * 2 : 1024;
		f->rows = must_grow(f->rows, f->rows_cap * sizeof(*f->rows));
	}
	f->rows[f->rows_n++] = (struct row){
		.local = intern(f, s->local),
		.peer = intern(f, s->peer),
		.lport = (uint16_t)s->lport,
		.pport = (uint16_t)s->pport,
		.state = (uint8_t)s->state,
	};
}

static bool same_conn(const struct row *a, const struct row *b)
{
	return a->local == b->local && a->peer == b->peer && a->lport == b->lport &&
	       a->pport == b->pport;
}

static struct conn *conn_slot(struct tcp_fold *f, const struct row *r)
{
	uint64_t id[2] = {(uint64_t)r->local << 32 | r->peer, (uint64_t)r->lport << 16 | r->pport};
	size_t i = hash_bytes(1, (struct span){(const char *)id, sizeof(id)}) & (f->conns_cap - 1);

	while (f->conns[i].gen && !same_conn(&f->conns[i].id, r))
		i = (i + 1) & (f->conns_cap - 1);
	return &f->conns[i];
}

/* Makes room for `more` connections; those of before `oldest` go. */
static void conns_resize(struct tcp_fold *f, size_t more, uint32_t oldest)
{
	struct conn *old = f->conns;
	size_t n = f->conns_cap, want = 1024;

	while (want < (f->conns_used + more) * 2)
		want *= 2;
	f->conns = must_alloc(want * sizeof(*f->conns));
	f->conns_cap = want;
	f->conns_used = 0;
	for (size_t i = 0; i < n; i++)
		if (old[i].gen && old[i].gen >= oldest) {
			*conn_slot(f, &old[i].id) = old[i];
			f->conns_used++;
		}
	free(old);
}

static struct churn *churn_of(struct tcp_fold *f, const struct pair *pair)
{
	struct pair p = *pair;
	struct churn *c = table_get(&f->churns, key_of(&p));

	if (c)
		return c;
	if (f->churns.used >= CHURN_MAX) {
		p = (struct pair){.out = pair->out};
		if ((c = table_get(&f->churns, key_of(&p))))
			return c;
	}
	c = must_alloc(sizeof(*c));
	c->pair = p;
	table_add(&f->churns, key_of(&c->pair), c);
	return c;
}

static void closed(struct tcp_fold *f, const struct conn *c, double t)
{
	struct churn *u = churn_of(f, &c->pair);

	u->closed++;
	if (!c->old && u->lives_n < LIVES)
		u->lives[u->lives_n++] = (float)(t - c->since);
}

static void track(struct tcp_fold *f, const struct row *r, double t)
{
	struct conn *c = conn_slot(f, r);
	bool waiting = r->state == TCP_TIME_WAIT, first = f->gen == 2;
	bool reused = c->gen && c->waiting && !waiting;
	struct churn *u;

	if (c->gen == 0 || reused) {
		f->conns_used += !reused;
		*c = (struct conn){.id = *r, .old = first, .since = t};
		c->pair = pair_of(f, r->peer, r->lport, r->pport);
		u = churn_of(f, &c->pair);
		u->seen++;
		u->opened += !first;
	}
	if (waiting && !c->waiting && !(first && c->old))
		closed(f, c, t);
	c->waiting = waiting;
	c->gen = f->gen;
	if (!waiting) {
		u = churn_of(f, &c->pair);
		if (++u->now > u->peak)
			u->peak = u->now;
	}
}

static void churn_snap(struct tcp_fold *f, double t)
{
	f->gen += f->gen ? 1 : 2; /* 2 marks the first capture, 0 a free slot */
	for (size_t i = 0; i < f->churns.cap; i++)
		if (f->churns.slots[i].value)
			((struct churn *)f->churns.slots[i].value)->now = 0;
	conns_resize(f, f->rows_n, f->gen - 1);
	for (size_t i = 0; i < f->rows_n; i++)
		track(f, &f->rows[i], t);
	for (size_t i = 0; i < f->conns_cap; i++)
		if (f->conns[i].gen && f->conns[i].gen < f->gen && !f->conns[i].waiting) {
			closed(f, &f->conns[i], t);
			f->conns[i].waiting = true; /* counted once; the next resize drops it */
		}
}

static int by_number(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return memcmp(&x->pair, &y->pair, sizeof(x->pair));
}

static int by_pair(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;
	int c = memcmp(&x->pair, &y->pair, sizeof(x->pair));

	return c ? c : x->state - y->state;
}

/* Sorts and adds up equal (pair, state); returns how many are left. */
static size_t add_up(struct tally *v, size_t n)
{
	size_t to = 0;

	qsort(v, n, sizeof(*v), by_pair);
	for (size_t i = 0; i < n; i++)
		if (to && by_pair(&v[to - 1], &v[i]) == 0)
			v[to - 1].n += v[i].n;
		else
			v[to++] = v[i];
	return to;
}

static int put_peers(struct tcp_fold *f, int64_t snap, struct err *e)
{
	struct tally *v = must_alloc((f->rows_n + 1) * sizeof(*v));
	size_t n = f->rows_n;
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		v[i] = (struct tally){
			.pair = pair_of(f, f->rows[i].peer, f->rows[i].lport, f->rows[i].pport),
			.state = f->rows[i].state,
			.n = 1};
	n = add_up(v, n);
	qsort(v, n, sizeof(*v), by_number);
	for (size_t i = PEERS_MAX; i < n; i++)
		v[i].pair.peer = 0;
	n = add_up(v, n);
	for (size_t i = 0; i < n && rc == 0; i++) {
		stmt_i64(&f->put_peer, snap);
		stmt_str(&f->put_peer, v[i].pair.out ? "out" : "in");
		stmt_span(&f->put_peer, f->address[v[i].pair.peer]);
		stmt_i64(&f->put_peer, v[i].pair.port);
		stmt_str(&f->put_peer, tcp_state_name((enum tcp_state)v[i].state));
		stmt_i64(&f->put_peer, v[i].n);
		rc = stmt_run(&f->put_peer, e);
	}
	free(v);
	return rc;
}

static int put_states(struct tcp_fold *f, int64_t snap, struct err *e)
{
	for (int i = 0; i < TCP_STATE_COUNT; i++) {
		if (f->states[i] == 0)
			continue;
		stmt_i64(&f->put_state, snap);
		stmt_str(&f->put_state, tcp_state_name((enum tcp_state)i));
		stmt_i64(&f->put_state, f->states[i]);
		if (stmt_run(&f->put_state, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- ss -tanmieo: flows and single sockets ---- */

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
static void seen_room(struct tcp_fold *f)
{
	struct flow_seen *old = f->seen;
	size_t n = f->seen_cap, live = 0, want = 1024;

	if (f->seen_used * 2 < f->seen_cap)
		return;
	for (size_t i = 0; i < n; i++)
		live += old[i].gen && old[i].gen + 1 >= f->info_gen;
	while (want < live * 4)
		want *= 2;
	f->seen = must_alloc(want * sizeof(*f->seen));
	f->seen_cap = want;
	f->seen_used = live;
	for (size_t i = 0; i < n; i++)
		if (old[i].gen && old[i].gen + 1 >= f->info_gen)
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

static void flow_growth(struct tcp_fold *f, struct flow *w, const struct sock *s)
{
	int64_t key = sock_key(s);
	struct flow_seen *k, was, now = {.key = key, .gen = f->info_gen};

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
	if (f->info_gen == 2) /* the first capture: nothing to compare with */
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

static void keep_worst(struct tcp_fold *f, const struct sock *s)
{
	struct kept_sock *k = NULL;
	double score = (double)field(s, SOCK_retrans_total) * 1e9 +
	               (double)(field(s, SOCK_recvq) + field(s, SOCK_sendq)) * 1e3 +
	               (double)field(s, SOCK_rtt_ns) / 1e6;
	struct span *text[4];

	if (f->worst_n < SOCKETS_MAX) {
		k = &f->worst[f->worst_n++];
	} else {
		k = &f->worst[0];
		for (size_t i = 1; i < SOCKETS_MAX; i++)
			if (f->worst[i].score < k->score)
				k = &f->worst[i];
		if (k->score >= score)
			return;
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

static void add_info(struct tcp_fold *f, const struct sock *s)
{
	struct pair p;
	struct flow *w;

	if (!f->has_info)
		f->info_gen += f->info_gen ? 1 : 2;
	f->has_info = true;
	if (s->state == TCP_LISTEN || s->state == TCP_TIME_WAIT)
		return;
	p = pair_of(f, intern(f, s->peer), (uint16_t)s->lport, (uint16_t)s->pport);
	w = table_get(&f->flows, key_of(&p));
	if (!w) {
		if (f->flows.used >= CHURN_MAX)
			p.peer = 0;
		w = table_get(&f->flows, key_of(&p));
	}
	if (!w) {
		w = must_alloc(sizeof(*w));
		w->pair = p;
		table_add(&f->flows, key_of(&w->pair), w);
	}
	w->n++;
	flow_growth(f, w, s);
	flow_levels(w, s);
	keep_worst(f, s);
}

static int put_flow(struct tcp_fold *f, int64_t snap, const struct flow *w, struct err *e)
{
	struct stmt *t = &f->put_flow;
	int64_t growth[] = {w->sent, w->received, w->segs_out, w->segs_in, w->retrans};
	int64_t levels[] = {w->recvq, w->sendq, w->unacked, w->lost};

	stmt_i64(t, snap);
	stmt_str(t, w->pair.out ? "out" : "in");
	stmt_span(t, f->address[w->pair.peer]);
	stmt_i64(t, w->pair.port);
	stmt_i64(t, w->n);
	for (size_t i = 0; i < sizeof(growth) / sizeof(growth[0]); i++)
		if (f->info_gen == 2)
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
	stmt_i64(t, w->rto_max);
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		stmt_i64(t, levels[i]);
	stmt_i64(t, w->cwnd_min);
	stmt_i64(t, w->rwnd);
	stmt_i64(t, w->busy);
	return stmt_run(t, e);
}

static int put_flows(struct tcp_fold *f, int64_t snap, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < f->flows.cap && rc == 0; i++)
		if (f->flows.slots[i].value)
			rc = put_flow(f, snap, f->flows.slots[i].value, e);
	return rc;
}

static int put_sockets(struct tcp_fold *f, int64_t snap, struct err *e)
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

/* ---- listeners ---- */

static struct listening *listening_of(struct tcp_fold *f, const struct sock *s)
{
	char text[128];
	struct buf key = BUF_OVER(text);
	struct listening *l;
	struct span owned;

	buf_put(&key, s->local);
	buf_char(&key, ' ');
	buf_u64(&key, s->lport);
	l = table_get(&f->listeners, buf_span(&key));
	if (l)
		return l;
	l = must_alloc(sizeof(*l));
	owned = must_copy(buf_span(&key));
	l->addr = span_sub(owned, 0, s->local.n);
	l->port = s->lport;
	l->snap = l->written = -1;
	table_add(&f->listeners, owned, l);
	return l;
}

static void add_listener(struct tcp_fold *f, const struct sock *s)
{
	struct listening *l;

	if (s->state != TCP_LISTEN)
		return;
	f->listens[s->lport & (PORTS - 1)] = 1;
	l = listening_of(f, s);
	l->fresh = true;
	if (l->written >= 0 && l->queue == field(s, SOCK_recvq) &&
	    l->backlog == field(s, SOCK_sendq) && l->drops == field(s, SOCK_mem_d))
		return;
	l->queue = field(s, SOCK_recvq);
	l->backlog = field(s, SOCK_sendq);
	l->drops = field(s, SOCK_mem_d);
	l->has_drops = s->has & UINT64_C(1) << SOCK_mem_d;
	l->written = -1;
}

static void add_owner(struct tcp_fold *f, const struct sock *s)
{
	struct listening *l;
	struct buf comm;

	if (s->state != TCP_LISTEN || s->comm.n == 0)
		return;
	l = listening_of(f, s);
	comm = BUF_OVER(l->comm);
	buf_put(&comm, s->comm);
	(void)buf_cstr(&comm);
	l->pid = field(s, SOCK_pid);
}

static int put_listener(struct tcp_fold *f, struct listening *l, struct err *e)
{
	struct stmt *t = &f->put_listener;

	stmt_i64(t, l->snap);
	stmt_span(t, l->addr);
	stmt_i64(t, l->port);
	stmt_i64(t, l->queue);
	stmt_i64(t, l->backlog);
	if (l->has_drops)
		stmt_i64(t, l->drops);
	else
		stmt_null(t);
	l->written = l->snap;
	return stmt_run(t, e);
}

static int listeners_snap(struct tcp_fold *f, int64_t snap, struct err *e)
{
	for (size_t i = 0; i < f->listeners.cap; i++) {
		struct listening *l = f->listeners.slots[i].value;

		if (!l || !l->fresh)
			continue;
		l->fresh = false;
		l->snap = snap;
		if (l->written < 0 && put_listener(f, l, e) < 0)
			return -1;
	}
	return 0;
}

static int listeners_seal(struct tcp_fold *f, struct err *e)
{
	for (size_t i = 0; i < f->listeners.cap; i++) {
		struct listening *l = f->listeners.slots[i].value;

		if (!l || l->snap < 0)
			continue;
		if (l->written != l->snap && put_listener(f, l, e) < 0)
			return -1;
		if (l->pid == 0)
			continue;
		stmt_i64(&f->set_owner, l->pid);
		stmt_str(&f->set_owner, l->comm);
		stmt_span(&f->set_owner, l->addr);
		stmt_i64(&f->set_owner, l->port);
		if (stmt_run(&f->set_owner, e) < 0)
			return -1;
	}
	return 0;
}

/* ---- the whole ---- */

void tcp_fold_sock(struct tcp_fold *f, enum tcp_view view, const struct sock *s)
{
	if (s->lport >= PORTS || s->pport >= PORTS)
		return;
	switch (view) {
	case TCP_VIEW_ALL:
		f->has_all = true;
		f->states[s->state]++;
		add_row(f, s);
		break;
	case TCP_VIEW_INFO:
		add_info(f, s);
		break;
	case TCP_VIEW_LISTENER:
		add_listener(f, s);
		break;
	case TCP_VIEW_OWNERS:
		add_owner(f, s);
		break;
	case TCP_VIEW_COUNT:
		break;
	}
}

void tcp_fold_drop(struct tcp_fold *f)
{
	for (size_t i = 0; i < f->flows.cap; i++)
		free(f->flows.slots[i].value);
	table_clear(&f->flows);
	f->rows_n = f->worst_n = 0;
	f->has_all = f->has_info = false;
	memset(f->states, 0, sizeof(f->states));
}

int tcp_fold_snap(struct tcp_fold *f, int64_t snap, double t, struct err *e)
{
	int rc = listeners_snap(f, snap, e);

	if (f->has_all && rc == 0) {
		churn_snap(f, t);
		rc = put_states(f, snap, e) < 0 ? -1 : put_peers(f, snap, e);
	}
	if (f->has_info && rc == 0)
		rc = put_flows(f, snap, e) < 0 ? -1 : put_sockets(f, snap, e);
	tcp_fold_drop(f);
	return rc;
}

static int by_life(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static int put_churn(struct tcp_fold *f, struct churn *c, struct err *e)
{
	struct stmt *t = &f->put_churn;

	stmt_str(t, c->pair.out ? "out" : "in");
	stmt_span(t, f->address[c->pair.peer]);
	stmt_i64(t, c->pair.port);
	stmt_i64(t, c->seen);
	stmt_i64(t, c->opened);
	stmt_i64(t, c->closed);
	stmt_i64(t, c->peak);
	qsort(c->lives, c->lives_n, sizeof(c->lives[0]), by_life);
	if (c->lives_n)
		stmt_real(t, (double)c->lives[c->lives_n / 2]);
	else
		stmt_null(t);
	return stmt_run(t, e);
}

int tcp_fold_seal(struct tcp_fold *f, struct err *e)
{
	for (size_t i = 0; i < f->churns.cap; i++)
		if (f->churns.slots[i].value && put_churn(f, f->churns.slots[i].value, e) < 0)
			return -1;
	return listeners_seal(f, e);
}

static int prepare(struct tcp_fold *f, struct err *e)
{
	char sql[512];
	struct buf b = BUF_OVER(sql);

	buf_str(&b, "INSERT INTO tcp_socket VALUES(?,?,?,?,?,?,?,?,?");
	for (int i = 0; i < SOCK_FIELD_COUNT; i++)
		buf_str(&b, ",?");
	buf_str(&b, ")");
	if (stmt_prepare(&f->put_socket, f->db, buf_cstr(&b), e) < 0 ||
	    stmt_prepare(&f->put_state, f->db, "INSERT INTO tcp_state VALUES(?,?,?)", e) < 0 ||
	    stmt_prepare(&f->put_peer, f->db, "INSERT INTO tcp_peer VALUES(?,?,?,?,?,?)", e) < 0 ||
	    stmt_prepare(&f->put_churn, f->db, "INSERT INTO tcp_churn VALUES(?,?,?,?,?,?,?,?)", e) <
	            0 ||
	    stmt_prepare(&f->put_flow, f->db,
	                 "INSERT INTO tcp_flow VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
	                 e) < 0 ||
	    stmt_prepare(&f->put_listener, f->db,
	                 "INSERT INTO listener VALUES(?,?,?,NULL,NULL,?,?,?)", e) < 0 ||
	    stmt_prepare(&f->set_owner, f->db,
	                 "UPDATE listener SET pid = ?, comm = ? WHERE addr = ? AND port = ?",
	                 e) < 0)
		return -1;
	return 0;
}

struct tcp_fold *tcp_fold_open(sqlite3 *db, struct err *e)
{
	struct tcp_fold *f = must_alloc(sizeof(*f));

	f->db = db;
	f->listens = must_alloc(PORTS);
	f->worst = must_alloc(SOCKETS_MAX * sizeof(*f->worst));
	(void)intern(f, SPAN("*"));
	if (prepare(f, e) < 0) {
		tcp_fold_close(f);
		return NULL;
	}
	return f;
}

static void free_values(struct hash_table *t)
{
	for (size_t i = 0; i < t->cap; i++)
		free(t->slots[i].value);
	table_free(t);
}

void tcp_fold_close(struct tcp_fold *f)
{
	struct stmt *all[] = {&f->put_state,  &f->put_peer,     &f->put_churn, &f->put_flow,
	                      &f->put_socket, &f->put_listener, &f->set_owner};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		stmt_done(all[i]);
	for (size_t i = 0; i < f->addresses_n; i++)
		free((void *)(uintptr_t)f->address[i].p);
	for (size_t i = 0; i < f->listeners.cap; i++)
		free((void *)(uintptr_t)f->listeners.slots[i].key.p);
	table_free(&f->addresses);
	free_values(&f->listeners);
	free_values(&f->churns);
	free_values(&f->flows);
	free(f->address);
	free(f->listens);
	free(f->rows);
	free(f->conns);
	free(f->seen);
	free(f->worst);
	free(f);
}
