/*
 * What a driver's own counter means, from the catalogue analyze/ethtool_counters.def,
 * and the table ethtool_meaning of the store, which rules read.
 */
#ifndef ANALYZE_ETHTOOL_MEANING_H
#define ANALYZE_ETHTOOL_MEANING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/err.h"
#include "schema/span.h"

struct sqlite3;

struct ethtool_meaning {
	const char *meaning; /* "ring_full"; "" = the catalogue does not know the name */
	const char *note;    /* of the catalogue's line, or "" */
	bool problem;        /* by its meaning; of what is unknown: its name sounds like one */
	bool part;           /* one of several that a total may hold as well */
	int64_t number;      /* of the queue or priority in the name; -1 = none */
	size_t line;         /* of the catalogue: 0 .. ethtool_catalogue_lines() - 1, if known */
};

/*
 * A driver that is unknown or empty: the common statistics, then what most drivers of the
 * catalogue that have such a name mean by it.
 */
struct ethtool_meaning ethtool_meaning(struct span driver, struct span name);

/* For the test that reaches each line. */
size_t ethtool_catalogue_lines(void);
/* "rx_missed_errors", and the glob of its driver; NULL for the line of a driver itself. */
const char *ethtool_catalogue_line(size_t line, const char **driver);

/* One row a series of source ethtool.  0, or -1 and *e. */
int ethtool_meaning_fill(struct sqlite3 *db, struct err *e) __attribute__((warn_unused_result));

#endif
