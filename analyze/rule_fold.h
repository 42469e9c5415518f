/* Causes before symptoms: what a root cause explains is folded under it. */
#ifndef ANALYZE_RULE_FOLD_H
#define ANALYZE_RULE_FOLD_H

#include <stddef.h>

#include "analyze/rule_run.h"

/*
 * A finding of a rule with `explains:` folds the findings of the rules it names
 * when they are of its own entity or of its explains_entity (globs, one a line): their
 * explained_by is set, and the cause is as severe as the worst of them.  A cause
 * that is suppressed folds nothing, one whose level the site caps nothing worse.
 */
void rule_fold(struct rule_finding *const *v, size_t n);

#endif
