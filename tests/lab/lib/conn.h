/* TCP sockets with their buffers, for the lab's programs. */
#ifndef LAB_LIB_CONN_H
#define LAB_LIB_CONN_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "schema/buf.h"
#include "schema/span.h"
#include "tests/lab/lib/loop.h"

/* Bytes that come in at the end and are taken from the front.  Zeroed, it is empty. */
struct bytes {
	char *p;
	size_t at, n, cap; /* what is there: [at, n) */
};

void bytes_put(struct bytes *b, struct span s);
__attribute__((format(printf, 2, 3))) void bytes_fmt(struct bytes *b, const char *format, ...);
struct span bytes_span(const struct bytes *b);
void bytes_take(struct bytes *b, size_t n);
void bytes_free(struct bytes *b);

typedef struct sockaddr_in address;

/* "127.0.0.1:4140".  False for anything else. */
bool address_parse(struct span text, address *a);
void address_put(struct buf *b, const address *a);
bool address_same(const address *a, const address *b);

/* A listening socket, not yet watched; ends the program when there can be none. */
int listen_on(const address *a, int backlog);

/* What becomes of a connection is told to `of`; any of these may close it. */
struct conn_ops {
	void (*open)(void *of);           /* connected; not called for what was accepted */
	void (*data)(void *of);           /* there is more in `in` */
	void (*end)(void *of, int error); /* the peer closed (0), or errno; to be closed now */
};

struct conn {
	struct loop *loop;
	struct watch watch;
	const struct conn_ops *ops;
	void *of;
	struct bytes in, out;
	bool connecting;
	bool held;       /* nothing is read from it */
	size_t read_max; /* bytes at once; 0 = as many as there are */
	int64_t opened_ns;
	uint64_t received, sent; /* bytes */
	/* as Netty sees it: more than 64 KiB wait to be written */
	bool unwritable;
	int64_t since_ns; /* that it is so */
	int64_t writable_ns, unwritable_ns;
};

/* An accepted socket; errno or 0.  After an error there is nothing to close. */
int conn_accept(struct conn *c, struct loop *l, int fd, const struct conn_ops *ops, void *of);
/* Begins to connect, from `source` unless it is NULL; rcvbuf in bytes or 0. */
int conn_connect(struct conn *c, struct loop *l, const address *to, const address *source,
                 int rcvbuf, const struct conn_ops *ops, void *of);
bool conn_is_open(const struct conn *c);
/* Writes what is in `out` as far as it goes.  Errors come as end() in the loop's next round. */
void conn_flush(struct conn *c);
void conn_hold(struct conn *c, bool held);
/* With a RST instead of a FIN when `reset`.  Closing what is closed does nothing. */
void conn_close(struct conn *c, bool reset);
/* Counts the time until now as that of the present state. */
void conn_account(struct conn *c);

#endif
