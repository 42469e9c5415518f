/*
 * /proc/net/stat/{arp_cache,ndisc_cache}, net/core/neighbour.c, and rt_cache,
 * net/ipv4/route.c: a header, then a row a possible CPU, hexadecimal.  `entries` is of
 * the whole table and is repeated on each row; the rest is summed here.  11 columns at
 * first, unresolved_discards from 2.6.27, table_fulls from 4.3.
 *
 *   entries  allocs   destroys hash_grows lookups  hits     res_failed ... table_fulls
 *   00000002 00000000 00000000 00000000   00000000 00000000 00000000   ... 00000000
 */
#include "analyze/parse_util.h"

struct sums {
	size_t rows;
	size_t rows_with[HEX_COLUMNS_MAX];
	uint64_t v[HEX_COLUMNS_MAX];
};

static void add(struct sums *s, const uint64_t *v, size_t n, struct span const *names)
{
	s->rows++;
	for (size_t i = 0; i < n; i++) {
		s->rows_with[i]++;
		if (span_eq(names[i], SPAN("entries")))
			s->v[i] = v[i];
		else if (__builtin_add_overflow(s->v[i], v[i], &s->v[i]))
			s->v[i] = UINT64_MAX;
	}
}

static void parse(const struct input *in, struct emit *out)
{
	struct span table_name = path_base(in->path);
	struct hex_table table;
	struct sums sums = {.rows = 0};
	uint64_t v[HEX_COLUMNS_MAX];
	size_t n;

	if (!hex_table_open(&table, in->text, out))
		return;
	while (hex_table_row(&table, v, &n, out))
		add(&sums, v, n, table.name);
	/* a sum that lacks a CPU would look like a reset */
	for (size_t i = 0; i < table.columns && sums.rows; i++)
		if (sums.rows_with[i] == sums.rows)
			emit_u64(out, table_name, table.name[i],
			         span_eq(table.name[i], SPAN("entries")) ? KIND_GAUGE
			                                                 : KIND_COUNTER,
			         UNIT_COUNT, sums.v[i]);
}

const struct parser parser_neigh = {
	.source = "neigh",
	.members = (const char *const[]){"proc/net/stat/arp_cache", "proc/net/stat/ndisc_cache",
                                         "proc/net/stat/rt_cache", NULL},
	.parse = parse,
};
