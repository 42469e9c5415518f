/*
 * /proc/net/if_inet6, net/ipv6/addrconf.c: address in network order, index, prefix
 * length, scope, flags (all hexadecimal), interface.
 *
 *   fe80000000000000b8b209fffea2d0dc 02 40 20 80 eth0
 */
#include "analyze/parse_inet.h"
#include "analyze/parse_util.h"

enum column { ADDRESS, INDEX, LENGTH, SCOPE, FLAGS, IFACE, COLUMNS };

static const struct scope {
	uint64_t bits;
	struct span name;
} scopes[] = {
	{0x00, SPAN_INIT("global")},
	{0x10, SPAN_INIT("host")  },
	{0x20, SPAN_INIT("link")  },
	{0x40, SPAN_INIT("site")  },
};

static struct span scope_name(uint64_t bits)
{
	for (size_t i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)
		if (bits == scopes[i].bits)
			return scopes[i].name;
	return SPAN("other");
}

/* Each address is a series of its own: "inet6:fe80::1/64" = "link". */
static bool row(struct span const *words, struct emit *out)
{
	struct inet_address address;
	uint64_t length, scope;
	char text[80];
	struct buf name = BUF_OVER(text);

	if (!inet_net6_parse(words[ADDRESS], &address) || !span_hex(words[LENGTH], 128, &length) ||
	    !span_hex(words[SCOPE], UINT8_MAX, &scope))
		return false;
	buf_str(&name, "inet6:");
	inet_address_put(&name, &address);
	buf_char(&name, '/');
	buf_u64(&name, length);
	emit_text(out, words[IFACE], buf_span(&name), scope_name(scope & 0xf0));
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, words[COLUMNS];

	for (size_t at = 1; span_line(&text, &line); at++) {
		size_t n = words_of(line, words, COLUMNS);

		if (n && (n < COLUMNS || !row(words, out)))
			out->note(out, at, "not an address", line);
	}
}

const struct parser parser_if_inet6 = {
	.source = "net_config",
	.members = (const char *const[]){"proc/net/if_inet6", NULL},
	.parse = parse,
};
