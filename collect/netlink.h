/*
 * Requests to the kernel over a netlink socket: sock_diag, rtnetlink, ethtool.
 * Nothing is kept between calls, so a thread that hangs in one may be left behind.
 */
#ifndef COLLECT_NETLINK_H
#define COLLECT_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

/* The kernel fills at most 32 KiB of a dump at once; single answers may be longer. */
#define NETLINK_ANSWER_MAX ((size_t)128 * 1024)

struct netlink {
	int fd;
	uint32_t seq;
	_Alignas(struct nlmsghdr) unsigned char buf[NETLINK_ANSWER_MAX];
};

struct attr {
	const void *p; /* NULL when the kernel did not send it */
	size_t n;      /* bytes */
};

/* What is behind a message's header. */
static inline const void *netlink_data(const struct nlmsghdr *h)
{
	return (const char *)h + NLMSG_HDRLEN;
}

/* One message of an answer.  False ends the dump early. */
typedef bool netlink_row(void *arg, const struct nlmsghdr *h);

/* Opens a socket of NETLINK_SOCK_DIAG, NETLINK_ROUTE ...: 0 or an errno.  An answer may take 2 s.
 */
int netlink_open(struct netlink *nl, int protocol);
/* Takes one that is closed or that could not be opened too. */
void netlink_close(struct netlink *nl);

/*
 * Sends `request` (length and type set by the caller, the rest here) as a dump and
 * hands each message of the answer to `row`.  *interrupted is set when the kernel
 * says that the table changed meanwhile (NLM_F_DUMP_INTR); it is never cleared.
 * 0, or an errno: what the kernel answered, ETIMEDOUT, ENOBUFS and EMSGSIZE when
 * messages were lost, ECANCELED when `row` ended it (close the socket then).
 */
int netlink_dump(struct netlink *nl, struct nlmsghdr *request, netlink_row *row, void *arg,
                 bool *interrupted);

/* The same for a request with a single answer; `row` may be NULL when the acknowledgement is all.
 */
int netlink_ask(struct netlink *nl, struct nlmsghdr *request, netlink_row *row, void *arg);

/* Attributes of type 0..max-1 in the `n` bytes at `p`; those not there are zeroed. */
void netlink_attrs(const void *p, size_t n, struct attr *attrs, size_t max);

#endif
