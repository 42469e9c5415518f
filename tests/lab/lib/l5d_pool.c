/*
 * hostConnectionPool: connections to one endpoint, at most pool-max, kept for idle-time,
 * pool-min of them for ever; calls that find none wait, at most max-waiters of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/l5d.h"

#define FAILED "com.twitter.finagle.ConnectionFailedException/"

void pool_reap(struct endpoint *e)
{
	struct client *c = e->client;

	if (!e->gone || e->links || e->first || e->load)
		return;
	struct endpoint **p = &c->endpoints;
	while (*p != e)
		p = &(*p)->next;
	*p = e->next;
	timer_clear(&c->router->proxy->loop, &e->revival);
	free(e);
}

static struct loop *loop_of(const struct endpoint *e)
{
	return &e->client->router->proxy->loop;
}

static void idle_remove(struct link *l)
{
	struct link **p = &l->endpoint->idle;

	while (*p && *p != l)
		p = &(*p)->next_idle;
	if (*p)
		*p = l->next_idle;
}

static void link_free(struct link *l)
{
	struct endpoint *e = l->endpoint;

	idle_remove(l);
	timer_clear(loop_of(e), &l->timeout);
	*l->of = l->next;
	if (l->next)
		l->next->of = l->of;
	if (l->conn.connecting)
		e->connecting--;
	else
		e->open--;
	conn_close(&l->conn, false);
	free(l);
}

/* Closes what was connected, and counts it. */
static void link_close(struct link *l)
{
	struct metrics *m = &l->endpoint->client->m;

	if (l->conn.connecting)
		metric_count(m->of[CANCELLED_CONNECTS], 1);
	else
		metrics_closed(m, &l->conn, l->requests, &l->told);
	link_free(l);
}

static const char *exception_of(const struct client *c, int error)
{
	bool netty3 = c->router->proxy->version < VERSION(1, 1, 1);

	switch (error) {
	case ETIMEDOUT:
		return netty3 ? FAILED "org.jboss.netty.channel.ConnectTimeoutException"
		              : FAILED "io.netty.channel.ConnectTimeoutException";
	case EADDRNOTAVAIL:
		return FAILED "java.net.BindException";
	case EMFILE:
	case ENFILE:
		return "com.twitter.finagle.ChannelWriteException/java.net.SocketException";
	case EHOSTUNREACH:
	case ENETUNREACH:
		return FAILED "java.net.NoRouteToHostException";
	default:
		return FAILED "java.net.ConnectException";
	}
}

static bool may_open(const struct endpoint *e)
{
	int64_t max = e->client->s.pool_max;

	return max == 0 || e->open + e->connecting < max;
}

static struct call *waiter_take(struct endpoint *e)
{
	struct call *c = e->first;

	if (!c)
		return NULL;
	e->first = c->behind;
	if (!e->first)
		e->last = NULL;
	e->waiting--;
	return c;
}

static struct link *link_open(struct endpoint *e, struct call *c, int *error);

/* A place is free: for the one that waits longest. */
static void serve_waiter(struct endpoint *e)
{
	int error = 0;

	while (e->first && may_open(e)) {
		struct call *c = waiter_take(e);

		if (!link_open(e, c, &error))
			call_ended(c, &(struct outcome){.exception = exception_of(e->client, error),
			                                .unsent = true});
	}
}

static void connect_failed(struct link *l, int error)
{
	struct endpoint *e = l->endpoint;
	struct client *c = e->client;
	struct call *call = l->call;
	const char *why = exception_of(c, error);

	metric_add(c->m.of[FAILED_CONNECT_LATENCY], (clock_now() - l->conn.opened_ns) / NS_PER_MS);
	metrics_failure(c->m.scope, "service_creation/failures", why);
	link_free(l);
	e->load++; /* it stays until we are done */
	if (call) {
		call->link = NULL;
		call_ended(call, &(struct outcome){.exception = why, .unsent = true});
	}
	serve_waiter(e);
	e->load--;
	pool_reap(e);
}

static void opened(void *of)
{
	struct link *l = of;
	struct endpoint *e = l->endpoint;
	struct client *c = e->client;

	e->connecting--;
	e->open++;
	timer_clear(loop_of(e), &l->timeout);
	metric_add(c->m.of[CONNECT_LATENCY], (clock_now() - l->conn.opened_ns) / NS_PER_MS);
	if (c->router->proxy->version >= VERSION(1, 1, 1))
		metric_count(c->m.of[CONNECTS], 1); /* Netty 3 counts attempts */
	if (l->call)
		call_connected(l->call, l);
}

static void data(void *of)
{
	struct link *l = of;
	struct http_message m;
	struct call *c = l->call;
	enum http_got got = http_parse(bytes_span(&l->conn.in), &m);

	if (got == HTTP_PART && c)
		return;
	if (got != HTTP_WHOLE || !c) { /* nobody asked for anything */
		l->conn.ops->end(l, 0);
		return;
	}
	struct bytes answer = {0};
	bytes_put(&answer, span_sub(bytes_span(&l->conn.in), 0, m.bytes));
	bytes_take(&l->conn.in, m.bytes);
	struct outcome o = {.status = m.status, .response = bytes_span(&answer)};
	if (m.status >= 500)
		o.exception =
			"com.twitter.finagle.service.ResponseClassificationSyntheticException";
	c->link = NULL;
	l->call = NULL;
	pool_release(l, m.keep_alive);
	call_ended(c, &o);
	bytes_free(&answer);
}

static void end(void *of, int error)
{
	struct link *l = of;
	struct endpoint *e = l->endpoint;
	struct call *c = l->call;
	struct metric *scope = e->client->m.scope;

	if (l->conn.connecting)
		return connect_failed(l, error);
	if (error)
		metrics_failure(scope, "exn", "java.io.IOException");
	l->call = NULL;
	link_close(l);
	if (c) {
		c->link = NULL;
		call_ended(c, &(struct outcome){
				      .exception = "com.twitter.finagle.ChannelClosedException"});
	}
	serve_waiter(e);
	pool_reap(e);
}

static const struct conn_ops link_ops = {.open = opened, .data = data, .end = end};

static void timed_out(void *of)
{
	struct link *l = of;
	struct endpoint *e = l->endpoint;

	if (l->conn.connecting)
		return connect_failed(l, ETIMEDOUT);
	if (e->open > e->client->s.pool_min || e->gone)
		link_close(l);
	pool_reap(e);
}

/* NULL and *error when there can be none. */
static struct link *link_open(struct endpoint *e, struct call *c, int *error)
{
	struct client *client = e->client;
	struct link *l = MUST_NEW(struct link);

	if (client->router->proxy->version < VERSION(1, 1, 1))
		metric_count(client->m.of[CONNECTS], 1);
	*error = conn_connect(&l->conn, loop_of(e), &e->at, NULL, 0, &link_ops, l);
	if (*error) {
		metrics_failure(client->m.scope, "service_creation/failures",
		                exception_of(client, *error));
		free(l);
		return NULL;
	}
	l->endpoint = e;
	l->call = c;
	l->timeout = (struct timer){.due = timed_out, .of = l};
	l->next = e->links;
	l->of = &e->links;
	if (l->next)
		l->next->of = &l->next;
	e->links = l;
	e->connecting++;
	timer_set(loop_of(e), &l->timeout, loop_of(e)->now + client->s.connect_timeout);
	if (c) {
		c->link = l;
		c->state = CALL_CONNECTING;
	}
	return l;
}

void pool_acquire(struct endpoint *e, struct call *c)
{
	struct client *client = e->client;
	struct link *l = e->idle;
	int error = 0;

	c->asked_ns = loop_of(e)->now;
	if (l) {
		e->idle = l->next_idle;
		timer_clear(loop_of(e), &l->timeout);
		l->call = c;
		c->link = l;
		return call_connected(c, l);
	}
	if (may_open(e)) {
		if (!link_open(e, c, &error))
			call_ended(c, &(struct outcome){.exception = exception_of(client, error),
			                                .unsent = true});
		return;
	}
	if (client->s.max_waiters >= 0 && e->waiting >= client->s.max_waiters) {
		metric_count(client->m.of[TOO_MANY_WAITERS], 1);
		metrics_failure(client->m.scope, "service_creation/failures",
		                "com.twitter.finagle.TooManyWaitersException");
		return call_ended(
			c, &(struct outcome){
				   .exception = "com.twitter.finagle.TooManyWaitersException"});
	}
	metric_count(client->m.of[NUM_WAITED], 1);
	c->state = CALL_WAITING;
	c->behind = NULL;
	*(e->last ? &e->last->behind : &e->first) = c;
	e->last = c;
	e->waiting++;
}

static void waiter_remove(struct endpoint *e, struct call *c)
{
	struct call **p = &e->first, *before = NULL;

	for (; *p && *p != c; p = &(*p)->behind)
		before = *p;
	if (!*p)
		return;
	*p = c->behind;
	if (e->last == c)
		e->last = before;
	e->waiting--;
}

void pool_abandon(struct call *c)
{
	struct endpoint *e = c->endpoint;
	struct link *l = c->link;

	if (!e)
		return;
	if (c->state == CALL_WAITING)
		waiter_remove(e, c);
	if (l) {
		c->link = NULL;
		l->call = NULL;
		link_close(l);
		serve_waiter(e);
	}
	pool_reap(e);
}

void pool_release(struct link *l, bool keep)
{
	struct endpoint *e = l->endpoint;
	const struct client_settings *s = &e->client->s;

	l->requests++;
	if (!keep || s->no_reuse || e->gone || !e->client->bound) {
		link_close(l);
		serve_waiter(e);
		return pool_reap(e);
	}
	struct call *c = waiter_take(e);
	if (c) {
		l->call = c;
		c->link = l;
		return call_connected(c, l);
	}
	l->next_idle = e->idle;
	e->idle = l;
	if (s->idle_time > 0)
		timer_set(loop_of(e), &l->timeout, loop_of(e)->now + s->idle_time);
}

void pool_leak(struct endpoint *e)
{
	int error;

	(void)link_open(e, NULL, &error);
}

void pool_drain(struct endpoint *e)
{
	for (struct link *l = e->links, *next; l; l = next) {
		next = l->next;
		if (!l->call)
			link_close(l);
	}
	pool_reap(e);
}
