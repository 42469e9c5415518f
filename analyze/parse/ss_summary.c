/*
 * ss -s, misc/ss.c of iproute2; from 4.18 on and before:
 *
 *   TCP:   50 (estab 18, closed 15, orphaned 0, timewait 4)
 *   TCP:   51 (estab 18, closed 16, orphaned 0, synrecv 0, timewait 4/0), ports 0
 *
 * `closed` includes time-wait.  The other lines repeat what /proc/net/sockstat says.
 */
#include "analyze/parse.h"

static const struct field {
	struct span word, name;
} fields[] = {
	{SPAN_INIT("estab"),    SPAN_INIT("tcp_estab")   },
	{SPAN_INIT("closed"),   SPAN_INIT("tcp_closed")  },
	{SPAN_INIT("orphaned"), SPAN_INIT("tcp_orphaned")},
	{SPAN_INIT("timewait"), SPAN_INIT("tcp_timewait")},
};

static bool put(struct emit *out, struct span name, struct span digits)
{
	uint64_t v;

	if (!span_take_u64(&digits, INT64_MAX, &v))
		return false;
	emit_u64(out, (struct span){0}, name, KIND_GAUGE, UNIT_COUNT, v);
	return true;
}

/* "estab 18, closed 15, ..." */
static bool take_states(struct span list, struct emit *out)
{
	struct span word, value;
	size_t found = 0;

	while (span_word(&list, &word) && span_word(&list, &value))
		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (span_eq(word, fields[i].word))
				found += put(out, fields[i].name, value);
	return found > 0;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, total;
	bool found = false;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = line;

		if (!span_skip(&rest, SPAN("TCP:")))
			continue;
		found = span_word(&rest, &total) && put(out, SPAN("tcp_total"), total);
		rest = span_trim(rest);
		if (!found || !span_skip(&rest, SPAN("(")) ||
		    !take_states(span_sub(rest, 0, span_find(rest, ')')), out))
			out->note(out, at, "not the TCP line of ss -s", line);
	}
	if (!found)
		out->note(out, 0, "no TCP line of ss -s", span_sub(in->text, 0, 80));
}

const struct parser parser_ss_summary = {
	.source = "ss_summary",
	.members = (const char *const[]){"cmd/ss_-s", NULL},
	.parse = parse,
};
