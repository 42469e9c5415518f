/* The texts of ethtool: "Key: value" lines under headings, with error texts in between. */
#ifndef ANALYZE_PARSE_ETHTOOL_H
#define ANALYZE_PARSE_ETHTOOL_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/emit.h"
#include "analyze/parse.h"
#include "schema/span.h"

struct ethtool_reader {
	struct span text; /* what is still to be read */
	size_t line;      /* number of the line read last, from 1 */
	bool maximums;    /* below "Pre-set maximums:" */
};

void ethtool_open(struct ethtool_reader *r, struct span text);
/*
 * The next key and value, both trimmed; false at the end.  Headings and keys without
 * a value are passed over, error texts ("Cannot get ...: Operation not supported",
 * "netlink error: ...") are noted to `out`, and a usage text ends the reading.
 */
bool ethtool_next(struct ethtool_reader *r, struct emit *out, struct span *key, struct span *value);
/* The driver does not have it: "n/a". */
bool ethtool_is_absent(struct span value);

/* One setting that is known by name. */
struct ethtool_field {
	struct span key;  /* "RX", as ethtool prints it */
	struct span name; /* "ring_rx", as the store calls it */
	struct span max;  /* the same below "Pre-set maximums:", or empty */
	bool text;        /* else a number */
};

/* Emits the fields of a whole text for interface in->arg. */
void ethtool_settings(const struct input *in, struct emit *out, const struct ethtool_field *fields,
                      size_t n);

#endif
