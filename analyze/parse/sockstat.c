/*
 * /proc/net/sockstat and sockstat6, net/ipv4/proc.c, net/ipv6/proc.c: per protocol, pairs
 * of a name and a number.  inuse and tw are of the namespace; orphan, alloc and mem are
 * of the host.  mem is in pages, as tcp_mem and udp_mem are.
 *
 *   sockets: used 44
 *   TCP: inuse 23 orphan 0 tw 4 alloc 47 mem 145
 *   FRAG: inuse 0 memory 0
 */
#include "analyze/parse_util.h"

static enum unit unit_of(struct span key)
{
	if (span_eq(key, SPAN("mem")))
		return UNIT_PAGE;
	return span_eq(key, SPAN("memory")) ? UNIT_BYTE : UNIT_COUNT;
}

static bool row(struct span protocol, struct span rest, struct emit *out)
{
	struct span key, value;
	uint64_t v;

	while (span_word(&rest, &key)) {
		char text[64];
		struct buf name = BUF_OVER(text);

		if (!span_word(&rest, &value) || !span_u64(value, UINT64_MAX, &v))
			return false;
		buf_put(&name, protocol);
		buf_char(&name, '_');
		buf_put(&name, key);
		emit_u64(out, (struct span){0}, buf_span(&name), KIND_GAUGE, unit_of(key), v);
	}
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = line, protocol;

		if (span_trim(line).n == 0)
			continue;
		if (!span_cut(&rest, ':', &protocol) || !row(span_trim(protocol), rest, out))
			out->note(out, at, "not 'PROTOCOL: name number ...'", line);
	}
}

const struct parser parser_sockstat = {
	.source = "sockstat",
	.members = (const char *const[]){"proc/net/sockstat", "proc/net/sockstat6", NULL},
	.parse = parse,
};
