/*
 * The rows of ss (iproute2 2.6.31 to 6.x) for TCP or UDP, whichever options it was run
 * with: the parsers of ss's forms differ in what they do with a row, not in how
 * they read it.
 */
#ifndef ANALYZE_PARSE_SS_H
#define ANALYZE_PARSE_SS_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/emit.h"
#include "analyze/parse.h"
#include "schema/buf.h"
#include "schema/span.h"

#define SS_ROW_MAX  1024 /* wide ones with users are some 800 */
#define SS_HOST_MAX 128  /* "fe80::1%IFNAME" is at most 62 */

struct ss_reader {
	struct span text; /* what is still to be read */
	size_t line;      /* number of the line read last, from 1 */
	bool star_is_v4;  /* before 4.15 '*' was 0.0.0.0; since then it is v4 and v6 */
	bool errors;      /* ss's error texts are among the rows */
	bool named;       /* a port was a service's name */
	bool udp;         /* UDP's rows are asked for in place of TCP's */
	bool listening;   /* listeners alone are asked for */
	bool no_state;    /* the header has no State column: one state was asked for */
	char host[2][SS_HOST_MAX];
	char row[SS_ROW_MAX]; /* one that was broken in two */
};

void ss_open(struct ss_reader *r, struct span text);
/*
 * The next socket with its continuation lines; false at the end.  What is no
 * row is noted to `out`; other families' rows are passed over.  The spans of *s
 * live until the next call.
 */
bool ss_next(struct ss_reader *r, struct emit *out, struct sock *s);
/* Where it is bound, as series are named: "0.0.0.0:53", "[::1]:53". */
void ss_entity(const struct sock *s, struct buf *b);
/* Every socket of the text to out->sock: a whole parser. */
void ss_parse(const struct input *in, struct emit *out);

/*
 * What follows the addresses ("users:((...)) timer:(...) skmem:(...) cubic rto:204")
 * into *s; unknown words are passed over.  `line` is for notes.
 */
void ss_options(struct span text, size_t line, struct emit *out, struct sock *s);

#endif
