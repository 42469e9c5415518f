/*
 * ss -tanp, misc/ss.c of iproute2: every TCP socket with the processes that hold it.
 *
 *   State      Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
 *   LISTEN     0      4096         0.0.0.0:9001       0.0.0.0:*     users:(("web",pid=286,fd=4))
 */
#include "analyze/parse.h"
#include "analyze/parse_ss.h"

const struct parser parser_ss_tanp = {
	.source = "owners",
	.members = (const char *const[]){"cmd/ss_-tanp", NULL},
	.parse = ss_parse,
};
