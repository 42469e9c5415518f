#include "analyze/output.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyze/escape.h"
#include "schema/buf.h"
#include "schema/span.h"

#define PAGER_WORDS  16
#define PART_MORE    32 /* ".1234.tmp" */
#define PAGER_BYTES  512
#define ROWS_DEFAULT 24 /* of a terminal that does not tell */

static const char *environment(const char *name)
{
	const char *v = getenv(name);

	return v ? v : "";
}

void output_init(struct output *o)
{
	struct winsize size = {0};
	const char *term = environment("TERM");

	*o = (struct output){
		.out = stdout, .terminal = isatty(STDOUT_FILENO), .fd = -1, .pager = -1};
	(void)setlocale(LC_CTYPE, "");
	o->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
	o->dumb = o->terminal && (!*term || strcmp(term, "dumb") == 0);
	if (o->terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		o->width = size.ws_col;
	o->rows = size.ws_row ? size.ws_row : ROWS_DEFAULT;
	/* a reader who went away is seen when writing, see output_close */
	(void)signal(SIGPIPE, SIG_IGN);
}

/* A pager is asked for or can be used: less has little joy in a dumb terminal. */
static bool wants_pager(const struct output *o)
{
	const char *pager = getenv("PAGER");

	return o->terminal && (pager ? *pager && strcmp(pager, "cat") != 0 : !o->dumb);
}

/* A file that is there and can be replaced, or a name that is free. */
static bool replaceable(struct output *o, const char *path, struct stat *was)
{
	o->path = realpath(path, NULL);
	if (!o->path) {
		*was = (struct stat){0};
		o->path = errno == ENOENT && lstat(path, was) < 0 ? strdup(path) : NULL;
		return o->path != NULL;
	}
	return stat(o->path, was) == 0 && S_ISREG(was->st_mode) && was->st_nlink == 1;
}

/* "FILE.1234.tmp": with the rights of what it replaces. */
static int open_part(struct output *o, const struct stat *was)
{
	size_t cap = strlen(o->path) + PART_MORE;
	struct buf b = {.p = malloc(cap), .cap = cap};
	int fd;

	if (!b.p)
		return -1;
	buf_fmt(&b, "%s.%ld.tmp", o->path, (long)getpid());
	fd = open(buf_cstr(&b), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (fd >= 0 && was->st_mode &&
	    (fchown(fd, was->st_uid, was->st_gid) < 0 || fchmod(fd, was->st_mode & 0777) < 0)) {
		(void)unlink(b.p);
		(void)close(fd);
		fd = -1;
	}
	if (fd >= 0)
		o->part = b.p;
	else
		free(b.p);
	return fd;
}

/* Where no other file can be made or may take its place, it is written as it is. */
static int reserve_file(struct output *o, const char *path, struct err *e)
{
	struct stat was = {0};

	o->file = true;
	if (replaceable(o, path, &was) && (!was.st_mode || access(o->path, W_OK) == 0))
		o->fd = open_part(o, &was);
	if (o->fd < 0)
		o->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (o->fd >= 0)
		return 0;
	(void)err_set(e, errno, "open %s", path);
	free(o->path);
	o->path = NULL;
	return -1;
}

/* The file gets its name, or nothing of it stays. */
static int land(struct output *o, bool failed, struct err *e)
{
	int rc = 0;

	if (o->part && !failed && rename(o->part, o->path) < 0)
		rc = err_set(e, errno, "rename %s", o->part);
	if (o->part && (failed || rc < 0))
		(void)unlink(o->part);
	free(o->part);
	free(o->path);
	o->part = o->path = NULL;
	return rc;
}

int output_reserve(struct output *o, const char *path, bool page, struct err *e)
{
	int fd[2];

	if (path)
		return reserve_file(o, path, e);
	if (!page || !wants_pager(o))
		return 0;
	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe to the pager");
	o->pager = fd[0];
	o->fd = fd[1];
	return 0;
}

void output_is_worker(struct output *o)
{
	if (o->pager >= 0)
		(void)close(o->pager);
	o->pager = -1;
	o->apart = true;
}

int output_gather(struct output *o)
{
	if (o->fd >= 0)
		(void)close(o->fd);
	o->fd = -1;
	if (o->pager >= 0)
		o->taken = open_memstream(&o->text, &o->text_n);
	return o->pager;
}

bool output_take(struct output *o)
{
	char block[16384];
	ssize_t n = read(o->pager, block, sizeof(block));

	if (n < 0 && errno == EINTR)
		return true;
	if (n > 0) {
		if (o->taken)
			(void)fwrite(block, 1, (size_t)n, o->taken);
		return true;
	}
	if (o->taken)
		(void)fclose(o->taken);
	(void)close(o->pager);
	o->pager = -1;
	return false;
}

static int open_reserved(struct output *o, struct err *e)
{
	if (o->file) {
		o->terminal = false;
		o->width = 0;
		(void)!ftruncate(o->fd, 0); /* /dev/full has no length */
	}
	o->out = fdopen(o->fd, "w");
	return o->out ? 0 : err_set(e, errno, "open the output");
}

int output_open(struct output *o, const char *path, bool page, struct err *e)
{
	if (o->fd < 0 && path && reserve_file(o, path, e) < 0)
		return -1;
	if (o->fd >= 0)
		return open_reserved(o, e);
	if (!page || !wants_pager(o))
		return 0;
	o->kept = true;
	o->out = open_memstream(&o->text, &o->text_n);
	return o->out ? 0 : err_set(e, errno, "buffer of the pager");
}

/* Columns of a line without the colours on it. */
static size_t line_columns(struct span line)
{
	size_t n = 0;
	struct span part;

	while (span_cut(&line, '\033', &part)) {
		n += text_columns(part);
		if (!span_cut(&line, 'm', &part))
			return n;
	}
	return n + text_columns(line);
}

/* More lines than a terminal has beside its prompt; it folds those that are too long. */
static bool too_long(const struct output *o)
{
	struct span rest = {o->text, o->text_n}, line;
	size_t rows = 0;

	while (rows < o->rows && span_line(&rest, &line)) {
		size_t n = line_columns(line);

		rows += n && o->width ? (n + o->width - 1) / o->width : 1;
	}
	return rows >= o->rows;
}

static bool is_less(const char *command)
{
	struct span s = span_of(command), folder;

	(void)span_rcut(&s, '/', &folder);
	return span_eq(s, SPAN("less"));
}

/* $PAGER's words, without a shell; less is told to let colours through, whatever LESS says. */
static void exec_pager(char *words)
{
	static char raw[] = "-R";
	char *argv[PAGER_WORDS + 2];
	size_t n = 0;

	while (*words && n < PAGER_WORDS) {
		words += strspn(words, " \t");
		if (!*words)
			break;
		argv[n++] = words;
		words += strcspn(words, " \t");
		if (*words)
			*words++ = '\0';
		if (n == 1 && is_less(argv[0]))
			argv[n++] = raw;
	}
	argv[n] = NULL;
	(void)setenv("LESS", "FRX", 0);
	(void)signal(SIGPIPE, SIG_DFL);
	if (n)
		(void)execvp(argv[0], argv);
}

static void be_pager(int input, int status)
{
	const char *wanted = environment("PAGER");
	char words[PAGER_BYTES] = "less";

	if (*wanted && strlen(wanted) < sizeof(words))
		memcpy(words, wanted, strlen(wanted) + 1);
	(void)dup2(input, STDIN_FILENO);
	exec_pager(words);
	(void)!write(status, "!", 1); /* exec closes it: no byte is success */
	_exit(127);
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t got = write(fd, p, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

/* Gives the pager the text and waits until its reader is done; ^C is for the pager. */
static void feed_pager(const struct output *o, pid_t pid, int input)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, was_int, was_quit;

	(void)sigaction(SIGINT, &ignore, &was_int);
	(void)sigaction(SIGQUIT, &ignore, &was_quit);
	(void)write_all(input, o->text, o->text_n); /* who has read enough goes away */
	(void)close(input);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	(void)sigaction(SIGINT, &was_int, NULL);
	(void)sigaction(SIGQUIT, &was_quit, NULL);
}

/* False when no pager could be started: nothing was shown. */
static bool page(const struct output *o)
{
	int text[2], status[2];
	char byte;
	pid_t pid;

	if (pipe2(text, O_CLOEXEC) < 0)
		return false;
	if (pipe2(status, O_CLOEXEC) < 0) {
		(void)close(text[0]);
		(void)close(text[1]);
		return false;
	}
	pid = fork();
	if (pid == 0)
		be_pager(text[0], status[1]);
	(void)close(text[0]);
	(void)close(status[1]);
	if (pid > 0 && read(status[0], &byte, 1) == 1) {
		(void)waitpid(pid, NULL, 0);
		pid = -1;
	}
	(void)close(status[0]);
	if (pid > 0)
		feed_pager(o, pid, text[1]);
	else
		(void)close(text[1]);
	return pid > 0;
}

static bool reader_gone(int fd)
{
	struct pollfd p = {.fd = fd};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLERR);
}

static int show_kept(struct output *o, struct err *e)
{
	int rc = 0;

	if (!(too_long(o) && page(o)) && !write_all(STDOUT_FILENO, o->text, o->text_n))
		rc = err_set(e, errno, "write");
	free(o->text);
	o->text = NULL;
	return rc;
}

static int close_kept(struct output *o, struct err *e)
{
	return fclose(o->out) != 0 ? err_set(e, errno, "buffer of the pager") : show_kept(o, e);
}

int output_finish(struct output *o, bool failed, struct err *e)
{
	int rc = o->text ? show_kept(o, e) : 0;

	return land(o, failed, e) < 0 ? -1 : rc;
}

int output_close(struct output *o, struct err *e)
{
	bool failed;
	int code;

	if (o->kept)
		return close_kept(o, e);
	failed = fflush(o->out) != 0 || ferror(o->out);
	code = errno;
	if (failed && reader_gone(fileno(o->out)))
		failed = false;
	if (o->out != stdout && fclose(o->out) != 0 && !failed && errno != EPIPE) {
		code = errno;
		failed = true;
	}
	if (failed)
		(void)err_set(e, code, "write %s", o->path ? o->path : "the report");
	if (!o->apart && land(o, failed, e) < 0)
		return -1;
	return failed ? -1 : 0;
}
