/*
 * lspci of pciutils, with -D, -nn or -v: what the network's devices are, by where they are plugged
 * in, which is what ethtool -i calls bus-info.
 *
 *   3b:00.0 Ethernet controller: Mellanox Technologies MT27800 Family [ConnectX-5]
 *   0000:3b:00.0 Ethernet controller [0200]: Mellanox ... [15b3:1017]
 */
#include "analyze/parse_util.h"

static const struct span classes[] = {
	SPAN_INIT("Ethernet controller"),
	SPAN_INIT("Network controller"),
	SPAN_INIT("Infiniband controller"),
	SPAN_INIT("InfiniBand"),
};

static bool is_of_network(struct span class)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++)
		if (span_starts(class, classes[i]))
			return true;
	return false;
}

/* "3b:00.0", the domain 0000 left out, or "0000:3b:00.0" */
static bool take_bus(struct span word, struct buf *bus)
{
	struct span dot = word, head;

	if (!span_rcut(&dot, '.', &head) || !span_hex(dot, 7, &(uint64_t){0}) ||
	    span_find(head, ':') == head.n)
		return false;
	if (word.n < SPAN("0000:00:00.0").n)
		buf_str(bus, "0000:");
	buf_put(bus, word);
	return !bus->cut;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, word, class;

	while (span_line(&text, &line)) {
		char room[24];
		struct buf bus = BUF_OVER(room);

		if (line.n == 0 || line.p[0] == ' ' || line.p[0] == '\t' ||
		    !span_word(&line, &word) || !take_bus(word, &bus) ||
		    !span_skip(&line, SPAN(" ")) || !span_cut(&line, ':', &class) ||
		    !is_of_network(class))
			continue;
		emit_text(out, buf_span(&bus), SPAN("model"), span_sub(span_trim(line), 0, 200));
	}
}

const struct parser parser_lspci = {
	.source = "pci",
	.members = (const char *const[]){"cmd/lspci", NULL},
	.parse = parse,
	.foreign = true,
};
