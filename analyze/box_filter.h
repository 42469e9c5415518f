/* The filter of system calls; see box.h. */
#ifndef ANALYZE_BOX_FILTER_H
#define ANALYZE_BOX_FILTER_H

#include <stdbool.h>
#include <stddef.h>

/* Each adds to the one before. */
enum box_calls {
	BOX_CALLS_MAKE,      /* files are read and made */
	BOX_CALLS_READ,      /* files are read */
	BOX_CALLS_CALCULATE, /* no file is opened, no process made */
};

/* `forks`: processes, not threads alone, may be made.  False where the kernel, or this machine's
 * architecture, has no such filter. */
bool box_filter(enum box_calls calls, bool forks);

struct sock_filter;

/* The program that box_filter gives to the kernel: its instructions, at most n; 0 = it has none. */
size_t box_filter_program(enum box_calls calls, bool forks, struct sock_filter *code, size_t n);

#endif
