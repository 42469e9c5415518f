/*
 * The MIB counters of the kernel by the names that nstat prints ("TcpRetransSegs"), in the
 * forms there are: /proc/net/snmp and netstat, nstat, the sentences of netstat -s.
 */
#ifndef ANALYZE_PARSE_MIB_H
#define ANALYZE_PARSE_MIB_H

#include "analyze/parse.h"

/* Which of the kernel's files has it: the parsers' sources are those. */
enum mib_file {
	MIB_SNMP,
	MIB_NETSTAT, /* TcpExt, IpExt, MPTcpExt */
	MIB_SNMP6,   /* Ip6, Icmp6, Udp6, UdpLite6 */
};

enum mib_file mib_file_of(struct span name);

/* Pairs of lines "Prefix: NAMES" and "Prefix: VALUES": /proc/net/snmp, /proc/net/netstat. */
void mib_parse(const struct input *in, struct emit *out);
/* What `netstat -s` and `nstat -zas` show of one of the files; nothing else is noted. */
void netstat_s_parse(const struct input *in, struct emit *out, enum mib_file file);
void nstat_parse(const struct input *in, struct emit *out, enum mib_file file);

#endif
