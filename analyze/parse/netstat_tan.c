/*
 * netstat -neopa, netstat.c of net-tools: every TCP socket of the namespace, as one that has
 * neither ss nor /proc/net/tcp shows it.
 *
 *   Proto Recv-Q Send-Q Local Address  Foreign Address  State  User Inode PID/Program name  Timer
 *   tcp   0      0      0.0.0.0:2024   0.0.0.0:*        LISTEN 0    637   812/nginx         off ...
 */
#include "analyze/parse_netstat.h"

const struct parser parser_netstat_tan = {
	.source = "tcp",
	.members = (const char *const[]){"cmd/netstat_-tan", NULL},
	.parse = netstat_parse,
	.foreign = true,
};
