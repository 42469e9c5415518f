/*
 * /proc/net/unix, net/unix/af_unix.c: local sockets by type and state, and of each that listens how
 * many connections wait for accept(): until then they have no inode, state 02 and its path.
 *
 *   Num       RefCount Protocol Flags    Type St Inode Path
 *   00000000f139d2f0: 00000002 00000000 00010000 0001 01 26311005 /run/web sock
 *   000000006651786b: 00000003 00000000 00000000 0001 02     0 /run/web sock
 *
 * A path is what a program chose: blanks, and line feeds too, after which a line is no row.
 */
#include "analyze/parse_unix.h"
#include "analyze/parse_util.h"

enum { FLAGS = 3, TYPE, STATE, INODE, COLUMNS };

#define LISTENS 0x10000u /* __SO_ACCEPTCON */

static const struct {
	struct span hex, type;
} types[] = {
	{SPAN_INIT("0001"), SPAN_INIT("stream")   },
	{SPAN_INIT("0002"), SPAN_INIT("dgram")    },
	{SPAN_INIT("0005"), SPAN_INIT("seqpacket")},
};

static const struct {
	struct span hex;
	enum unix_state state;
} states[] = {
	{SPAN_INIT("01"), UNIX_UNCONNECTED},
	{SPAN_INIT("02"), UNIX_CONNECTING },
	{SPAN_INIT("03"), UNIX_CONNECTED  },
	{SPAN_INIT("04"), UNIX_CONNECTED  },
};

static bool take_type(struct span word, struct unix_sock *s)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (span_eq(word, types[i].hex))
			s->type = types[i].type;
	return s->type.n > 0;
}

static bool take_state(struct span word, uint64_t flags, struct unix_sock *s)
{
	s->state = UNIX_STATE_COUNT;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (span_eq(word, states[i].hex))
			s->state = states[i].state;
	if (flags & LISTENS)
		s->state = UNIX_LISTEN;
	return s->state != UNIX_STATE_COUNT;
}

static bool take_row(struct span line, struct unix_sock *s)
{
	struct span w[COLUMNS], rest = line;
	uint64_t flags, inode;

	for (size_t i = 0; i < COLUMNS; i++)
		if (!span_word(&rest, &w[i]))
			return false;
	(void)span_skip(&rest, SPAN(" "));
	s->path = rest;
	return span_ends(w[0], SPAN(":")) && span_hex(w[FLAGS], UINT32_MAX, &flags) &&
	       span_u64(w[INODE], INT64_MAX, &inode) && take_type(w[TYPE], s) &&
	       take_state(w[STATE], flags, s);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct unix_table t;

	unix_open(&t);
	for (size_t at = 1; span_line(&text, &line); at++) {
		struct unix_sock s = {.type = {0}};

		if (span_trim(line).n == 0 || span_starts(line, SPAN("Num ")))
			continue;
		if (take_row(line, &s))
			unix_take(&t, &s);
		else
			out->note(out, at, "not a row of /proc/net/unix", line);
	}
	unix_put(&t, out);
}

const struct parser parser_proc_unix = {
	.source = "unix",
	.members = (const char *const[]){"proc/net/unix", NULL},
	.parse = parse,
	.foreign = true,
};
