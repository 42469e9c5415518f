/*
 * ss -tanmieo, misc/ss.c of iproute2: every TCP socket with timer, memory and
 * struct tcp_info, mostly on a second line that begins with a tab.
 *
 *   SYN-SENT   0      1      192.0.2.1:59984     192.0.2.1:8080  timer:(on,1.324ms,6) ino:757644
 * sk:e0c3 <-> skmem:(r0,rb131072,t0,tb16384,f3264,w832,o0,bl0,d0) cubic rto:4000 mss:524 cwnd:1
 * retrans:1/6 lost:1
 */
#include "analyze/parse.h"
#include "analyze/parse_ss.h"

const struct parser parser_ss_tanmieo = {
	.source = "tcp_info",
	.members = (const char *const[]){"cmd/ss_-tanmieo", NULL},
	.parse = ss_parse,
};
