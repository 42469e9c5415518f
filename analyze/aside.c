#include "analyze/aside.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

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

int aside_run(int (*work)(void *user), void *user, struct output *out, int failed, struct err *e)
{
	pid_t self = getpid(), pid;
	int status = 0, rc;

	(void)fflush(NULL);
	pid = fork();
	if (pid < 0)
		return err_set(e, errno, "fork");
	if (pid == 0)
		worker(work, user, out, self);
	output_gather(out);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	rc = WIFEXITED(status) ? WEXITSTATUS(status) : died(WTERMSIG(status), e);
	return output_finish(out, rc < 0 || rc >= failed, e) ? -1 : rc;
}
