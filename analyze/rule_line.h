/* Lines of the site file and of test cases: words, "quoted" where they hold blanks, '#' comments.
 */
#ifndef ANALYZE_RULE_LINE_H
#define ANALYZE_RULE_LINE_H

#include <stdbool.h>

#include "analyze/arena.h"
#include "schema/span.h"

/*
 * The next word, NUL-terminated in the arena, its quotes taken off: reason="a b" is
 * the word reason=a b.  False at the end of the line and at a word that begins with '#'.
 */
bool line_word(struct span *line, struct arena *a, struct span *word);

#endif
