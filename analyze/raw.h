/* --dump: one raw file through its parser, without a bundle. */
#ifndef ANALYZE_RAW_H
#define ANALYZE_RAW_H

#include <stdio.h>

#include "schema/err.h"

/*
 * Prints what the parser of `format` (NULL: the one whose members the end of the
 * path matches, as in x/snap/000000/proc/net/dev) makes of the file; "-" is
 * standard input.  0, or -1 and *e.
 */
int raw_dump(const char *path, const char *format, FILE *out, struct err *e)
	__attribute__((warn_unused_result));

#endif
