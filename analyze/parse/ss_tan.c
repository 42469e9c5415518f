/*
 * ss -tan, misc/ss.c of iproute2: every TCP socket, one a line.
 *
 *   State      Recv-Q Send-Q Local Address:Port  Peer Address:Port
 *   ESTAB      0      0          127.0.0.1:35086    127.0.0.1:9000
 */
#include "analyze/parse.h"
#include "analyze/parse_ss.h"

const struct parser parser_ss_tan = {
	.source = "tcp",
	.members = (const char *const[]){"cmd/ss_-tan", NULL},
	.parse = ss_parse,
};
