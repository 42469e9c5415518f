/* proc(5): /proc/PID/comm is "ksoftirqd/3". */
#include "collect/watch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "collect/owners.h"
#include "collect/path.h"
#include "collect/proc_tcp.h"
#include "collect/sock_diag.h"

/* A dump has no processes to watch. */
static const struct host live = {.root = ""};

static const uint16_t l5d_ports[] = {4140, 9990};

/* proc(5), the flags in /proc/PID/stat; include/linux/sched.h */
#define PF_KTHREAD UINT64_C(0x00200000)
#define STAT_FLAGS 7 /* words behind the name */

static bool is_kernel_thread(int pid)
{
	char path[32], text[1024];
	struct buf p = BUF_OVER(path);
	struct span rest, name, word = {0};
	uint64_t flags;

	buf_fmt(&p, "/proc/%d/stat", pid);
	(void)host_read(&live, buf_cstr(&p), text, sizeof(text));
	rest = span_of(text);
	if (!span_rcut(&rest, ')', &name))
		return false;
	for (int i = 0; i < STAT_FLAGS; i++)
		if (!span_word(&rest, &word))
			return false;
	return span_u64(word, UINT64_MAX, &flags) && (flags & PF_KTHREAD);
}

static struct task *known(const struct watch *w, int pid)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->tasks[i].pid == pid)
			return &w->tasks[i];
	return NULL;
}

/* A zombie is not gone. */
static bool gone(const struct task *t)
{
	struct stat st;

	return t->dir < 0 || fstatat(t->dir, "stat", &st, 0) != 0;
}

/*
 * The folder is kept open: it stays that process's even when its number is given away
 * again.  So many watched processes that no descriptors are left are watched no more.
 */
static void hold(struct task *t)
{
	char path[32];
	struct buf p = BUF_OVER(path);

	buf_fmt(&p, "/proc/%d", t->pid);
	t->dir = open(buf_cstr(&p), O_PATH | O_DIRECTORY | O_CLOEXEC);
	t->error = t->dir < 0 ? errno : 0;
	if (t->dir < 0 || fd_may_stay(t->dir))
		return;
	(void)close(t->dir);
	t->dir = -1;
	t->error = EMFILE;
}

/* One that is wanted and has the number of a watched one that ended takes its place. */
static void add(struct watch *w, int pid, const char *comm)
{
	struct task *t = known(w, pid);
	struct buf name;

	if (t ? !gone(t) : w->n == WATCH_MAX)
		return;
	if (!t)
		t = &w->tasks[w->n++];
	else if (t->dir >= 0)
		(void)close(t->dir);
	*t = (struct task){.pid = pid, .kernel = is_kernel_thread(pid)};
	hold(t);
	name = BUF_OVER(t->comm);
	buf_str(&name, comm);
	(void)buf_cstr(&name);
}

static bool wanted(const struct watch *w, struct span comm, bool threads)
{
	if (threads && span_starts(comm, SPAN("ksoftirqd/")))
		return true;
	for (size_t i = 0; i < w->comms->n; i++)
		if (span_match(comm, span_of(w->comms->v[i]), NULL))
			return true;
	return false;
}

/* Walks /proc once: every process's name is read. */
static void walk(struct watch *w, bool threads)
{
	struct names *ns = &w->names;

	(void)names_read(&live, "/proc", ns);
	for (size_t i = 0; i < ns->n; i++) {
		char path[64], comm[64];
		struct buf b = BUF_OVER(path);
		uint64_t pid;

		if (!span_u64(span_of(ns->v[i]), INT32_MAX, &pid))
			continue;
		buf_fmt(&b, "/proc/%d/comm", (int)pid);
		if (host_read(&live, buf_cstr(&b), comm, sizeof(comm)) == 0 &&
		    wanted(w, span_of(comm), threads))
			add(w, (int)pid, comm);
	}
}

struct listeners {
	uint32_t inodes[WATCH_LISTENERS_MAX];
	size_t n;
};

static bool take_listener(void *arg, const struct inet_diag_msg *m, const struct attr *attrs)
{
	struct listeners *l = arg;

	(void)attrs;
	for (size_t i = 0; i < sizeof(l5d_ports) / sizeof(l5d_ports[0]); i++) {
		if (ntohs(m->id.idiag_sport) != l5d_ports[i])
			continue;
		if (m->idiag_inode && l->n < WATCH_LISTENERS_MAX)
			l->inodes[l->n++] = m->idiag_inode;
	}
	return true;
}

/* Whether all of them were there at the last look. */
static bool seen_before(const struct watch *w, const struct listeners *l)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t k = 0;

		while (k < w->inodes_n && w->inodes[k] != l->inodes[i])
			k++;
		if (k == w->inodes_n)
			return false;
	}
	return true;
}

/* Who listens where a linkerd does; the walk for the owner is not made for nothing. */
static void add_listeners(struct watch *w)
{
	struct listeners l = {0};
	struct owners o = {0};
	bool interrupted = false;
	unsigned bad = 0;

	if (sock_diag_tcp(1U << SOCK_LISTEN, 0, take_listener, &l, &interrupted) != 0)
		(void)proc_tcp(&live, 1U << SOCK_LISTEN, take_listener, &l, &bad);
	if (seen_before(w, &l))
		return;
	memcpy(w->inodes, l.inodes, l.n * sizeof(*l.inodes));
	w->inodes_n = l.n;
	(void)owners_walk(&o);
	for (size_t i = 0; i < l.n; i++) {
		size_t n;
		const struct owner *of = owners_find(&o, l.inodes[i], &n);

		for (size_t k = 0; k < n; k++) {
			char comm[sizeof(of->comm)];
			struct buf b = BUF_OVER(comm);

			buf_put(&b, (struct span){of[k].comm, of[k].comm_n});
			add(w, of[k].pid, buf_cstr(&b));
		}
	}
	owners_free(&o);
}

static int add_pids(struct watch *w, const struct opts_list *pids, struct err *e)
{

	for (size_t i = 0; i < pids->n; i++) {
		char path[64], comm[64];
		struct buf b = BUF_OVER(path);
		uint64_t pid;

		if (!span_u64(span_of(pids->v[i]), INT32_MAX, &pid) || pid == 0)
			return err_set(e, 0, "--pid: not a process number: %s", pids->v[i]);
		buf_fmt(&b, "/proc/%d/comm", (int)pid);
		(void)host_read(&live, buf_cstr(&b), comm, sizeof(comm));
		add(w, (int)pid, comm);
	}
	return 0;
}

int watch_open(struct watch *w, const struct opts *o, struct err *e)
{
	*w = (struct watch){.comms = &o->comms};
	if (o->root[0])
		return 0;
	w->tasks = calloc(WATCH_MAX, sizeof(*w->tasks));
	if (!w->tasks)
		return err_set(e, ENOMEM, "watched processes");
	if (add_pids(w, &o->pids, e) < 0)
		return -1;
	walk(w, true);
	w->guess = o->pids.n == 0 && o->comms.n == 0;
	if (w->guess)
		add_listeners(w);
	return 0;
}

void watch_free(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->tasks[i].dir >= 0)
			(void)close(w->tasks[i].dir);
	names_free(&w->names);
	free(w->tasks);
	*w = (struct watch){0};
}

void watch_again(struct watch *w)
{
	if (w->comms && w->comms->n)
		walk(w, false);
	if (w->guess)
		add_listeners(w);
}
