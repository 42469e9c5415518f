/*
 * nft -a list ruleset, src/rule.c of nftables: tables, chains, and the rules of each, which count
 * packets only where they say so.
 *
 *   table inet filter { # handle 1
 *   	chain input { # handle 1
 *   		type filter hook input priority filter; policy drop;
 *   		tcp dport 23 counter packets 10 bytes 500 drop # handle 5
 *   	}
 *   }
 */
#include "analyze/parse_filter.h"
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

struct place {
	struct filter_chain chain;
	struct span family, table;
	unsigned depth; /* of braces */
};

/* Braces that are opened and not closed on this line; those in quotes are text. */
static int braces(struct span line)
{
	bool quoted = false;
	int open = 0;

	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && line.p[i] == '#')
			break;
		else if (!quoted)
			open += (line.p[i] == '{') - (line.p[i] == '}');
	}
	return open;
}

static bool has_word(struct span text, struct span word)
{
	struct span one;

	while (span_word(&text, &one))
		if (span_eq(one, word))
			return true;
	return false;
}

static void take_rule(struct place *p, struct span rule, struct emit *out)
{
	static const struct span counter = SPAN_INIT("counter packets ");
	size_t at = span_search(rule, counter);
	struct span rest = span_sub(rule, at + counter.n, rule.n);
	struct span text = span_trim(span_sub(rule, 0, span_find(rule, '#')));
	uint64_t packets = 0;
	bool counts = at < rule.n && span_take_u64(&rest, INT64_MAX, &packets);

	filter_rule(&p->chain, out, has_word(text, SPAN("drop")) || has_word(text, SPAN("reject")),
	            counts, packets, text);
}

/* "type filter hook input priority filter; policy drop;" */
static void take_type(struct place *p, struct span line, struct emit *out)
{
	struct span policy = ip_word_behind(line, SPAN("policy"));

	policy.n = span_find(policy, ';');
	if (policy.n)
		filter_policy(&p->chain, out, policy, false, 0);
}

static void take_line(struct place *p, struct span line, struct emit *out)
{
	struct span w[4];
	size_t n = words_of(line, w, 4);

	if (p->depth == 0 && n >= 3 && span_eq(w[0], SPAN("table"))) {
		p->family = w[1];
		p->table = w[2];
	} else if (p->depth == 1 && n >= 2 && span_eq(w[0], SPAN("chain"))) {
		filter_open(&p->chain, p->family, p->table, w[1]);
	} else if (p->depth == 2 && p->chain.entity.n && span_eq(w[0], SPAN("type"))) {
		take_type(p, line, out);
	} else if (p->depth == 2 && span_eq(w[0], SPAN("}"))) {
		filter_close(&p->chain, out);
	} else if (p->depth == 2 && p->chain.entity.n && !span_starts(w[0], SPAN("policy"))) {
		take_rule(p, line, out);
	}
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct place p = {.depth = 0};

	for (size_t at = 1; span_line(&text, &line); at++) {
		int open = braces(line);

		line = span_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (p.depth == 0 && !span_starts(line, SPAN("table "))) {
			out->note(out, at, "not a line of nft list ruleset", line);
			continue;
		}
		take_line(&p, line, out);
		if (open < 0 && p.depth < (unsigned)-open)
			p.depth = 0;
		else
			p.depth = p.depth + (unsigned)open;
	}
	filter_close(&p.chain, out);
}

const struct parser parser_nft = {
	.source = "firewall",
	.members = (const char *const[]){"cmd/nft_*", NULL},
	.parse = parse,
	.foreign = true,
};
