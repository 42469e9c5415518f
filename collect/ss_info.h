/* The part of a row of ss that tells of tcp_info and socket memory. */
#ifndef COLLECT_SS_INFO_H
#define COLLECT_SS_INFO_H

#include <stdbool.h>

#include "collect/sock_diag.h"

/* Bytes that each of these appends at most. */
#define SS_INFO_MAX 3072

/* " skmem:(r0,rb131072,...)" or nothing. */
char *ss_put_memory(char *p, const struct attr *attrs);
/* " ts sack cubic wscale:7,7 rto:204 ..." or nothing; `state` of enum sock_state. */
char *ss_put_info(char *p, const struct attr *attrs, unsigned state, bool options);

#endif
