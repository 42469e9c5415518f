#include "tests/lab/lib/conn.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/unit.h"

#define HIGH_WATER ((size_t)(64 * KIB)) /* Netty's writeBufferHighWaterMark and low one */
#define LOW_WATER  ((size_t)(32 * KIB))
#define CHUNK      ((size_t)(64 * KIB))

static void room(struct bytes *b, size_t more)
{
	if (b->at == b->n)
		b->at = b->n = 0;
	if (b->n + more <= b->cap)
		return;
	if (b->at > 0) {
		memmove(b->p, b->p + b->at, b->n - b->at);
		b->n -= b->at;
		b->at = 0;
	}
	if (b->n + more <= b->cap)
		return;
	b->cap = b->n + more + b->cap;
	b->p = must_grow(b->p, b->cap);
}

void bytes_put(struct bytes *b, struct span s)
{
	if (s.n == 0)
		return;
	room(b, s.n);
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void bytes_fmt(struct bytes *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n <= 0)
		return;
	room(b, (size_t)n + 1);
	va_start(args, format);
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
	va_end(args);
	b->n += (size_t)n;
}

struct span bytes_span(const struct bytes *b)
{
	return (struct span){.p = b->p ? b->p + b->at : "", .n = b->n - b->at};
}

void bytes_take(struct bytes *b, size_t n)
{
	b->at += n < b->n - b->at ? n : b->n - b->at;
	if (b->at == b->n && b->cap > CHUNK)
		bytes_free(b); /* an idle connection keeps no large buffer */
}

void bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){0};
}

bool address_parse(struct span text, address *a)
{
	char host[INET_ADDRSTRLEN];
	struct buf b = BUF_OVER(host);
	struct span ip;
	uint64_t port;

	*a = (address){.sin_family = AF_INET};
	if (!span_rcut(&text, ':', &ip) || !span_u64(text, UINT16_MAX, &port))
		return false;
	buf_put(&b, ip);
	a->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, buf_cstr(&b), &a->sin_addr) == 1;
}

void address_put(struct buf *b, const address *a)
{
	char text[INET_ADDRSTRLEN];

	buf_fmt(b, "%s:%u", inet_ntop(AF_INET, &a->sin_addr, text, sizeof(text)),
	        (unsigned)ntohs(a->sin_port));
}

bool address_same(const address *a, const address *b)
{
	return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
}

static int on(int fd, int level, int option)
{
	const int one = 1;

	return setsockopt(fd, level, option, &one, sizeof(one));
}

int listen_on(const address *a, int backlog)
{
	char text[64];
	struct buf b = BUF_OVER(text);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	address_put(&b, a);
	if (fd < 0 || on(fd, SOL_SOCKET, SO_REUSEADDR) ||
	    bind(fd, (const struct sockaddr *)a, sizeof(*a)) || listen(fd, backlog))
		err(3, "listen on %s", buf_cstr(&b));
	return fd;
}

bool conn_is_open(const struct conn *c)
{
	return c->watch.ready != NULL;
}

static uint32_t wanted(const struct conn *c)
{
	uint32_t in = c->held || c->connecting ? 0 : EPOLLIN;

	return in | (c->connecting || c->out.n > c->out.at ? EPOLLOUT : 0);
}

static void end(struct conn *c, int error)
{
	c->ops->end(c->of, error);
}

void conn_account(struct conn *c)
{
	int64_t ns = c->loop->now - c->since_ns;

	*(c->unwritable ? &c->unwritable_ns : &c->writable_ns) += ns > 0 ? ns : 0;
	c->since_ns = c->loop->now;
}

static void note_writable(struct conn *c)
{
	size_t waiting = c->out.n - c->out.at;

	if (c->unwritable ? waiting < LOW_WATER : waiting > HIGH_WATER) {
		conn_account(c);
		c->unwritable = !c->unwritable;
	}
}

void conn_flush(struct conn *c)
{
	while (!c->connecting && c->out.n > c->out.at) {
		struct span s = bytes_span(&c->out);
		ssize_t n = send(c->watch.fd, s.p, s.n, MSG_NOSIGNAL);

		if (n <= 0)
			break; /* what is wrong with it, EPOLLERR says */
		c->sent += (uint64_t)n;
		bytes_take(&c->out, (size_t)n);
	}
	note_writable(c);
	loop_change(c->loop, &c->watch, wanted(c));
}

void conn_hold(struct conn *c, bool held)
{
	c->held = held;
	loop_change(c->loop, &c->watch, wanted(c));
}

/* What there is; -1 when the peer closed, else errno. */
static int receive(struct conn *c)
{
	size_t left = c->read_max ? c->read_max : SIZE_MAX;

	while (left > 0) {
		size_t max = left < CHUNK ? left : CHUNK;

		room(&c->in, max < 4096 ? max : 4096);
		size_t space = c->in.cap - c->in.n;
		ssize_t n = recv(c->watch.fd, c->in.p + c->in.n, space < max ? space : max, 0);
		if (n == 0)
			return -1;
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : errno;
		c->in.n += (size_t)n;
		c->received += (uint64_t)n;
		left -= (size_t)n;
		if ((size_t)n < space && (size_t)n < max)
			return 0;
	}
	return 0;
}

static int connected(struct conn *c)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(c->watch.fd, SOL_SOCKET, SO_ERROR, &error, &n))
		return errno;
	return error;
}

/* False when the connection could not be made: its owner has closed it. */
static bool connect_done(struct conn *c)
{
	int error = connected(c);

	if (error) {
		end(c, error);
		return false;
	}
	c->connecting = false;
	return true;
}

static void read_ready(struct conn *c)
{
	struct loop *l = c->loop;
	size_t before = c->in.n - c->in.at;
	int status = receive(c);

	if (c->in.n - c->in.at > before)
		c->ops->data(c->of);
	if (l->current && status)
		end(c, status < 0 ? 0 : status);
}

static void ready(void *of, uint32_t events)
{
	struct conn *c = of;
	struct loop *l = c->loop;
	bool fresh = c->connecting;

	if (fresh && !connect_done(c))
		return;
	l->current = c; /* NULL as soon as somebody closes it */
	if (fresh)
		c->ops->open(c->of);
	if (l->current && events & EPOLLOUT)
		conn_flush(c);
	if (l->current && events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		read_ready(c);
	l->current = NULL;
}

static int begin(struct conn *c, struct loop *l, int fd, const struct conn_ops *ops, void *of)
{
	c->loop = l;
	c->watch = (struct watch){.fd = fd, .ready = ready, .of = c};
	c->ops = ops;
	c->of = of;
	c->opened_ns = c->since_ns = l->now;
	(void)on(fd, IPPROTO_TCP, TCP_NODELAY);
	int error = loop_watch(l, &c->watch, wanted(c));
	if (error) {
		close(fd);
		*c = (struct conn){0};
	}
	return error;
}

int conn_accept(struct conn *c, struct loop *l, int fd, const struct conn_ops *ops, void *of)
{
	*c = (struct conn){0};
	return begin(c, l, fd, ops, of);
}

int conn_connect(struct conn *c, struct loop *l, const address *to, const address *source,
                 int rcvbuf, const struct conn_ops *ops, void *of)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*c = (struct conn){.connecting = true};
	if (fd < 0)
		return errno;
	if (rcvbuf > 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof(rcvbuf));
	if (source)
		(void)on(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT);
	if ((source && bind(fd, (const struct sockaddr *)source, sizeof(*source))) ||
	    (connect(fd, (const struct sockaddr *)to, sizeof(*to)) && errno != EINPROGRESS)) {
		int error = errno;

		close(fd);
		*c = (struct conn){0};
		return error;
	}
	return begin(c, l, fd, ops, of);
}

void conn_close(struct conn *c, bool reset)
{
	const struct linger now = {.l_onoff = 1};

	if (!conn_is_open(c))
		return;
	if (c->loop->current == c)
		c->loop->current = NULL;
	loop_unwatch(c->loop, &c->watch);
	if (reset)
		(void)setsockopt(c->watch.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(c->watch.fd);
	bytes_free(&c->in);
	bytes_free(&c->out);
	c->watch = (struct watch){.fd = -1};
}
