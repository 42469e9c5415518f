#include "collect/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/timefmt.h"
#include "schema/unit.h"

#define WORDS_MAX     64
#define COMMAND_BYTES 4096
#define CAP_BYTES     ((size_t)4 * MIB)
#define PIECE         ((size_t)16 * KIB)
/* Without pidfd_open (before Linux 5.3) its end is looked for so often. */
#define LOOK_MS 50

struct command {
	pid_t pid;
	int out;   /* its standard output and error */
	int pidfd; /* readable when it has ended; -1 = not to be had */
	bool cut;
};

static bool plain_name(struct span s)
{
	static const struct span more = SPAN_INIT("_.+-");

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		             (c >= '0' && c <= '9') || (i > 0 && span_find(more, c) < more.n);

		if (!plain)
			return false;
	}
	return s.n > 0 && s.n < 64;
}

int command_source(struct source *s, const char *arg, char memory[64], struct err *e)
{
	struct buf b = {.p = memory, .cap = 64};
	struct span text = span_of(arg), name, line, word;

	if (!span_cut(&text, '=', &name) || !plain_name(name))
		return err_set(
			e, 0, "--run: not NAME=COMMAND, NAME of letters, digits, _ . + -: %s", arg);
	line = text;
	if (!span_word(&line, &word) || text.n >= COMMAND_BYTES)
		return err_set(e, 0, "--run: no command, or one too long: %s", arg);
	buf_put(&b, name);
	*s = (struct source){
		.id = buf_cstr(&b),
		.how = SOURCE_COMMAND,
		.what = text.p, /* the end of a NUL-terminated string */
		.when = SOURCE_EDGE,
		.cap = CAP_BYTES,
		.deadline_ms = COMMAND_DEADLINE_MS,
		.on = true,
	};
	return 0;
}

/* Its words, in `text`, which is cut up for them. */
static void split(char *text, char *words[WORDS_MAX + 1])
{
	size_t n = 0;

	for (char *p = text; *p && n < WORDS_MAX;) {
		while (*p == ' ' || *p == '\t')
			*p++ = '\0';
		if (*p)
			words[n++] = p;
		while (*p && *p != ' ' && *p != '\t')
			p++;
	}
	words[n] = NULL;
}

/* Its own process group, the signals as they are by default, nothing to read. */
static int spawn(char *const words[], int out, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int error;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	(void)posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
	                                              POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawnattr_setpgroup(&attr, 0);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setsigdefault(&attr, &all);
	error = posix_spawnp(pid, words[0], &files, &attr, words, environ);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return error;
}

static int start(struct command *c, char *const words[])
{
	int ends[2], error;

	if (!words[0])
		return EINVAL;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return errno;
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	error = spawn(words, ends[1], &c->pid);
	(void)close(ends[1]);
	if (error) {
		(void)close(ends[0]);
		return error;
	}
	c->out = ends[0];
	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	return 0;
}

/* What can be read now.  False at its end, or at the cap. */
static bool take_output(struct job *j, struct command *c)
{
	for (;;) {
		const struct capture *at = &j->captures[j->n - 1];
		size_t left = j->source->cap - (j->text.n - at->at);
		size_t n = left < PIECE ? left : PIECE;
		struct buf *b = n ? job_room(j, n) : NULL;
		ssize_t got;

		if (!b) {
			c->cut = true;
			return false;
		}
		got = read(c->out, b->p + b->n, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 && errno == EAGAIN;
		b->n += (size_t)got;
	}
}

static bool ended(const struct command *c)
{
	siginfo_t who = {0};

	return waitid(P_PID, (id_t)c->pid, &who, WEXITED | WNOHANG | WNOWAIT) != 0 || who.si_pid;
}

/*
 * Until it ends (what it left running may hold the pipe for ever) or shuts its
 * output.  False when the deadline passed first.
 */
static bool follow(struct job *j, struct command *c, int64_t until_ns)
{
	struct pollfd fds[] = {
		{.fd = c->out,   .events = POLLIN},
		{.fd = c->pidfd, .events = POLLIN},
	};

	for (;;) {
		bool over = ended(c); /* asked first: what it wrote until then is read next */
		int64_t left_ms = (until_ns - now_ns()) / NS_PER_MS;

		if (!take_output(j, c) || over)
			return true;
		if (left_ms <= 0)
			return false;
		if (c->pidfd < 0 && left_ms > LOOK_MS)
			left_ms = LOOK_MS;
		(void)poll(fds, 2, (int)left_ms);
	}
}

/* Whatever it started goes with it.  Returns its wait status. */
static int end(struct command *c, bool in_time, int64_t until_ns)
{
	struct pollfd fd = {.fd = c->pidfd, .events = POLLIN};
	int status = 0;

	/* it may have shut its output and still be at work */
	while (in_time && !c->cut && !ended(c) && now_ns() < until_ns)
		(void)poll(&fd, 1, LOOK_MS);
	(void)kill(-c->pid, SIGKILL);
	while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)close(c->out);
	if (c->pidfd >= 0)
		(void)close(c->pidfd);
	return status;
}

static void finish(struct job *j, const struct command *c, bool in_time, int status)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	if (!in_time) {
		job_end(j, CAPTURE_TIMEOUT, ETIMEDOUT, "killed at its deadline");
		return;
	}
	if (c->cut)
		buf_str(&b, "killed: more output than is kept");
	else if (WIFSIGNALED(status))
		buf_fmt(&b, "ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		buf_fmt(&b, "exit status %d", WEXITSTATUS(status));
	job_end(j, c->cut ? CAPTURE_CUT : CAPTURE_OK, 0, buf_cstr(&b));
}

void how_command(struct job *j)
{
	int64_t until_ns = now_ns() + (int64_t)j->source->deadline_ms * NS_PER_MS;
	char text[COMMAND_BYTES] = "", name[BUNDLE_NAME_MAX], *words[WORDS_MAX + 1];
	struct buf line = BUF_OVER(text), member = BUF_OVER(name);
	struct command c = {0};
	bool in_time;
	int error;

	buf_str(&line, j->source->what);
	(void)buf_cstr(&line);
	split(text, words);
	source_member_put(j->source, &member);
	(void)job_begin(j, buf_span(&member));
	error = start(&c, words);
	if (error) {
		job_end(j, status_of_errno(error), error, "cannot be started");
		return;
	}
	in_time = follow(j, &c, until_ns);
	finish(j, &c, in_time, end(&c, in_time, until_ns));
}
