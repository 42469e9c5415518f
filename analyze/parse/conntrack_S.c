/*
 * conntrack -S of conntrack-tools: the same counters as /proc/net/stat/nf_conntrack, decimal,
 * a line a CPU.  Names that differ are filed under the kernel's.
 *
 *   cpu=0   	found=0 invalid=12 insert=0 insert_failed=3 drop=3 early_drop=0 error=0
 * search_restart=5
 */
#include "analyze/parse_util.h"

static const struct {
	struct span here, kernel;
} renamed[] = {
	{SPAN_INIT("error"),         SPAN_INIT("icmp_error") },
	{SPAN_INIT("clash_resolve"), SPAN_INIT("clashres")   },
	{SPAN_INIT("chaintoolong"),  SPAN_INIT("chainlength")},
};

static struct span kernel_name(struct span name)
{
	for (size_t i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (span_eq(name, renamed[i].here))
			return renamed[i].kernel;
	return name;
}

static bool take_line(struct span line, struct emit *out)
{
	struct span word, name;
	char text[32];
	struct buf entity = BUF_OVER(text);
	uint64_t v;

	if (!span_skip(&line, SPAN("cpu=")) || !span_take_u64(&line, UINT16_MAX, &v))
		return false;
	buf_str(&entity, "cpu");
	buf_u64(&entity, v);
	while (span_word(&line, &word)) {
		if (!span_cut(&word, '=', &name) || !span_u64(word, UINT32_MAX, &v))
			return false;
		emit_u64(out, buf_span(&entity), kernel_name(name), KIND_COUNTER32, UNIT_COUNT, v);
	}
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++)
		if (span_trim(line).n && !take_line(span_trim(line), out))
			out->note(out, at, "not a line of conntrack -S", line);
}

const struct parser parser_conntrack_S = {
	.source = "conntrack",
	.members = (const char *const[]){"cmd/conntrack_-S", NULL},
	.parse = parse,
};
