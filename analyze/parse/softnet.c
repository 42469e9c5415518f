/*
 * /proc/net/softnet_stat, net/core/net-procfs.c: one row an online CPU, no header,
 * every field "%08x".  9 columns up to 2.6.34, 10 from 2.6.35 (received_rps), 11
 * from 3.11 (flow_limit), 13 from 5.10 (backlog_len, CPU id), 15 since 6.2-6.12.
 *
 *   0000272d 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000
 * 00000000 00000000 00000000
 *
 * With fewer than 13 columns the k-th row is the k-th online CPU.
 */
#include "analyze/parse.h"

#define COLUMNS_MAX 32
#define COLUMNS_MIN 9
#define COLUMN_CPU  12

static const struct field {
	struct span name;
	enum kind kind;
	unsigned column;
} fields[] = {
	{.name = SPAN_INIT("processed"),    .kind = KIND_COUNTER32, .column = 0 },
	{.name = SPAN_INIT("dropped"),      .kind = KIND_COUNTER32, .column = 1 },
	{.name = SPAN_INIT("time_squeeze"), .kind = KIND_COUNTER32, .column = 2 },
	{.name = SPAN_INIT("received_rps"), .kind = KIND_COUNTER32, .column = 9 },
	{.name = SPAN_INIT("flow_limit"),   .kind = KIND_COUNTER32, .column = 10},
	{.name = SPAN_INIT("backlog_len"),  .kind = KIND_GAUGE,     .column = 11},
};

static size_t columns_of(struct span line, uint64_t v[COLUMNS_MAX])
{
	struct span word;
	size_t n = 0;

	while (n < COLUMNS_MAX && span_word(&line, &word)) {
		if (!span_hex(word, UINT32_MAX, &v[n]))
			return 0;
		n++;
	}
	return n;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	uint64_t v[COLUMNS_MAX];

	for (size_t at = 1, row = 0; span_line(&text, &line); at++) {
		size_t n = columns_of(line, v);
		char cpu[32];
		struct buf entity = BUF_OVER(cpu);

		if (span_trim(line).n == 0)
			continue;
		if (n < COLUMNS_MIN) {
			out->note(out, at, "not a row of softnet_stat", line);
			row += n > 0; /* cut, but of a CPU */
			continue;
		}
		buf_str(&entity, "cpu");
		buf_u64(&entity, n > COLUMN_CPU             ? v[COLUMN_CPU]
		                 : row < in->hints.n_online ? in->hints.online[row]
		                                            : row);
		row++;
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (fields[i].column < n)
				emit_u64(out, buf_span(&entity), fields[i].name, fields[i].kind,
				         UNIT_COUNT, v[fields[i].column]);
	}
}

const struct parser parser_softnet = {
	.source = "softnet",
	.members = (const char *const[]){"proc/net/softnet_stat", NULL},
	.parse = parse,
};
