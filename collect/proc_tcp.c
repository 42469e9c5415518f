/*
 * proc(5), the kernel's net/ipv4/tcp_ipv4.c:
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *    0: 0100007F:8ECD 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 30403
 * 1 00000000cbed4dbe 100 0 0 10 0 An address is its 32-bit words in hex as the host's memory has
 * them, a port its number in hex; tm->when is in 1/100 s; "timeout" counts unanswered probes.
 */
#include "collect/proc_tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect/path.h"

#define CHUNK         ((size_t)32 * 1024)
#define TIMER_RETRANS 1
#define NEW_SYN_RECV  12 /* how some kernels show a SYN-RECV */
#define TICK_MS       10 /* 1/100 s */

/* "0100007F:8ECD", or four such words before the colon */
static bool take_end(struct span *line, size_t words, uint32_t *addr, uint16_t *port)
{
	struct span word;
	struct span hex;
	uint64_t v;

	if (!span_word(line, &word) || !span_cut(&word, ':', &hex) || hex.n != words * 8)
		return false;
	for (size_t i = 0; i < words; i++) {
		if (!span_hex(span_sub(hex, i * 8, 8), UINT32_MAX, &v))
			return false;
		addr[i] = (uint32_t)v;
	}
	if (!span_hex(word, UINT16_MAX, &v))
		return false;
	*port = htons((uint16_t)v);
	return true;
}

/* "00000000:0000001A": two hexadecimal numbers */
static bool take_pair(struct span *line, uint32_t *first, uint32_t *second)
{
	struct span word;
	struct span head;
	uint64_t a;
	uint64_t b;

	if (!span_word(line, &word) || !span_cut(&word, ':', &head) ||
	    !span_hex(head, UINT32_MAX, &a) || !span_hex(word, UINT32_MAX, &b))
		return false;
	*first = (uint32_t)a;
	*second = (uint32_t)b;
	return true;
}

static bool take_number(struct span *line, uint32_t *v)
{
	struct span word;
	uint64_t n;

	if (!span_word(line, &word) || !span_u64(word, UINT32_MAX, &n))
		return false;
	*v = (uint32_t)n;
	return true;
}

static bool take_hex(struct span *line, uint64_t max, uint64_t *v)
{
	struct span word;

	return span_word(line, &word) && span_hex(word, max, v);
}

bool proc_tcp_line(struct span line, unsigned char family, struct inet_diag_msg *m)
{
	size_t words = family == AF_INET ? 1 : 4;
	struct span sl;
	uint64_t state;
	uint64_t retrans;
	uint64_t cookie = 0;
	uint32_t timer;
	uint32_t when;
	uint32_t probes;
	uint32_t refs;

	memset(m, 0, sizeof(*m));
	m->idiag_family = family;
	if (!span_word(&line, &sl) || !span_ends(sl, SPAN(":")) ||
	    !take_end(&line, words, m->id.idiag_src, &m->id.idiag_sport) ||
	    !take_end(&line, words, m->id.idiag_dst, &m->id.idiag_dport) ||
	    !take_hex(&line, UINT8_MAX, &state) ||
	    !take_pair(&line, &m->idiag_wqueue, &m->idiag_rqueue) ||
	    !take_pair(&line, &timer, &when) || !take_hex(&line, UINT32_MAX, &retrans) ||
	    !take_number(&line, &m->idiag_uid) || !take_number(&line, &probes) ||
	    !take_number(&line, &m->idiag_inode))
		return false;
	if (take_number(&line, &refs) && take_hex(&line, UINT64_MAX, &cookie))
		memcpy(m->id.idiag_cookie, &cookie, sizeof(cookie));
	m->idiag_state = state == NEW_SYN_RECV ? SOCK_SYN_RECV : (uint8_t)state;
	m->idiag_timer = timer < UINT8_MAX ? (uint8_t)timer : UINT8_MAX;
	m->idiag_expires = when < UINT32_MAX / TICK_MS ? when * TICK_MS : UINT32_MAX;
	m->idiag_retrans = (uint8_t)(timer == TIMER_RETRANS ? retrans : probes);
	return true;
}

struct reader {
	uint32_t states;
	unsigned char family;
	sock_row *row;
	void *arg;
	unsigned *bad;
	bool headed; /* the first line is behind us */
};

/* False when the reader has enough. */
static bool take_line(struct reader *r, struct span line)
{
	struct inet_diag_msg m;

	if (!r->headed) {
		r->headed = true;
		return true;
	}
	if (!proc_tcp_line(line, r->family, &m)) {
		++*r->bad;
		return true;
	}
	if (m.idiag_state >= 32 || !(r->states >> m.idiag_state & 1))
		return true;
	return r->row(r->arg, &m, NULL);
}

/* The whole lines in `text`; what is left of it is the beginning of the next one. */
static bool take_lines(struct reader *r, struct span *text)
{
	struct span line;

	while (span_cut(text, '\n', &line))
		if (!take_line(r, line))
			return false;
	return true;
}

static int read_all(struct reader *r, int fd, char *chunk)
{
	struct span rest = {chunk, 0};

	for (;;) {
		ssize_t n = read(fd, chunk + rest.n, CHUNK - rest.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (n == 0) /* a dump may lack the last LF */
			return rest.n == 0 || take_line(r, rest) ? 0 : ECANCELED;
		rest = (struct span){chunk, rest.n + (size_t)n};
		if (!take_lines(r, &rest))
			return ECANCELED;
		if (rest.n == CHUNK) { /* no line of this file is that long */
			++*r->bad;
			rest.n = 0;
		}
		memmove(chunk, rest.p, rest.n);
	}
}

static int read_file(struct reader *r, const struct host *h, const char *path)
{
	int fd = host_open(h, path);
	char chunk[CHUNK];
	int e;

	if (fd < 0)
		return errno;
	e = read_all(r, fd, chunk);
	close(fd);
	return e;
}

int proc_tcp(const struct host *h, uint32_t states, sock_row *row, void *arg, unsigned *bad)
{
	struct reader v4 = {states, AF_INET, row, arg, bad, false};
	struct reader v6 = {states, AF_INET6, row, arg, bad, false};
	int e = read_file(&v4, h, "/proc/net/tcp");

	if (e)
		return e;
	e = read_file(&v6, h, "/proc/net/tcp6");
	return e == ENOENT ? 0 : e;
}
