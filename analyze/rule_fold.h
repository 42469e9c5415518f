/* Causes before symptoms: what a root cause explains is folded under it. */
#ifndef ANALYZE_RULE_FOLD_H
#define ANALYZE_RULE_FOLD_H

#include <stddef.h>

#include "analyze/rule_run.h"

/*
 * A finding of a rule with `explains:` folds the findings of the rules it names
 * when they are of its own entity or of its explains_entity (globs, one a line), and
 * becomes as severe as the worst of them.  Where several causes explain a finding it
 * goes under the nearest (a cause of another candidate is farther), then the one on
 * which most inputs agree, then the worst; the others are named in it.  Causes may
 * have causes; none comes, over others, to stand above itself.
 *
 * A cause that is suppressed folds nothing, one whose level the site caps nothing worse.
 */
void rule_fold(struct rule_finding *const *v, size_t n, struct arena *a);

#endif
