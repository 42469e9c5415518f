/*
 * ip -s -d link, ip -s link, ip link, with -o, and ip -br link of iproute2, ip/ipaddress.c: here
 * what a device is and how it is set; ip_link_stats reads its counters.
 *
 *   3: veth0@if2: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc noqueue master br0 state UP ... qlen 1000
 *       link/ether ba:c4:5b:fa:28:b3 brd ff:ff:ff:ff:ff:ff promiscuity 0
 *       veth addrgenmode eui64 numtxqueues 2 numrxqueues 2
 *
 *   veth0@if2        UP             ba:c4:5b:fa:28:b3 <BROADCAST,UP,LOWER_UP>
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

static const struct {
	struct span key, name;
	enum unit unit;
} numbers[] = {
	{SPAN_INIT("mtu"),  SPAN_INIT("mtu"),          UNIT_BYTE },
	{SPAN_INIT("qlen"), SPAN_INIT("tx_queue_len"), UNIT_COUNT},
};

/* "LOWERLAYERDOWN" as /sys/class/net has it: "lowerlayerdown". */
static void put_state(struct span nic, struct span state, struct emit *out)
{
	char text[32];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < state.n; i++)
		buf_char(&b, (char)(state.p[i] >= 'A' && state.p[i] <= 'Z' ? state.p[i] | 0x20
		                                                           : state.p[i]));
	if (state.n)
		emit_text(out, nic, SPAN("operstate"), buf_span(&b));
}

static void put_device(const struct ip_device *d, size_t at, struct emit *out)
{
	struct span master = ip_word_behind(d->rest, SPAN("master")), word;
	uint64_t v;

	if (span_u64(d->index, UINT32_MAX, &v))
		emit_u64(out, d->name, SPAN("ifindex"), KIND_GAUGE, UNIT_COUNT, v);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		word = ip_word_behind(d->rest, numbers[i].key);
		if (span_u64(word, UINT32_MAX, &v))
			emit_u64(out, d->name, numbers[i].name, KIND_GAUGE, numbers[i].unit, v);
		else if (word.n)
			out->note(out, at, "not a number", word);
	}
	put_state(d->name, ip_word_behind(d->rest, SPAN("state")), out);
	if (master.n)
		emit_text(out, d->name, SPAN("master"), master);
}

/* "link/ether ba:c4:5b:fa:28:b3 brd ..." */
static void put_address(const struct ip_device *d, struct span line, struct emit *out)
{
	struct span kind, word;

	if (span_word(&line, &kind) && span_word(&line, &word) && !span_eq(word, SPAN("brd")))
		emit_text(out, d->name, SPAN("address"), word);
}

static bool take_brief(struct span line, struct emit *out)
{
	struct ip_brief b;
	struct span address;

	if (!ip_brief_line(line, &b))
		return false;
	put_state(b.name, b.state, out);
	if (span_word(&b.rest, &address) && !span_starts(address, SPAN("<")))
		emit_text(out, b.name, SPAN("address"), address);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct ip_device d = {.name = {0}};

	for (size_t at = 1; ip_line(&text, &line); at++) {
		struct span detail = span_trim(line);

		if (detail.n == 0)
			continue;
		if (ip_device_line(line, &d))
			put_device(&d, at, out);
		else if (line.p[0] != ' ' && !take_brief(line, out))
			out->note(out, at, "not a line of ip link", line);
		else if (d.name.n && span_starts(detail, SPAN("link/")))
			put_address(&d, detail, out);
	}
}

const struct parser parser_ip_link = {
	.source = "nic",
	.members = (const char *const[]){"cmd/ip_-s_link", NULL},
	.parse = parse,
};
