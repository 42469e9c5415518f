/*
 * Work on a stranger's file in a process of its own, which boxes itself in (box.h); this one
 * keeps the terminal and the pager, waits, and tells what became of it.
 */
#ifndef ANALYZE_ASIDE_H
#define ANALYZE_ASIDE_H

#include "analyze/output.h"
#include "schema/err.h"

/*
 * Runs work(user), whose result is its process' exit status, and returns that; the output,
 * reserved before, is the work's, and finished here (status `failed` or above: as failed).
 * -1 and *e: it died, or could not be begun.  When it failed or died, nothing is left of
 * `leftover`, a database that it writes, or NULL.  A signal that is meant to end this process
 * ends the work first.
 */
int aside_run(int (*work)(void *user), void *user, struct output *out, int failed,
              const char *leftover, struct err *e) __attribute__((warn_unused_result));

#endif
