/* What iptables and nft say of a chain of the packet filter: the same series of either. */
#ifndef ANALYZE_PARSE_FILTER_H
#define ANALYZE_PARSE_FILTER_H

#include "analyze/emit.h"

#define FILTER_CHAIN_MAX 192

/* A chain on its way: entity "ip filter/INPUT". */
struct filter_chain {
	char text[FILTER_CHAIN_MAX];
	struct span entity; /* empty = none is open */
	uint64_t rules;     /* seen so far */
};

/* Begins "FAMILY TABLE/CHAIN"; a name that is too long opens none. */
void filter_open(struct filter_chain *c, struct span family, struct span table, struct span chain);
/* The policy, "ACCEPT" or "drop", and how many packets it took where that is said. */
void filter_policy(const struct filter_chain *c, struct emit *out, struct span policy,
                   bool has_packets, uint64_t packets);
/* A rule, and what it dropped or rejected where it counts that: `text` is kept of such a one. */
void filter_rule(struct filter_chain *c, struct emit *out, bool loses, bool has_packets,
                 uint64_t packets, struct span text);
/* The end of the chain. */
void filter_close(struct filter_chain *c, struct emit *out);

#endif
