/*
 * Which endpoint gets a call: the less loaded of two random ones (p2c), or each in turn;
 * and which ones are out after failures in a row (io.l5d.consecutiveFailures).
 */
#include <stdlib.h>
#include <string.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/l5d.h"

#define BACKOFF_MAX (300 * (int64_t)NS_PER_S)

static struct loop *loop_of(const struct client *c)
{
	return &c->router->proxy->loop;
}

bool endpoint_available(const struct endpoint *e)
{
	return e->state == ALIVE || e->state == PROBE_OPEN;
}

static double weight_of_all(const struct client *c)
{
	double sum = 0;

	for (const struct endpoint *e = c->endpoints; e; e = e->next)
		sum += e->gone ? 0 : e->weight;
	return sum;
}

/* Any but `but`, by weight; NULL when there is none. */
static struct endpoint *any(const struct client *c, const struct endpoint *but)
{
	double left = chance() * (weight_of_all(c) - (but ? but->weight : 0));
	struct endpoint *last = NULL;

	for (struct endpoint *e = c->endpoints; e; e = e->next) {
		if (e->gone || e == but)
			continue;
		last = e;
		left -= e->weight;
		if (left < 0)
			break;
	}
	return last;
}

static struct endpoint *of_two(const struct client *c)
{
	struct endpoint *a = any(c, NULL), *b = a ? any(c, a) : NULL;

	if (!b || endpoint_available(a) != endpoint_available(b))
		return b && endpoint_available(b) ? b : a;
	return (double)b->load / b->weight < (double)a->load / a->weight ? b : a;
}

/* Smooth weighted round robin. */
static struct endpoint *in_turn(const struct client *c)
{
	struct endpoint *best = NULL;

	for (struct endpoint *e = c->endpoints; e; e = e->next) {
		if (e->gone)
			continue;
		e->credit += e->weight;
		if (!best || e->credit > best->credit)
			best = e;
	}
	if (best)
		best->credit -= weight_of_all(c);
	return best;
}

struct endpoint *balance_pick(struct client *c)
{
	bool turns = strcmp(c->s.balancer, "roundRobin") == 0;
	struct endpoint *e = NULL;

	for (int64_t i = 0; i < c->s.max_effort; i++) {
		e = turns ? in_turn(c) : of_two(c);
		if (!e || endpoint_available(e))
			return e;
	}
	metric_count(c->m.of[LB_MAX_EFFORT], 1);
	return e;
}

void endpoint_chosen(struct endpoint *e)
{
	e->load++;
	if (e->state != PROBE_OPEN)
		return;
	e->state = PROBE_CLOSED;
	metric_count(e->client->m.of[PROBES], 1);
}

static void probe(void *of)
{
	struct endpoint *e = of;

	e->state = PROBE_OPEN;
	metric_count(e->client->m.of[REMOVED_FOR_MS],
	             (loop_of(e->client)->now - e->dead_since) / NS_PER_MS);
}

static void mark_dead(struct endpoint *e)
{
	struct loop *l = loop_of(e->client);

	e->state = DEAD;
	e->dead_since = l->now;
	e->revival = (struct timer){.due = probe, .of = e};
	timer_set(l, &e->revival, l->now + e->backoff);
	e->backoff = e->backoff * 2 < BACKOFF_MAX ? e->backoff * 2 : BACKOFF_MAX;
}

void endpoint_failed(struct endpoint *e)
{
	int64_t limit = e->client->s.accrual;

	e->failures++;
	if (e->state == PROBE_CLOSED)
		return mark_dead(e);
	if (e->state == ALIVE && limit > 0 && e->failures >= limit) {
		metric_count(e->client->m.of[REMOVALS], 1);
		mark_dead(e);
	}
}

void endpoint_succeeded(struct endpoint *e)
{
	e->failures = 0;
	if (e->state != PROBE_CLOSED)
		return;
	e->state = ALIVE;
	e->backoff = e->client->s.backoff;
	metric_count(e->client->m.of[REVIVALS], 1);
}

static void changed(struct client *c)
{
	metric_count(c->m.of[LB_REBUILDS], 1);
	metric_count(c->m.of[LB_UPDATES], 1);
}

void client_endpoint_add(struct client *c, const address *a, double weight)
{
	struct endpoint *e = MUST_NEW(struct endpoint), **last = &c->endpoints;

	*e = (struct endpoint){.client = c, .at = *a, .weight = weight, .backoff = c->s.backoff};
	while (*last)
		last = &(*last)->next;
	*last = e;
	metric_count(c->m.of[LB_ADDS], 1);
	changed(c);
}

void client_endpoint_remove(struct endpoint *e)
{
	struct client *c = e->client;

	e->gone = true;
	metric_count(c->m.of[LB_REMOVES], 1);
	changed(c);
	pool_drain(e);
}

/* What the last ten seconds left. */
static void budget_turn(struct budget *b, int64_t now)
{
	int64_t second = now / NS_PER_S;

	if (second - b->second >= BUDGET_S) {
		memset(b->slots, 0, sizeof(b->slots));
		b->second = second;
	}
	while (b->second < second)
		b->slots[++b->second % BUDGET_S] = 0;
}

double budget_balance(struct budget *b, int64_t now)
{
	double sum = b->reserve;

	budget_turn(b, now);
	for (size_t i = 0; i < BUDGET_S; i++)
		sum += b->slots[i];
	return sum;
}

void budget_deposit(struct budget *b, int64_t now)
{
	budget_turn(b, now);
	b->slots[b->second % BUDGET_S] += b->share;
}

bool budget_withdraw(struct budget *b, int64_t now)
{
	if (budget_balance(b, now) < 1)
		return false;
	b->slots[b->second % BUDGET_S] -= 1;
	return true;
}
