/* How a rule's remedy: and verify: must be written for a reader who copies from them. */
#ifndef ANALYZE_RULE_ADVICE_H
#define ANALYZE_RULE_ADVICE_H

#include "schema/span.h"

/*
 * What is wrong with one line of such a text, or NULL.  A command stands on a line of its
 * own, indented; what is to be said of it follows as a comment of the shell, "# now 128",
 * so that the whole line can be copied.
 */
const char *advice_fault(struct span line);

#endif
