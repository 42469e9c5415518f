#include "analyze/aside.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/buf.h"

__attribute__((noreturn)) static void worker(int (*work)(void *user), void *user,
                                             struct output *out, pid_t parent)
{
	/* not to live on when the parent is killed; it may be gone already */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	output_is_worker(out);
	exit(work(user));
}

static int died(int sig, struct err *e)
{
	if (sig == SIGXCPU)
		return err_set(e, 0,
		               "it took more processor time than any bundle should need, and "
		               "was stopped; --no-sandbox sets no limit");
	return err_set(e, 0, "the process that read it was ended by signal %d, %s", sig,
	               strsignal(sig));
}

/* What is to end this process, and the end of the other one. */
static void wait_for(sigset_t *set)
{
	static const int signals[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
	struct sigaction was;

	(void)sigemptyset(set);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (sigaction(signals[i], NULL, &was) == 0 && was.sa_handler != SIG_IGN)
			(void)sigaddset(set, signals[i]); /* nohup: it is ignored further on */
}

/* One signal has come: the last one that was no SIGCHLD is kept. */
static bool ended(int fd, pid_t pid, int *status, int *asked)
{
	struct signalfd_siginfo what;

	if (read(fd, &what, sizeof(what)) == (ssize_t)sizeof(what) && what.ssi_signo != SIGCHLD) {
		*asked = (int)what.ssi_signo;
		(void)kill(pid, *asked);
	}
	return waitpid(pid, status, WNOHANG) == pid;
}

/* Until it has ended, and all that it wrote for the pager is here.  The signal, or 0. */
static int attend(pid_t pid, int signals, struct output *out, int *status)
{
	struct pollfd p[2] = {
		{.fd = signals, .events = POLLIN},
                {.events = POLLIN            }
        };
	bool lives = true;
	int asked = 0;

	p[1].fd = output_gather(out);
	while (lives || p[1].fd >= 0) {
		if (signals < 0 && p[1].fd < 0) { /* without descriptors: as a shell would */
			lives = waitpid(pid, status, 0) < 0 && errno == EINTR;
			continue;
		}
		if (poll(p, 2, -1) < 0)
			continue;
		if (p[1].revents && !output_take(out))
			p[1].fd = -1;
		if (p[0].revents && lives && ended(signals, pid, status, &asked)) {
			lives = false;
			p[0].fd = -1;
		}
	}
	return asked;
}

static void remove_leftover(const char *path)
{
	static const char *const endings[] = {"", "-journal"};
	char text[PATH_MAX];

	for (size_t i = 0; path && i < sizeof(endings) / sizeof(endings[0]); i++) {
		struct buf b = BUF_OVER(text);

		buf_str(&b, path);
		buf_str(&b, endings[i]);
		if (!b.cut)
			(void)unlink(buf_cstr(&b));
	}
}

int aside_run(int (*work)(void *user), void *user, struct output *out, int failed,
              const char *leftover, struct err *e)
{
	pid_t self = getpid(), pid;
	int status = 0, signals, asked, rc;
	sigset_t set, before;

	(void)fflush(NULL);
	(void)signal(SIGCHLD, SIG_DFL); /* who ignores it, as a parent may, is not told of an end */
	wait_for(&set);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
	pid = fork();
	if (pid == 0) {
		(void)sigprocmask(SIG_SETMASK, &before, NULL);
		worker(work, user, out, self);
	}
	if (pid < 0)
		return err_set(e, errno, "fork");
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	asked = attend(pid, signals, out, &status);
	if (signals >= 0)
		(void)close(signals);
	rc = WIFEXITED(status) ? WEXITSTATUS(status) : died(WTERMSIG(status), e);
	if (rc < 0 || rc >= failed)
		remove_leftover(leftover);
	if (output_finish(out, rc < 0 || rc >= failed, e))
		rc = -1;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (asked && rc < 0) {
		(void)signal(asked, SIG_DFL);
		(void)raise(asked);
	}
	return rc;
}
