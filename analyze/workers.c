#include "analyze/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/buf.h"
#include "schema/unit.h"

#define BLOCK (64 * (size_t)KIB)

/* One that runs. */
struct worker {
	pid_t pid; /* 0 = none */
	int fd;    /* its answer comes here */
	size_t job;
	char *text;
	size_t n, cap;
	bool too_long;
};

struct pool {
	const struct workers *w;
	struct worker *worker;
	size_t at_once;
	size_t next, running;
	int signals; /* SIGINT and SIGTERM arrive here */
	sigset_t before;
};

size_t workers_cpus(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return n > 0 ? (size_t)n : 1;
}

/* Never returns. */
static void child(const struct pool *p, size_t job, int fd, pid_t parent)
{
	FILE *answer = fdopen(fd, "w");
	int rc;

	(void)sigprocmask(SIG_SETMASK, &p->before, NULL);
	/* not to live on when the parent is killed; it may be gone already */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!answer || getppid() != parent)
		_exit(1);
	rc = p->w->work(p->w->user, job, answer);
	if (fclose(answer) != 0)
		rc = -1;
	_exit(rc ? 1 : 0); /* what the parent registered or buffered is not ours to finish */
}

static int begin(struct pool *p, struct worker *k, struct err *e)
{
	pid_t self = getpid();
	int fd[2];

	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	(void)fflush(NULL);
	*k = (struct worker){.job = p->next, .fd = fd[0], .pid = fork()};
	if (k->pid == 0) {
		(void)close(fd[0]);
		child(p, k->job, fd[1], self);
	}
	(void)close(fd[1]);
	if (k->pid < 0) {
		k->pid = 0;
		(void)close(fd[0]);
		return err_set(e, errno, "fork");
	}
	p->next++;
	p->running++;
	return 0;
}

static int reap(struct worker *k)
{
	int status = 0;

	while (waitpid(k->pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)close(k->fd);
	k->pid = 0;
	return status;
}

/* NULL when it ended well. */
static const char *failure_of(const struct worker *k, int status, struct buf *b)
{
	if (k->too_long)
		buf_str(b, "its summary is too long");
	else if (WIFSIGNALED(status))
		buf_fmt(b, "signal %d, %s", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (WEXITSTATUS(status) != 0)
		buf_fmt(b, "exit status %d", WEXITSTATUS(status));
	return b->n ? buf_cstr(b) : NULL;
}

static int end(struct pool *p, struct worker *k, struct err *e)
{
	int status = reap(k);
	char text[100];
	struct buf b = BUF_OVER(text);
	int rc = p->w->done(p->w->user, k->job, (struct span){k->text, k->n},
	                    failure_of(k, status, &b), e);

	free(k->text);
	k->text = NULL;
	p->running--;
	return rc;
}

/* More of an answer, or its end. */
static int take(struct pool *p, struct worker *k, struct err *e)
{
	ssize_t n;

	if (k->cap - k->n < BLOCK) {
		char *more = realloc(k->text, k->cap = 2 * k->cap + BLOCK);

		if (!more)
			return err_set(e, ENOMEM, "a summary");
		k->text = more;
	}
	n = read(k->fd, k->text + k->n, k->cap - k->n);
	if (n < 0)
		return errno == EINTR ? 0 : err_set(e, errno, "read a summary");
	if (n == 0)
		return end(p, k, e);
	k->n += (size_t)n;
	if (k->n > WORKERS_MESSAGE_MAX) {
		k->too_long = true;
		k->n = 0;
		(void)kill(k->pid, SIGKILL);
	}
	return 0;
}

static int wait_for_one(struct pool *p, struct err *e)
{
	struct pollfd fds[WORKERS_MAX + 1];

	for (size_t i = 0; i < p->at_once; i++)
		fds[i] = (struct pollfd){.fd = p->worker[i].pid ? p->worker[i].fd : -1,
		                         .events = POLLIN};
	fds[p->at_once] = (struct pollfd){.fd = p->signals, .events = POLLIN};
	if (poll(fds, p->at_once + 1, -1) < 0)
		return errno == EINTR ? 0 : err_set(e, errno, "poll");
	if (fds[p->at_once].revents)
		return err_set(e, EINTR, "stopped");
	for (size_t i = 0; i < p->at_once; i++)
		if (fds[i].revents && take(p, &p->worker[i], e))
			return -1;
	return 0;
}

static int run(struct pool *p, struct err *e)
{
	while (p->next < p->w->jobs || p->running) {
		for (size_t i = 0; i < p->at_once && p->next < p->w->jobs; i++)
			if (!p->worker[i].pid && begin(p, &p->worker[i], e))
				return -1;
		if (wait_for_one(p, e))
			return -1;
	}
	return 0;
}

static void stop(struct pool *p)
{
	for (size_t i = 0; i < p->at_once; i++)
		if (p->worker[i].pid)
			(void)kill(p->worker[i].pid, SIGKILL);
	for (size_t i = 0; i < p->at_once; i++) {
		if (p->worker[i].pid)
			(void)reap(&p->worker[i]);
		free(p->worker[i].text);
	}
}

int workers_run(const struct workers *w, struct err *e)
{
	struct worker worker[WORKERS_MAX] = {0};
	struct pool p = {.w = w,
	                 .worker = worker,
	                 .at_once = w->at_once < 1             ? 1
	                            : w->at_once > WORKERS_MAX ? WORKERS_MAX
	                                                       : w->at_once};
	sigset_t ending;
	int rc = -1;

	(void)sigemptyset(&ending);
	(void)sigaddset(&ending, SIGINT);
	(void)sigaddset(&ending, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &ending, &p.before);
	p.signals = signalfd(-1, &ending, SFD_CLOEXEC);
	if (p.signals < 0)
		(void)err_set(e, errno, "signalfd");
	else
		rc = run(&p, e);
	stop(&p);
	if (p.signals >= 0)
		(void)close(p.signals);
	/* one that came is still pending: it ends this program here */
	(void)sigprocmask(SIG_SETMASK, &p.before, NULL);
	return rc;
}
