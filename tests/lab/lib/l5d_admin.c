/* The admin port: what the proxy answers about itself, and how it can fail to. */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/l5d.h"

struct admin_session {
	struct proxy *proxy;
	struct conn conn;
	struct admin_session *next, **of;
};

struct answer {
	unsigned status;
	const char *type;
	struct bytes body;
};

static void refresh(struct proxy *p)
{
	for (struct router *r = p->routers; r; r = r->next) {
		for (struct server *s = r->servers; s; s = s->next)
			server_gauges(s);
		for (struct client *c = r->clients; c; c = c->next)
			client_gauges(c);
	}
	jvm_gauges(p);
}

/* "a/b": the metric below; ids that hold slashes cannot be reached so, nor could they in linkerd.
 */
static const struct metric *subtree(const struct metric *m, struct span path)
{
	struct span part;

	for (bool more = path.n > 0; more && m;) {
		more = span_cut(&path, '/', &part);
		m = m->child;
		while (m && !span_eq(span_of(m->name), more ? part : path))
			m = m->next;
	}
	return m;
}

static void pretty(struct bytes *body)
{
	json_t *all = json_loadb(body->p, body->n, 0, NULL);
	char *text = all ? json_dumps(all, JSON_SORT_KEYS | JSON_INDENT(2)) : NULL;

	if (text) {
		bytes_free(body);
		bytes_put(body, span_of(text));
	}
	free(text);
	json_decref(all);
}

static void metrics_json(struct proxy *p, struct span query, struct answer *a)
{
	struct metrics_form form = {.empty_as_zeros = p->version < VERSION(0, 9, 0)};
	const struct metric *root = p->root;
	struct span part;
	bool indent = false;

	jvm_stop_the_world(p, p->s.stall_on_metrics);
	refresh(p);
	for (bool more = query.n > 0; more;) {
		more = span_cut(&query, '&', &part);
		if (!more)
			part = query;
		form.tree |= span_eq(part, SPAN("tree=1")) && p->version >= VERSION(0, 9, 1);
		indent |= span_eq(part, SPAN("pretty=true"));
		if (span_skip(&part, SPAN("q=")) && p->version >= VERSION(0, 9, 1))
			root = subtree(p->root, part);
	}
	if (root)
		metrics_put(&a->body, root, &form);
	else
		bytes_put(&a->body, SPAN("{}"));
	if (indent)
		pretty(&a->body);
}

static void addresses_put(struct bytes *out, const struct client *c)
{
	const char *comma = "";

	for (const struct endpoint *e = c->endpoints; e; e = e->next) {
		char text[64];
		struct buf b = BUF_OVER(text);

		if (e->gone)
			continue;
		address_put(&b, &e->at);
		bytes_fmt(out, "%s\"%s\"", comma, buf_cstr(&b));
		comma = ",";
	}
}

static void client_state(struct proxy *p, struct span query, struct answer *a)
{
	const char *comma = "";

	(void)query;
	if (p->version < VERSION(1, 3, 5)) {
		a->status = 404;
		return;
	}
	bytes_put(&a->body, SPAN("{"));
	for (const struct router *r = p->routers; r; r = r->next)
		for (const struct client *c = r->clients; c; c = c->next) {
			if (!c->bound)
				continue;
			bytes_fmt(&a->body, "%s\"%s\":[", comma, c->s.id);
			addresses_put(&a->body, c);
			bytes_put(&a->body, SPAN("]"));
			comma = ",";
		}
	bytes_put(&a->body, SPAN("}"));
}

static void config_json(struct proxy *p, struct span query, struct answer *a)
{
	char *text = json_dumps(p->config, JSON_INDENT(2));

	(void)query;
	bytes_put(&a->body, span_of(text));
	free(text);
}

static void server_info(struct proxy *p, struct span query, struct answer *a)
{
	(void)query;
	bytes_fmt(
		&a->body,
		"{\"name\":\"linkerd\",\"version\":\"%s\",\"build\":\"imitation\",\"uptime\":%lld}",
		p->s.version, (long long)((p->s.age + p->loop.now - p->born) / NS_PER_MS));
}

static void ping(struct proxy *p, struct span query, struct answer *a)
{
	(void)p;
	(void)query;
	a->type = "text/plain";
	bytes_put(&a->body, SPAN("pong"));
}

static const struct {
	struct span path;
	void (*answer)(struct proxy *p, struct span query, struct answer *a);
} pages[] = {
	{SPAN_INIT("/admin/metrics.json"), metrics_json},
	{SPAN_INIT("/client_state.json"),  client_state},
	{SPAN_INIT("/config.json"),        config_json },
	{SPAN_INIT("/admin/server_info"),  server_info },
	{SPAN_INIT("/admin/ping"),         ping        },
};

static void ask(struct proxy *p, const struct http_message *m, struct answer *a)
{
	struct span query = m->target, path;

	if (!span_cut(&query, '?', &path)) {
		path = m->target;
		query = (struct span){0};
	}
	if (span_eq(m->method, SPAN("POST")) && span_eq(path, SPAN("/lab/endpoints"))) {
		json_t *all = json_loadb(m->body.p, m->body.n, 0, NULL);

		a->status = config_discovery(p, all) ? 200 : 400;
		json_decref(all);
		return;
	}
	a->status = 404;
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (span_eq(path, pages[i].path)) {
			a->status = 200;
			pages[i].answer(p, query, a);
		}
}

/* False when there is to be no answer. */
static bool spoil(const struct proxy *p, struct answer *a)
{
	struct span how = span_of(p->s.admin_fault);

	if (span_eq(how, SPAN("forbidden")))
		a->status = 403;
	if (span_eq(how, SPAN("missing")))
		a->status = 404;
	if (a->status != 200)
		bytes_free(&a->body);
	if (span_eq(how, SPAN("truncated")))
		a->body.n /= 2;
	if (span_eq(how, SPAN("garbage"))) {
		bytes_free(&a->body);
		a->type = "text/html";
		bytes_put(&a->body, SPAN("<html>not what you think</html>"));
	}
	return !span_eq(how, SPAN("hang"));
}

static void close_session(struct admin_session *s)
{
	conn_close(&s->conn, false);
	*s->of = s->next;
	if (s->next)
		s->next->of = s->of;
	free(s);
}

static void end(void *of, int error)
{
	(void)error;
	close_session(of);
}

static void data(void *of)
{
	struct admin_session *s = of;
	struct http_message m;
	enum http_got got = http_parse(bytes_span(&s->conn.in), &m);
	struct answer a = {.type = "application/json"};

	if (got == HTTP_PART)
		return;
	if (got == HTTP_BAD)
		return close_session(s);
	ask(s->proxy, &m, &a);
	bytes_take(&s->conn.in, m.bytes);
	if (spoil(s->proxy, &a)) {
		http_head_put(&s->conn.out, a.status, a.type, a.body.n, true);
		bytes_put(&s->conn.out, bytes_span(&a.body));
		conn_flush(&s->conn);
	}
	bytes_free(&a.body);
}

static const struct conn_ops admin_ops = {.data = data, .end = end};

static void accept_all(void *of, uint32_t events)
{
	struct proxy *p = of;
	int fd;

	(void)events;
	while ((fd = accept4(p->admin.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct admin_session *s = MUST_NEW(struct admin_session);

		s->proxy = p;
		if (conn_accept(&s->conn, &p->loop, fd, &admin_ops, s)) {
			free(s);
			continue;
		}
		s->next = p->admin_sessions;
		s->of = &p->admin_sessions;
		if (s->next)
			s->next->of = &s->next;
		p->admin_sessions = s;
	}
}

void admin_begin(struct proxy *p)
{
	address a;

	if (!address_parse(span_of(p->s.admin), &a))
		errx(2, "admin: not ADDRESS:PORT: %s", p->s.admin);
	p->admin = (struct watch){.fd = listen_on(&a, 128), .ready = accept_all, .of = p};
	if (loop_watch(&p->loop, &p->admin, EPOLLIN))
		err(3, "epoll");
}

void admin_end(struct proxy *p)
{
	while (p->admin_sessions)
		close_session(p->admin_sessions);
	close(p->admin.fd);
}
