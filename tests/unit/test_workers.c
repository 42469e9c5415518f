#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyze/workers.h"
#include "schema/buf.h"

#define JOBS 40

struct log {
	char answer[JOBS][100], failure[JOBS][100];
	size_t ended;
	bool give_up;
};

static int note(void *user, size_t i, struct span answer, const char *failure, struct err *e)
{
	struct log *l = user;
	struct buf a = BUF_OVER(l->answer[i]), f = BUF_OVER(l->failure[i]);

	buf_put(&a, answer);
	(void)buf_cstr(&a);
	buf_str(&f, failure ? failure : "");
	(void)buf_cstr(&f);
	l->ended++;
	return l->give_up ? err_set(e, 0, "enough") : 0;
}

/* Some answer, some fail in one of the ways that there are. */
static int work(void *user, size_t i, FILE *answer)
{
	static char block[64 * 1024];

	(void)user;
	(void)fprintf(answer, "job %zu", i);
	switch (i % 10) {
	case 3:
		(void)fflush(answer);
		(void)kill(getpid(), SIGKILL);
		break;
	case 5:
		return -1;
	case 7:
		for (size_t n = 0; n < WORKERS_MESSAGE_MAX + sizeof(block); n += sizeof(block))
			(void)fwrite(block, 1, sizeof(block), answer);
		break;
	default:
		break;
	}
	return 0;
}

static int waits(void *user, size_t i, FILE *answer)
{
	(void)user;
	(void)answer;
	if (i > 0)
		for (;;)
			(void)pause();
	return 0;
}

static void no_child_is_left(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void each_job_ends_once_whatever_becomes_of_it(void **state)
{
	static struct log l;
	const struct workers w = {
		.jobs = JOBS, .at_once = 7, .work = work, .done = note, .user = &l};
	struct err e = {0};

	(void)state;
	assert_int_equal(workers_run(&w, &e), 0);
	assert_int_equal(l.ended, JOBS);
	assert_string_equal(l.answer[12], "job 12");
	assert_string_equal(l.failure[12], "");
	assert_string_equal(l.failure[13], "signal 9, Killed");
	assert_string_equal(l.failure[15], "exit status 1");
	assert_string_equal(l.failure[17], "its summary is too long");
	assert_string_equal(l.answer[17], "");
	no_child_is_left();
}

static void giving_up_ends_those_that_run(void **state)
{
	static struct log l;
	const struct workers w = {.jobs = 5, .at_once = 5, .work = waits, .done = note, .user = &l};
	struct err e = {0};

	(void)state;
	l.give_up = true;
	assert_int_equal(workers_run(&w, &e), -1);
	assert_string_equal(e.text, "enough");
	no_child_is_left();
}

/* In a process of its own, which SIGTERM must end, and its jobs with it. */
static void a_signal_ends_the_jobs_and_then_the_program(void **state)
{
	static struct log l;
	const struct workers w = {.jobs = 3, .at_once = 3, .work = waits, .done = note, .user = &l};
	struct err e = {0};
	int status, fd[2];
	char c;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(fd[0]);
		(void)alarm(20);
		(void)(workers_run(&w, &e) == 0);
		_exit(99);
	}
	(void)close(fd[1]);
	(void)usleep(200000);
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_int_equal(read(fd[0], &c, 1), 0); /* nobody holds the other end any more */
	(void)close(fd[0]);
}

static void without_a_job_there_is_nothing_to_do(void **state)
{
	const struct workers w = {.jobs = 0, .at_once = 2, .work = work, .done = note};
	struct err e = {0};

	(void)state;
	assert_int_equal(workers_run(&w, &e), 0);
	assert_true(workers_cpus() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_job_ends_once_whatever_becomes_of_it),
		cmocka_unit_test(giving_up_ends_those_that_run),
		cmocka_unit_test(a_signal_ends_the_jobs_and_then_the_program),
		cmocka_unit_test(without_a_job_there_is_nothing_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
