#include "analyze/output.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "schema/span.h"

#define PAGER_WORDS 16

void output_init(struct output *o)
{
	struct winsize size = {0};

	*o = (struct output){.out = stdout, .terminal = isatty(STDOUT_FILENO)};
	(void)setlocale(LC_CTYPE, "");
	o->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	if (o->terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		o->width = size.ws_col;
	/* a reader who went away is seen when writing, see output_close */
	(void)signal(SIGPIPE, SIG_IGN);
}

/* $PAGER's words, without a shell: "less -R" when it is not set. */
static void exec_pager(char *words)
{
	char *argv[PAGER_WORDS + 1];
	size_t n = 0;

	while (*words && n < PAGER_WORDS) {
		words += strspn(words, " \t");
		if (!*words)
			break;
		argv[n++] = words;
		words += strcspn(words, " \t");
		if (*words)
			*words++ = '\0';
	}
	argv[n] = NULL;
	(void)setenv("LESS", "FRX", 0);
	(void)signal(SIGPIPE, SIG_DFL);
	if (n)
		(void)execvp(argv[0], argv);
}

static void be_pager(const int ends[2])
{
	const char *wanted = getenv("PAGER");
	char words[512] = "less -R";

	if (wanted && *wanted && strlen(wanted) < sizeof(words))
		memcpy(words, wanted, strlen(wanted) + 1);
	(void)dup2(ends[0], STDIN_FILENO);
	(void)close(ends[0]);
	(void)close(ends[1]);
	exec_pager(words);
	/* no such pager: the text as it is */
	memcpy(words, "cat", sizeof("cat"));
	exec_pager(words);
	_exit(127);
}

static int open_pager(struct output *o, struct err *e)
{
	int ends[2];

	if (pipe(ends) < 0)
		return err_set(e, errno, "pipe");
	o->pager = fork();
	if (o->pager < 0) {
		o->pager = 0;
		(void)close(ends[0]);
		(void)close(ends[1]);
		return err_set(e, errno, "fork");
	}
	if (o->pager == 0)
		be_pager(ends);
	(void)close(ends[0]);
	o->out = fdopen(ends[1], "w");
	return o->out ? 0 : err_set(e, errno, "pager");
}

int output_open(struct output *o, const char *path, bool page, struct err *e)
{
	const char *pager = getenv("PAGER");

	if (path) {
		o->terminal = false;
		o->width = 0;
		o->out = fopen(path, "we");
		return o->out ? 0 : err_set(e, errno, "open %s", path);
	}
	if (page && o->terminal && !(pager && strcmp(pager, "cat") == 0))
		return open_pager(o, e);
	return 0;
}

static bool reader_gone(int fd)
{
	struct pollfd p = {.fd = fd};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

int output_close(struct output *o, struct err *e)
{
	bool failed = fflush(o->out) != 0 || ferror(o->out);
	int code = errno;

	if (failed && reader_gone(fileno(o->out)))
		failed = false;
	if (o->out != stdout && fclose(o->out) != 0 && !failed && errno != EPIPE) {
		code = errno;
		failed = true;
	}
	if (o->pager > 0)
		while (waitpid(o->pager, NULL, 0) < 0 && errno == EINTR)
			continue;
	return failed ? err_set(e, code, "write") : 0;
}
