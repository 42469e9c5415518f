/*
 * backend ADDRESS:PORT[,NAME=VALUE]...: HTTP/1.1 servers in one process, each with faults
 * of its own.  Says "ready", ends when its standard input does; then one JSON line a
 * listener: {"address":"127.0.1.1:8080","connections":4,"requests":812}.
 *
 *   delay=T spread=S   an answer takes T, lognormal with sigma S
 *   slow=SHARE slow-by=T   so many answers take T longer
 *   fail=SHARE status=N    so many answers have that status (503)
 *   body=N                 bytes of an answer (200)
 *   workers=N              so many requests at once, the others wait
 *   close                  after each answer; requests=N: after so many
 *   idle=T                 closes a connection without a request for T
 *   race=T                 closes, without an answer, at a request that comes T after the last one
 *   reset=SHARE            so many requests get a RST; resets=N: the first N
 *   backlog=N accept=no    of the listening socket; never accepts (the kernel does, into the queue)
 *   stall=T every=T        accepts nothing for T in each `every`
 *   pace=N rcvbuf=N        reads N bytes a second, with that receive buffer
 *   from=T until=T         slow, fail and reset only then, since the start
 *   die=T back=T           closes all at T since the start; listens again at T
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/field.h"
#include "tests/lab/lib/http.h"

#define PACE_NS (NS_PER_S / 10)

struct behaviour {
	int64_t delay, slow_by, idle, race, stall, every, from, until, die, back;
	int64_t status, body, workers, requests, resets, backlog, pace, rcvbuf;
	double spread, slow, fail, reset;
	bool close;
	char accept[FIELD_TEXT_MAX];
};

#define FIELD(label, kind, member)                                                                 \
	{                                                                                          \
		.name = (label), .type = (kind), .offset = offsetof(struct behaviour, member)      \
	}
static const struct field fields[] = {
	FIELD("delay", FIELD_TIME, delay),      FIELD("spread", FIELD_SHARE, spread),
	FIELD("slow", FIELD_SHARE, slow),       FIELD("slow-by", FIELD_TIME, slow_by),
	FIELD("fail", FIELD_SHARE, fail),       FIELD("status", FIELD_COUNT, status),
	FIELD("body", FIELD_COUNT, body),       FIELD("workers", FIELD_COUNT, workers),
	FIELD("close", FIELD_FLAG, close),      FIELD("requests", FIELD_COUNT, requests),
	FIELD("idle", FIELD_TIME, idle),        FIELD("race", FIELD_TIME, race),
	FIELD("reset", FIELD_SHARE, reset),     FIELD("resets", FIELD_COUNT, resets),
	FIELD("backlog", FIELD_COUNT, backlog), FIELD("accept", FIELD_TEXT, accept),
	FIELD("stall", FIELD_TIME, stall),      FIELD("every", FIELD_TIME, every),
	FIELD("pace", FIELD_COUNT, pace),       FIELD("rcvbuf", FIELD_COUNT, rcvbuf),
	FIELD("from", FIELD_TIME, from),        FIELD("until", FIELD_TIME, until),
	FIELD("die", FIELD_TIME, die),          FIELD("back", FIELD_TIME, back),
};

struct listener {
	struct loop *loop;
	struct behaviour b;
	address at;
	struct watch watch;
	struct timer death, rebirth, stall;
	bool stalled;
	int64_t born;
	int64_t busy;                 /* requests that a worker has */
	struct session *sessions;     /* all of them */
	struct session *first, *last; /* those that wait for a worker */
	uint64_t connections, requests;
};

struct session {
	struct listener *listener;
	struct conn conn;
	struct session *next, **link; /* of the listener's */
	struct session *behind;       /* who waits next for a worker */
	struct timer answer, idle, pace;
	enum { IDLE, WAITING, WORKED_ON } state;
	int64_t served;
	int64_t last_ns; /* when it was last answered */
	bool keep_alive;
};

static void accept_all(void *of, uint32_t events);
static void take_request(struct session *s);

static bool faulty(const struct listener *l)
{
	int64_t t = l->loop->now - l->born;

	return t >= l->b.from && (l->b.until == 0 || t < l->b.until);
}

static void wait_remove(struct session *s)
{
	struct listener *l = s->listener;
	struct session **p = &l->first, *before = NULL;

	for (; *p && *p != s; p = &(*p)->behind)
		before = *p;
	if (*p)
		*p = s->behind;
	if (l->last == s)
		l->last = before;
}

static void session_close(struct session *s, bool reset)
{
	struct listener *l = s->listener;

	if (s->state == WAITING)
		wait_remove(s);
	bool worked_on = s->state == WORKED_ON;
	timer_clear(l->loop, &s->answer);
	timer_clear(l->loop, &s->idle);
	timer_clear(l->loop, &s->pace);
	conn_close(&s->conn, reset);
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	free(s);
	if (worked_on)
		l->busy--;
}

static int64_t answer_time(const struct listener *l)
{
	const struct behaviour *b = &l->b;
	double ns = (double)b->delay;

	if (b->spread > 0)
		ns = lognormal(ns, b->spread);
	if (b->slow > 0 && faulty(l) && chance() < b->slow)
		ns += (double)b->slow_by;
	return (int64_t)ns;
}

static void work_on(struct session *s)
{
	struct loop *loop = s->listener->loop;
	int64_t ns = answer_time(s->listener);

	s->state = WORKED_ON;
	s->listener->busy++;
	if (ns > 0)
		timer_set(loop, &s->answer, loop->now + ns);
	else
		s->answer.due(s);
}

static void next_waiting(struct listener *l)
{
	while (l->first && (l->b.workers == 0 || l->busy < l->b.workers)) {
		struct session *s = l->first;

		l->first = s->behind;
		if (!l->first)
			l->last = NULL;
		work_on(s);
	}
}

static void body_put(struct bytes *out, int64_t n)
{
	static const char text[1024] = {0};

	for (; n > 0; n -= (int64_t)sizeof(text))
		bytes_put(out, (struct span){text,
		                             n < (int64_t)sizeof(text) ? (size_t)n : sizeof(text)});
}

static void answer(void *of)
{
	struct session *s = of;
	struct listener *l = s->listener;
	const struct behaviour *b = &l->b;
	bool failed = b->fail > 0 && faulty(l) && chance() < b->fail;
	bool last = b->close || !s->keep_alive || (b->requests > 0 && s->served + 1 >= b->requests);

	l->requests++;
	s->served++;
	l->busy--;
	s->state = IDLE;
	s->last_ns = l->loop->now;
	http_head_put(&s->conn.out, failed ? (unsigned)b->status : 200, "text/plain",
	              (size_t)b->body, !last);
	body_put(&s->conn.out, b->body);
	conn_flush(&s->conn);
	if (last)
		session_close(s, false);
	else if (b->idle > 0)
		timer_set(l->loop, &s->idle, l->loop->now + b->idle);
	next_waiting(l);
}

static bool resets_now(struct listener *l)
{
	if (!faulty(l))
		return false;
	if (l->b.resets > 0)
		return l->b.resets--;
	return l->b.reset > 0 && chance() < l->b.reset;
}

static void take_request(struct session *s)
{
	struct listener *l = s->listener;
	struct http_message m;
	enum http_got got = http_parse(bytes_span(&s->conn.in), &m);

	if (got == HTTP_PART || s->state != IDLE)
		return;
	bool late = l->b.race > 0 && s->served > 0 && l->loop->now - s->last_ns > l->b.race;
	bool reset = got == HTTP_WHOLE && resets_now(l);
	if (got == HTTP_BAD || late || reset)
		return session_close(s, reset);
	s->keep_alive = m.keep_alive;
	bytes_take(&s->conn.in, m.bytes);
	timer_clear(l->loop, &s->idle);
	s->state = WAITING;
	s->behind = NULL;
	*(l->last ? &l->last->behind : &l->first) = s;
	l->last = s;
	next_waiting(l);
}

static void data(void *of)
{
	struct session *s = of;

	if (s->conn.read_max) {
		conn_hold(&s->conn, true);
		timer_set(s->listener->loop, &s->pace, s->listener->loop->now + PACE_NS);
	}
	take_request(s);
}

static void read_on(void *of)
{
	struct session *s = of;

	conn_hold(&s->conn, false);
}

static void end(void *of, int error)
{
	struct session *s = of;
	struct listener *l = s->listener;

	(void)error;
	session_close(s, false);
	next_waiting(l);
}

static void idle_out(void *of)
{
	session_close(of, false);
}

static const struct conn_ops session_ops = {.data = data, .end = end};

static void session_open(struct listener *l, int fd)
{
	struct session *s = MUST_NEW(struct session);

	s->listener = l;
	s->answer = (struct timer){.due = answer, .of = s};
	s->idle = (struct timer){.due = idle_out, .of = s};
	s->pace = (struct timer){.due = read_on, .of = s};
	if (conn_accept(&s->conn, l->loop, fd, &session_ops, s)) {
		free(s);
		return;
	}
	s->conn.read_max = (size_t)l->b.pace * PACE_NS / NS_PER_S;
	s->next = l->sessions;
	s->link = &l->sessions;
	if (s->next)
		s->next->link = &s->next;
	l->sessions = s;
	l->connections++;
	if (l->b.idle > 0)
		timer_set(l->loop, &s->idle, l->loop->now + l->b.idle);
}

static void accept_all(void *of, uint32_t events)
{
	struct listener *l = of;
	int fd;

	(void)events;
	while ((fd = accept4(l->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
		session_open(l, fd);
}

static bool accepts(const struct listener *l)
{
	return strcmp(l->b.accept, "no") != 0 && !l->stalled;
}

static void listener_open(void *of)
{
	struct listener *l = of;

	l->watch = (struct watch){
		.fd = listen_on(&l->at, (int)l->b.backlog), .ready = accept_all, .of = l};
	if (l->b.rcvbuf > 0) {
		int size = (int)l->b.rcvbuf;

		(void)setsockopt(l->watch.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	}
	(void)loop_watch(l->loop, &l->watch, accepts(l) ? EPOLLIN : 0);
}

static void listener_die(void *of)
{
	struct listener *l = of;

	loop_unwatch(l->loop, &l->watch);
	close(l->watch.fd);
	l->watch.fd = -1;
	while (l->sessions)
		session_close(l->sessions, false);
}

static void stall(void *of)
{
	struct listener *l = of;

	l->stalled = !l->stalled;
	if (l->watch.fd >= 0)
		loop_change(l->loop, &l->watch, accepts(l) ? EPOLLIN : 0);
	timer_set(l->loop, &l->stall,
	          l->loop->now + (l->stalled ? l->b.stall : l->b.every - l->b.stall));
}

static void listener_begin(struct listener *l, struct loop *loop, const char *word)
{
	*l = (struct listener){
		.loop = loop, .b = {.status = 503, .body = 200, .backlog = 1024}
        };
	field_word(fields, sizeof(fields) / sizeof(fields[0]), &l->b, word, &l->at);
	l->born = loop->now;
	l->death = (struct timer){.due = listener_die, .of = l};
	l->rebirth = (struct timer){.due = listener_open, .of = l};
	l->stall = (struct timer){.due = stall, .of = l};
	listener_open(l);
	if (l->b.die > 0)
		timer_set(loop, &l->death, l->born + l->b.die);
	if (l->b.back > l->b.die)
		timer_set(loop, &l->rebirth, l->born + l->b.back);
	if (l->b.stall > 0 && l->b.every > l->b.stall)
		timer_set(loop, &l->stall, l->born + l->b.every - l->b.stall);
}

static void listener_end(struct listener *l)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	address_put(&b, &l->at);
	printf("{\"address\":\"%s\",\"connections\":%llu,\"requests\":%llu}\n", buf_cstr(&b),
	       (unsigned long long)l->connections, (unsigned long long)l->requests);
	while (l->sessions)
		session_close(l->sessions, false);
	close(l->watch.fd);
}

int main(int argc, char **argv)
{
	struct loop loop;

	if (argc < 2)
		errx(2, "usage: backend ADDRESS:PORT[,NAME=VALUE]...");
	loop_open(&loop);
	struct listener *listeners = must_alloc((size_t)argc * sizeof(*listeners));
	for (int i = 1; i < argc; i++)
		listener_begin(&listeners[i], &loop, argv[i]);
	loop_run(&loop);
	for (int i = 1; i < argc; i++)
		listener_end(&listeners[i]);
	free(listeners);
	loop_close(&loop);
	return 0;
}
