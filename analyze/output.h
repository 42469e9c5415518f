/* Where the report goes: a file, standard output, or a pager on a terminal. */
#ifndef ANALYZE_OUTPUT_H
#define ANALYZE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "schema/err.h"

struct output {
	FILE *out;
	bool terminal;  /* what is written ends on a terminal */
	bool dumb;      /* one that has neither colours nor a cursor to move */
	bool utf8;      /* the locale's characters are UTF-8 */
	unsigned width; /* the terminal's columns, 0 = no terminal */
	unsigned rows;  /* and its lines */
	bool kept;      /* in text until its end: only then one knows whether it fits */
	char *text;
	size_t text_n;
	const char *path; /* the file that was opened, or NULL */
	int fd;           /* output_reserve: what will be written to, or -1 */
	int pager;        /* and where what the pager is to show comes from, or -1 */
	bool made;        /* the file was not there before */
};

/* Looks at standard output and the environment; nothing is opened. */
void output_init(struct output *o);
/*
 * path NULL = standard output; with `page`, what a terminal has not enough lines for goes
 * through $PAGER (less -R; not when it is empty or cat).  0, or -1 and *e.
 */
int output_open(struct output *o, const char *path, bool page, struct err *e)
	__attribute__((warn_unused_result));
/*
 * Before this process is divided into one that works and one that waits for it: opens what
 * output_open would, for the one that works.  A file keeps what it has until then.
 */
int output_reserve(struct output *o, const char *path, bool page, struct err *e)
	__attribute__((warn_unused_result));
/* In the one that works. */
void output_is_worker(struct output *o);
/*
 * In the one that waits: takes in what the pager is to show, until the worker closes it; then
 * output_finish shows it or, when the work failed, removes a file that was not there before.
 */
void output_gather(struct output *o);
int output_finish(struct output *o, bool failed, struct err *e) __attribute__((warn_unused_result));
/*
 * Flushes, closes, waits for the pager; without one that can be started the text goes to
 * the terminal as it is.  A reader who went away (`| head`, q in the pager) is no error;
 * a full disk is.
 */
int output_close(struct output *o, struct err *e) __attribute__((warn_unused_result));

#endif
