/* TCP sockets as the kernel's sock_diag lists them. */
#ifndef COLLECT_SOCK_DIAG_H
#define COLLECT_SOCK_DIAG_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/inet_diag.h>

#include "collect/netlink.h"

/* Attributes of a row, by the kernel's numbers: the build host's headers may be older than the
 * host. */
enum sock_attr {
	SOCK_MEMINFO = 1,
	SOCK_INFO = 2,
	SOCK_VEGASINFO = 3,
	SOCK_CONG = 4,
	SOCK_SKMEMINFO = 7,
	SOCK_SHUTDOWN = 8,
	SOCK_DCTCPINFO = 9,
	SOCK_V6ONLY = 11,
	SOCK_MARK = 15,
	SOCK_BBRINFO = 16,
	SOCK_ULP_INFO = 19,
	SOCK_CGROUP_ID = 21,
	SOCK_ATTR_COUNT
};

/* enum tcp_state of the kernel. */
enum sock_state {
	SOCK_ESTABLISHED = 1,
	SOCK_SYN_SENT,
	SOCK_SYN_RECV,
	SOCK_FIN_WAIT1,
	SOCK_FIN_WAIT2,
	SOCK_TIME_WAIT,
	SOCK_CLOSE,
	SOCK_CLOSE_WAIT,
	SOCK_LAST_ACK,
	SOCK_LISTEN,
	SOCK_CLOSING,
	SOCK_STATE_COUNT
};

/* `attrs` has SOCK_ATTR_COUNT entries.  False ends the dump. */
typedef bool sock_row(void *arg, const struct inet_diag_msg *m, const struct attr *attrs);

/*
 * Hands every TCP socket of both families whose state is in the bit mask `states`
 * to `row`; `wanted` is a bit mask of 1 << (enum sock_attr - 1), below 1 << 8.
 * Blocks while another thread holds a socket's lock.  Errors as netlink_dump, and
 * those of socket(2) where sock_diag is not to be had.
 */
int sock_diag_tcp(uint32_t states, uint8_t wanted, sock_row *row, void *arg, bool *interrupted);
/* The same by one request for each family: what the above falls back to. */
int sock_diag_tcp_by_family(uint32_t states, uint8_t wanted, sock_row *row, void *arg,
                            bool *interrupted);

#endif
