/* TCP sockets from /proc/net/tcp and tcp6, for where sock_diag is not to be had. */
#ifndef COLLECT_PROC_TCP_H
#define COLLECT_PROC_TCP_H

#include <stdint.h>

#include "collect/job.h"
#include "collect/sock_diag.h"
#include "schema/span.h"

/*
 * One line as the row that sock_diag would give.  What the file lacks is 0: the
 * limit of a listener's queue, the interface.  The cookie is the file's hashed
 * address of the socket.  False for a line that is none of a socket.
 */
bool proc_tcp_line(struct span line, unsigned char family, struct inet_diag_msg *m);

/*
 * Hands the sockets of both files whose state is in the bit mask to `row`, without
 * attributes.  *bad counts the lines that were none.
 * 0 or an errno; ECANCELED when `row` ended it.  A missing tcp6 is no error.
 */
int proc_tcp(const struct host *h, uint32_t states, sock_row *row, void *arg, unsigned *bad);

#endif
