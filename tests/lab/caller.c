/*
 * caller ADDRESS:PORT[,NAME=VALUE]...: callers in one process, until standard input ends;
 * then one JSON line each: requests, errors, latencies in ms.
 *
 *   host=NAME path=P body=N   of the request; a body makes it a POST
 *   rate=N                    requests a second, whatever becomes of them (open loop); a
 *                             latency begins when the request was due
 *   connections=N             at most so many (open loop), or so many at work (closed loop);
 *                             default 8
 *   think=T                   pause of a closed-loop connection
 *   once=server|client        a connection a request, and who closes first
 *   source=IP sources=N       local address, and so many from there on in turn
 *   idle=N                    so many connections without any request
 *   pace=N rcvbuf=N           reads N bytes a second, with that receive buffer
 *   timeout=T                 gives a request up and closes (10s)
 *   from=T until=T            only then, since the start
 */
#include <arpa/inet.h>
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/field.h"
#include "tests/lab/lib/histogram.h"
#include "tests/lab/lib/http.h"

#define PACE_NS   (NS_PER_S / 10)
#define TICK_NS   ((int64_t)10 * NS_PER_MS)
#define RETRY_NS  (NS_PER_S / 10) /* after a connection could not be made */
#define QUEUE_MAX 100000          /* requests that are due and have no connection */

struct plan {
	int64_t rate, connections, body, sources, idle, pace, rcvbuf;
	int64_t think, timeout, from, until;
	char host[FIELD_TEXT_MAX], path[FIELD_TEXT_MAX], once[FIELD_TEXT_MAX],
		source[FIELD_TEXT_MAX];
};

#define FIELD(label, kind, member)                                                                 \
	{                                                                                          \
		.name = (label), .type = (kind), .offset = offsetof(struct plan, member)           \
	}
static const struct field fields[] = {
	FIELD("rate", FIELD_COUNT, rate),      FIELD("connections", FIELD_COUNT, connections),
	FIELD("body", FIELD_COUNT, body),      FIELD("sources", FIELD_COUNT, sources),
	FIELD("idle", FIELD_COUNT, idle),      FIELD("pace", FIELD_COUNT, pace),
	FIELD("rcvbuf", FIELD_COUNT, rcvbuf),  FIELD("think", FIELD_TIME, think),
	FIELD("timeout", FIELD_TIME, timeout), FIELD("from", FIELD_TIME, from),
	FIELD("until", FIELD_TIME, until),     FIELD("host", FIELD_TEXT, host),
	FIELD("path", FIELD_TEXT, path),       FIELD("once", FIELD_TEXT, once),
	FIELD("source", FIELD_TEXT, source),
};

struct caller {
	struct loop *loop;
	struct plan plan;
	address to;
	struct timer tick;
	int64_t born, next_due;
	struct line *lines; /* all of its connections */
	int64_t open;
	struct line *idle; /* those without a request */
	int64_t *queue;    /* when the waiting requests were due; a ring */
	size_t queue_at, queue_n;
	struct bytes request;
	uint32_t turn; /* of the sources */
	uint64_t requests, ok, errors, connects;
	struct histogram *latency_us;
};

/* A connection. */
struct line {
	struct caller *caller;
	struct conn conn;
	struct line *next, **link;
	struct line *next_idle;
	struct timer timeout, pace;
	bool busy;
	bool spare;  /* carries nothing, ever */
	int64_t due; /* of its request */
};

static void dispatch(struct caller *c);

static bool active(const struct caller *c)
{
	int64_t t = c->loop->now - c->born;

	return t >= c->plan.from && (c->plan.until == 0 || t < c->plan.until);
}

static void idle_remove(struct line *x)
{
	struct line **p = &x->caller->idle;

	while (*p && *p != x)
		p = &(*p)->next_idle;
	if (*p)
		*p = x->next_idle;
}

static void line_close(struct line *x)
{
	struct caller *c = x->caller;

	idle_remove(x);
	timer_clear(c->loop, &x->timeout);
	timer_clear(c->loop, &x->pace);
	conn_close(&x->conn, false);
	*x->link = x->next;
	if (x->next)
		x->next->link = x->link;
	c->open -= !x->spare;
	free(x);
}

static void failed(struct line *x)
{
	struct caller *c = x->caller;

	c->requests += x->busy;
	c->errors += x->busy;
	line_close(x);
}

static void send_request(struct line *x, int64_t due)
{
	struct caller *c = x->caller;

	x->busy = true;
	x->due = due;
	timer_set(c->loop, &x->timeout, c->loop->now + c->plan.timeout);
	bytes_put(&x->conn.out, bytes_span(&c->request));
	conn_flush(&x->conn);
}

static bool closes_first(const struct caller *c, const char *who)
{
	return strcmp(c->plan.once, who) == 0;
}

/* Closed loop: the next one is due when this one is done. */
static void next_request(struct caller *c)
{
	if (c->plan.rate == 0 && active(c) && c->queue_n < QUEUE_MAX)
		c->queue[(c->queue_at + c->queue_n++) % QUEUE_MAX] = c->loop->now + c->plan.think;
}

static void answered(struct line *x, const struct http_message *m)
{
	struct caller *c = x->caller;
	bool left_to_server = !m->keep_alive && closes_first(c, "server");

	c->requests++;
	c->ok += m->status < 500;
	c->errors += m->status >= 500;
	histogram_add(&c->latency_us, (uint64_t)((clock_now() - x->due) / NS_PER_US));
	bytes_take(&x->conn.in, m->bytes);
	x->busy = false;
	if (left_to_server) {
		next_request(c);
		return;
	}
	timer_clear(c->loop, &x->timeout);
	if (!m->keep_alive || closes_first(c, "client")) {
		line_close(x);
	} else {
		x->next_idle = c->idle;
		c->idle = x;
	}
	next_request(c);
	dispatch(c);
}

static void line_open(void *of)
{
	struct line *x = of;

	x->caller->connects++;
	conn_flush(&x->conn);
}

static void line_data(void *of)
{
	struct line *x = of;
	struct http_message m;
	enum http_got got = http_parse(bytes_span(&x->conn.in), &m);

	if (x->conn.read_max) {
		conn_hold(&x->conn, true);
		timer_set(x->caller->loop, &x->pace, x->caller->loop->now + PACE_NS);
	}
	if (got == HTTP_WHOLE && x->busy)
		answered(x, &m);
	else if (got != HTTP_PART)
		failed(x);
}

static void line_end(void *of, int error)
{
	struct line *x = of;
	struct caller *c = x->caller;
	bool again = x->busy;

	(void)error;
	failed(x);
	if (again)
		next_request(c);
	dispatch(c);
}

static void line_timeout(void *of)
{
	line_end(of, 0);
}

static void line_read_on(void *of)
{
	struct line *x = of;

	conn_hold(&x->conn, false);
}

static const struct conn_ops line_ops = {.open = line_open, .data = line_data, .end = line_end};

/* The next local address, if there is one to be used. */
static const address *source_of(struct caller *c, address *a)
{
	*a = (address){.sin_family = AF_INET};
	if (inet_pton(AF_INET, c->plan.source, &a->sin_addr) != 1)
		return NULL;
	if (c->plan.sources > 1)
		a->sin_addr.s_addr =
			htonl(ntohl(a->sin_addr.s_addr) + c->turn++ % (uint32_t)c->plan.sources);
	return a;
}

static struct line *line_new(struct caller *c, bool spare)
{
	struct line *x = MUST_NEW(struct line);
	address source;

	x->caller = c;
	x->spare = spare;
	x->timeout = (struct timer){.due = line_timeout, .of = x};
	x->pace = (struct timer){.due = line_read_on, .of = x};
	if (conn_connect(&x->conn, c->loop, &c->to, source_of(c, &source), (int)c->plan.rcvbuf,
	                 &line_ops, x)) {
		free(x);
		return NULL;
	}
	x->conn.read_max = (size_t)c->plan.pace * PACE_NS / NS_PER_S;
	x->next = c->lines;
	x->link = &c->lines;
	if (x->next)
		x->next->link = &x->next;
	c->lines = x;
	c->open += !spare;
	return x;
}

static struct line *line_take(struct caller *c)
{
	struct line *x = c->idle;

	if (!x)
		return c->open < c->plan.connections ? line_new(c, false) : NULL;
	c->idle = x->next_idle;
	return x;
}

/* Requests that are due, as far as there are connections; those that cannot connect are errors. */
static void dispatch(struct caller *c)
{
	while (c->queue_n > 0 && c->queue[c->queue_at] <= c->loop->now) {
		bool room = c->idle || c->open < c->plan.connections;
		struct line *x = line_take(c);

		if (!x && !room)
			return;
		int64_t due = c->queue[c->queue_at];
		c->queue_at = (c->queue_at + 1) % QUEUE_MAX;
		c->queue_n--;
		if (x) {
			send_request(x, due);
			continue;
		}
		c->requests++;
		c->errors++;
		if (c->plan.rate == 0)
			c->queue[(c->queue_at + c->queue_n++) % QUEUE_MAX] =
				c->loop->now + RETRY_NS;
	}
}

static void enqueue_due(struct caller *c)
{
	for (; c->next_due <= c->loop->now; c->next_due += NS_PER_S / c->plan.rate)
		if (active(c) && c->queue_n < QUEUE_MAX)
			c->queue[(c->queue_at + c->queue_n++) % QUEUE_MAX] = c->next_due;
}

static void tick(void *of)
{
	struct caller *c = of;
	int64_t next = c->loop->now + TICK_NS;

	if (c->plan.rate > 0) {
		enqueue_due(c);
		next = c->next_due;
	}
	if (active(c))
		dispatch(c);
	timer_set(c->loop, &c->tick, next);
}

static void make_request(struct caller *c)
{
	const struct plan *p = &c->plan;

	bytes_fmt(&c->request, "%s %s HTTP/1.1\r\nHost: %s\r\n%s", p->body ? "POST" : "GET",
	          p->path, p->host, closes_first(c, "server") ? "Connection: close\r\n" : "");
	if (p->body)
		bytes_fmt(&c->request, "Content-Length: %lld\r\n", (long long)p->body);
	bytes_put(&c->request, SPAN("\r\n"));
	for (int64_t i = 0; i < p->body; i++)
		bytes_put(&c->request, SPAN("x"));
}

static void caller_begin(struct caller *c, struct loop *loop, const char *word)
{
	*c = (struct caller){
		.loop = loop,
		.plan = {.connections = 8,
	                 .timeout = 10 * (int64_t)NS_PER_S,
	                 .path = "/",
	                 .host = "web"}
        };
	field_word(fields, sizeof(fields) / sizeof(fields[0]), &c->plan, word, &c->to);
	c->born = loop->now;
	c->next_due = c->born + c->plan.from;
	c->queue = must_alloc(QUEUE_MAX * sizeof(*c->queue));
	c->tick = (struct timer){.due = tick, .of = c};
	make_request(c);
	for (int64_t i = 0; i < c->plan.idle; i++)
		(void)line_new(c, true);
	for (int64_t i = 0; c->plan.rate == 0 && i < c->plan.connections; i++)
		c->queue[c->queue_n++] = loop->now;
	if (c->plan.connections > 0)
		timer_set(loop, &c->tick, loop->now);
}

static double ms(uint64_t us)
{
	return (double)us / 1000;
}

static void caller_end(struct caller *c)
{
	struct summary s = histogram_summary(c->latency_us);
	char text[64];
	struct buf b = BUF_OVER(text);

	address_put(&b, &c->to);
	printf("{\"address\":\"%s\",\"host\":\"%s\",\"requests\":%llu,\"ok\":%llu,\"errors\":%llu,"
	       "\"connects\":%llu,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.3f}"
	       "\n",
	       buf_cstr(&b), c->plan.host, (unsigned long long)c->requests,
	       (unsigned long long)c->ok, (unsigned long long)c->errors,
	       (unsigned long long)c->connects, ms(s.p50), ms(s.p99), ms(s.p9990), ms(s.max));
	while (c->lines)
		line_close(c->lines);
	bytes_free(&c->request);
	free(c->latency_us);
	free(c->queue);
}

int main(int argc, char **argv)
{
	struct loop loop;

	if (argc < 2)
		errx(2, "usage: caller ADDRESS:PORT[,NAME=VALUE]...");
	loop_open(&loop);
	struct caller *callers = must_alloc((size_t)argc * sizeof(*callers));
	for (int i = 1; i < argc; i++)
		caller_begin(&callers[i], &loop, argv[i]);
	loop_run(&loop);
	for (int i = 1; i < argc; i++)
		caller_end(&callers[i]);
	free(callers);
	loop_close(&loop);
	return 0;
}
