/* What of its rights the collector keeps.  Of a user without any it changes nothing but that. */
#ifndef COLLECT_PRIVILEGE_H
#define COLLECT_PRIVILEGE_H

#include "collect/opts.h"
#include "collect/slot.h"

/*
 * Gives up, for good, every capability that these options and sources do not need, and
 * the way to get any back by exec.  `name` is the output's.  To be called before the
 * first thread: capabilities belong to a thread, and what it starts has its own copy.
 * With --run what is started gets by exec what the caller's own shell would give it.
 * Best effort: facts.caps is what the kernel says it has afterwards.
 */
void privilege_drop(const struct opts *o, const struct slots *slots, const char *name);

#endif
