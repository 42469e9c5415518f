/* As much of HTTP/1.1 as the lab's programs speak among themselves and with curl: no chunks. */
#ifndef LAB_LIB_HTTP_H
#define LAB_LIB_HTTP_H

#include "tests/lab/lib/conn.h"

struct http_message {
	struct span method, target; /* of a request */
	unsigned status;            /* of a response */
	struct span host;           /* without a port */
	bool keep_alive;
	struct span body;
	size_t bytes; /* of all of it */
};

enum http_got { HTTP_PART, HTTP_WHOLE, HTTP_BAD };

/* The first message of `in`; its spans are of `in`. */
enum http_got http_parse(struct span in, struct http_message *m);
/*
 * The message as a proxy passes it on: `Connection` is between two neighbours and is not
 * passed; the next one is told to close when `close`.
 */
void http_pass_on(struct bytes *out, struct span message, bool close);
/* A response's head, and a body of `body` bytes is to follow. */
void http_head_put(struct bytes *out, unsigned status, const char *type, size_t body,
                   bool keep_alive);

#endif
