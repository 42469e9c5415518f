/*
 * What a kernel, or what poses as one, answers over netlink: sock_diag, rtnetlink and
 * ethtool's family, as text of ss, tc and ethtool.  The input is a byte that says what is
 * asked, then datagrams: two bytes of length, little-endian, and the messages.  Their
 * sequence numbers are put right, else few would be looked at.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/ethtool_netlink.h>
#include <linux/netlink.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__clang__)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif

#include "collect/ethtool_nl.h"
#include "collect/how.h"
#include "tests/fuzz/input.h"

#define CAP ((size_t)256 * 1024)

static struct {
	struct span rest;    /* of the input */
	uint32_t seq;        /* of the request that was sent last */
	struct iovec behind; /* the room behind the datagram: nobody may read it */
} kernel;

static void allow(void)
{
	ASAN_UNPOISON_MEMORY_REGION(kernel.behind.iov_base, kernel.behind.iov_len);
	kernel.behind.iov_len = 0;
}

static void forbid(struct iovec room, size_t n)
{
	kernel.behind = (struct iovec){(char *)room.iov_base + n, room.iov_len - n};
	ASAN_POISON_MEMORY_REGION(kernel.behind.iov_base, kernel.behind.iov_len);
}

/* These take the place of libc's. */
int socket(int domain, int type, int protocol)
{
	(void)domain, (void)type, (void)protocol;
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

ssize_t sendto(int fd, const void *p, size_t n, int flags, const struct sockaddr *to,
               socklen_t to_n)
{
	struct nlmsghdr h;

	(void)fd, (void)flags, (void)to, (void)to_n;
	memcpy(&h, p, sizeof(h));
	kernel.seq = h.nlmsg_seq;
	return (ssize_t)n;
}

/* Before the room, which is of a function's stack, becomes another one's. */
int close(int fd)
{
	allow();
	return (int)syscall(SYS_close, fd);
}

static void number(char *p, size_t n)
{
	struct nlmsghdr h;

	for (size_t at = 0; n - at >= sizeof(h); at += NLMSG_ALIGN(h.nlmsg_len)) {
		memcpy(&h, p + at, sizeof(h));
		h.nlmsg_seq = kernel.seq;
		memcpy(p + at, &h, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len >= n - at)
			return;
		if (NLMSG_ALIGN(h.nlmsg_len) > n - at)
			return;
	}
}

ssize_t recvmsg(int fd, struct msghdr *m, int flags)
{
	struct iovec *to = m->msg_iov;
	size_t n;

	(void)fd, (void)flags;
	allow();
	if (kernel.rest.n < 2) {
		errno = EAGAIN;
		return -1;
	}
	n = (unsigned char)kernel.rest.p[0] | (size_t)(unsigned char)kernel.rest.p[1] << 8;
	kernel.rest = span_sub(kernel.rest, 2, kernel.rest.n);
	if (n > kernel.rest.n)
		n = kernel.rest.n;
	memcpy(to->iov_base, kernel.rest.p, n);
	kernel.rest = span_sub(kernel.rest, n, kernel.rest.n);
	number(to->iov_base, n);
	forbid(*to, n);
	m->msg_flags = 0;
	return (ssize_t)n;
}

static void run(tool *t, const char *args)
{
	const struct source s = {.id = "fuzz", .how = SOURCE_TOOL, .cap = CAP};
	const struct host h = {.root = ""};
	struct kept kept = {0};
	struct job j = {.kept = &kept};
	char text[128];
	struct buf note = BUF_OVER(text);
	int error = 0;

	job_reset(&j, &s, &h);
	j.prefix = "";
	(void)job_begin(&j, SPAN("cmd/x"));
	(void)t(&j, span_of(args), &error, &note);
	if (j.text.n > CAP)
		abort();
	job_free(&j);
	if (kept.p)
		kept.free(kept.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct {
		tool *tool;
		const char *args;
	} asks[] = {
		{tool_ss, "-tanmieo"},
		{tool_tc, "-s qdisc"},
		{tool_ss, "-ltnm"   },
		{tool_ss, "-tan"    }
        };
	const size_t asks_n = sizeof(asks) / sizeof(asks[0]);
	char *copy = input_copy((struct span){(const char *)data, n});
	size_t ask = n ? data[0] % (asks_n + 1) : 0;
	struct ethtool_nl answer;

	kernel.rest = span_sub((struct span){copy, n}, 1, n);
	if (ask < asks_n)
		run(asks[ask].tool, asks[ask].args);
	else
		(void)ethtool_nl_get("eth0", ETHTOOL_MSG_RINGS_GET, &answer);
	free(copy);
	return 0;
}
