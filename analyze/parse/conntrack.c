/*
 * /proc/net/stat/nf_conntrack, net/netfilter/nf_conntrack_standalone.c: a header, then a
 * row a possible CPU, hexadecimal counts of 32 bits.  `entries` is of the host and is
 * repeated on each row.  Some columns changed their name and meaning: searched became
 * clashres (5.9), delete_list chainlength (5.15).
 *
 *   entries  clashres found new invalid ignore delete chainlength insert insert_failed drop ...
 *   0000001a  00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 ...
 */
#include "analyze/parse_util.h"

static void parse(const struct input *in, struct emit *out)
{
	struct hex_table table;
	uint64_t v[HEX_COLUMNS_MAX];
	size_t n;

	if (!hex_table_open(&table, in->text, out))
		return;
	for (uint64_t cpu = 0; hex_table_row(&table, v, &n, out); cpu++) {
		char text[32];
		struct buf entity = BUF_OVER(text);

		buf_str(&entity, "cpu");
		buf_u64(&entity, cpu);
		for (size_t i = 0; i < n; i++)
			if (!span_eq(table.name[i], SPAN("entries")))
				emit_u64(out, buf_span(&entity), table.name[i], KIND_COUNTER32,
				         UNIT_COUNT, v[i]);
			else if (cpu == 0)
				emit_u64(out, (struct span){0}, table.name[i], KIND_GAUGE,
				         UNIT_COUNT, v[i]);
	}
}

const struct parser parser_conntrack = {
	.source = "conntrack",
	.members = (const char *const[]){"proc/net/stat/nf_conntrack", NULL},
	.parse = parse,
};
