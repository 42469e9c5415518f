/*
 * linkerd 1.3.5 and later, GET /client_state.json: the addresses behind each client,
 * the only place that tells them.
 *
 *   {"#/io.l5d.fs/web": ["10.0.0.1:8080", "10.0.0.2:8080"]}
 *
 * Versions differ in what stands around the addresses, so they are looked for: a text
 * "IP:PORT", or an object with an address and a port.  Of the names above them the
 * innermost that is not a word of the format is the client, the one above it the router.
 */
#include <arpa/inet.h>
#include <jansson.h>

#include "analyze/parse.h"
#include "analyze/parse_util.h"
#include "schema/buf.h"

#define DEPTH_MAX 12

struct context {
	struct emit *out;
	struct span router, client;
};

/* Names of members that say what their value is, not whose. */
static const struct span words[] = {
	SPAN_INIT("client"),   SPAN_INIT("clients"), SPAN_INIT("addresses"), SPAN_INIT("addrs"),
	SPAN_INIT("addr"),     SPAN_INIT("address"), SPAN_INIT("endpoints"), SPAN_INIT("endpoint"),
	SPAN_INIT("bound"),    SPAN_INIT("state"),   SPAN_INIT("hosts"),     SPAN_INIT("set"),
	SPAN_INIT("replicas"), SPAN_INIT("routers"), SPAN_INIT("rt"),
};

static const char *const host_keys[] = {"ip", "address", "addr", "host", "hostname"};

static bool is_word(struct span key)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq(key, words[i]))
			return true;
	return false;
}

/* The address as inet_ntop writes it, whatever Java made of it; false if it is none. */
static bool canonical(struct span host, struct buf *b)
{
	char text[INET6_ADDRSTRLEN], ip[sizeof(struct in6_addr)];
	struct buf copy = BUF_OVER(text);
	int family;

	if (span_skip(&host, SPAN("[")))
		host = span_sub(host, 0, span_find(host, ']'));
	buf_put(&copy, span_sub(host, 0, span_find(host, '%')));
	family = span_find(host, ':') < host.n ? AF_INET6 : AF_INET;
	if (inet_pton(family, buf_cstr(&copy), ip) != 1 || copy.cut ||
	    !inet_ntop(family, ip, text, sizeof(text)))
		return false;
	buf_str(b, text);
	return true;
}

static bool put(const struct context *c, struct span host, uint64_t port)
{
	char text[INET6_ADDRSTRLEN];
	struct buf peer = BUF_OVER(text);

	if (!canonical(host, &peer))
		return false;
	c->out->endpoint(c->out, &(struct endpoint){.router = c->router,
	                                            .client = c->client,
	                                            .peer = buf_span(&peer),
	                                            .port = (unsigned)port});
	return true;
}

/* "10.0.0.1:8080", "web/10.0.0.1:8080", "Inet(/10.0.0.1:8080,Map())", "[::1]:80" */
static bool put_text(const struct context *c, struct span s)
{
	struct span host = s;
	uint64_t port;
	size_t slash;

	if (span_skip(&s, SPAN("Inet(")))
		s = span_sub(s, 0, span_find(s, ','));
	slash = span_rfind(s, '/');
	if (slash < s.n)
		s = span_sub(s, slash + 1, s.n);
	return span_rcut(&s, ':', &host) && span_u64(s, UINT16_MAX, &port) && put(c, host, port);
}

/* {"ip": "10.0.0.1", "port": 8080} */
static bool put_object(const struct context *c, json_t *node)
{
	json_t *port = json_object_get(node, "port");

	if (!json_is_integer(port) || json_integer_value(port) < 0 ||
	    json_integer_value(port) > UINT16_MAX)
		return false;
	for (size_t i = 0; i < sizeof(host_keys) / sizeof(host_keys[0]); i++) {
		struct span host = span_of(json_string_value(json_object_get(node, host_keys[i])));

		if (host.n && put(c, host, (uint64_t)json_integer_value(port)))
			return true;
	}
	return false;
}

static struct context below(const struct context *c, const char *key)
{
	struct context inner = *c;
	struct span name = span_of(key);

	if (is_word(name))
		return inner;
	(void)span_skip(&name, SPAN("/")); /* metrics.json writes ids without it */
	inner.router = c->client;
	inner.client = name;
	return inner;
}

static void walk(const struct context *c, json_t *node, unsigned depth);

/* A member's name can be the address itself: {"10.0.0.1:8080": {"weight": 1.0}} */
static void walk_members(const struct context *c, json_t *node, unsigned depth)
{
	const char *key;
	json_t *v;

	json_object_foreach(node, key, v) {
		struct context inner = below(c, key);

		if (c->client.n && put_text(c, span_of(key)))
			continue;
		if (json_is_object(v) || json_is_array(v) || is_word(span_of(key)))
			walk(&inner, v, depth + 1);
	}
}

static void walk(const struct context *c, json_t *node, unsigned depth)
{
	struct span text = span_of(json_string_value(node));
	size_t i;
	json_t *v;

	if (depth > DEPTH_MAX) {
		c->out->note(c->out, 0, "nested too deeply", c->client);
	} else if (json_is_array(node)) {
		json_array_foreach(node, i, v) {
			walk(c, v, depth + 1);
		}
	} else if (json_is_object(node)) {
		if (!put_object(c, node))
			walk_members(c, node, depth);
	} else if (json_is_string(node) && span_find(text, ':') < text.n && !put_text(c, text)) {
		c->out->note(c->out, 0, "not an address", text);
	}
}

static void parse(const struct input *in, struct emit *out)
{
	struct context c = {.out = out};
	json_error_t error = {.text = JSON_TOO_MANY};
	json_t *root = json_is_bounded(in->text) ? json_loadb(in->text.n ? in->text.p : "",
	                                                      in->text.n, JSON_ALLOW_NUL, &error)
	                                         : NULL;

	if (root)
		walk(&c, root, 0);
	else
		out->note(out, error.line > 0 ? (size_t)error.line : 0, "not whole JSON",
		          span_of(error.text));
	json_decref(root);
}

const struct parser parser_client_state = {
	.source = "linkerd_endpoints",
	.members = (const char *const[]){"http/*/client_state.json", NULL},
	.parse = parse,
};
