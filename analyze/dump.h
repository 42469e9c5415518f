/* An emit that writes one line a row: for `--dump`, and for the parsers' golden files. */
#ifndef ANALYZE_DUMP_H
#define ANALYZE_DUMP_H

#include <stdio.h>

#include "analyze/emit.h"

struct dump {
	struct emit emit; /* first: the callbacks cast back */
	FILE *out;        /* not owned */
};

/* Strings are printed with C escapes for control characters, quotes and backslashes. */
void dump_init(struct dump *d, FILE *out);

#endif
