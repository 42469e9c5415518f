/*
 * ip -d address, ip -o addr, ip -br addr of iproute2, ip/ipaddress.c: each address of a device is a
 * series of its own
 * ("inet:192.0.2.1/24"), its value the scope, as of /proc/net/if_inet6.
 *
 *   26: eth0@if27: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP qlen 1000
 *       link/ether 00:16:3e:93:76:28 brd ff:ff:ff:ff:ff:ff link-netnsid 0
 *       inet 192.0.2.116/24 brd 192.0.2.255 scope global eth0
 *       inet6 fe80::216:3eff:fe93:7628/64 scope link
 *
 *   26: eth0    inet 192.0.2.116/24 brd 192.0.2.255 scope global eth0\       valid_lft forever ...
 *   eth0@if27        UP             192.0.2.116/24 fe80::216:3eff:fe93:7628/64
 *
 * -br does not say the scope.
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

static void put_address(struct span nic, struct span family, struct span address, struct span scope,
                        struct emit *out)
{
	char text[96];
	struct buf name = BUF_OVER(text);

	buf_put(&name, family);
	buf_char(&name, ':');
	buf_put(&name, address);
	emit_text(out, nic, buf_span(&name), scope);
}

/* "inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0"; what is of another family is passed over
 */
static bool take_address(struct span nic, struct span rest, struct emit *out)
{
	struct span scope = ip_word_behind(rest, SPAN("scope")), family, address;

	if (!span_word(&rest, &family) ||
	    (!span_eq(family, SPAN("inet")) && !span_eq(family, SPAN("inet6"))))
		return true;
	if (scope.n == 0 || !span_word(&rest, &address))
		return false;
	put_address(nic, family, address, scope, out);
	return true;
}

/* "26: eth0    inet 192.0.2.116/24 ..." */
static bool take_one_line(struct span line, struct span *nic, struct emit *out)
{
	struct span index, name;

	if (!span_cut(&line, ':', &index) || !span_u64(index, UINT32_MAX, &(uint64_t){0}) ||
	    !span_word(&line, &name))
		return false;
	*nic = span_sub(name, 0, span_find(name, '@'));
	return take_address(*nic, line, out);
}

static bool take_brief(struct span line, struct emit *out)
{
	struct ip_brief b;
	struct span address;

	if (!ip_brief_line(line, &b))
		return false;
	while (span_word(&b.rest, &address))
		put_address(b.name,
		            span_find(address, ':') < address.n ? SPAN("inet6") : SPAN("inet"),
		            address, SPAN(""), out);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, nic = {0};
	struct ip_device d = {.name = {0}};

	for (size_t at = 1; ip_line(&text, &line); at++) {
		if (span_trim(line).n == 0)
			continue;
		if (ip_device_line(line, &d))
			nic = d.name;
		else if (line.p[0] != ' ' && !take_one_line(line, &nic, out) &&
		         !take_brief(line, out))
			out->note(out, at, "not a line of ip address", line);
		else if (line.p[0] == ' ' && nic.n && !take_address(nic, span_trim(line), out))
			out->note(out, at, "not an address", line);
	}
}

const struct parser parser_ip_address = {
	.source = "net_config",
	.members = (const char *const[]){"cmd/ip_address", NULL},
	.parse = parse,
};
