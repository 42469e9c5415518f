/* What is said on a terminal: texts alone, main.c prints them. */
#ifndef COLLECT_TELL_H
#define COLLECT_TELL_H

#include "collect/facts.h"
#include "collect/opts.h"
#include "collect/watch.h"
#include "collect/window.h"

/* The source table, also as the answer to "what does it read". */
void tell_sources(struct buf *b);

/* One line: ticks done and asked, bytes raw and written, time left, own share of a CPU. */
void tell_progress(struct buf *b, const struct window *w);

/* What the window is going to come to, when that is more than there is room for; else nothing. */
void tell_forecast(struct buf *b, const struct window *w, int64_t room_bytes);

struct told {
	const char *name; /* of the file, "-" = standard output */
	const char *hex;  /* its SHA-256 */
	uint64_t bytes;
	const struct end_record *end;
	const struct slots *slots;
	const struct facts *facts;
	const struct opts *opts;
	const struct watch *watch;
	bool no_sum; /* there is no file for the sum */
};

/* The last words: the file, what could not be read and why that matters, what to do with it. */
void tell_done(struct buf *b, const struct told *t);

#endif
