#include "collect/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "schema/timefmt.h"

#define TEXT_FIRST ((size_t)64 * KIB)
/* A job is drained at so many captures or bytes of text. */
#define DRAIN_CAPTURES 512
#define DRAIN_TEXT     ((size_t)1 * MIB)

static int64_t clock_ns(clockid_t id)
{
	struct timespec t = {0};

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

int64_t now_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t thread_cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void job_reset(struct job *j, const struct source *s, const struct host *h)
{
	j->source = s;
	j->host = h;
	j->prefix = "";
	j->also = NULL;
	j->text.n = 0;
	j->text.cut = false;
	j->n = j->lost = 0;
	j->cpu_ns = 0;
}

void job_free(struct job *j)
{
	free(j->text.p);
	if (j->captures != &j->first)
		free(j->captures);
	*j = (struct job){0};
}

/* A run that cannot be drained keeps at most so many captures: 22 MiB. */
#define CAPTURES_MAX   32768
#define CAPTURES_FIRST 8

static bool more_captures(struct job *j)
{
	size_t cap = j->cap > 1 ? j->cap * 2 : CAPTURES_FIRST;
	bool first = j->captures == &j->first;
	struct capture *more;

	if (cap > CAPTURES_MAX)
		return false;
	more = reallocarray(first ? NULL : j->captures, cap, sizeof(*more));
	if (!more)
		return false;
	if (first)
		*more = j->first;
	j->captures = more;
	j->cap = cap;
	return true;
}

/* The slot of the next capture.  Without room for another the last one is handed on, or lost. */
static struct capture *next_capture(struct job *j)
{
	if (j->n == j->cap && !more_captures(j)) {
		if (j->cap == 0) {
			j->captures = &j->first;
			j->cap = 1;
		} else if (j->drain) {
			j->drain(j);
			j->n = 0;
			j->text.n = 0;
		} else {
			j->n--;
			j->lost++;
		}
	}
	return &j->captures[j->n++];
}

struct capture *job_begin(struct job *j, struct span member)
{
	struct capture *c = next_capture(j);
	struct buf name;

	*c = (struct capture){.at = j->text.n, .status = CAPTURE_ERROR};
	name = BUF_OVER(c->member);
	buf_str(&name, j->prefix);
	buf_put(&name, member);
	(void)buf_cstr(&name);
	c->t0_ns = now_ns();
	return c;
}

/* Makes the text hold `want` bytes, twice what it had if that is more, never above `most`. */
static bool grow(struct buf *b, size_t want, size_t most)
{
	size_t cap = b->cap ? b->cap * 2 : TEXT_FIRST;
	char *p;

	if (cap > most)
		cap = most;
	if (cap < want)
		cap = want + TEXT_FIRST; /* very many small files: not one realloc each */
	p = realloc(b->p, cap);
	if (!p)
		return false;
	b->p = p;
	b->cap = cap;
	return true;
}

struct buf *job_room(struct job *j, size_t n)
{
	struct capture *c = &j->captures[j->n - 1];
	size_t used = j->text.n - c->at, cap = j->source->cap;

	if (n > cap || used > cap - n)
		return NULL;
	if (j->text.cap - j->text.n < n && !grow(&j->text, j->text.n + n, c->at + cap)) {
		c->error = ENOMEM;
		return NULL;
	}
	return &j->text;
}

void job_end(struct job *j, enum capture_status status, int error, const char *note)
{
	struct capture *c = &j->captures[j->n - 1];
	struct buf b = BUF_OVER(c->note);
	bool no_memory = c->error == ENOMEM && status == CAPTURE_CUT;

	c->t1_ns = now_ns();
	c->n = j->text.n - c->at;
	c->status = no_memory ? CAPTURE_ERROR : status;
	c->error = no_memory ? ENOMEM : error;
	if (!capture_status_good(c->status)) {
		c->n = 0;
		j->text.n = c->at;
	}
	if (note)
		buf_str(&b, note);
	(void)buf_cstr(&b);
}

void *job_keep(struct job *j, size_t size, void (*done)(void *p))
{
	if (!j->kept->p) {
		j->kept->p = calloc(1, size);
		j->kept->free = done;
	}
	return j->kept->p;
}

void job_fail(struct job *j, struct span member, int error, const char *note)
{
	(void)job_begin(j, member);
	job_end(j, status_of_errno(error), error, note);
}

void job_drain(struct job *j)
{
	if (!j->drain || (j->n < DRAIN_CAPTURES && j->text.n < DRAIN_TEXT))
		return;
	j->drain(j);
	j->n = 0;
	j->text.n = 0;
}

enum capture_status status_of_errno(int error)
{
	switch (error) {
	case 0:
		return CAPTURE_OK;
	case EPERM:
	case EACCES:
		return CAPTURE_DENIED;
	case ETIMEDOUT:
		return CAPTURE_TIMEOUT;
	case ENOENT:
	case ENOTDIR:
	case ENODEV:
	case ENXIO:
	case ESRCH:
	case EINVAL: /* speed and duplex of a link that has none */
	case EOPNOTSUPP:
	case EPROTONOSUPPORT:
	case EAFNOSUPPORT:
	case ECONNREFUSED:
		return CAPTURE_ABSENT;
	default:
		return CAPTURE_ERROR;
	}
}
