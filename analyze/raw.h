/* --dump: one raw file through its parser, without a bundle. */
#ifndef ANALYZE_RAW_H
#define ANALYZE_RAW_H

#include <stdio.h>

#include "schema/err.h"

/* The parsers that take a file; two or more where one text has several sources' values. */
#define RAW_READERS_MAX 4

struct parser_entry;

struct raw_way {
	const struct parser_entry *reader[RAW_READERS_MAX]; /* NULL behind the last one */
	char path[RAW_READERS_MAX][512]; /* the member of a bundle that it is alike */
};

/*
 * How a file is to be read.  `as` is the name of a format, or the path that the file would
 * have in a bundle or a sosreport (its last part may do); NULL: the file's own path says it.
 * 0, or -1 and *e: a wrong call.
 */
int raw_find(struct raw_way *w, const char *path, const char *as, struct err *e)
	__attribute__((warn_unused_result));
/* Prints what they make of the file; "-" is standard input.  0, or -1 and *e. */
int raw_dump(const struct raw_way *w, const char *path, FILE *out, struct err *e)
	__attribute__((warn_unused_result));
/* The names of all formats, some a line. */
void raw_formats(FILE *out);

#endif
