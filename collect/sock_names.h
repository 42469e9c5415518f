/* Names for the numbers in a socket's row: interfaces and control groups. */
#ifndef COLLECT_SOCK_NAMES_H
#define COLLECT_SOCK_NAMES_H

#include <stdint.h>

#include "schema/span.h"

struct sock_names;

/* NULL when memory is short. */
struct sock_names *sock_names_open(void);
void sock_names_close(struct sock_names *names);
/* Before another dump: a number may mean another thing by then. */
void sock_names_forget(struct sock_names *names);

/* "eth0", or "if7" when there is no such interface (any more).  Alive until the next call. */
struct span sock_names_iface(struct sock_names *names, uint32_t index);
/*
 * The path of a control group in its (v2) hierarchy, "/system.slice/x.service", or
 * "unreachable:HEX", as ss says it, when it is gone.  Also when we may not look
 * without a walk of the whole hierarchy, which ss makes and a sick host does not
 * need.  At most PATH_MAX bytes; alive until the next call.
 */
struct span sock_names_cgroup(struct sock_names *names, uint64_t id);

#endif
