/*
 * /proc/cpuinfo, each port's show_cpuinfo(): "key<tab>: value", a block a CPU.  The model
 * is "model name" on x86 and 32-bit arm, "Processor" on old arm, "cpu model" on mips,
 * "cpu" on powerpc; 64-bit arm gives numbers only.
 *
 *   processor	: 0
 *   model name	: Intel(R) Xeon(R) Processor
 *   cpu MHz		: 2300.000
 *   physical id	: 0
 *   siblings	: 2
 *   cpu cores	: 1
 *   flags		: fpu vme de pse tsc msr pae ... constant_tsc ... hypervisor
 */
#include "analyze/parse_util.h"

#define SOCKETS_MAX        1024
#define KHZ_PER_MHZ_DIGITS 3

struct summary {
	struct span model, implementer, part;
	struct span flags;
	uint64_t count, sockets, cores, threads; /* cores and threads of one socket */
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

static void cores(struct summary *s, struct span value)
{
	(void)span_u64(value, UINT16_MAX, &s->cores);
}

static void siblings(struct summary *s, struct span value)
{
	(void)span_u64(value, UINT16_MAX, &s->threads);
}

static void flags(struct summary *s, struct span value)
{
	keep_first(&s->flags, value);
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
	{SPAN_INIT("cpu cores"),       cores      },
	{SPAN_INIT("siblings"),        siblings   },
	{SPAN_INIT("flags"),           flags      },
	{SPAN_INIT("Features"),        flags      },
};

/* Those that say what the CPU can do for us: 64 bits, guests, clocks, encryption, checksums. */
static const struct span wanted[] = {
	SPAN_INIT("pae"),          SPAN_INIT("lm"),          SPAN_INIT("vmx"),
	SPAN_INIT("svm"),          SPAN_INIT("ht"),          SPAN_INIT("aes"),
	SPAN_INIT("constant_tsc"), SPAN_INIT("nonstop_tsc"), SPAN_INIT("tsc_reliable"),
	SPAN_INIT("rdrand"),       SPAN_INIT("nx"),          SPAN_INIT("hypervisor"),
	SPAN_INIT("sse4_2"),       SPAN_INIT("avx2"),        SPAN_INIT("avx512f"),
	SPAN_INIT("pclmulqdq"),    SPAN_INIT("dca"),         SPAN_INIT("arat"),
	SPAN_INIT("crc32"),        SPAN_INIT("pmull"),       SPAN_INIT("asimd"),
	SPAN_INIT("atomics"),
};

static void put_flags(struct span all, struct emit *out)
{
	char text[256];
	struct buf b = BUF_OVER(text);
	struct span word;

	while (span_word(&all, &word))
		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (span_eq(word, wanted[i])) {
				buf_str(&b, b.n ? " " : "");
				buf_put(&b, word);
			}
	if (b.n)
		emit_text(out, (struct span){0}, SPAN("flags"), buf_span(&b));
}

static void put_count(struct emit *out, struct span name, uint64_t v)
{
	if (v)
		emit_u64(out, (struct span){0}, name, KIND_GAUGE, UNIT_COUNT, v);
}

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
	put_count(out, SPAN("count"), s->count);
	put_count(out, SPAN("sockets"), s->sockets);
	put_count(out, SPAN("cores_per_socket"), s->cores);
	put_count(out, SPAN("threads_per_socket"), s->threads);
	put_flags(s->flags, out);
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
