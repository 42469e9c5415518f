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
	FILE *taken; /* output_take: the text as it comes */
	int fd;      /* output_reserve: what will be written to, or -1 */
	int pager;   /* and where what the pager is to show comes from, or -1 */
	bool file;   /* it is a file that was named */
	bool apart;  /* another process writes, or waits: see output_is_worker */
	char *path;  /* the file's final name, links followed, and the one under which it is */
	char *part;  /* written; NULL where that is the same: a device, a folder of others */
};

/* Looks at standard output and the environment; nothing is opened. */
void output_init(struct output *o);
/*
 * path NULL = standard output; with `page`, what a terminal has not enough lines for goes
 * through $PAGER (less -R; not when it is empty or cat).  A file has its name once it is
 * closed whole.  0, or -1 and *e.
 */
int output_open(struct output *o, const char *path, bool page, struct err *e)
	__attribute__((warn_unused_result));
/*
 * Before this process is divided into one that works and one that waits for it: opens what
 * output_open would, for the one that works.  A file is written under another name beside it
 * and keeps what it has until all is there.
 */
int output_reserve(struct output *o, const char *path, bool page, struct err *e)
	__attribute__((warn_unused_result));
/* In the one that works. */
void output_is_worker(struct output *o);
/*
 * In the one that waits: output_gather before it does, then output_take each time that what it
 * returned can be read (-1: nothing comes), until that is false.  In the end output_finish shows
 * what came, or gives the file its name; when the work failed, it removes what there is of it.
 */
int output_gather(struct output *o);
bool output_take(struct output *o);
int output_finish(struct output *o, bool failed, struct err *e) __attribute__((warn_unused_result));
/*
 * Flushes, closes, waits for the pager; without one that can be started the text goes to
 * the terminal as it is.  A reader who went away (`| head`, q in the pager) is no error;
 * a full disk is.
 */
int output_close(struct output *o, struct err *e) __attribute__((warn_unused_result));

#endif
