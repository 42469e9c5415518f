/*
 * linkerd [--NAME VALUE]... CONFIG: a proxy that imitates linkerd 1.x, for the lab.
 *
 * It opens its servers' ports, takes callers' HTTP/1.1 requests, finds the client by the
 * Host header, balances over the client's endpoints, and tells of it on its admin port
 * as linkerd does.  It is no linkerd: not a line of it is, and no JVM is in it.
 * CONFIG is described in lib/l5d_config.c.  Prints "ready"; ends when its standard input
 * does; reads the file `discovery` again at a SIGHUP.
 */
#include <err.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "schema/timefmt.h"
#include "tests/lab/lib/l5d.h"

/* `frozen`: the first one, and then no more. */
static void a_minute_is_over(void *of)
{
	struct proxy *p = of;

	metric_freeze(p->root);
	if (!p->s.frozen)
		timer_set(&p->loop, &p->minute, p->minute.at + p->s.minute);
}

static void a_second_is_over(void *of)
{
	struct proxy *p = of;

	for (struct router *r = p->routers; r; r = r->next)
		router_expire(r);
	timer_set(&p->loop, &p->second, p->loop.now + NS_PER_S);
}

/* In each accept-every nobody is accepted for accept-stall. */
static void stall_accept(void *of)
{
	struct proxy *p = of;

	p->accept_stalled = !p->accept_stalled;
	for (struct router *r = p->routers; r; r = r->next)
		for (struct server *s = r->servers; s; s = s->next)
			server_accepting(s, !p->accept_stalled);
	int64_t rest =
		p->accept_stalled ? p->s.accept_stall : p->s.accept_every - p->s.accept_stall;
	timer_set(&p->loop, &p->accept, p->loop.now + rest);
}

static void discover(void *of, uint32_t events)
{
	struct proxy *p = of;
	struct signalfd_siginfo info;
	json_t *all;

	(void)events;
	if (read(p->hangup.fd, &info, sizeof(info)) != sizeof(info) || !*p->s.discovery)
		return;
	all = json_load_file(p->s.discovery, 0, NULL);
	if (!config_discovery(p, all))
		warnx("%s: no endpoints", p->s.discovery);
	json_decref(all);
}

static void limit_files(int64_t n)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r))
		return;
	r.rlim_cur = n > 0 ? (rlim_t)n : r.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &r))
		warn("fd-limit");
}

static void listen_to_hangup(struct proxy *p)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	p->hangup =
		(struct watch){.fd = signalfd(-1, &set, SFD_CLOEXEC), .ready = discover, .of = p};
	if (p->hangup.fd < 0 || loop_watch(&p->loop, &p->hangup, EPOLLIN))
		err(3, "signalfd");
}

static void begin(struct proxy *p, int argc, char **argv)
{
	loop_open(&p->loop);
	p->born = p->loop.now;
	p->root = MUST_NEW(struct metric);
	config_read(p, argc, argv);
	limit_files(p->s.fd_limit);
	listen_to_hangup(p);
	admin_begin(p);
	jvm_begin(p);
	dns_begin(p);
	p->minute = (struct timer){.due = a_minute_is_over, .of = p};
	p->second = (struct timer){.due = a_second_is_over, .of = p};
	p->accept = (struct timer){.due = stall_accept, .of = p};
	timer_set(&p->loop, &p->minute, p->born + p->s.minute);
	timer_set(&p->loop, &p->second, p->born + NS_PER_S);
	if (p->s.accept_stall > 0 && p->s.accept_every > p->s.accept_stall)
		timer_set(&p->loop, &p->accept, p->born + p->s.accept_every - p->s.accept_stall);
}

int main(int argc, char **argv)
{
	static struct proxy p;

	begin(&p, argc, argv);
	loop_run(&p.loop);
	for (struct router *r = p.routers; r; r = r->next)
		for (struct server *s = r->servers; s; s = s->next)
			server_end(s);
	admin_end(&p);
	dns_end(&p);
	config_free(&p);
	metric_free(p.root);
	loop_close(&p.loop);
	return 0;
}
