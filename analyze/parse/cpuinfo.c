/*
 * /proc/cpuinfo, each port's show_cpuinfo(): "key<tab>: value", a block a CPU.  The model
 * is "model name" on x86 and 32-bit arm, "Processor" on old arm, "cpu model" on mips,
 * "cpu" on powerpc; 64-bit arm gives numbers only.
 *
 *   processor	: 0
 *   model name	: Intel(R) Xeon(R) Processor
 *   cpu MHz		: 2300.000
 *   physical id	: 0
 */
#include "analyze/parse_util.h"

#define SOCKETS_MAX        1024
#define KHZ_PER_MHZ_DIGITS 3

struct summary {
	struct span model, implementer, part;
	uint64_t count, sockets;
	int64_t khz;
	uint64_t seen[SOCKETS_MAX / 64]; /* physical ids */
};

static void keep_first(struct span *kept, struct span value)
{
	if (kept->n == 0)
		*kept = value;
}

static void model(struct summary *s, struct span value)
{
	keep_first(&s->model, value);
}

/* "processor : 7" is a CPU; "Processor : ARMv6-compatible ..." is the model. */
static void processor(struct summary *s, struct span value)
{
	uint64_t id;

	if (span_u64(value, UINT32_MAX, &id))
		s->count++;
	else
		model(s, value);
}

static void mhz(struct summary *s, struct span value)
{
	int64_t khz;

	if (span_ends(value, SPAN("MHz")))
		value.n -= SPAN("MHz").n;
	if (span_fixed(value, KHZ_PER_MHZ_DIGITS, &khz) && khz > s->khz)
		s->khz = khz;
}

static void physical_id(struct summary *s, struct span value)
{
	uint64_t id, bit;

	if (!span_u64(value, SOCKETS_MAX - 1, &id))
		return;
	bit = UINT64_C(1) << id % 64;
	s->sockets += !(s->seen[id / 64] & bit);
	s->seen[id / 64] |= bit;
}

static void implementer(struct summary *s, struct span value)
{
	keep_first(&s->implementer, value);
}

static void part(struct summary *s, struct span value)
{
	keep_first(&s->part, value);
}

static const struct row {
	struct span key;
	void (*take)(struct summary *, struct span value);
} rows[] = {
	{SPAN_INIT("processor"),       processor  },
	{SPAN_INIT("Processor"),       processor  },
	{SPAN_INIT("model name"),      model      },
	{SPAN_INIT("cpu model"),       model      },
	{SPAN_INIT("cpu"),             model      },
	{SPAN_INIT("cpu MHz"),         mhz        },
	{SPAN_INIT("clock"),           mhz        },
	{SPAN_INIT("physical id"),     physical_id},
	{SPAN_INIT("CPU implementer"), implementer},
	{SPAN_INIT("CPU part"),        part       },
};

static void put(const struct summary *s, struct emit *out)
{
	char text[64];
	struct buf numbers = BUF_OVER(text);

	if (s->model.n) {
		emit_text(out, (struct span){0}, SPAN("model"), s->model);
	} else if (s->part.n) {
		buf_str(&numbers, "implementer ");
		buf_put(&numbers, s->implementer);
		buf_str(&numbers, " part ");
		buf_put(&numbers, s->part);
		emit_text(out, (struct span){0}, SPAN("model"), buf_span(&numbers));
	}
	if (s->khz)
		emit_real(out, (struct span){0}, SPAN("mhz"), KIND_GAUGE, UNIT_OTHER,
		          (double)s->khz / 1000);
	if (s->count)
		emit_u64(out, (struct span){0}, SPAN("count"), KIND_GAUGE, UNIT_COUNT, s->count);
	if (s->sockets)
		emit_u64(out, (struct span){0}, SPAN("sockets"), KIND_GAUGE, UNIT_COUNT,
		         s->sockets);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, key, value;
	struct summary summary = {.count = 0};

	while (span_line(&text, &line)) {
		if (!key_value(line, &key, &value))
			continue;
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (span_eq(key, rows[i].key))
				rows[i].take(&summary, value);
	}
	if (summary.count == 0 && summary.model.n == 0)
		out->note(out, 0, "neither a processor nor a model", span_sub(in->text, 0, 80));
	put(&summary, out);
}

const struct parser parser_cpuinfo = {
	.source = "cpuinfo",
	.members = (const char *const[]){"proc/cpuinfo", NULL},
	.parse = parse,
};
