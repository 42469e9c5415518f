/*
 * ip -d address of iproute2, ip/ipaddress.c: each address of a device is a series of its own
 * ("inet:192.0.2.1/24"), its value the scope, as of /proc/net/if_inet6.
 *
 *   26: eth0@if27: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP qlen 1000
 *       link/ether 00:16:3e:93:76:28 brd ff:ff:ff:ff:ff:ff link-netnsid 0
 *       inet 192.0.2.116/24 brd 192.0.2.255 scope global eth0
 *       inet6 fe80::216:3eff:fe93:7628/64 scope link
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

static bool take_address(struct span nic, struct span family, struct span rest, struct emit *out)
{
	struct span scope = ip_word_behind(rest, SPAN("scope")), address;
	char text[96];
	struct buf name = BUF_OVER(text);

	if (scope.n == 0 || !span_word(&rest, &address))
		return false;
	buf_put(&name, family);
	buf_char(&name, ':');
	buf_put(&name, address);
	emit_text(out, nic, buf_span(&name), scope);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct ip_device d = {.name = {0}};

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span rest = span_trim(line), family;

		if (rest.n == 0 || ip_device_line(line, &d))
			continue;
		if (line.p[0] != ' ')
			out->note(out, at, "not a line of ip address", line);
		else if (d.name.n && span_word(&rest, &family) &&
		         (span_eq(family, SPAN("inet")) || span_eq(family, SPAN("inet6"))) &&
		         !take_address(d.name, family, rest, out))
			out->note(out, at, "not an address", line);
	}
}

const struct parser parser_ip_address = {
	.source = "net_config",
	.members = (const char *const[]){"cmd/ip_address", NULL},
	.parse = parse,
};
