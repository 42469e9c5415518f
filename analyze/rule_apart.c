#include "analyze/rule_apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyze/box.h"
#include "analyze/humanize.h"
#include "schema/buf.h"
#include "schema/timefmt.h"

#define MESSAGE_MAX (2 * RULE_BYTES_MAX + RULE_ROWS_MAX * (size_t)1024)
#define BLOCK       ((size_t)64 * 1024)
#define NO_TEXT     UINT32_MAX

/*
 * The answer: 'e' and why not; or 'r', how many rows and columns of evidence, the columns'
 * names, the rows; then '.'.  Numbers as this machine has them: both ends are one program.
 */

/* ---- the process ---- */

static void put(FILE *out, const void *p, size_t n)
{
	(void)fwrite(p, 1, n, out);
}

static void put_text(FILE *out, const char *text)
{
	uint32_t n = text ? (uint32_t)strlen(text) : NO_TEXT;

	put(out, &n, sizeof(n));
	if (text)
		put(out, text, n);
}

static void put_cell(FILE *out, const struct cell *c)
{
	(void)fputc("nirt"[c->type == CELL_INT    ? 1
	                   : c->type == CELL_REAL ? 2
	                   : c->type == CELL_TEXT ? 3
	                                          : 0],
	            out);
	if (c->type == CELL_INT)
		put(out, &c->v.i, sizeof(c->v.i));
	else if (c->type == CELL_REAL)
		put(out, &c->v.r, sizeof(c->v.r));
	else if (c->type == CELL_TEXT)
		put_text(out, c->v.text);
}

static void put_rows(FILE *out, const struct rule_rows *rows)
{
	const uint32_t n[2] = {(uint32_t)rows->n, (uint32_t)(rows->n ? rows->evidence_n : 0)};

	(void)fputc('r', out);
	put(out, n, sizeof(n));
	for (size_t i = 0; i < n[1]; i++)
		put_text(out, rows->v[0].evidence[i].name);
	for (size_t i = 0; i < rows->n; i++) {
		const struct rule_row *row = &rows->v[i];
		const int64_t number[] = {(int64_t)row->level, row->at, row->first_at, row->last_at,
		                          row->votes};

		put(out, number, sizeof(number));
		put_text(out, row->entity);
		put_text(out, row->explains_entity);
		for (size_t k = 0; k < n[1]; k++)
			put_cell(out, &row->evidence[k].value);
	}
}

/* A clock of its own, should SQLite not look at its: a second later. */
static void set_alarm(int64_t ns)
{
	const struct itimerval at = {.it_value = {.tv_sec = ns / NS_PER_S + 1}};
	sigset_t alarm;

	(void)signal(SIGALRM, SIG_DFL);
	(void)sigemptyset(&alarm);
	(void)sigaddset(&alarm, SIGALRM);
	(void)sigprocmask(SIG_UNBLOCK, &alarm, NULL);
	(void)setitimer(ITIMER_REAL, &at, NULL);
}

/* Never returns.  The database is only read: its file and its locks stay the parent's. */
__attribute__((noreturn)) static void child(struct rule_box *b, const struct rule *r,
                                            const struct rule_value *values, size_t values_n,
                                            struct arena *a, int fd)
{
	FILE *out = fdopen(fd, "w");
	struct rule bounded = *r;
	struct rule_rows rows;
	struct err e = {0};

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	bounded.timeout_ns = rule_timeout(r);
	set_alarm(bounded.timeout_ns);
	box_calculate((unsigned)(bounded.timeout_ns / NS_PER_S) + 2, (size_t)RULE_HEAP_BYTES * 2);
	if (!out)
		_exit(1);
	if (rule_query(b, &bounded, values, values_n, a, &rows, &e) == 0) {
		put_rows(out, &rows);
	} else {
		(void)fputc('e', out);
		put_text(out, e.text);
	}
	(void)fputc('.', out);
	_exit(fclose(out) == 0 ? 0 : 1);
}

/* ---- its answer ---- */

static bool take(struct span *s, void *p, size_t n)
{
	if (s->n < n)
		return false;
	memcpy(p, s->p, n);
	*s = span_sub(*s, n, s->n);
	return true;
}

/* NULL for a text that is none, which is fine where `may` says so. */
static bool take_text(struct span *s, struct arena *a, bool may, const char **text)
{
	uint32_t n;

	*text = NULL;
	if (!take(s, &n, sizeof(n)))
		return false;
	if (n == NO_TEXT)
		return may;
	if (n > s->n || memchr(s->p, '\0', n))
		return false;
	*text = arena_text(a, span_sub(*s, 0, n));
	*s = span_sub(*s, n, s->n);
	return true;
}

static bool take_cell(struct span *s, struct arena *a, struct cell *c)
{
	char type;

	*c = (struct cell){.type = CELL_EMPTY};
	if (!take(s, &type, 1))
		return false;
	switch (type) {
	case 'n':
		return true;
	case 'i':
		c->type = CELL_INT;
		return take(s, &c->v.i, sizeof(c->v.i));
	case 'r':
		c->type = CELL_REAL;
		return take(s, &c->v.r, sizeof(c->v.r));
	case 't':
		c->type = CELL_TEXT;
		return take_text(s, a, false, &c->v.text);
	default:
		return false;
	}
}

static bool take_evidence(struct span *s, struct arena *a, const char *const *names, size_t n,
                          struct rule_row *row)
{
	struct evidence *v = arena_array(a, n + 1, sizeof(*v));

	row->evidence = v;
	for (size_t i = 0; i < n; i++) {
		v[i].name = names[i];
		if (!take_cell(s, a, &v[i].value))
			return false;
		v[i].measure =
			v[i].value.type == CELL_TEXT ? MEASURE_TEXT : measure_of(span_of(names[i]));
	}
	return true;
}

static bool take_row(struct span *s, struct arena *a, const char *const *names, size_t n,
                     struct rule_row *row)
{
	int64_t number[5];

	if (!take(s, number, sizeof(number)) || number[0] < 0 || number[0] >= LEVEL_COUNT ||
	    number[4] < INT32_MIN || number[4] > INT32_MAX)
		return false;
	row->level = (enum level)number[0];
	row->at = number[1];
	row->first_at = number[2];
	row->last_at = number[3];
	row->votes = (int)number[4];
	return take_text(s, a, false, &row->entity) &&
	       take_text(s, a, true, &row->explains_entity) && take_evidence(s, a, names, n, row);
}

static bool take_rows(struct span *s, struct arena *a, struct rule_rows *out)
{
	const char **names;
	uint32_t n[2];

	/* each takes a byte at least: more are not believed before they are there */
	if (!take(s, n, sizeof(n)) || n[0] > RULE_ROWS_MAX || n[1] > s->n)
		return false;
	names = arena_array(a, n[1] + (size_t)1, sizeof(*names));
	for (size_t i = 0; i < n[1]; i++)
		if (!take_text(s, a, false, &names[i]))
			return false;
	out->v = arena_array(a, n[0] + (size_t)1, sizeof(*out->v));
	for (; out->n < n[0]; out->n++)
		if (!take_row(s, a, names, n[1], &out->v[out->n]))
			return false;
	out->evidence_n = n[1];
	return true;
}

static int understand(struct span s, const struct rule *r, struct arena *a, struct rule_rows *out,
                      struct err *e)
{
	const char *why = NULL;
	char kind = 0, end = 0;
	bool fine = take(&s, &kind, 1) && (kind == 'r'   ? take_rows(&s, a, out)
	                                   : kind == 'e' ? take_text(&s, a, false, &why)
	                                                 : false);

	if (!fine || !take(&s, &end, 1) || end != '.' || s.n) {
		*out = (struct rule_rows){0};
		(void)err_set(e, 0, "%s:%zu: its process gave no answer", r->path, rule_line(r));
		return 1;
	}
	return why ? err_set(e, 0, "%s", why) : 0;
}

/* ---- this process ---- */

/* All of it, or as much as may be: then the rest is a broken pipe to the other end. */
static struct span read_all(int fd)
{
	char *text = NULL;
	size_t n = 0, cap = 0;
	ssize_t got;

	for (;;) {
		if (cap - n < BLOCK) {
			char *more = n > MESSAGE_MAX ? NULL : realloc(text, cap = 2 * cap + BLOCK);

			if (!more)
				break;
			text = more;
		}
		got = read(fd, text + n, cap - n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	(void)close(fd);
	return (struct span){text, n};
}

static int died(const struct rule *r, int status, struct err *e)
{
	int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (sig == SIGALRM || sig == SIGXCPU || sig == SIGKILL)
		(void)err_set(e, 0, "%s:%zu: its process was stopped after %lld ms", r->path,
		              rule_line(r), (long long)(rule_timeout(r) / NS_PER_MS));
	else if (sig)
		(void)err_set(e, 0, "%s:%zu: its process ended by signal %d, %s", r->path,
		              rule_line(r), sig, strsignal(sig));
	else
		(void)err_set(e, 0, "%s:%zu: its process gave no answer", r->path, rule_line(r));
	return 1;
}

int rule_query_apart(struct rule_box *b, const struct rule *r, const struct rule_value *values,
                     size_t values_n, struct arena *a, struct rule_rows *out, struct err *e)
{
	struct span answer;
	int fd[2], status = 0, rc;
	pid_t pid;

	*out = (struct rule_rows){0};
	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_set(e, errno, "pipe");
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)close(fd[0]);
		child(b, r, values, values_n, a, fd[1]);
	}
	(void)close(fd[1]);
	if (pid < 0) {
		(void)close(fd[0]);
		return err_set(e, errno, "fork");
	}
	answer = read_all(fd[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	rc = status ? died(r, status, e) : understand(answer, r, a, out, e);
	free((void *)(uintptr_t)answer.p);
	return rc;
}
