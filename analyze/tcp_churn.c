#include "analyze/tcp_churn.h"

#include <stdlib.h>
#include <string.h>

#define PEERS_MAX 256  /* (peer, port, direction) rows a snapshot, the rest under '*' */
#define CHURN_MAX 4096 /* (peer, port, direction) whose churn is told apart */
#define LIVES     64   /* lifetimes kept a peer for their median */

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

struct tally { /* sockets of one pair and state in this snapshot */
	struct pair pair;
	uint8_t state;
	int64_t n;
};

struct tcp_churn {
	struct stmt put_state, put_peer, put_churn;
	struct peers *peers;
	struct span netns;
	int64_t states[TCP_STATE_COUNT]; /* of the snapshot that is open */
	struct row *rows;
	size_t rows_n, rows_cap;
	bool any;

	struct conn *conns; /* open addressing by id; gen 0 = free */
	size_t conns_used, conns_cap;
	uint32_t gen;
	struct hash_table churns;
};

static void add_row(struct tcp_churn *f, const struct sock *s)
{
	if (s->state == TCP_LISTEN) {
		peers_listen(f->peers, s->lport);
		return;
	}
	if (f->rows_n == f->rows_cap) {
		f->rows_cap = f->rows_cap ? f->rows_cap * 2 : 1024;
		f->rows = must_grow(f->rows, f->rows_cap * sizeof(*f->rows));
	}
	f->rows[f->rows_n++] = (struct row){
		.local = peers_intern(f->peers, s->local),
		.peer = peers_intern(f->peers, s->peer),
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

static struct conn *conn_slot(struct tcp_churn *f, const struct row *r)
{
	uint64_t id[2] = {(uint64_t)r->local << 32 | r->peer, (uint64_t)r->lport << 16 | r->pport};
	size_t i = hash_bytes(1, (struct span){(const char *)id, sizeof(id)}) & (f->conns_cap - 1);

	while (f->conns[i].gen && !same_conn(&f->conns[i].id, r))
		i = (i + 1) & (f->conns_cap - 1);
	return &f->conns[i];
}

/* Makes room for `more` connections; those of before `oldest` go. */
static void conns_resize(struct tcp_churn *f, size_t more, uint32_t oldest)
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

static struct churn *churn_of(struct tcp_churn *f, const struct pair *pair)
{
	struct pair p = *pair;
	struct churn *c = table_get(&f->churns, pair_key(&p));

	if (c)
		return c;
	if (f->churns.used >= CHURN_MAX) {
		p = (struct pair){.out = pair->out};
		if ((c = table_get(&f->churns, pair_key(&p))))
			return c;
	}
	c = must_alloc(sizeof(*c));
	c->pair = p;
	table_add(&f->churns, pair_key(&c->pair), c);
	return c;
}

static void closed(struct tcp_churn *f, const struct conn *c, double t)
{
	struct churn *u = churn_of(f, &c->pair);

	u->closed++;
	if (!c->old && u->lives_n < LIVES)
		u->lives[u->lives_n++] = (float)(t - c->since);
}

static void track(struct tcp_churn *f, const struct row *r, double t)
{
	struct conn *c = conn_slot(f, r);
	bool waiting = r->state == TCP_TIME_WAIT, first = f->gen == 2;
	bool reused = c->gen && c->waiting && !waiting;
	struct churn *u;

	if (c->gen == 0 || reused) {
		f->conns_used += !reused;
		*c = (struct conn){.id = *r, .old = first, .since = t};
		c->pair = peers_pair(f->peers, r->peer, r->lport, r->pport);
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

static void compare(struct tcp_churn *f, double t)
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

/* The sockets of the snapshot, added up by pair and state; *n of them, in no order.  To be freed.
 */
static struct tally *tally_up(const struct tcp_churn *f, size_t *n)
{
	size_t cap = 64;
	struct tally *v;

	while (cap < f->rows_n * 2)
		cap *= 2;
	v = must_alloc(cap * sizeof(*v));
	for (size_t i = 0; i < f->rows_n; i++) {
		const struct row *r = &f->rows[i];
		struct pair p = peers_pair(f->peers, r->peer, r->lport, r->pport);
		size_t at = hash_bytes(r->state, pair_key(&p)) & (cap - 1);

		while (v[at].n &&
		       (v[at].state != r->state || memcmp(&v[at].pair, &p, sizeof(p)) != 0))
			at = (at + 1) & (cap - 1);
		v[at] = (struct tally){.pair = p, .state = r->state, .n = v[at].n + 1};
	}
	*n = 0;
	for (size_t i = 0; i < cap; i++)
		if (v[i].n)
			v[(*n)++] = v[i];
	return v;
}

static int put_peers(struct tcp_churn *f, int64_t snap, struct err *e)
{
	size_t n;
	struct tally *v = tally_up(f, &n);
	int rc = 0;

	qsort(v, n, sizeof(*v), by_number);
	for (size_t i = PEERS_MAX; i < n; i++)
		v[i].pair.peer = PEER_REST;
	n = add_up(v, n);
	for (size_t i = 0; i < n && rc == 0; i++) {
		stmt_i64(&f->put_peer, snap);
		pair_bind(f->peers, &f->put_peer, &v[i].pair);
		stmt_str(&f->put_peer, tcp_state_name((enum tcp_state)v[i].state));
		stmt_i64(&f->put_peer, v[i].n);
		if (f->netns.n)
			stmt_span(&f->put_peer, f->netns);
		rc = stmt_run(&f->put_peer, e);
	}
	free(v);
	return rc;
}

static int put_states(struct tcp_churn *f, int64_t snap, struct err *e)
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

static int by_life(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static int put_churn(struct tcp_churn *f, struct churn *c, struct err *e)
{
	struct stmt *t = &f->put_churn;

	pair_bind(f->peers, t, &c->pair);
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

void tcp_churn_sock(struct tcp_churn *f, const struct sock *s)
{
	f->any = true;
	f->states[s->state]++;
	add_row(f, s);
}

void tcp_churn_drop(struct tcp_churn *f)
{
	f->rows_n = 0;
	f->any = false;
	memset(f->states, 0, sizeof(f->states));
}

int tcp_churn_snap(struct tcp_churn *f, int64_t snap, double t, struct err *e)
{
	int rc = 0;

	if (f->any && f->netns.n) {
		rc = put_peers(f, snap, e);
	} else if (f->any) {
		compare(f, t);
		rc = put_states(f, snap, e) < 0 ? -1 : put_peers(f, snap, e);
	}
	tcp_churn_drop(f);
	return rc;
}

int tcp_churn_seal(struct tcp_churn *f, struct err *e)
{
	for (size_t i = 0; i < f->churns.cap; i++)
		if (f->churns.slots[i].value && put_churn(f, f->churns.slots[i].value, e) < 0)
			return -1;
	return 0;
}

struct tcp_churn *tcp_churn_open(sqlite3 *db, struct peers *peers, struct span netns, struct err *e)
{
	const char *put_peer = netns.n ? "INSERT OR REPLACE INTO netns_peer(snap, dir, peer, port,"
	                                 " state, n, netns) VALUES(?,?,?,?,?,?,?)"
	                               : "INSERT OR REPLACE INTO tcp_peer VALUES(?,?,?,?,?,?)";
	struct tcp_churn *f = must_alloc(sizeof(*f));

	f->peers = peers;
	f->netns = netns;
	if (stmt_prepare(&f->put_state, db, "INSERT OR REPLACE INTO tcp_state VALUES(?,?,?)", e) <
	            0 ||
	    stmt_prepare(&f->put_peer, db, put_peer, e) < 0 ||
	    stmt_prepare(&f->put_churn, db,
	                 "INSERT OR REPLACE INTO tcp_churn VALUES(?,?,?,?,?,?,?,?)", e) < 0) {
		tcp_churn_close(f);
		return NULL;
	}
	return f;
}

void tcp_churn_close(struct tcp_churn *f)
{
	if (!f)
		return;
	stmt_done(&f->put_state);
	stmt_done(&f->put_peer);
	stmt_done(&f->put_churn);
	table_free_values(&f->churns);
	free(f->rows);
	free(f->conns);
	free(f);
}
