/*
 * netstat.c of net-tools 1.60 to 2.10, -n with or without -e, -p and -o:
 *
 *   Proto Recv-Q Send-Q Local Address  Foreign Address  State  User Inode PID/Program name  Timer
 *   tcp   0      0      0.0.0.0:2024   0.0.0.0:*        LISTEN 0    637   812/nginx: master off ...
 *
 * The program's name may have blanks, the timer is "KIND (seconds/retransmits/probes)".  Of a
 * LISTEN row Recv-Q is the accept queue; its limit is not here.
 */
#include "analyze/parse_netstat.h"

#include "analyze/parse_util.h"

#define WORDS_MAX 24

enum column { PROTO, RECVQ, SENDQ, LOCAL, PEER, STATE, COLUMNS };

static const struct {
	struct span name;
	enum tcp_state state;
} states[] = {
	{SPAN_INIT("ESTABLISHED"), TCP_ESTAB     },
        {SPAN_INIT("SYN_SENT"),    TCP_SYN_SENT  },
	{SPAN_INIT("SYN_RECV"),    TCP_SYN_RECV  },
        {SPAN_INIT("FIN_WAIT1"),   TCP_FIN_WAIT_1},
	{SPAN_INIT("FIN_WAIT2"),   TCP_FIN_WAIT_2},
        {SPAN_INIT("TIME_WAIT"),   TCP_TIME_WAIT },
	{SPAN_INIT("CLOSE"),       TCP_UNCONN    },
        {SPAN_INIT("CLOSE_WAIT"),  TCP_CLOSE_WAIT},
	{SPAN_INIT("LAST_ACK"),    TCP_LAST_ACK  },
        {SPAN_INIT("LISTEN"),      TCP_LISTEN    },
	{SPAN_INIT("CLOSING"),     TCP_CLOSING   },
};

/* What the header says is in a row behind the state. */
struct header {
	bool user, program;
};

static bool take_state(struct span word, struct sock *s)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (span_eq(word, states[i].name)) {
			s->state = states[i].state;
			return true;
		}
	return false;
}

/* "192.0.2.1:80", ":::22", "100.0.0.2/24:99" of sos clean, "0.0.0.0:*". */
static bool take_address(struct span word, struct span *host, unsigned *port)
{
	uint64_t v = 0;

	if (!span_rcut(&word, ':', host) || host->n == 0)
		return false;
	host->n = span_find(*host, '/');
	if (!span_u64(word, UINT16_MAX, &v) && !span_eq(word, SPAN("*")))
		return false;
	*port = (unsigned)v;
	return true;
}

/* "812/nginx:" */
static void take_program(struct span word, struct sock *s)
{
	struct span pid;
	uint64_t v;

	if (!span_cut(&word, '/', &pid) || !span_u64(pid, INT32_MAX, &v))
		return;
	sock_set(s, SOCK_pid, (int64_t)v);
	s->comm = span_sub(word, 0, span_find(word, ':'));
}

static void take_owner(const struct header *h, const struct span *w, size_t n, struct sock *s)
{
	uint64_t uid, inode;
	size_t at = COLUMNS;

	if (h->user && n >= at + 2) {
		if (span_u64(w[at], UINT32_MAX, &uid) && uid)
			sock_set(s, SOCK_uid, (int64_t)uid);
		if (span_u64(w[at + 1], INT64_MAX, &inode))
			sock_set(s, SOCK_ino, (int64_t)inode);
		at += 2;
	}
	if (h->program && n > at)
		take_program(w[at], s);
}

static bool take_row(const struct header *h, struct span line, struct sock *s)
{
	struct span w[WORDS_MAX];
	size_t n = words_of(line, w, WORDS_MAX);
	uint64_t recvq, sendq;

	if (n < COLUMNS || !span_u64(w[RECVQ], INT64_MAX, &recvq) ||
	    !span_u64(w[SENDQ], INT64_MAX, &sendq) ||
	    !take_address(w[LOCAL], &s->local, &s->lport) ||
	    !take_address(w[PEER], &s->peer, &s->pport) || !take_state(w[STATE], s))
		return false;
	sock_set(s, SOCK_recvq, (int64_t)recvq);
	if (s->state != TCP_LISTEN)
		sock_set(s, SOCK_sendq, (int64_t)sendq);
	take_owner(h, w, n, s);
	return true;
}

void netstat_parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct header h = {.user = false};

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct sock s = {0};

		if (span_starts(line, SPAN("Proto "))) {
			h.user = span_search(line, SPAN("Inode")) < line.n;
			h.program = span_search(line, SPAN("PID/")) < line.n;
		} else if (span_starts(line, SPAN("tcp"))) {
			if (take_row(&h, line, &s))
				out->sock(out, &s);
			else
				out->note(out, at, "not a row of netstat", line);
		}
	}
}
