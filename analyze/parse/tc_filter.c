/*
 * tc -s filter show dev D of iproute2, tc/tc_filter.c and tc/m_action.c: filters may drop, which no
 * other counter of the interface shows.
 *
 *   filter protocol ip pref 10 flower chain 0
 *   filter protocol ip pref 10 flower chain 0 handle 0x1
 *     dst_ip 192.0.2.9
 *           action order 1: gact action drop
 *            Sent 840 bytes 10 pkt (dropped 10, overlimits 0 requeues 0)
 *
 * Which interface is in the file's name alone: "eth0", or "eth0_ingress" of its ingress side.
 * Since 4.20 u32 adds "(rule hit 7 success 7)" to a filter's line.
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

struct sum {
	uint64_t filters, actions, packets, dropped;
};

/* "eth0_ingress" is "eth0:ingress", "eth0" is "eth0:root": as the discipline's name is. */
static struct span entity_of(struct span arg, struct buf *b)
{
	static const struct span sides[] = {SPAN_INIT("ingress"), SPAN_INIT("egress")};
	struct span side = arg, device;

	if (span_rcut(&side, '_', &device))
		for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++)
			if (span_eq(side, sides[i])) {
				buf_put(b, device);
				buf_char(b, ':');
				buf_put(b, side);
				return buf_span(b);
			}
	buf_put(b, arg);
	buf_str(b, ":root");
	return buf_span(b);
}

/* "Sent 840 bytes 10 pkt (dropped 10, overlimits 0 requeues 0)" */
static bool take_sent(struct sum *s, struct span line)
{
	struct span packets = ip_word_behind(line, SPAN("bytes"));
	struct span dropped = ip_word_behind(line, SPAN("(dropped"));
	uint64_t n, lost;

	if (!span_u64(packets, UINT64_MAX, &n) || !span_take_u64(&dropped, UINT64_MAX, &lost))
		return false;
	s->packets += n;
	s->dropped += lost;
	return true;
}

/* Each filter has a handle; a line without one heads those of its priority. */
static bool is_filter(struct span line)
{
	struct span handle = ip_word_behind(line, SPAN("fh"));

	return span_starts(line, SPAN("filter ")) && (ip_word_behind(line, SPAN("handle")).n > 0 ||
	                                              span_search(handle, SPAN("::")) < handle.n);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, entity;
	struct sum s = {.filters = 0};
	char room[64];
	struct buf b = BUF_OVER(room);

	entity = entity_of(in->arg, &b);
	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span detail = span_trim(line);

		if (is_filter(line))
			s.filters++;
		else if (span_starts(detail, SPAN("action order ")))
			s.actions++;
		else if (span_starts(detail, SPAN("Sent ")) && !take_sent(&s, detail))
			out->note(out, at, "not a line of tc -s filter", line);
	}
	if (s.filters == 0)
		return;
	emit_u64(out, entity, SPAN("filters"), KIND_GAUGE, UNIT_COUNT, s.filters);
	emit_u64(out, entity, SPAN("actions"), KIND_GAUGE, UNIT_COUNT, s.actions);
	emit_u64(out, entity, SPAN("packets"), KIND_COUNTER, UNIT_COUNT, s.packets);
	emit_u64(out, entity, SPAN("dropped"), KIND_COUNTER, UNIT_COUNT, s.dropped);
}

const struct parser parser_tc_filter = {
	.source = "tc_filter",
	.members = (const char *const[]){"cmd/tc_-s_filter_show_dev_*", NULL},
	.parse = parse,
	.foreign = true,
};
