/*
 * An emit that writes one line of JSON a row: for `--dump`, and so for the parsers' golden
 * files.  A line is one of
 *
 *	{"series":"dropped","entity":"cpu3","value":1043,"unit":"1","kind":"counter32"}
 *	{"table":"irq","irq":"24","name":"eth0-TxRx-0"}
 *	{"note":"not a row of softnet_stat","line":3,"text":"0000"}
 *
 * A series may have "sparse":true (left out of the store while it is 0) and "twice", what a
 * second value of the same capture does: "add", "most", "least", else nothing.  A table's
 * columns are those of the store; what a socket does not show is left out.
 */
#ifndef ANALYZE_DUMP_H
#define ANALYZE_DUMP_H

#include <stdio.h>

#include "analyze/emit.h"

struct dump {
	struct emit emit; /* first: the callbacks cast back */
	FILE *out;        /* not owned */
};

/* Bytes that are no UTF-8 become U+FFFD. */
void dump_init(struct dump *d, FILE *out);

#endif
