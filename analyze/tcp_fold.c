#include "analyze/tcp_fold.h"

#include <stdlib.h>

#include "analyze/listeners.h"
#include "analyze/peers.h"
#include "analyze/tcp_churn.h"
#include "analyze/tcp_flow.h"

#define PORTS     65536
#define NETNS_MAX 256 /* whose peers are told */

/* Another network namespace: addresses and ports there are none of ours. */
struct netns {
	struct span name; /* owned */
	struct peers peers;
	struct tcp_churn *churn;
};

struct tcp_fold {
	sqlite3 *db;
	struct err err; /* the first failure of a namespace's; tcp_fold_snap tells it */
	struct peers peers;
	struct tcp_churn *churn;
	struct tcp_flow *flow;
	struct listeners *listeners;
	struct hash_table netns;
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

void tcp_fold_sock(struct tcp_fold *f, enum tcp_view view, const struct sock *s)
{
	if (s->lport >= PORTS || s->pport >= PORTS)
		return;
	switch (view) {
	case TCP_VIEW_ALL:
		tcp_churn_sock(f->churn, s);
		break;
	case TCP_VIEW_INFO:
		tcp_flow_sock(f->flow, s);
		break;
	case TCP_VIEW_LISTENER:
		listeners_sock(f->listeners, s);
		break;
	case TCP_VIEW_OWNERS:
		listeners_owner(f->listeners, s);
		break;
	case TCP_VIEW_COUNT:
		break;
	}
}

static void netns_free(struct netns *n)
{
	tcp_churn_close(n->churn);
	peers_close(&n->peers);
	free((void *)(uintptr_t)n->name.p);
	free(n);
}

static struct netns *netns_of(struct tcp_fold *f, struct span name)
{
	struct netns *n = table_get(&f->netns, name);

	if (n || f->netns.used >= NETNS_MAX || f->err.text[0])
		return n;
	n = must_alloc(sizeof(*n));
	n->name = must_copy(name);
	peers_open(&n->peers);
	n->churn = tcp_churn_open(f->db, &n->peers, n->name, &f->err);
	if (!n->churn) {
		netns_free(n);
		return NULL;
	}
	table_add(&f->netns, n->name, n);
	return n;
}

void tcp_fold_sock_of(struct tcp_fold *f, struct span netns, const struct sock *s)
{
	struct netns *n = s->lport < PORTS && s->pport < PORTS ? netns_of(f, netns) : NULL;

	if (n)
		tcp_churn_sock(n->churn, s);
}

static int netns_snap(struct tcp_fold *f, int64_t snap, double t, struct err *e)
{
	if (f->err.text[0])
		return err_set(e, 0, "%s", f->err.text);
	for (size_t i = 0; i < f->netns.cap; i++) {
		struct netns *n = f->netns.slots[i].value;

		if (n && tcp_churn_snap(n->churn, snap, t, e) < 0)
			return -1;
	}
	return 0;
}

void tcp_fold_drop(struct tcp_fold *f)
{
	for (size_t i = 0; i < f->netns.cap; i++)
		if (f->netns.slots[i].value)
			tcp_churn_drop(((struct netns *)f->netns.slots[i].value)->churn);
	tcp_churn_drop(f->churn);
	tcp_flow_drop(f->flow);
	listeners_drop(f->listeners);
}

void tcp_fold_boot(struct tcp_fold *f)
{
	tcp_flow_boot(f->flow);
}

int tcp_fold_snap(struct tcp_fold *f, int64_t snap, double t, struct err *e)
{
	if (listeners_snap(f->listeners, snap, e) < 0 || tcp_churn_snap(f->churn, snap, t, e) < 0)
		return -1;
	return netns_snap(f, snap, t, e) < 0 ? -1 : tcp_flow_snap(f->flow, snap, e);
}

int tcp_fold_seal(struct tcp_fold *f, struct err *e)
{
	return tcp_churn_seal(f->churn, e) < 0 ? -1 : listeners_seal(f->listeners, e);
}

struct tcp_fold *tcp_fold_open(sqlite3 *db, struct err *e)
{
	struct tcp_fold *f = must_alloc(sizeof(*f));

	f->db = db;
	peers_open(&f->peers);
	f->churn = tcp_churn_open(db, &f->peers, (struct span){0}, e);
	f->flow = tcp_flow_open(db, &f->peers, e);
	f->listeners = listeners_open(db, &f->peers, e);
	if (f->churn && f->flow && f->listeners)
		return f;
	tcp_fold_close(f);
	return NULL;
}

void tcp_fold_close(struct tcp_fold *f)
{
	for (size_t i = 0; i < f->netns.cap; i++)
		if (f->netns.slots[i].value)
			netns_free(f->netns.slots[i].value);
	table_free(&f->netns);
	listeners_close(f->listeners);
	tcp_flow_close(f->flow);
	tcp_churn_close(f->churn);
	peers_close(&f->peers);
	free(f);
}
