/* A client: bound when it is first used, asked by calls, each of one attempt or more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/l5d.h"

#define REQUEUES_MAX   25 /* of one call */
#define PATH_MAX_BYTES (FIELD_TEXT_MAX + 8)

static const char timed_out[] = "com.twitter.finagle.IndividualRequestTimeoutException";
static const char too_late[] = "com.twitter.finagle.GlobalRequestTimeoutException";
static const char cancelled[] = "com.twitter.finagle.CancelledRequestException";
static const char nobody[] = "com.twitter.finagle.NoBrokersAvailableException";

static void attempt(struct call *c);

static struct loop *loop_of(const struct client *c)
{
	return &c->router->proxy->loop;
}

/* The caches of a binding's four steps, path to client, move together here. */
static void bindcache_count(const struct router *r, const char *what)
{
	static const char *const caches[] = {"path", "tree", "bound", "client"};
	char name[64];

	for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++) {
		(void)snprintf(name, sizeof(name), "bindcache/%s/%s", caches[i], what);
		metric_count(metric_at(r->scope, name, METRIC_COUNTER), 1);
	}
}

/* `why` is what the cache counts it as, or NULL. */
static void unbind(struct client *c, const char *why)
{
	struct router *r = c->router;

	if (why)
		bindcache_count(r, why);
	c->bound = false;
	r->bound--;
	for (struct endpoint *e = c->endpoints, *next; e; e = next) {
		next = e->next;
		pool_drain(e);
	}
	void (*forget)(struct metric *) =
		r->proxy->version >= VERSION(1, 1, 0) ? metric_prune : metric_close_gauges;
	forget(c->m.scope);
	forget(c->service.scope);
	if (r->proxy->version >= VERSION(1, 1, 0))
		c->m = c->service = c->client_service = (struct metrics){0};
}

/* False when all that are bound are at work: the next one serves these calls and no more. */
static bool make_room(struct router *r)
{
	struct client *oldest = NULL;

	if (r->bound < r->proxy->s.bind_cache)
		return true;
	for (struct client *c = r->clients; c; c = c->next)
		if (c->bound && c->service_pending == 0 &&
		    (!oldest || c->used_ns < oldest->used_ns))
			oldest = c;
	if (oldest)
		unbind(oldest, "evicts");
	else
		bindcache_count(r, "oneshots");
	return oldest;
}

static void bind_client(struct client *c)
{
	struct router *r = c->router;
	char path[PATH_MAX_BYTES];
	int64_t endpoints = 0;

	c->oneshot = !make_room(r);
	(void)snprintf(path, sizeof(path), "svc/%s", c->s.host);
	bindcache_count(r, "misses");
	c->bound = true;
	r->bound++;
	metrics_bind(&c->m, scope_of(r, SCOPE_CLIENT, c->s.id), SCOPE_CLIENT, r->proxy->version);
	metrics_bind(&c->service, scope_of(r, SCOPE_SERVICE, path), SCOPE_SERVICE,
	             r->proxy->version);
	struct metric *inner = metric_scope(c->m.scope, r->proxy->old_names ? "path" : "service");
	metrics_bind(&c->client_service, metric_scope(inner, path), SCOPE_CLIENT_SERVICE,
	             r->proxy->version);
	for (struct endpoint *e = c->endpoints; e; e = e->next)
		endpoints += !e->gone;
	metric_count(c->m.of[LB_ADDS], endpoints);
	metric_count(c->m.of[LB_REBUILDS], 1);
	metric_count(c->m.of[LB_UPDATES], 1);
}

void router_expire(struct router *r)
{
	struct proxy *p = r->proxy;

	if (p->version < VERSION(1, 1, 0))
		return;
	for (struct client *c = r->clients; c; c = c->next)
		if (c->bound && c->service_pending == 0 &&
		    p->loop.now - c->used_ns > p->s.bind_idle)
			unbind(c, "expires");
}

static void count_end(struct metrics *m, const struct outcome *o, int64_t began_ns)
{
	metric_count(m->of[REQUESTS], 1);
	metric_count(m->of[SUCCESS], !o->exception);
	metric_add(m->of[LATENCY], (clock_now() - began_ns) / NS_PER_MS);
	if (o->exception)
		metrics_failure(m->scope, "failures", o->exception);
}

/* What was written and is over now, one way or the other. */
static void count_attempt(struct call *c, const struct outcome *o)
{
	struct client *client = c->client;

	if (c->state != CALL_SENT)
		return;
	client->pending--;
	c->state = CALL_WAITING;
	count_end(&client->m, o, c->sent_ns);
	count_end(&client->client_service, o, c->sent_ns);
	metrics_status(client->m.scope, o->status);
}

/* The endpoint's part in it is over. */
static void leave_endpoint(struct call *c, const struct outcome *o)
{
	struct endpoint *e = c->endpoint;

	if (!e)
		return;
	c->endpoint = NULL;
	e->load--;
	if (!o->exception)
		endpoint_succeeded(e);
	else if (o->exception != cancelled && !strstr(o->exception, "TooManyWaiters"))
		endpoint_failed(e);
	pool_reap(e);
}

static void finish(struct call *c, const struct outcome *o)
{
	struct client *client = c->client;

	client->service_pending--;
	count_end(&client->service, o, c->began_ns);
	metric_add(client->m.of[REQUEUES_PER_REQUEST], c->requeues);
	metric_add(client->service.of[RETRIES_PER_REQUEST], c->retries);
	call_answer(c, o);
	if (client->oneshot && client->bound && client->service_pending == 0)
		unbind(client, NULL);
}

/* May it be tried once more?  Counts why, or why not. */
static bool once_more(struct call *c, const struct outcome *o)
{
	struct client *client = c->client;
	int64_t now = loop_of(client)->now;

	if (o->unsent) {
		if (c->requeues >= REQUEUES_MAX) {
			metric_count(client->m.of[REQUEST_LIMIT], 1);
			return false;
		}
		bool paid = budget_withdraw(&client->requeue_budget, now);
		metric_count(client->m.of[paid ? REQUEUES : REQUEUE_BUDGET_EXHAUSTED], 1);
		c->requeues += paid;
		return paid;
	}
	if (!client->s.retry || o->status < 500)
		return false;
	bool paid = budget_withdraw(&client->retry_budget, now);
	metric_count(client->service.of[paid ? RETRIES : RETRY_BUDGET_EXHAUSTED], 1);
	c->retries += paid;
	return paid;
}

void call_ended(struct call *c, const struct outcome *o)
{
	timer_clear(loop_of(c->client), &c->attempt);
	count_attempt(c, o);
	leave_endpoint(c, o);
	if (once_more(c, o))
		attempt(c);
	else
		finish(c, o);
}

static void give_up(struct call *c, const char *attempt_why, const char *why)
{
	struct outcome late = {.exception = attempt_why};

	pool_abandon(c);
	count_attempt(c, &late);
	leave_endpoint(c, &late);
	if (why)
		finish(c, &(struct outcome){.exception = why});
}

static void attempt_late(void *of)
{
	give_up(of, timed_out, timed_out);
}

static void call_late(void *of)
{
	give_up(of, timed_out, too_late);
}

void call_cancel(struct call *c)
{
	struct loop *l = loop_of(c->client);

	give_up(c, cancelled, NULL);
	c->client->service_pending--;
	count_end(&c->client->service, &(struct outcome){.exception = cancelled}, c->began_ns);
	timer_clear(l, &c->delay);
	timer_clear(l, &c->attempt);
	timer_clear(l, &c->total);
	bytes_free(&c->request);
	free(c);
}

static void attempt(struct call *c)
{
	struct client *client = c->client;
	struct loop *l = loop_of(client);

	c->state = CALL_WAITING;
	c->link = NULL;
	c->endpoint = balance_pick(client);
	if (!c->endpoint) {
		metrics_failure(client->m.scope, "service_creation/failures", nobody);
		return finish(c, &(struct outcome){.exception = nobody});
	}
	endpoint_chosen(c->endpoint);
	if (client->s.attempt_timeout > 0)
		timer_set(l, &c->attempt, l->now + client->s.attempt_timeout);
	pool_acquire(c->endpoint, c);
}

static void delayed(void *of)
{
	attempt(of);
}

void call_dispatch(struct call *c)
{
	struct client *client = c->client;
	struct loop *l = loop_of(client);

	client->used_ns = l->now;
	if (!client->bound)
		bind_client(client);
	client->service_pending++;
	budget_deposit(&client->requeue_budget, l->now);
	budget_deposit(&client->retry_budget, l->now);
	c->delay = (struct timer){.due = delayed, .of = c};
	c->attempt = (struct timer){.due = attempt_late, .of = c};
	c->total = (struct timer){.due = call_late, .of = c};
	if (client->s.total_timeout > 0)
		timer_set(l, &c->total, l->now + client->s.total_timeout);
	if (client->s.delay > 0)
		timer_set(l, &c->delay, l->now + client->s.delay);
	else
		attempt(c);
}

void call_connected(struct call *c, struct link *l)
{
	struct client *client = c->client;

	c->state = CALL_SENT;
	c->sent_ns = clock_now();
	client->pending++;
	metric_add(client->m.of[ACQUISITION_LATENCY], (c->sent_ns - c->asked_ns) / NS_PER_MS);
	bytes_put(&l->conn.out, bytes_span(&c->request));
	conn_flush(&l->conn);
}

static void leak(void *of)
{
	struct client *c = of;
	struct endpoint *e = c->bound ? balance_pick(c) : NULL;

	if (e)
		pool_leak(e);
	timer_set(loop_of(c), &c->leak, loop_of(c)->now + c->s.leak_every);
}

/* Discovery takes the last endpoint out, and puts it back. */
static void churn(void *of)
{
	struct client *c = of;
	struct endpoint *last = NULL;

	for (struct endpoint *e = c->endpoints; e; e = e->next)
		last = e->gone ? last : e;
	c->churning = !c->churning;
	if (!c->churning) {
		client_endpoint_add(c, &c->churned, c->churned_weight);
	} else if (last) {
		c->churned = last->at;
		c->churned_weight = last->weight;
		client_endpoint_remove(last);
	}
	timer_set(loop_of(c), &c->churn, loop_of(c)->now + c->s.churn_every);
}

void client_init(struct client *c)
{
	c->requeue_budget = c->retry_budget = (struct budget){
		.reserve = (double)c->s.retries_per_s * BUDGET_S, .share = c->s.retry_share};
	c->leak = (struct timer){.due = leak, .of = c};
	c->churn = (struct timer){.due = churn, .of = c};
	if (c->s.leak_every > 0)
		timer_set(loop_of(c), &c->leak, loop_of(c)->now + c->s.leak_every);
	if (c->s.churn_every > 0)
		timer_set(loop_of(c), &c->churn, loop_of(c)->now + c->s.churn_every);
}

struct tally {
	int64_t size, available, open, idle, load, waiting;
	double weight;
};

static void tally_links(struct client *c, const struct endpoint *e, struct tally *t)
{
	for (struct link *l = e->links; l; l = l->next)
		if (!l->conn.connecting)
			metrics_told(&c->m, &l->conn, &l->told);
	for (const struct link *l = e->idle; l; l = l->next_idle)
		t->idle++;
}

void client_gauges(struct client *c)
{
	struct tally t = {0};
	int64_t now = loop_of(c)->now;

	if (!c->bound)
		return;
	for (const struct endpoint *e = c->endpoints; e; e = e->next) {
		tally_links(c, e, &t);
		t.open += e->open;
		t.load += e->load;
		t.waiting += e->waiting;
		t.size += !e->gone;
		t.available += !e->gone && endpoint_available(e);
		t.weight += e->gone ? 0 : e->weight;
	}
	const double gauges[NAME_COUNT] = {
		[CONNECTIONS] = (double)t.open,
		[PENDING] = (double)c->pending,
		[AVAILABLE] = (double)t.available,
		[POOL_CACHED] = (double)t.idle,
		[POOL_SIZE] = (double)(t.open - t.idle),
		[POOL_WAITERS] = (double)t.waiting,
		[LB_SIZE] = (double)t.size,
		[LB_AVAILABLE] = (double)t.available,
		[LB_BUSY] = (double)(t.size - t.available),
		[LB_LOAD] = (double)t.load,
		[LB_MEANWEIGHT] = t.size ? t.weight / (double)t.size : 0,
		[LB_KIND] = 1,
		[REQUEUE_BUDGET] = budget_balance(&c->requeue_budget, now),
	};
	for (size_t i = CONNECTIONS; i < LATENCY; i++)
		metric_set(c->m.of[i], gauges[i]);
	metric_set(c->service.of[PENDING], (double)c->service_pending);
	metric_set(c->service.of[RETRY_BUDGET], budget_balance(&c->retry_budget, now));
	metric_set(c->client_service.of[PENDING], (double)c->pending);
}
