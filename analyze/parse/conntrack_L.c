/*
 * conntrack -L [-o extended] of conntrack-tools and /proc/net/nf_conntrack,
 * net/netfilter/nf_conntrack_standalone.c: a line a connection.  Counted by protocol and state,
 * since they may be millions.
 *
 *   ipv4 2 tcp 6 431999 ESTABLISHED src=192.0.2.1 dst=192.0.2.2 sport=5 dport=6 ... [ASSURED] use=1
 *   udp 17 28 src=192.0.2.1 dst=192.0.2.2 sport=5 dport=53 [UNREPLIED] src=... use=1
 */
#include "analyze/parse_util.h"

#define WORDS_MAX 10

/* How a protocol begins, by its number; what is not here is "other". */
static const struct span protocols[] = {
	SPAN_INIT("tcp"),  SPAN_INIT("udp"), SPAN_INIT("icmp"),  SPAN_INIT("icmpv6"),
	SPAN_INIT("sctp"), SPAN_INIT("gre"), SPAN_INIT("other"),
};
#define PROTOCOLS (sizeof(protocols) / sizeof(protocols[0]))

enum count { ALL, UNREPLIED, ASSURED, FIRST_STATE };

static const struct span counts[] = {
	[ALL] = SPAN_INIT("connections"),
	[UNREPLIED] = SPAN_INIT("unreplied"),
	[ASSURED] = SPAN_INIT("assured"),
	[FIRST_STATE] = SPAN_INIT("SYN_SENT"),
	SPAN_INIT("SYN_RECV"),
	SPAN_INIT("ESTABLISHED"),
	SPAN_INIT("FIN_WAIT"),
	SPAN_INIT("CLOSE_WAIT"),
	SPAN_INIT("LAST_ACK"),
	SPAN_INIT("TIME_WAIT"),
	SPAN_INIT("CLOSE"),
	SPAN_INIT("SYN_SENT2"),
};
#define COUNTS (sizeof(counts) / sizeof(counts[0]))

struct sums {
	uint64_t of[PROTOCOLS][COUNTS];
};

static bool has(struct span line, struct span mark)
{
	return span_search(line, mark) < line.n;
}

/* "[ipv4 2] tcp 6 [431999 [ESTABLISHED]] src=...": a flow that is offloaded has no timeout. */
static bool take(struct span line, struct sums *sums)
{
	struct span w[WORDS_MAX];
	size_t n = words_of(line, w, WORDS_MAX), at = 0, p = 0;
	uint64_t number;

	if (n && (span_eq(w[0], SPAN("ipv4")) || span_eq(w[0], SPAN("ipv6"))))
		at = 2;
	if (n < at + 3 || !span_u64(w[at + 1], UINT8_MAX, &number) || !has(line, SPAN("src=")))
		return false;
	while (p + 1 < PROTOCOLS && !span_eq(w[at], protocols[p]))
		p++;
	sums->of[p][ALL]++;
	sums->of[p][UNREPLIED] += has(line, SPAN("[UNREPLIED]"));
	sums->of[p][ASSURED] += has(line, SPAN("[ASSURED]"));
	for (size_t i = FIRST_STATE; i < COUNTS && n > at + 3; i++)
		sums->of[p][i] += span_eq(w[at + 3], counts[i]);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct sums sums = {.of = {{0}}};

	for (size_t at = 1; span_line(&text, &line); at++) {
		/* "conntrack v1.4.6 (conntrack-tools): 3 flow entries have been shown." */
		if (span_trim(line).n == 0 || span_starts(line, SPAN("conntrack v")))
			continue;
		if (!take(line, &sums))
			out->note(out, at, "not a connection", line);
	}
	for (size_t p = 0; p < PROTOCOLS; p++)
		for (size_t i = 0; i < COUNTS && sums.of[p][ALL]; i++)
			if (sums.of[p][i])
				emit_u64(out, protocols[p], counts[i], KIND_GAUGE, UNIT_COUNT,
				         sums.of[p][i]);
}

const struct parser parser_conntrack_L = {
	.source = "connections",
	.members = (const char *const[]){"cmd/conntrack_-L", NULL},
	.parse = parse,
	.foreign = true,
};
