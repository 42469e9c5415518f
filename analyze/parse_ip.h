/* What `ip link` and `ip address` have in common: the line that begins a device. */
#ifndef ANALYZE_PARSE_IP_H
#define ANALYZE_PARSE_IP_H

#include <stdbool.h>

#include "schema/span.h"

struct ip_device {
	struct span index, name, flags; /* "3", "veth0", "BROADCAST,MULTICAST,UP,LOWER_UP" */
	struct span rest;               /* "mtu 1500 qdisc noqueue state UP ... qlen 1000" */
};

/*
 * The next line of `ip`'s text.  With -o a backslash stands where a line ends and its
 * continuation, which begins with blanks, goes on: that is a line of its own here.
 */
bool ip_line(struct span *text, struct span *line);
/* What ip -br says of a device in one line: "eth0@if3 UP 192.0.2.1/24 fe80::1/64". */
struct ip_brief {
	struct span name, state; /* "eth0", "UP" */
	struct span rest;        /* addresses; or the link's address and <FLAGS> */
};
bool ip_brief_line(struct span line, struct ip_brief *b);
/* "3: veth0@veth1: <BROADCAST,UP> mtu 1500 ..."; false for any other line. */
bool ip_device_line(struct span line, struct ip_device *d);
/* The word behind `key` in "mtu 1500 qdisc noqueue"; empty when it is not there. */
struct span ip_word_behind(struct span text, struct span key);

#endif
