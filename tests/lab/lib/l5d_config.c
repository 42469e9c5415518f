/*
 * What the proxy is told: a JSON text, or the name of a file that holds one; before it,
 * --NAME VALUE for what is at its top.
 *
 *   {"minute": "3s", "version": "1.3.6",
 *    "routers": [{"label": "http", "servers": ["0.0.0.0:4140", {"listen": "0.0.0.0:4141",
 * "backlog": 16}], "clients": [{"host": "web", "endpoints": ["10.1.0.2:8080", "10.1.0.3:8080@8"],
 *                              "pool-max": 4, "attempt-timeout": "100ms"}]}]}
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/timefmt.h"
#include "schema/unit.h"
#include "tests/lab/lib/l5d.h"

#define OF(owner, label, kind, member)                                                             \
	{                                                                                          \
		.name = (label), .type = (kind), .offset = offsetof(struct owner, member)          \
	}
static const struct field top[] = {
	OF(settings, "admin", FIELD_TEXT, admin),
	OF(settings, "version", FIELD_TEXT, version),
	OF(settings, "names", FIELD_TEXT, names),
	OF(settings, "admin-fault", FIELD_TEXT, admin_fault),
	OF(settings, "discovery", FIELD_TEXT, discovery),
	OF(settings, "dns", FIELD_TEXT, dns),
	OF(settings, "dns-every", FIELD_TIME, dns_every),
	OF(settings, "minute", FIELD_TIME, minute),
	OF(settings, "age", FIELD_TIME, age),
	OF(settings, "stall-on-metrics", FIELD_TIME, stall_on_metrics),
	OF(settings, "accept-stall", FIELD_TIME, accept_stall),
	OF(settings, "accept-every", FIELD_TIME, accept_every),
	OF(settings, "bind-idle", FIELD_TIME, bind_idle),
	OF(settings, "gc-every", FIELD_TIME, gc_every),
	OF(settings, "gc-pause", FIELD_TIME, gc_pause),
	OF(settings, "safepoint-every", FIELD_TIME, safepoint_every),
	OF(settings, "safepoint-pause", FIELD_TIME, safepoint_pause),
	OF(settings, "heap-max", FIELD_COUNT, heap_max),
	OF(settings, "heap-used", FIELD_COUNT, heap_used),
	OF(settings, "num-cpus", FIELD_COUNT, num_cpus),
	OF(settings, "fd-limit", FIELD_COUNT, fd_limit),
	OF(settings, "ballast", FIELD_COUNT, ballast),
	OF(settings, "bind-cache", FIELD_COUNT, bind_cache),
	OF(settings, "burn", FIELD_SHARE, burn),
	OF(settings, "frozen", FIELD_FLAG, frozen),
};
static const struct field of_client[] = {
	OF(client_settings, "host", FIELD_TEXT, host),
	OF(client_settings, "id", FIELD_TEXT, id),
	OF(client_settings, "balancer", FIELD_TEXT, balancer),
	OF(client_settings, "delay", FIELD_TIME, delay),
	OF(client_settings, "idle-time", FIELD_TIME, idle_time),
	OF(client_settings, "backoff", FIELD_TIME, backoff),
	OF(client_settings, "connect-timeout", FIELD_TIME, connect_timeout),
	OF(client_settings, "attempt-timeout", FIELD_TIME, attempt_timeout),
	OF(client_settings, "total-timeout", FIELD_TIME, total_timeout),
	OF(client_settings, "leak-every", FIELD_TIME, leak_every),
	OF(client_settings, "churn-every", FIELD_TIME, churn_every),
	OF(client_settings, "max-effort", FIELD_COUNT, max_effort),
	OF(client_settings, "pool-min", FIELD_COUNT, pool_min),
	OF(client_settings, "pool-max", FIELD_COUNT, pool_max),
	OF(client_settings, "max-waiters", FIELD_COUNT, max_waiters),
	OF(client_settings, "accrual", FIELD_COUNT, accrual),
	OF(client_settings, "retries-per-s", FIELD_COUNT, retries_per_s),
	OF(client_settings, "retry-share", FIELD_SHARE, retry_share),
	OF(client_settings, "no-reuse", FIELD_FLAG, no_reuse),
	OF(client_settings, "retry", FIELD_FLAG, retry),
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* The value as it would stand on a command line. */
static void set_json(const struct field *fields, size_t n, void *to, const char *key,
                     const json_t *v)
{
	char *text = json_is_string(v) ? NULL : json_dumps(v, JSON_ENCODE_ANY);
	const char *s = json_is_string(v) ? json_string_value(v) : text;

	if (!s || !field_set(fields, n, to, span_of(key), span_of(s)))
		errx(2, "config: no such name or value: \"%s\": %s", key, s ? s : "?");
	free(text);
}

static void take_settings(const json_t *object, const struct field *fields, size_t n, void *to)
{
	const char *key;
	json_t *v;

	/* jansson's iterators do not change it, yet take no const */
	json_object_foreach((json_t *)(uintptr_t)object, key, v)
		if (!json_is_array(v))
			set_json(fields, n, to, key, v);
}

static address address_or_die(const char *text)
{
	address a;

	if (!text || !address_parse(span_of(text), &a))
		errx(2, "config: not ADDRESS:PORT: %s", text ? text : "no text");
	return a;
}

/* "10.1.0.3:8080@8" */
static bool endpoint_parse(const char *text, address *a, double *weight)
{
	struct span rest = span_of(text), at;
	int64_t fixed = 1000;

	if (span_cut(&rest, '@', &at)) {
		if (!span_fixed(rest, 3, &fixed))
			return false;
		rest = at;
	}
	*weight = (double)fixed / 1000;
	return fixed > 0 && address_parse(rest, a);
}

static void take_endpoints(struct client *c, const json_t *all)
{
	for (size_t i = 0; i < json_array_size(all); i++) {
		const char *text = json_string_value(json_array_get(all, i));
		double weight;
		address a;

		if (!text || !endpoint_parse(text, &a, &weight))
			errx(2, "config: not an endpoint: %s", text ? text : "no text");
		client_endpoint_add(c, &a, weight);
	}
}

static struct client *client_new(struct router *r, const json_t *j)
{
	struct client *c = MUST_NEW(struct client), **last = &r->clients;

	*c = (struct client){
		.router = r,
		.s = {.balancer = "p2c",
	              .backoff = 5 * (int64_t)NS_PER_S,
	              .connect_timeout = NS_PER_S,
	              .max_effort = 5,
	              .max_waiters = -1,
	              .accrual = 5,
	              .retries_per_s = 10,
	              .retry_share = 0.2},
	};
	if (j)
		take_settings(j, of_client, COUNT(of_client), &c->s);
	if (!*c->s.id)
		(void)snprintf(c->s.id, sizeof(c->s.id), "#/io.l5d.fs/%.200s", c->s.host);
	while (*last)
		last = &(*last)->next;
	*last = c;
	if (j)
		take_endpoints(c, json_object_get(j, "endpoints"));
	client_init(c);
	return c;
}

static void server_new(struct router *r, const json_t *j)
{
	struct server *s = MUST_NEW(struct server), **last = &r->servers;
	const json_t *backlog = json_object_get(j, "backlog");
	address a = address_or_die(
		json_string_value(json_is_object(j) ? json_object_get(j, "listen") : j));

	s->router = r;
	while (*last)
		last = &(*last)->next;
	*last = s;
	server_begin(s, &a, json_is_integer(backlog) ? (int)json_integer_value(backlog) : 1024);
}

static void router_new(struct proxy *p, const json_t *j)
{
	struct router *r = MUST_NEW(struct router), **last = &p->routers;
	const json_t *label = json_object_get(j, "label"), *servers = json_object_get(j, "servers");
	const json_t *clients = json_object_get(j, "clients");

	r->proxy = p;
	r->label = label ? json_string_value(label) : "http";
	if (!r->label)
		errx(2, "config: a router's label is a text");
	r->scope = metric_scope(metric_scope(p->root, "rt"), r->label);
	while (*last)
		last = &(*last)->next;
	*last = r;
	for (size_t i = 0; i < json_array_size(servers); i++)
		server_new(r, json_array_get(servers, i));
	for (size_t i = 0; i < json_array_size(clients); i++)
		(void)client_new(r, json_array_get(clients, i));
}

/* Clients that nobody calls, for the size of metrics.json alone. */
static void add_ballast(struct proxy *p)
{
	for (int64_t i = 0; i < p->s.ballast && p->routers; i++) {
		struct client *c = client_new(p->routers, NULL);

		(void)snprintf(c->s.id, sizeof(c->s.id), "#/io.l5d.fs/ballast-%lld", (long long)i);
		metrics_bind(&c->m, scope_of(p->routers, SCOPE_CLIENT, c->s.id), SCOPE_CLIENT,
		             p->version);
	}
}

static json_t *load(const char *text)
{
	json_error_t error;
	json_t *j = *text == '{' ? json_loads(text, 0, &error) : json_load_file(text, 0, &error);

	if (!json_is_object(j))
		errx(2, "config: line %d: %s", j ? 1 : error.line, j ? "no object" : error.text);
	return j;
}

/* "1.3.6" */
static int version_number(struct span text)
{
	uint64_t parts[3] = {0};

	for (size_t i = 0; i < 3 && span_take_u64(&text, 99, &parts[i]); i++)
		(void)span_skip(&text, SPAN("."));
	return VERSION((int)parts[0], (int)parts[1], (int)parts[2]);
}

/* --NAME VALUE become members of the config; what is left is the config. */
static void take_options(struct proxy *p, int argc, char **argv)
{
	int at = 1;

	p->config = argc % 2 == 0 ? load(argv[argc - 1]) : json_object();
	for (; at + 1 < argc; at += 2) {
		if (strncmp(argv[at], "--", 2) != 0)
			errx(2, "usage: linkerd [--NAME VALUE]... CONFIG");
		json_object_set_new(p->config, argv[at] + 2, json_string(argv[at + 1]));
	}
}

void config_read(struct proxy *p, int argc, char **argv)
{
	p->s = (struct settings){
		.admin = "127.0.0.1:9990",
		.version = "1.3.6",
		.minute = (int64_t)60 * NS_PER_S,
		.age = (int64_t)4 * 3600 * NS_PER_S,
		.bind_idle = (int64_t)600 * NS_PER_S,
		.bind_cache = 100,
		.heap_max = (int64_t)1024 * MIB,
		.heap_used = (int64_t)200 * MIB,
		.num_cpus = sysconf(_SC_NPROCESSORS_ONLN),
	};
	take_options(p, argc, argv);
	take_settings(p->config, top, COUNT(top), &p->s);
	p->version = version_number(span_of(p->s.version));
	p->old_names = p->version < VERSION(1, 0, 0) || strcmp(p->s.names, "old") == 0;
	const json_t *routers = json_object_get(p->config, "routers");
	for (size_t i = 0; i < json_array_size(routers); i++)
		router_new(p, json_array_get(routers, i));
	add_ballast(p);
}

static bool listed(const json_t *all, const address *a)
{
	for (size_t i = 0; i < json_array_size(all); i++) {
		const char *text = json_string_value(json_array_get(all, i));
		double weight;
		address b;

		if (text && endpoint_parse(text, &b, &weight) && address_same(a, &b))
			return true;
	}
	return false;
}

static bool known(const struct client *c, const address *a)
{
	for (const struct endpoint *e = c->endpoints; e; e = e->next)
		if (!e->gone && address_same(&e->at, a))
			return true;
	return false;
}

static void update(struct client *c, const json_t *all)
{
	for (struct endpoint *e = c->endpoints, *next; e; e = next) {
		next = e->next;
		if (!e->gone && !listed(all, &e->at))
			client_endpoint_remove(e);
	}
	for (size_t i = 0; i < json_array_size(all); i++) {
		const char *text = json_string_value(json_array_get(all, i));
		double weight;
		address a;

		if (text && endpoint_parse(text, &a, &weight) && !known(c, &a))
			client_endpoint_add(c, &a, weight);
	}
}

bool config_discovery(struct proxy *p, const json_t *all)
{
	if (!json_is_object(all))
		return false;
	for (struct router *r = p->routers; r; r = r->next)
		for (struct client *c = r->clients; c; c = c->next) {
			const json_t *endpoints = json_object_get(all, c->s.id);

			if (json_is_array(endpoints))
				update(c, endpoints);
		}
	return true;
}

void config_free(struct proxy *p)
{
	for (struct router *r = p->routers; r;) {
		struct router *gone = r;

		while (r->clients) {
			struct client *c = r->clients;

			r->clients = c->next;
			for (struct endpoint *e = c->endpoints, *next; e; e = next) {
				next = e->next;
				e->gone = true;
				pool_drain(e);
			}
			free(c);
		}
		while (r->servers) {
			struct server *s = r->servers;

			r->servers = s->next;
			free(s);
		}
		r = r->next;
		free(gone);
	}
	json_decref(p->config);
}
