/* Where the report goes: a file, standard output, or a pager on a terminal. */
#ifndef ANALYZE_OUTPUT_H
#define ANALYZE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "schema/err.h"

struct output {
	FILE *out;
	pid_t pager;    /* 0 = none */
	bool terminal;  /* what is written ends on a terminal */
	bool utf8;      /* the locale's characters are UTF-8 */
	unsigned width; /* the terminal's columns, 0 = no terminal */
};

/* Looks at standard output and the environment; nothing is opened. */
void output_init(struct output *o);
/*
 * path NULL = standard output, through $PAGER (less -R) on a terminal when `page`.
 * 0, or -1 and *e.
 */
int output_open(struct output *o, const char *path, bool page, struct err *e)
	__attribute__((warn_unused_result));
/*
 * Flushes, closes, waits for the pager.  A reader who went away (`| head`, q in the
 * pager) is no error; a full disk is.
 */
int output_close(struct output *o, struct err *e) __attribute__((warn_unused_result));

#endif
