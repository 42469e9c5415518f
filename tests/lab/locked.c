/*
 * A connection to itself whose receiving socket stays locked: recv() copies into a page that
 * userfaultfd withholds, and what arrives meanwhile must wait in the socket's backlog.
 *
 * usage: locked ADDRESS PORT CLIENT_PORT HOLD_MS EVERY_MS
 *
 * Prints "ready"; from then on holds the lock for HOLD_MS once in EVERY_MS (HOLD_MS 0: never,
 * it just reads). Ends when its standard input does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "schema/span.h"

enum { PAGE = 4096, RCVBUF = 65536 };

struct held {
	int fault, reader, writer;
	unsigned char *page;
};

static void fail(const char *what)
{
	fprintf(stderr, "locked: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t number(const char *text, uint64_t max)
{
	uint64_t n;
	if (!span_u64(span_of(text), max, &n)) {
		fprintf(stderr, "locked: no number up to %llu: %s\n", (unsigned long long)max,
		        text);
		exit(2);
	}
	return n;
}

static struct sockaddr_in at(const char *address, const char *port)
{
	struct sockaddr_in a = {.sin_family = AF_INET,
	                        .sin_port = htons((uint16_t)number(port, UINT16_MAX))};
	if (inet_pton(AF_INET, address, &a.sin_addr) != 1)
		fail(address);
	return a;
}

static void pair(struct held *h, char **argv)
{
	struct sockaddr_in server = at(argv[1], argv[2]), client = at(argv[1], argv[3]);
	int one = 1, size = RCVBUF, small = PAGE; /* both are room in the backlog */
	int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	h->writer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(l, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	setsockopt(l, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
	setsockopt(h->writer, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(l, (void *)&server, sizeof server) || listen(l, 1) ||
	    bind(h->writer, (void *)&client, sizeof client) ||
	    connect(h->writer, (void *)&server, sizeof server))
		fail("connection");
	h->reader = accept(l, NULL, NULL);
	if (h->reader < 0)
		fail("accept");
	close(l);
}

static void withhold(struct held *h)
{
	struct uffdio_api api = {.api = UFFD_API};
	h->fault = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (h->fault < 0 || ioctl(h->fault, UFFDIO_API, &api))
		fail("userfaultfd");
	h->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register r = {
		.range = {(uintptr_t)h->page, PAGE},
                  .mode = UFFDIO_REGISTER_MODE_MISSING
        };
	if (h->page == MAP_FAILED || ioctl(h->fault, UFFDIO_REGISTER, &r))
		fail("userfaultfd page");
}

/* In a thread of its own: it sleeps in the fault, with the socket's lock. */
static void *take(void *of)
{
	struct held *h = of;
	if (recv(h->reader, h->page, PAGE, 0) < 0)
		fail("recv");
	return NULL;
}

/* MS until standard input ends: then the program does. */
static void pause_for(int ms)
{
	struct pollfd input = {.fd = 0, .events = POLLIN};
	char rest[64];
	if (poll(&input, 1, ms) > 0 && read(0, rest, sizeof rest) <= 0)
		exit(0);
}

static void hold(struct held *h, int ms)
{
	pthread_t t;
	unsigned char b[64] = {1};
	if (send(h->writer, b, sizeof b, 0) < 0)
		fail("send");
	if (pthread_create(&t, NULL, take, h) != 0)
		fail("thread");
	pause_for(ms);
	struct uffdio_zeropage z = {
		.range = {(uintptr_t)h->page, PAGE}
        };
	ioctl(h->fault, UFFDIO_ZEROPAGE, &z);
	pthread_join(t, NULL);
	madvise(h->page, PAGE, MADV_DONTNEED);
}

int main(int argc, char **argv)
{
	struct held h = {0};
	if (argc != 6) {
		fprintf(stderr, "usage: locked ADDRESS PORT CLIENT_PORT HOLD_MS EVERY_MS\n");
		return 2;
	}
	int hold_ms = (int)number(argv[4], INT_MAX), every_ms = (int)number(argv[5], INT_MAX);
	withhold(&h);
	pair(&h, argv);
	printf("ready\n");
	fflush(stdout);
	for (;;) {
		hold(&h, hold_ms);
		pause_for(every_ms - hold_ms);
	}
}
