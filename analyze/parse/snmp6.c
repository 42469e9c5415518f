/*
 * /proc/net/snmp6, net/ipv6/proc.c: "name value", the prefix is part of the name.
 *
 *   Ip6InReceives                   	123
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = line, name, value;
		uint64_t v;

		if (!span_word(&rest, &name))
			continue;
		if (span_word(&rest, &value) && span_u64(value, UINT64_MAX, &v))
			emit_u64(out, (struct span){0}, name, KIND_COUNTER,
			         span_ends(name, SPAN("Octets")) ? UNIT_BYTE : UNIT_COUNT, v);
		else
			out->note(out, at, "not 'name number'", line);
	}
}

const struct parser parser_snmp6 = {
	.source = "snmp6",
	.members = (const char *const[]){"proc/net/snmp6", NULL},
	.parse = parse,
};
