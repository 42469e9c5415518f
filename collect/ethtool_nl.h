/* ethtool's netlink family (5.6): it says which parameters a driver has, as the ioctl cannot. */
#ifndef COLLECT_ETHTOOL_NL_H
#define COLLECT_ETHTOOL_NL_H

#include <stddef.h>
#include <stdint.h>

/* Attributes of an answer below ETHTOOL_NL_ATTRS as numbers; there[i] tells if one came. */
#define ETHTOOL_NL_ATTRS 32
struct ethtool_nl {
	unsigned char there[ETHTOOL_NL_ATTRS];
	uint32_t v[ETHTOOL_NL_ATTRS];
};

/* One ETHTOOL_MSG_*_GET for an interface: 0 or an errno, ENOENT from a kernel without the family.
 */
int ethtool_nl_get(const char *name, uint8_t message, struct ethtool_nl *answer);

#endif
