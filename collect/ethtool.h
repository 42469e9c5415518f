/* The parts of the ethtool tool: one device, and what is asked of it. */
#ifndef COLLECT_ETHTOOL_H
#define COLLECT_ETHTOOL_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/ethtool.h>

#include "collect/job.h"
#include "schema/buf.h"

/*
 * Strings of one set at most.  Drivers reach some thousands (queues times counters);
 * the memory is mapped for twice as many, since the kernel copies as many as the driver
 * has at that moment, whatever was asked before.
 */
#define ETHTOOL_STRINGS_MAX 32768

/*
 * Kept from run to run: a socket, and room for ETHTOOL_STRINGS_MAX of each, mapped when first
 * needed.
 */
struct ethtool_tables {
	int fd; /* and one; 0 = not opened */
	struct ethtool_gstrings *strings;
	struct ethtool_stats *values;
};

struct ethtool {
	int fd; /* any socket */
	char name[IFNAMSIZ];
	struct job *job;
	struct ethtool_tables *tables;
	int *error;
	struct buf *note;
};

/* SIOCETHTOOL with a command structure of linux/ethtool.h: 0 or an errno. */
int ethtool_ask(const struct ethtool *e, void *command);

/*
 * The strings of a set in *strings, until the next call.  *n is their number.  0 or an errno,
 * EOPNOTSUPP also for a set that is empty.  `drvinfo_count` is the offset of an older kernel's
 * count in struct ethtool_drvinfo, 0 = there is none.
 */
int ethtool_strings(const struct ethtool *e, enum ethtool_stringset set, size_t drvinfo_count,
                    struct ethtool_gstrings **strings, size_t *n);
/* One of them; not NUL-terminated in the driver's table when it is full. */
struct span ethtool_string(const struct ethtool_gstrings *strings, size_t i);

/* What both ends of a link say of pause frames. */
struct ethtool_pause_masks {
	bool pause, asym, partner_pause, partner_asym;
};

/* False when the partner has said nothing. */
bool ethtool_pause_masks(const struct ethtool *e, struct ethtool_pause_masks *m);

typedef enum capture_status ethtool_show(const struct ethtool *e);

ethtool_show ethtool_link;     /* IFACE */
ethtool_show ethtool_features; /* -k */
ethtool_show ethtool_rings;    /* -g */
ethtool_show ethtool_coalesce; /* -c */
ethtool_show ethtool_channels; /* -l */
ethtool_show ethtool_pause;    /* -a */

#endif
