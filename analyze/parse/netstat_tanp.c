/*
 * netstat -neopa, netstat.c of net-tools: who holds which TCP socket, where ss -p did not run.
 *
 *   Proto Recv-Q Send-Q Local Address  Foreign Address  State  User Inode PID/Program name  Timer
 *   tcp   0      0      0.0.0.0:2024   0.0.0.0:*        LISTEN 0    637   812/nginx         off ...
 */
#include "analyze/parse_netstat.h"

const struct parser parser_netstat_tanp = {
	.source = "owners",
	.members = (const char *const[]){"cmd/netstat_-tanp", NULL},
	.parse = netstat_parse,
	.foreign = true,
};
