/*
 * misc/ss.c of iproute2.  The layout changed often, so a row is read from its
 * front, not by columns: state, two numbers, two addresses, options.
 *
 *   State      Recv-Q Send-Q      Local Address:Port        Peer Address:Port Process
 *   LISTEN     2      1               192.0.2.1:8080             0.0.0.0:*
 * users:(("web",pid=286,fd=3)) skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d70) cubic cwnd:10
 * unacked:2
 *
 * 4.15 to 4.19 glue a wide state to Recv-Q ("FIN-WAIT-20"); addresses of v6 have no
 * brackets before 4.13 and the scope behind the bracket since ("[fe80::1]%eth0:80").
 */
#include "analyze/parse_ss.h"

#include "schema/buf.h"

/* Families that ss shows beside TCP when it is not told -t. */
static const struct span others[] = {
	SPAN_INIT("udp"),   SPAN_INIT("raw"),   SPAN_INIT("u_"),   SPAN_INIT("p_"),
	SPAN_INIT("v_"),    SPAN_INIT("nl"),    SPAN_INIT("sctp"), SPAN_INIT("dccp"),
	SPAN_INIT("mptcp"), SPAN_INIT("icmp6"), SPAN_INIT("tipc"), SPAN_INIT("ti_"),
	SPAN_INIT("vsock"), SPAN_INIT("xdp"),   SPAN_INIT("???"),  SPAN_INIT("unix"),
};

/* Since 6.8: a socket that is bound and neither listens nor is connected. */
static const struct span bound = SPAN_INIT("BOUND-INACTIVE");

/* What libnetlink says on standard error, which may be the same file. */
static const struct span error_text = SPAN_INIT("RTNETLINK answers: ");

static bool contains(struct span s, struct span needle)
{
	return span_search(s, needle) < s.n;
}

/*
 * A file never says which version wrote it.  0.0.0.0 as a wildcard came with the new
 * meaning of '*', the column Process later; any v6 without brackets, or [::] with no
 * 0.0.0.0, is from before.
 */
static bool star_is_v4(struct span text)
{
	struct span header = span_sub(text, 0, span_find(text, '\n'));

	return !contains(header, SPAN("Process")) && !contains(text, SPAN("0.0.0.0:")) &&
	       (contains(text, SPAN(":::")) || contains(text, SPAN("[::]:")));
}

void ss_open(struct ss_reader *r, struct span text)
{
	*r = (struct ss_reader){
		.text = text, .star_is_v4 = star_is_v4(text), .errors = contains(text, error_text)};
}

static bool take_state(struct span *row, enum tcp_state *state)
{
	for (int i = 0; i < TCP_STATE_COUNT; i++)
		if (span_skip(row, span_of(tcp_state_name((enum tcp_state)i)))) {
			*state = (enum tcp_state)i;
			return true;
		}
	return false;
}

static bool take_number(struct span *row, enum sock_field f, struct sock *s)
{
	struct span word;
	uint64_t v;

	if (!span_word(row, &word) || !span_u64(word, INT64_MAX, &v))
		return false;
	sock_set(s, f, (int64_t)v);
	return true;
}

/* "[fe80::1]%eth0" and "*%eth0" need a copy; everything else is a view. */
static struct span host_of(const struct ss_reader *r, struct span host, struct buf *copy)
{
	struct span scope = {0};
	struct span bare = host;

	if (span_skip(&bare, SPAN("[")) && span_cut(&bare, ']', &host))
		scope = bare;
	else if (r->star_is_v4 && span_starts(host, SPAN("*"))) {
		scope = span_sub(host, 1, host.n);
		host = SPAN("0.0.0.0");
	}
	if (scope.n == 0)
		return host;
	buf_put(copy, host);
	buf_put(copy, scope);
	return buf_span(copy);
}

/* "192.0.2.1:8080", "fe80::1:9002", "[::1]:*", "*:ssh": a service name is port 0 and *named. */
static bool take_address(struct ss_reader *r, struct span *row, int side, struct span *host,
                         unsigned *port, bool *named)
{
	struct buf copy = BUF_OVER(r->host[side]);
	struct span at, word;
	uint64_t v = 0;

	if (!span_word(row, &word) || !span_rcut(&word, ':', &at) || at.n == 0 || word.n == 0)
		return false;
	at.n = span_find(at, '/'); /* sos clean leaves a length there: "100.0.0.2/24:99" */
	if (!span_u64(word, UINT16_MAX, &v) && !span_eq(word, SPAN("*")))
		*named = true;
	*host = host_of(r, at, &copy);
	*port = (unsigned)v;
	return true;
}

static bool take_row(struct ss_reader *r, struct span *row, struct emit *out, struct sock *s)
{
	struct span line = *row;
	bool named = false;
	bool bare;

	(void)span_skip(row, r->udp ? SPAN("udp ") : SPAN("tcp "));
	*row = span_trim(*row);
	bare = !take_state(row, &s->state);
	if (bare && !r->no_state)
		return false;
	if (!take_number(row, SOCK_recvq, s) || !take_number(row, SOCK_sendq, s) ||
	    !take_address(r, row, 0, &s->local, &s->lport, &named) ||
	    !take_address(r, row, 1, &s->peer, &s->pport, &named))
		return false;
	if (bare)
		s->state = s->pport == 0 ? TCP_LISTEN : TCP_ESTAB;
	if (named && !r->named)
		out->note(out, r->line, "service names in place of ports (ss without -n)", line);
	r->named |= named;
	return true;
}

/* " `- MUXED 0 0 127.0.0.1:9 127.0.0.2:9": an association of the SCTP socket above. */
static bool is_part_of_row(struct span line)
{
	return span_starts(line, SPAN("\t")) || span_starts(span_trim(line), SPAN("`- "));
}

static bool is_other_family(const struct ss_reader *r, struct span row)
{
	struct span state = row;

	if (r->udp && span_starts(row, SPAN("udp ")))
		return false;
	if (span_skip(&state, SPAN("tcp ")) && r->udp)
		return true;
	if (span_starts(span_trim(state), bound))
		return true;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (span_starts(row, others[i]))
			return true;
	return false;
}

/* Header, blank line, another family, continuation of a row that was passed over. */
static bool is_passed_over(struct ss_reader *r, struct span line)
{
	if (contains(line, SPAN("Address:Port"))) {
		r->no_state = !contains(line, SPAN("State"));
		return true;
	}
	return is_part_of_row(line) || span_trim(line).n == 0 || is_other_family(r, line);
}

static void take_continuations(struct ss_reader *r, struct emit *out, struct sock *s)
{
	struct span line;

	while (span_starts(r->text, SPAN("\t")) && span_line(&r->text, &line)) {
		r->line++;
		ss_options(line, r->line, out, s);
	}
}

/*
 * Errors of ss among its output, in the middle of a row where the pipe's block ended:
 *
 *   ESTAB 0 0 192.0.2.1:80  RTNETLINK answers: Invalid argument
 *            192.0.2.2:4711
 *
 * The next line goes on with the row.  False when the line was nothing but errors.
 */
static bool without_errors(struct ss_reader *r, struct emit *out, struct span *line)
{
	struct buf row = BUF_OVER(r->row);
	size_t at = r->errors ? span_search(*line, error_text) : line->n;

	if (at == line->n)
		return true;
	for (; at < line->n; at = span_search(*line, error_text)) {
		struct span next = r->text;

		out->note(out, r->line, "an error of ss", span_sub(*line, at, line->n));
		buf_put(&row, span_sub(*line, 0, at));
		if (row.n == 0 || !span_line(&r->text, &next))
			return false;
		r->line++;
		*line = next;
	}
	buf_put(&row, *line);
	*line = buf_span(&row);
	return true;
}

bool ss_next(struct ss_reader *r, struct emit *out, struct sock *s)
{
	struct span line;

	while (span_line(&r->text, &line)) {
		struct span row;

		r->line++;
		row = line;
		if ((!take_state(&row, &s->state) && is_passed_over(r, line)) ||
		    !without_errors(r, out, &line))
			continue;
		row = line;
		*s = (struct sock){0};
		if (!take_row(r, &row, out, s)) {
			out->note(out, r->line, "not a row of ss", line);
			continue;
		}
		if (r->listening && s->state != TCP_LISTEN)
			continue;
		ss_options(row, r->line, out, s);
		take_continuations(r, out, s);
		return true;
	}
	return false;
}

void ss_entity(const struct sock *s, struct buf *b)
{
	bool v6 = span_find(s->local, ':') < s->local.n;

	buf_str(b, v6 ? "[" : "");
	buf_put(b, s->local);
	buf_str(b, v6 ? "]:" : ":");
	buf_u64(b, s->lport);
}

void ss_parse(const struct input *in, struct emit *out)
{
	struct ss_reader r;
	struct sock s;

	ss_open(&r, in->text);
	while (ss_next(&r, out, &s))
		out->sock(out, &s);
}
