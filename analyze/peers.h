/*
 * Whom sockets talk with: addresses kept once, and the (direction, peer, port) that
 * everything about sockets is summed by.
 */
#ifndef ANALYZE_PEERS_H
#define ANALYZE_PEERS_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/stmt.h"
#include "analyze/table.h"

/* The address of all that were too many to tell apart: "*". */
#define PEER_REST 0

struct peers {
	struct hash_table index; /* text -> position + 1 */
	struct span *address;    /* owned */
	size_t n;
	uint8_t *listens; /* a flag a port: somebody listens there */
};

/* 8 bytes without padding: also a key of hash tables. */
struct pair {
	uint32_t peer; /* position of its address */
	uint16_t port; /* ours when they connected to us, else theirs */
	uint16_t out;  /* 1 = we connected */
};

void peers_open(struct peers *p);
void peers_close(struct peers *p);
void peers_listen(struct peers *p, unsigned port);
/* The position of an address; when there are too many PEER_REST. */
uint32_t peers_intern(struct peers *p, struct span address);
struct pair peers_pair(const struct peers *p, uint32_t peer, uint16_t lport, uint16_t pport);
/* The pair as a hash table's key; it must outlive the entry. */
struct span pair_key(const struct pair *p);
/* Binds the columns dir, peer, port. */
void pair_bind(const struct peers *p, struct stmt *t, const struct pair *pair);

#endif
