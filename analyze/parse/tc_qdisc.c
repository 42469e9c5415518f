/*
 * tc -s qdisc, tc/tc_qdisc.c of iproute2: the queues behind each interface.
 *
 *   qdisc fq_codel 10: dev eth0 parent 1:10 limit 10240p flows 1024 quantum 1514
 *    Sent 7452 bytes 6 pkt (dropped 3, overlimits 9 requeues 0)
 *    backlog 2484b 2p requeues 0
 *
 * A handle 0: means that nobody named it.  Older versions write a rate before the
 * backlog; sizes above 1 KiB may be written "12Kb", "3Mb".
 */
#include "analyze/parse.h"
#include "schema/buf.h"
#include "schema/unit.h"

#define ENTITY_MAX_BYTES 128

struct qdisc {
	char text[ENTITY_MAX_BYTES];
	struct buf entity; /* "eth0:root", "eth0:1:10"; empty = none yet */
};

/* The word behind `key`; empty when there is none. */
static struct span word_behind(struct span line, struct span key)
{
	struct span word;

	while (span_word(&line, &word))
		if (span_eq(word, key))
			return span_word(&line, &word) ? word : (struct span){0};
	return (struct span){0};
}

static bool is_root(struct span word)
{
	return span_eq(word, SPAN("root")) || span_eq(word, SPAN("ingress")) ||
	       span_eq(word, SPAN("clsact"));
}

/* "qdisc KIND HANDLE: dev NAME root|parent MAJOR:MINOR ..." */
static bool open_qdisc(struct qdisc *q, struct span line, struct emit *out)
{
	struct span rest = line, kind, handle, word, dev = {0}, parent = {0};

	q->entity.n = 0;
	if (!span_skip(&rest, SPAN("qdisc ")) || !span_word(&rest, &kind) ||
	    !span_word(&rest, &handle))
		return false;
	while (parent.n == 0 && span_word(&rest, &word))
		if (is_root(word))
			parent = word;
		else if ((span_eq(word, SPAN("dev")) && !span_word(&rest, &dev)) ||
		         (span_eq(word, SPAN("parent")) && !span_word(&rest, &parent)))
			return false;
	if (dev.n == 0 || parent.n == 0)
		return false;
	q->entity = BUF_OVER(q->text);
	buf_put(&q->entity, dev);
	buf_char(&q->entity, ':');
	buf_put(&q->entity, parent);
	emit_text(out, buf_span(&q->entity), SPAN("kind"), kind);
	return true;
}

static bool put(struct emit *out, const struct qdisc *q, const char *name, enum kind kind,
                enum unit unit, struct span digits)
{
	uint64_t v;

	if (!span_take_u64(&digits, UINT64_MAX, &v))
		return false;
	emit_u64(out, buf_span(&q->entity), span_of(name), kind, unit, v);
	return true;
}

/* "Sent 7452 bytes 6 pkt (dropped 3, overlimits 9 requeues 0)"; once it was "pkts". */
static bool take_sent(const struct qdisc *q, struct span line, struct emit *out)
{
	struct span sent = word_behind(line, SPAN("Sent"));
	struct span packets = word_behind(line, SPAN("bytes"));
	struct span dropped = word_behind(line, SPAN("(dropped"));
	struct span overlimits = word_behind(line, SPAN("overlimits"));
	struct span requeues = word_behind(line, SPAN("requeues"));

	return put(out, q, "sent_bytes", KIND_COUNTER, UNIT_BYTE, sent) &&
	       put(out, q, "sent_packets", KIND_COUNTER, UNIT_COUNT, packets) &&
	       put(out, q, "dropped", KIND_COUNTER, UNIT_COUNT, dropped) &&
	       put(out, q, "overlimits", KIND_COUNTER, UNIT_COUNT, overlimits) &&
	       put(out, q, "requeues", KIND_COUNTER, UNIT_COUNT, requeues);
}

/* "2484b", "12Kb", "3.5Mb": %g, so "1.04858e+06b" too. */
static bool size_parse(struct span s, uint64_t *bytes)
{
	struct span number = s;
	uint64_t scale = 1, power = 0;
	int64_t v;
	size_t e;

	if (!span_ends(s, SPAN("b")))
		return false;
	number.n--;
	if (span_ends(number, SPAN("K")) || span_ends(number, SPAN("M"))) {
		scale = span_ends(number, SPAN("K")) ? KIB : MIB;
		number.n--;
	}
	e = span_find(number, 'e');
	if (e < number.n && !span_u64(span_sub(number, e + 2, number.n), 12, &power))
		return false;
	for (uint64_t i = 0; i < power; i++)
		scale *= 10;
	if (!span_fixed(span_sub(number, 0, e), 6, &v) || v < 0 ||
	    __builtin_mul_overflow((uint64_t)v, scale, bytes))
		return false;
	*bytes /= 1000000;
	return true;
}

/* "backlog 2484b 2p requeues 0" */
static bool take_backlog(const struct qdisc *q, struct span line, struct emit *out)
{
	struct span size = word_behind(line, SPAN("backlog"));
	struct span packets = word_behind(line, size);
	uint64_t bytes;

	if (!size_parse(size, &bytes) || !span_ends(packets, SPAN("p")))
		return false;
	emit_u64(out, buf_span(&q->entity), SPAN("backlog_bytes"), KIND_GAUGE, UNIT_BYTE, bytes);
	return put(out, q, "backlog_packets", KIND_GAUGE, UNIT_COUNT, packets);
}

/* What a discipline says of itself, indented deeper, is passed over. */
static bool take_line(struct qdisc *q, struct span line, struct emit *out)
{
	struct span text = span_trim(line);

	if (line.n == text.n || line.p[0] != ' ')
		return open_qdisc(q, line, out);
	if (q->entity.n == 0)
		return true;
	if (span_starts(text, SPAN("Sent ")))
		return take_sent(q, text, out);
	if (span_starts(text, SPAN("backlog ")) || span_starts(text, SPAN("rate ")))
		return take_backlog(q, text, out);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct qdisc q = {.text = ""};

	for (size_t at = 1; span_line(&text, &line); at++)
		if (span_trim(line).n && !take_line(&q, line, out))
			out->note(out, at, "not a line of tc -s qdisc", line);
}

const struct parser parser_tc_qdisc = {
	.source = "qdisc",
	.members = (const char *const[]){"cmd/tc_-s_qdisc", NULL},
	.parse = parse,
};
