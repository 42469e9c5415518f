/* The network namespaces of --netns, each with threads of its own. */
#ifndef COLLECT_NETNS_H
#define COLLECT_NETNS_H

#include <stdbool.h>

#include "collect/guard.h"
#include "collect/opts.h"
#include "schema/err.h"
#include "schema/source.h"

struct netns {
	char prefix[96]; /* of its members: "netns/blue/" */
	int fd;
	struct guard *guard;
};

struct netns_list {
	struct netns v[OPTS_LIST_MAX];
	size_t n;
};

/* -1 with *e: no such process or name. */
int netns_open(struct netns_list *l, const struct opts_list *names, struct err *e);
void netns_close(struct netns_list *l);

/* Whether a source says something else in another namespace: /proc/net, /proc/sys/net, the tools.
 */
bool netns_takes(const struct source *s);

#endif
