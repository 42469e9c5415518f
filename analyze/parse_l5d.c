#include "analyze/parse_l5d.h"

#include <stdlib.h>

#define PARTS_MAX 64 /* an id of a transformer's client has some ten */

bool l5d_flat_open(struct l5d_flat *f, size_t n)
{
	*f = (struct l5d_flat){
		.entry = calloc(n + 1, sizeof(*f->entry)),
		.clients.name = calloc(n + 1, sizeof(*f->clients.name)),
		.services.name = calloc(n + 1, sizeof(*f->services.name)),
	};
	return f->entry && f->clients.name && f->services.name;
}

void l5d_flat_close(struct l5d_flat *f)
{
	free(f->entry);
	free(f->clients.name);
	free(f->services.name);
}

void l5d_flat_add(struct l5d_flat *f, struct span key, const void *value)
{
	f->entry[f->n++] = (struct l5d_entry){key, value};
}

static int by_key(const void *a, const void *b)
{
	return span_cmp(((const struct l5d_entry *)a)->key, ((const struct l5d_entry *)b)->key);
}

static int by_name(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* "rt/ROUTER/" and one of the names of a scope; *key goes on behind them. */
static bool skip_scope(struct span *key, const char *name, const char *old, struct span *router)
{
	struct span s = *key;

	if (!span_skip(&s, SPAN("rt/")) || !span_cut(&s, '/', router) ||
	    (!span_skip(&s, span_of(name)) && !span_skip(&s, span_of(old))))
		return false;
	*key = s;
	return true;
}

/* At most that many parts of a name can be an id, so that odd keys cost no more. */
static struct span first_parts(struct span key)
{
	size_t parts = 0;

	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] == '/' && ++parts == PARTS_MAX)
			return span_sub(key, 0, i + 1);
	return key;
}

/* The longest of `names` that is followed by a slash in `key`; empty when none is. */
static struct span longest_prefix(const struct l5d_names *names, struct span key)
{
	struct span rest = first_parts(key), head;

	while (names->n && span_rcut(&rest, '/', &head)) {
		if (bsearch(&head, names->name, names->n, sizeof(head), by_name))
			return head;
		rest = head;
	}
	return (struct span){0};
}

static bool contains(struct span s, struct span needle)
{
	return span_search(s, needle) < s.n;
}

static void names_sort(struct l5d_names *names)
{
	if (names->n)
		qsort(names->name, names->n, sizeof(*names->name), by_name);
}

/*
 * Only a client counts connects, so that key ends a client's id.  Ids with a "/service/"
 * of their own are taken in a second round, when no shorter id explains them.
 */
static void find_clients(struct l5d_flat *f, bool with_service)
{
	size_t known = f->clients.n;

	for (size_t i = 0; i < f->n; i++) {
		struct span key = f->entry[i].key, router;
		bool nested = contains(key, SPAN("/service/")) || contains(key, SPAN("/path/"));

		if (!span_ends(key, SPAN("/connects")) ||
		    !skip_scope(&key, "client/", "dst/id/", &router))
			continue;
		key = span_sub(f->entry[i].key, 0, f->entry[i].key.n - sizeof("/connects") + 1);
		if (nested != with_service)
			continue;
		if (with_service &&
		    longest_prefix(&(struct l5d_names){f->clients.name, known}, key).n)
			continue;
		f->clients.name[f->clients.n++] = key;
	}
	names_sort(&f->clients);
}

/* Each service counts requests, below its router or below a client. */
static void find_services(struct l5d_flat *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct span key = f->entry[i].key, router, client;

		if (!span_ends(key, SPAN("/requests")))
			continue;
		client = longest_prefix(&f->clients, key);
		if (client.n) {
			key = span_sub(key, client.n, key.n);
			if (!span_starts(key, SPAN("/service/")) &&
			    !span_starts(key, SPAN("/path/")))
				continue;
		} else if (!skip_scope(&key, "service/", "dst/path/", &router)) {
			continue;
		}
		key = f->entry[i].key;
		f->services.name[f->services.n++] =
			span_sub(key, 0, key.n - sizeof("/requests") + 1);
	}
	names_sort(&f->services);
}

void l5d_flat_sort(struct l5d_flat *f)
{
	qsort(f->entry, f->n, sizeof(*f->entry), by_key);
	find_clients(f, false);
	find_clients(f, true);
	find_services(f);
}

/* What is left of `key` behind `prefix` and a slash. */
static struct span behind(struct span key, struct span prefix)
{
	return span_sub(key, prefix.n + 1, key.n);
}

static bool place_client(const struct l5d_flat *f, struct span key, struct l5d_place *at)
{
	struct span id = key, router, client = longest_prefix(&f->clients, key), service;

	if (!client.n || !skip_scope(&id, "client/", "dst/id/", &router))
		return false;
	service = longest_prefix(&f->services, key);
	at->router = router;
	at->scope = SPAN("client");
	at->id = span_sub(id, 0, id.n - (key.n - client.n));
	at->metric = behind(key, client);
	if (service.n > client.n) {
		at->service = span_sub(service, client.n, service.n);
		(void)(span_skip(&at->service, SPAN("/service/")) ||
		       span_skip(&at->service, SPAN("/path/")));
		at->metric = behind(key, service);
	}
	return true;
}

static bool place_service(const struct l5d_flat *f, struct span key, struct l5d_place *at)
{
	struct span id = key, router, service = longest_prefix(&f->services, key);

	if (!service.n || !skip_scope(&id, "service/", "dst/path/", &router))
		return false;
	at->router = router;
	at->scope = SPAN("service");
	at->id = span_sub(id, 0, id.n - (key.n - service.n));
	at->metric = behind(key, service);
	return true;
}

/* "rt/http/server/0.0.0.0/4140/requests" */
static bool place_server(struct span key, struct l5d_place *at)
{
	struct span rest = key, router, ip, port;

	if (!skip_scope(&rest, "server/", "srv/", &router) || !span_cut(&rest, '/', &ip) ||
	    !span_cut(&rest, '/', &port))
		return false;
	at->router = router;
	at->scope = SPAN("server");
	at->id = (struct span){ip.p, ip.n + 1 + port.n};
	at->metric = rest;
	return true;
}

struct l5d_place l5d_place(const struct l5d_flat *f, struct span key)
{
	struct l5d_place at = {.metric = key};

	if (span_starts(key, SPAN("rt/")) && !place_client(f, key, &at) &&
	    !place_service(f, key, &at))
		(void)place_server(key, &at);
	return at;
}
