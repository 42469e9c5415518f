/* The admin URLs that --metrics takes.  Pure. */
#ifndef COLLECT_URL_H
#define COLLECT_URL_H

#include <stdbool.h>

#include "schema/buf.h"
#include "schema/err.h"
#include "schema/span.h"

struct url {
	struct span base;       /* "http://host:9990", with a path before /admin if there is one */
	struct span host, port; /* port empty = 80; host with brackets as it was given */
	struct span socket;     /* of unix:/PATH, else empty */
	struct span path;       /* of a Prometheus endpoint, "/stats/prometheus"; else empty */
	struct span query;      /* behind it, "?usedonly", or empty */
};

/*
 * "http://host:9990", "host:9990", a trailing '/' or a full .../admin/metrics.json,
 * "unix:/run/l5d.sock".  A path that ends in /metrics or /prometheus is of Prometheus'
 * text: it is the whole of what is asked for there.  Views of `text`.  -1 with *e: https and
 * other schemes, no host, a port that is none, control characters, a path of odd characters.
 */
int url_parse(struct span text, struct url *u, struct err *e);

/* "127.0.0.1_9990", "unix_.run.l5d.sock": the server as a folder's name. */
void url_put_folder(struct buf *b, const struct url *u);

#endif
