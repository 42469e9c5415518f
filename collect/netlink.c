#include "collect/netlink.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int netlink_open(struct netlink *nl, int protocol)
{
	const struct timeval patience = {.tv_sec = 2};
	const int room = 1 << 20;

	nl->seq = 0;
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (nl->fd < 0)
		return errno;
	(void)setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	(void)setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return 0;
}

void netlink_close(struct netlink *nl)
{
	if (nl->fd >= 0)
		close(nl->fd);
	nl->fd = -1;
}

static int send_request(struct netlink *nl, struct nlmsghdr *request, unsigned flags)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t n;

	request->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	request->nlmsg_seq = ++nl->seq;
	request->nlmsg_pid = 0;
	do {
		n = sendto(nl->fd, request, request->nlmsg_len, 0, (struct sockaddr *)&kernel,
		           sizeof(kernel));
	} while (n < 0 && errno == EINTR);
	return n < 0 ? errno : 0;
}

/* One datagram of the kernel: 0 and *n bytes in nl->buf, or an errno. */
static int receive(struct netlink *nl, size_t *n)
{
	for (;;) {
		struct sockaddr_nl from = {0};
		struct iovec iov = {.iov_base = nl->buf, .iov_len = sizeof(nl->buf)};
		struct msghdr m = {.msg_name = &from,
		                   .msg_namelen = sizeof(from),
		                   .msg_iov = &iov,
		                   .msg_iovlen = 1};
		ssize_t got = recvmsg(nl->fd, &m, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? ETIMEDOUT : errno;
		if (got == 0)
			return EPIPE;
		if (m.msg_flags & MSG_TRUNC)
			return EMSGSIZE;
		if (from.nl_pid != 0)
			continue; /* another process can send to us too */
		*n = (size_t)got;
		return 0;
	}
}

/* The errno in an NLMSG_ERROR or at the end of a dump; 0 when it is none. */
static int errno_of(const struct nlmsghdr *h)
{
	int code;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(code)))
		return h->nlmsg_type == NLMSG_ERROR ? EPROTO : 0;
	memcpy(&code, netlink_data(h), sizeof(code));
	return code < 0 ? -code : 0;
}

struct answer {
	netlink_row *row;
	void *arg;
	bool *interrupted;
	bool dump;
	bool done;
};

/* Goes through the messages of one datagram. */
static int take(const struct netlink *nl, size_t n, struct answer *a)
{
	size_t at = 0;

	while (n - at >= sizeof(struct nlmsghdr)) {
		const struct nlmsghdr *h = (const struct nlmsghdr *)(const void *)(nl->buf + at);

		if (h->nlmsg_len < sizeof(*h) || h->nlmsg_len > n - at)
			return EPROTO;
		at += NLMSG_ALIGN(h->nlmsg_len) < n - at ? NLMSG_ALIGN(h->nlmsg_len) : n - at;
		if (h->nlmsg_seq != nl->seq)
			continue;
		if (h->nlmsg_flags & NLM_F_DUMP_INTR)
			*a->interrupted = true;
		if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
			a->done = true;
			return errno_of(h);
		}
		if (h->nlmsg_type == NLMSG_NOOP)
			continue;
		if (a->row && !a->row(a->arg, h))
			return ECANCELED;
	}
	return 0;
}

static int converse(struct netlink *nl, struct nlmsghdr *request, struct answer *a)
{
	int e = send_request(nl, request, a->dump ? NLM_F_DUMP : NLM_F_ACK);

	while (!e && !a->done) {
		size_t n = 0;

		e = receive(nl, &n);
		if (!e)
			e = take(nl, n, a);
	}
	return e;
}

int netlink_dump(struct netlink *nl, struct nlmsghdr *request, netlink_row *row, void *arg,
                 bool *interrupted)
{
	struct answer a = {.row = row, .arg = arg, .interrupted = interrupted, .dump = true};

	return converse(nl, request, &a);
}

int netlink_ask(struct netlink *nl, struct nlmsghdr *request, netlink_row *row, void *arg)
{
	bool interrupted = false;
	struct answer a = {.row = row, .arg = arg, .interrupted = &interrupted};

	return converse(nl, request, &a);
}

void netlink_attrs(const void *p, size_t n, struct attr *attrs, size_t max)
{
	const unsigned char *at = p;

	memset(attrs, 0, max * sizeof(*attrs));
	while (n >= sizeof(struct nlattr)) {
		struct nlattr a;
		size_t step;
		unsigned type;

		memcpy(&a, at, sizeof(a));
		if (a.nla_len < sizeof(a) || a.nla_len > n)
			return;
		type = a.nla_type & (unsigned)NLA_TYPE_MASK;
		if (type < max)
			attrs[type] = (struct attr){at + sizeof(a), a.nla_len - sizeof(a)};
		step = NLA_ALIGN(a.nla_len);
		if (step > n)
			return;
		at += step;
		n -= step;
	}
}
