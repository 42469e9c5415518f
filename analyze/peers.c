#include "analyze/peers.h"

#include <stdlib.h>

#define ADDRESSES_MAX 200000
#define PORTS         65536

void peers_open(struct peers *p)
{
	p->listens = must_alloc(PORTS);
	(void)peers_intern(p, SPAN("*"));
}

void peers_close(struct peers *p)
{
	for (size_t i = 0; i < p->n; i++)
		free((void *)(uintptr_t)p->address[i].p);
	table_free(&p->index);
	free(p->address);
	free(p->listens);
}

void peers_listen(struct peers *p, unsigned port)
{
	p->listens[port % PORTS] = 1;
}

uint32_t peers_intern(struct peers *p, struct span address)
{
	uintptr_t at = (uintptr_t)table_get(&p->index, address);

	if (at)
		return (uint32_t)(at - 1);
	if (p->n == ADDRESSES_MAX)
		return PEER_REST;
	if ((p->n & (p->n - 1)) == 0)
		p->address = must_grow(p->address, (p->n ? p->n * 2 : 1) * sizeof(*p->address));
	p->address[p->n] = must_copy(address);
	table_add(&p->index, p->address[p->n], (void *)(uintptr_t)(p->n + 1));
	return (uint32_t)p->n++;
}

struct pair peers_pair(const struct peers *p, uint32_t peer, uint16_t lport, uint16_t pport)
{
	bool in = p->listens[lport];

	return (struct pair){.peer = peer, .port = in ? lport : pport, .out = !in};
}

struct span pair_key(const struct pair *p)
{
	return (struct span){(const char *)p, sizeof(*p)};
}

void pair_bind(const struct peers *p, struct stmt *t, const struct pair *pair)
{
	stmt_str(t, pair->out ? "out" : "in");
	stmt_span(t, p->address[pair->peer]);
	stmt_i64(t, pair->port);
}
