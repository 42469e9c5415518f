/* Callers: their connections, and a call from its first byte to its answer. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/l5d.h"

#define RETRY_NS (NS_PER_S / 10) /* accept again, when descriptors ran out */

static void next_call(struct session *s);

static void session_close(struct session *s, bool reset)
{
	struct server *server = s->server;

	if (s->call) {
		call_cancel(s->call);
		s->call = NULL;
		server->pending--;
	}
	metrics_closed(&server->m, &s->conn, s->requests, &s->told);
	conn_close(&s->conn, reset);
	*s->of = s->next;
	if (s->next)
		s->next->of = s->of;
	server->connections--;
	free(s);
}

/* What linkerd itself answers. */
static unsigned status_of(const char *exception)
{
	return exception && strstr(exception, "Timeout") ? 504 : 502;
}

static void respond(struct session *s, const struct outcome *o)
{
	if (o->status)
		return http_pass_on(&s->conn.out, o->response, !s->keep_alive);
	const char *text = o->exception ? o->exception : "Unable to route request!";

	http_head_put(&s->conn.out, o->exception ? status_of(o->exception) : 400, "text/plain",
	              strlen(text), s->keep_alive);
	bytes_put(&s->conn.out, span_of(text));
}

static void count_call(const struct session *s, const struct call *c, const struct outcome *o)
{
	struct metrics *m = &s->server->m;
	bool failed = o->exception != NULL;

	metric_count(m->of[REQUESTS], 1);
	metric_count(m->of[SUCCESS], !failed);
	metric_add(m->of[LATENCY], (clock_now() - c->began_ns) / NS_PER_MS);
	metric_add(m->of[HANDLETIME], 20);
	if (failed)
		metrics_failure(m->scope, "failures", o->exception);
	metrics_status(m->scope, o->status ? o->status : failed ? status_of(o->exception) : 400);
}

void call_answer(struct call *c, const struct outcome *o)
{
	struct session *s = c->session;
	struct loop *loop = &s->server->router->proxy->loop;

	count_call(s, c, o);
	respond(s, o);
	timer_clear(loop, &c->delay);
	timer_clear(loop, &c->attempt);
	timer_clear(loop, &c->total);
	bytes_free(&c->request);
	free(c);
	s->call = NULL;
	s->server->pending--;
	conn_flush(&s->conn);
	if (!s->keep_alive)
		session_close(s, false);
	else
		next_call(s);
}

static struct client *route(struct router *r, struct span host)
{
	for (struct client *c = r->clients; c; c = c->next)
		if (span_eq(span_of(c->s.host), host))
			return c;
	return NULL;
}

/* One call at a time; what a caller sends meanwhile waits in its buffer. */
static void next_call(struct session *s)
{
	struct server *server = s->server;
	struct http_message m;
	enum http_got got = http_parse(bytes_span(&s->conn.in), &m);

	if (got == HTTP_PART || s->call)
		return;
	if (got == HTTP_BAD)
		return session_close(s, false);
	struct call *c = MUST_NEW(struct call);
	s->keep_alive = m.keep_alive;
	s->requests++;
	s->call = c;
	server->pending++;
	c->session = s;
	c->began_ns = server->router->proxy->loop.now;
	c->client = route(server->router, m.host);
	http_pass_on(&c->request, span_sub(bytes_span(&s->conn.in), 0, m.bytes), false);
	bytes_take(&s->conn.in, m.bytes);
	if (c->client)
		call_dispatch(c);
	else
		call_answer(c, &(struct outcome){0});
}

static void data(void *of)
{
	next_call(of);
}

static void end(void *of, int error)
{
	(void)error;
	session_close(of, false);
}

static const struct conn_ops session_ops = {.data = data, .end = end};

static void session_open(struct server *server, int fd)
{
	struct session *s = MUST_NEW(struct session);

	if (conn_accept(&s->conn, &server->router->proxy->loop, fd, &session_ops, s)) {
		free(s);
		return;
	}
	s->server = server;
	s->next = server->sessions;
	s->of = &server->sessions;
	if (s->next)
		s->next->of = &s->next;
	server->sessions = s;
	server->connections++;
	metric_count(server->m.of[CONNECTS], 1);
}

static void accept_all(void *of, uint32_t events)
{
	struct server *s = of;
	struct proxy *p = s->router->proxy;
	int fd;

	(void)events;
	while ((fd = accept4(s->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		session_open(s, fd);
	if (errno != EMFILE && errno != ENFILE)
		return;
	metrics_failure(s->m.scope, "exn", "java.io.IOException");
	loop_change(&p->loop, &s->watch, 0);
	timer_set(&p->loop, &s->retry, p->loop.now + RETRY_NS);
}

static void accept_again(void *of)
{
	struct server *s = of;

	server_accepting(s, !s->router->proxy->accept_stalled);
}

void server_accepting(struct server *s, bool accepting)
{
	loop_change(&s->router->proxy->loop, &s->watch, accepting ? EPOLLIN : 0);
}

void server_begin(struct server *s, const address *a, int backlog)
{
	struct proxy *p = s->router->proxy;
	char id[64];
	struct buf b = BUF_OVER(id);

	address_put(&b, a);
	(void)buf_cstr(&b);
	id[span_find(buf_span(&b), ':')] = '/';
	metrics_bind(&s->m, scope_of(s->router, SCOPE_SERVER, id), SCOPE_SERVER, p->version);
	s->retry = (struct timer){.due = accept_again, .of = s};
	s->watch = (struct watch){.fd = listen_on(a, backlog), .ready = accept_all, .of = s};
	if (loop_watch(&p->loop, &s->watch, EPOLLIN))
		err(3, "epoll");
}

void server_end(struct server *s)
{
	while (s->sessions)
		session_close(s->sessions, false);
	close(s->watch.fd);
}

void server_gauges(struct server *s)
{
	for (struct session *x = s->sessions; x; x = x->next)
		metrics_told(&s->m, &x->conn, &x->told);
	metric_set(s->m.of[CONNECTIONS], (double)s->connections);
	metric_set(s->m.of[PENDING], (double)s->pending);
}
