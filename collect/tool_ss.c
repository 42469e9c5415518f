/* ss(8) in itself: its options -t -a -l -n -m -i -e -o -p -s, TCP only. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/how.h"
#include "collect/proc_tcp.h"
#include "collect/ss_format.h"
#include "collect/ss_summary.h"

/*
 * What ss asks for: all states it knows with -a, those without a peer with -l, the
 * others else.  With -l it asks for closed sockets too: no table has one of TCP, but
 * the kernel would walk them all (1 ms for 10,000 sockets, each tick).
 */
#define STATES_ALL       ((1U << SOCK_STATE_COUNT) - 1)
#define STATES_LISTENING (1U << SOCK_LISTEN)
#define STATES_CONNECTED                                                                           \
	(STATES_ALL &                                                                              \
	 ~(1U << SOCK_LISTEN | 1U << SOCK_CLOSE | 1U << SOCK_TIME_WAIT | 1U << SOCK_SYN_RECV))

struct ask {
	unsigned show; /* of enum ss_show */
	bool all, listening, summary;
};

struct run {
	struct job *j;
	struct ss_style style;
	enum capture_status status; /* CAPTURE_OK while there was room */
};

/* Used again by each run. */
struct memory {
	struct sock_names *names;
	struct owners owners;
	struct ss_summary summary;
};

static bool take_option(struct ask *a, char option)
{
	switch (option) {
	case 't':
	case 'n':
		return true;
	case 'a':
		return a->all = true;
	case 'l':
		return a->listening = true;
	case 's':
		return a->summary = true;
	case 'm':
		a->show |= SS_MEMORY;
		return true;
	case 'i':
		a->show |= SS_INFO;
		return true;
	case 'o':
		a->show |= SS_TIMERS;
		return true;
	case 'e':
		a->show |= SS_EXTENDED;
		return true;
	case 'p':
		a->show |= SS_PROCESSES;
		return true;
	default:
		return false;
	}
}

static bool take_options(struct ask *a, struct span args)
{
	struct span word;

	while (span_word(&args, &word)) {
		if (word.n < 2 || word.p[0] != '-')
			return false;
		for (size_t i = 1; i < word.n; i++)
			if (!take_option(a, word.p[i]))
				return false;
	}
	return true;
}

static uint32_t states_of(const struct ask *a)
{
	if (a->listening)
		return STATES_LISTENING;
	return a->all ? STATES_ALL : STATES_CONNECTED;
}

static uint8_t wanted_of(const struct ask *a)
{
	unsigned w = 0;

	if (a->show & SS_MEMORY)
		w |= 1U << (SOCK_MEMINFO - 1) | 1U << (SOCK_SKMEMINFO - 1);
	if (a->show & SS_INFO)
		w |= 1U << (SOCK_INFO - 1) | 1U << (SOCK_VEGASINFO - 1) | 1U << (SOCK_CONG - 1);
	return (uint8_t)w;
}

/* Room for n bytes of the member; without it the status says why. */
static struct buf *room(struct run *r, size_t n)
{
	struct buf *b = job_room(r->j, n);

	if (!b)
		r->status = CAPTURE_CUT;
	return b;
}

static bool put_row(void *arg, const struct inet_diag_msg *m, const struct attr *attrs)
{
	struct run *r = arg;
	size_t holders = 0;
	struct buf *b;

	if (r->style.owners)
		(void)owners_find(r->style.owners, m->idiag_inode, &holders);
	b = room(r, SS_ROW_MAX + holders * SS_OWNER_MAX);
	if (b)
		ss_row(b, &r->style, m, attrs);
	return b;
}

static bool put_header(struct run *r)
{
	struct buf *b = room(r, SS_ROW_MAX);

	if (b)
		ss_header(b);
	return b;
}

/* Why the second-best way was taken: "sock_diag: No such file or directory; from /proc/net/tcp ..."
 */
static void put_why(struct buf *note, int error)
{
	if (error) {
		buf_str(note, "sock_diag: ");
		buf_str(note, strerror(error));
		buf_str(note, "; ");
	}
	buf_str(note, "from /proc/net/tcp, no accept limits");
}

static enum capture_status from_proc(struct run *r, const struct ask *a, int *error,
                                     struct buf *note)
{
	unsigned bad = 0;
	int e = proc_tcp(r->j->host, states_of(a), put_row, r, &bad);

	if (bad) {
		buf_str(note, ", lines not understood: ");
		buf_u64(note, bad);
	}
	if (e == 0)
		return CAPTURE_FALLBACK;
	if (r->status != CAPTURE_OK)
		return r->status;
	*error = e;
	return status_of_errno(e);
}

static enum capture_status from_kernel(struct run *r, const struct ask *a, int *error,
                                       struct buf *note)
{
	size_t from = r->j->text.n;
	bool interrupted = false;
	int e = sock_diag_tcp(states_of(a), wanted_of(a), put_row, r, &interrupted);

	if (r->status != CAPTURE_OK)
		return r->status;
	if (e == 0)
		return interrupted ? CAPTURE_INTERRUPTED : CAPTURE_OK;
	if (r->j->text.n == from) {
		put_why(note, e);
		return from_proc(r, a, error, note);
	}
	*error = e;
	return status_of_errno(e);
}

/* The owners of sockets, as far as we may see them. */
static void find_owners(struct run *r, struct owners *o, struct buf *note)
{
	int e = owners_walk(o);

	r->style.owners = o;
	if (e) {
		buf_str(note, "owners: ");
		buf_str(note, strerror(e));
		buf_str(note, "; ");
	}
	if (o->denied) {
		buf_str(note, "fds of ");
		buf_u64(note, o->denied);
		buf_str(note, " of ");
		buf_u64(note, o->processes);
		buf_str(note, " processes denied; ");
	}
}

static void free_memory(void *p)
{
	struct memory *m = p;

	sock_names_close(m->names);
	owners_free(&m->owners);
	ss_summary_close(&m->summary);
	free(m);
}

/* That of the run before, emptied; NULL when there is none to be had. */
static struct memory *memory_of(struct job *j)
{
	struct memory *m = job_keep(j, sizeof(*m), free_memory);

	if (m && m->names)
		sock_names_forget(m->names);
	else if (m)
		m->names = sock_names_open();
	return m && m->names ? m : NULL;
}

static enum capture_status list(struct job *j, const struct ask *a, int *error, struct buf *note)
{
	struct run r = {.j = j, .style.show = a->show};
	bool live = j->host->root[0] == '\0';
	struct memory *m = memory_of(j);
	enum capture_status status;

	if (!m) {
		*error = ENOMEM;
		return CAPTURE_ERROR;
	}
	r.style.names = m->names;
	if (a->show & SS_PROCESSES && live)
		find_owners(&r, &m->owners, note);
	if (!put_header(&r)) {
		status = r.status;
	} else if (live) {
		status = from_kernel(&r, a, error, note);
	} else {
		put_why(note, 0);
		status = from_proc(&r, a, error, note);
	}
	return status;
}

static enum capture_status summarize(struct job *j, int *error)
{
	struct memory *m = job_keep(j, sizeof(*m), free_memory);
	struct buf *b = job_room(j, SS_SUMMARY_MAX);

	*error = ENOMEM;
	if (!m)
		return CAPTURE_ERROR;
	*error = b ? ss_summary(b, j->host, &m->summary) : 0;
	if (!b)
		return CAPTURE_CUT;
	return *error ? status_of_errno(*error) : CAPTURE_OK;
}

enum capture_status tool_ss(struct job *j, struct span args, int *error, struct buf *note)
{
	struct ask a = {0};

	if (!take_options(&a, args)) {
		*error = EINVAL;
		return CAPTURE_ERROR;
	}
	return a.summary ? summarize(j, error) : list(j, &a, error, note);
}

bool tool_ss_holds(struct span wide, struct span narrow)
{
	struct ask w = {0}, n = {0};

	if (!span_skip(&wide, SPAN("ss ")) || !take_options(&w, wide) ||
	    !span_skip(&narrow, SPAN("ss ")) || !take_options(&n, narrow))
		return false;
	/* owners are looked for before the walk: what waits for them is late */
	return w.show && !(w.show & SS_PROCESSES) && !n.show && w.all == n.all &&
	       w.listening == n.listening && !w.summary && !n.summary;
}

enum capture_status tool_ss_narrow(struct job *j, size_t at, size_t n)
{
	size_t end = at + n;
	bool header = true; /* is that of both */

	while (at < end) {
		struct buf *b = job_room(j, SS_ROW_MAX);
		struct span text, line;

		if (!b)
			return CAPTURE_CUT;
		text = (struct span){b->p + at, end - at};
		(void)span_line(&text, &line);
		at = end - text.n;
		if (!header)
			line = ss_narrow(line);
		header = false;
		if (line.n) {
			buf_put(b, line);
			buf_char(b, '\n');
		}
	}
	return CAPTURE_OK;
}
