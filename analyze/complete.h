/* What a shell completes: every option, and the words that may follow it. */
#ifndef ANALYZE_COMPLETE_H
#define ANALYZE_COMPLETE_H

#include <stdio.h>

#include "analyze/rules.h"

/*
 * One line an option, "--NAME TAB KIND TAB WORD WORD ...", read by .packaging/complete.bash.
 * KIND is flag, text (nothing is known of it), file, dir, one (of the words), list (of them,
 * with commas) or start (one of them begins it).  The option "*" is what is no option.
 */
void complete_print(const struct rules *r, FILE *out);

#endif
