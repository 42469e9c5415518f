/* The parts of the tc tool: how tc writes quantities, and what each kind of qdisc says of itself.
 */
#ifndef COLLECT_TC_H
#define COLLECT_TC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/netlink.h"
#include "schema/buf.h"
#include "schema/span.h"

/* Bytes: "64Kb", "32Mb" when round, else "1514b". */
void tc_size(struct buf *b, uint64_t bytes);
/* Bytes a second as bits a second: "1Mbit", "1500Kbit". */
void tc_rate(struct buf *b, uint64_t bytes_per_s);
/* Microseconds: "5ms", "1.5s", "250us". */
void tc_time(struct buf *b, double us);
/* Nanoseconds: "10us", "1.23us", "250ns". */
void tc_time_ns(struct buf *b, uint64_t ns);

/* Copies a structure of which an older kernel sends less; the rest stays 0.  False when nothing
 * came. */
bool tc_copy(void *to, size_t size, struct attr a);

/*
 * A qdisc's own options behind its head: "limit 10240p flows 1024 ...".  `options` is
 * TCA_OPTIONS, `ticks_per_us` that of /proc/net/psched.  Of a kind
 * not known: its length.
 */
void tc_options(struct buf *b, struct span kind, struct attr options, double ticks_per_us);
/* The statistics of the kind itself, whole lines each ending in LF; of most kinds nothing. */
void tc_xstats(struct buf *b, struct span kind, struct attr xstats);

#endif
