/* Rows of sockets in the text form of ss (iproute2 6.1), columns one blank apart. */
#ifndef COLLECT_SS_FORMAT_H
#define COLLECT_SS_FORMAT_H

#include <limits.h>

#include "collect/owners.h"
#include "collect/sock_diag.h"
#include "collect/sock_names.h"
#include "schema/buf.h"

/* The options of ss that change a row. */
enum ss_show {
	SS_MEMORY = 1 << 0,    /* -m */
	SS_INFO = 1 << 1,      /* -i */
	SS_TIMERS = 1 << 2,    /* -o */
	SS_EXTENDED = 1 << 3,  /* -e, brings the timers along */
	SS_PROCESSES = 1 << 4, /* -p */
};

struct ss_style {
	unsigned show;               /* of enum ss_show */
	const struct owners *owners; /* NULL without SS_PROCESSES */
	struct sock_names *names;
};

/* Bytes that a row takes at most, apart from its owners. */
#define SS_ROW_MAX (PATH_MAX + 4096)
/* Bytes that one owner takes at most. */
#define SS_OWNER_MAX 80

void ss_header(struct buf *b);
/*
 * The row of one socket with its LF.  `b` must have room for SS_ROW_MAX bytes and
 * SS_OWNER_MAX for each owner; attrs NULL when there are none (/proc/net/tcp).
 */
void ss_row(struct buf *b, const struct ss_style *style, const struct inet_diag_msg *m,
            const struct attr *attrs);

/* Of a line of such rows what it would be without any option; "" of a second line of a row. */
struct span ss_narrow(struct span line);

#endif
