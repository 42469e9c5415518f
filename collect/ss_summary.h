/* ss -s: how many sockets there are, without listing them. */
#ifndef COLLECT_SS_SUMMARY_H
#define COLLECT_SS_SUMMARY_H

#include "collect/job.h"
#include "schema/buf.h"

/* At most so many bytes. */
#define SS_SUMMARY_MAX 1024

/* From /proc/net/sockstat, sockstat6 and snmp: 0 or an errno. */
int ss_summary(struct buf *b, const struct host *h);

#endif
