#include "analyze/listeners.h"

#include <stdlib.h>

#include "schema/buf.h"

struct numbers {
	int64_t queue, backlog, drops;
	bool has_drops;
};

struct listening {
	struct span addr; /* owned */
	unsigned port;
	struct numbers now, whole; /* of the capture being read; of the last whole one */
	int64_t snap, written;     /* last whole snapshot with it, last one with a row; -1 none */
	int64_t pid;
	bool fresh; /* seen in the capture being read */
	char comm[32];
};

struct listeners {
	struct stmt put, set_owner;
	struct peers *peers;
	struct hash_table all; /* "ADDRESS PORT" -> struct listening */
};

static int64_t field(const struct sock *s, enum sock_field f)
{
	return s->has & UINT64_C(1) << f ? s->v[f] : 0;
}

static struct listening *listening_of(struct listeners *f, const struct sock *s)
{
	char text[128];
	struct buf key = BUF_OVER(text);
	struct listening *l;
	struct span owned;

	buf_put(&key, s->local);
	buf_char(&key, ' ');
	buf_u64(&key, s->lport);
	l = table_get(&f->all, buf_span(&key));
	if (l)
		return l;
	l = must_alloc(sizeof(*l));
	owned = must_copy(buf_span(&key));
	l->addr = span_sub(owned, 0, s->local.n);
	l->port = s->lport;
	l->snap = l->written = -1;
	table_add(&f->all, owned, l);
	return l;
}

/* Sockets that share an address (SO_REUSEPORT): longest queue, smallest limit, all drops. */
static void add_numbers(struct numbers *to, const struct numbers *n)
{
	if (n->queue > to->queue)
		to->queue = n->queue;
	if (n->backlog < to->backlog)
		to->backlog = n->backlog;
	if (__builtin_add_overflow(to->drops, n->drops, &to->drops))
		to->drops = INT64_MAX;
	to->has_drops |= n->has_drops;
}

void listeners_sock(struct listeners *f, const struct sock *s)
{
	struct numbers n = {
		.queue = field(s, SOCK_recvq),
		.backlog = field(s, SOCK_sendq),
		.drops = field(s, SOCK_mem_d),
		.has_drops = s->has & UINT64_C(1) << SOCK_mem_d,
	};
	struct listening *l;

	if (s->state != TCP_LISTEN)
		return;
	peers_listen(f->peers, s->lport);
	l = listening_of(f, s);
	if (l->fresh)
		add_numbers(&l->now, &n);
	else
		l->now = n;
	l->fresh = true;
}

void listeners_owner(struct listeners *f, const struct sock *s)
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

static int put_listener(struct listeners *f, struct listening *l, struct err *e)
{
	struct stmt *t = &f->put;

	stmt_i64(t, l->snap);
	stmt_span(t, l->addr);
	stmt_i64(t, l->port);
	stmt_i64(t, l->whole.queue);
	stmt_i64(t, l->whole.backlog);
	if (l->whole.has_drops)
		stmt_i64(t, l->whole.drops);
	else
		stmt_null(t);
	l->written = l->snap;
	return stmt_run(t, e);
}

static bool same_numbers(const struct numbers *a, const struct numbers *b)
{
	return a->queue == b->queue && a->backlog == b->backlog && a->drops == b->drops &&
	       a->has_drops == b->has_drops;
}

int listeners_snap(struct listeners *f, int64_t snap, struct err *e)
{
	for (size_t i = 0; i < f->all.cap; i++) {
		struct listening *l = f->all.slots[i].value;
		bool changed;

		if (!l || !l->fresh)
			continue;
		changed = l->written < 0 || !same_numbers(&l->now, &l->whole);
		l->fresh = false;
		l->whole = l->now;
		l->snap = snap;
		if (changed && put_listener(f, l, e) < 0)
			return -1;
	}
	return 0;
}

void listeners_drop(struct listeners *f)
{
	for (size_t i = 0; i < f->all.cap; i++) {
		struct listening *l = f->all.slots[i].value;

		if (l)
			l->fresh = false;
	}
}

int listeners_seal(struct listeners *f, struct err *e)
{
	for (size_t i = 0; i < f->all.cap; i++) {
		struct listening *l = f->all.slots[i].value;

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

struct listeners *listeners_open(sqlite3 *db, struct peers *peers, struct err *e)
{
	struct listeners *f = must_alloc(sizeof(*f));

	f->peers = peers;
	if (stmt_prepare(&f->put, db,
	                 "INSERT OR REPLACE INTO listener VALUES(?,?,?,NULL,NULL,?,?,?)", e) < 0 ||
	    stmt_prepare(&f->set_owner, db,
	                 "UPDATE listener SET pid = ?, comm = ? WHERE addr = ? AND port = ?",
	                 e) < 0) {
		listeners_close(f);
		return NULL;
	}
	return f;
}

void listeners_close(struct listeners *f)
{
	if (!f)
		return;
	stmt_done(&f->put);
	stmt_done(&f->set_owner);
	for (size_t i = 0; i < f->all.cap; i++)
		free((void *)(uintptr_t)f->all.slots[i].key.p);
	table_free_values(&f->all);
	free(f);
}
