/* analyze/prometheus.def in C: what linkerd2-proxy's and Envoy's metrics stand for. */
#ifndef ANALYZE_PARSE_PROM_MAP_H
#define ANALYZE_PARSE_PROM_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/parse_prom.h"
#include "schema/buf.h"
#include "schema/span.h"

struct prom_line {
	struct span family, where, router, scope, id, name;
	bool buckets;
	double scale; /* of buckets: le times this is in the unit of the name */
};

extern const struct prom_line prom_lines[];
extern const size_t prom_lines_count;

/* The line at *at or behind it that a sample goes by; NULL = no more.  Start with *at = 0. */
const struct prom_line *prom_map(const struct prom_sample *s, size_t *at);

/* "{a|b}.{c}" with the sample's labels; false when one of them has no value. */
bool prom_fill(struct span form, const struct prom_sample *s, struct buf *b);

/* "envoy", "linkerd2-proxy": whose such a family is; NULL = nobody's that is known. */
const char *prom_proxy(struct span family);

/*
 * Why a rule can say nothing of that proxy ("envoy", "linkerd2-proxy", "other"), or NULL.
 */
const char *prom_lacks(struct span proxy, struct span rule);

#endif
