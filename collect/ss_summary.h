/* ss -s: how many sockets there are, without listing them. */
#ifndef COLLECT_SS_SUMMARY_H
#define COLLECT_SS_SUMMARY_H

#include "collect/job.h"
#include "collect/tool_io.h"
#include "schema/buf.h"

/* At most so many bytes. */
#define SS_SUMMARY_MAX 1024

/* What stays open from run to run; zeroed before the first. */
struct ss_summary {
	struct kept_file sockstat, sockstat6, snmp;
};

void ss_summary_close(struct ss_summary *kept);

/* From /proc/net/sockstat, sockstat6 and snmp: 0 or an errno. */
int ss_summary(struct buf *b, const struct host *h, struct ss_summary *kept);

#endif
