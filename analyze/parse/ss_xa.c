/*
 * ss -xa, misc/ss.c of iproute2: local sockets.  Of a listener Recv-Q is how many connections wait
 * for accept(), Send-Q its limit.
 *
 *   Netid State  Recv-Q Send-Q   Local Address:Port     Peer Address:Port
 *   u_str LISTEN 2      1        /run/web sock 26311005            * 0 users:(("web",pid=7,fd=3))
 *   u_str ESTAB  0      0                    * 26311007            * 26311006
 *
 * A path is what a program chose: it may hold blanks and look like the columns behind it, so those
 * are found from the end.  4.15 glues Netid to State ("u_strESTAB").
 */
#include "analyze/parse_unix.h"
#include "analyze/parse_util.h"

static const struct {
	struct span netid, type;
} types[] = {
	{SPAN_INIT("u_str"), SPAN_INIT("stream")   },
	{SPAN_INIT("u_dgr"), SPAN_INIT("dgram")    },
	{SPAN_INIT("u_seq"), SPAN_INIT("seqpacket")},
};

static const struct {
	struct span word;
	enum unix_state state;
} states[] = {
	{SPAN_INIT("ESTAB"),    UNIX_CONNECTED  },
	{SPAN_INIT("LISTEN"),   UNIX_LISTEN     },
	{SPAN_INIT("UNCONN"),   UNIX_UNCONNECTED},
	{SPAN_INIT("SYN-SENT"), UNIX_CONNECTING },
};

/* False for rows of other families, and what follows them. */
static bool take_type(struct span *row, struct unix_sock *s)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (span_skip(row, types[i].netid)) {
			s->type = types[i].type;
			return true;
		}
	return false;
}

static bool take_state(struct span *row, struct unix_sock *s)
{
	*row = span_trim(*row);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (span_skip(row, states[i].word)) {
			s->state = states[i].state;
			return true;
		}
	return false;
}

static bool take_number(struct span *row, int64_t *v)
{
	struct span word;
	uint64_t u;

	if (!span_word(row, &word) || !span_u64(word, INT64_MAX, &u))
		return false;
	*v = (int64_t)u;
	return true;
}

/* The last "* 0", which a listener has for a peer; the path may have one too. */
static bool cut_peer(struct span *row)
{
	static const struct span peer = SPAN_INIT(" * 0");

	for (size_t at = row->n; at-- > 0;)
		if (span_starts(span_sub(*row, at, row->n), peer)) {
			*row = span_sub(*row, 0, at);
			return true;
		}
	return false;
}

/* "/run/web sock 26311005            * 0    users:((...))" */
static bool take_path(struct span row, struct unix_sock *s)
{
	struct span head, inode;

	if (!cut_peer(&row))
		return false;
	inode = span_trim(row);
	if (!span_rcut(&inode, ' ', &head) || !span_u64(inode, INT64_MAX, &(uint64_t){0}))
		return false;
	s->path = span_trim(head);
	return true;
}

static bool take_row(struct span row, struct unix_sock *s)
{
	int64_t limit;

	if (!take_state(&row, s) || !take_number(&row, &s->queue) || !take_number(&row, &limit))
		return false;
	if (s->state != UNIX_LISTEN)
		return true;
	s->has_queue = true;
	s->backlog = limit;
	return take_path(row, s);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct unix_table t;

	unix_open(&t);
	for (size_t at = 1; span_line(&text, &line); at++) {
		struct unix_sock s = {.type = {0}};
		struct span row = line;

		if (!take_type(&row, &s))
			continue;
		if (take_row(row, &s))
			unix_take(&t, &s);
		else
			out->note(out, at, "not a row of ss -x", line);
	}
	unix_put(&t, out);
}

const struct parser parser_ss_xa = {
	.source = "unix",
	.members = (const char *const[]){"cmd/ss_-xa", "cmd/ss_-xanp", NULL},
	.parse = parse,
	.foreign = true,
};
