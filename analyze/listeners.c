#include "analyze/listeners.h"

#include <stdlib.h>

#include "schema/buf.h"

struct listening {
	struct span addr; /* owned */
	unsigned port;
	int64_t queue, backlog, drops, snap, written, pid;
	bool fresh; /* seen in this snapshot */
	bool has_drops;
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

void listeners_sock(struct listeners *f, const struct sock *s)
{
	struct listening *l;

	if (s->state != TCP_LISTEN)
		return;
	peers_listen(f->peers, s->lport);
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
	stmt_i64(t, l->queue);
	stmt_i64(t, l->backlog);
	if (l->has_drops)
		stmt_i64(t, l->drops);
	else
		stmt_null(t);
	l->written = l->snap;
	return stmt_run(t, e);
}

int listeners_snap(struct listeners *f, int64_t snap, struct err *e)
{
	for (size_t i = 0; i < f->all.cap; i++) {
		struct listening *l = f->all.slots[i].value;

		if (!l || !l->fresh)
			continue;
		l->fresh = false;
		l->snap = snap;
		if (l->written < 0 && put_listener(f, l, e) < 0)
			return -1;
	}
	return 0;
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
	if (stmt_prepare(&f->put, db, "INSERT INTO listener VALUES(?,?,?,NULL,NULL,?,?,?)", e) <
	            0 ||
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
