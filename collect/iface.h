/* The network interfaces of the host or of its dump, for the tools that print them. */
#ifndef COLLECT_IFACE_H
#define COLLECT_IFACE_H

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/job.h"
#include "collect/tool_io.h"

/* Bytes of a hardware address that net-tools prints, and those that the ioctl gives. */
#define IFACE_HW_MAX   16
#define IFACE_HW_KNOWN 8

/* The columns of /proc/net/dev, in its order since 2.2. */
enum column {
	RX_BYTES,
	RX_PACKETS,
	RX_ERRORS,
	RX_DROPPED,
	RX_FIFO,
	RX_FRAME,
	RX_COMPRESSED,
	RX_MULTICAST,
	TX_BYTES,
	TX_PACKETS,
	TX_ERRORS,
	TX_DROPPED,
	TX_FIFO,
	TX_COLLISIONS,
	TX_CARRIER,
	TX_COMPRESSED,
	COLUMN_COUNT
};

struct iface {
	char name[IFNAMSIZ];
	bool counted; /* listed in /proc/net/dev; aliases are not */
	uint64_t v[COLUMN_COUNT];
};

struct ifaces {
	struct iface *v;
	size_t n, cap;
	struct kept_file dev;   /* /proc/net/dev */
	struct buf text;        /* its */
	struct ifreq *requests; /* room for the kernel's list of addresses */
	size_t requests_n;
};

/* What a kernel or a dump says of one interface. */
struct iface_link {
	unsigned flags;
	unsigned type; /* ARPHRD_* */
	int64_t mtu;
	int64_t txqueuelen; /* -1 = unknown */
	unsigned char hw[IFACE_HW_MAX];
	bool has_hw, has_ip;
	struct in_addr ip, mask, broadcast, destination;
	struct ifmap map;
};

/*
 * Reads all of them over *all (zeroed before the first time, then into the same memory),
 * sorted as ifconfig sorts.  `fd`
 * is any socket of a live host, then IPv4 aliases are listed too, or -1.  0 or an errno.
 */
int ifaces_read(const struct host *h, int fd, struct ifaces *all);
void ifaces_free(struct ifaces *all);

/* False when the interface went away, or the dump has no folder of it. */
bool iface_link(const struct host *h, int fd, const char *name, struct iface_link *l);

#endif
