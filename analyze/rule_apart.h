/*
 * A rule of strangers in a process of its own, with its own processor time, clock, memory and
 * a box that lets it calculate and nothing else.  Its rows come back over a pipe, and what
 * comes is checked as if a stranger had written it.
 */
#ifndef ANALYZE_RULE_APART_H
#define ANALYZE_RULE_APART_H

#include "analyze/rule_sql.h"

/*
 * As rule_query.  0; -1 and *e: SQL that is refused, fails or is stopped, as there; 1 and *e:
 * the process died, or answered nothing that can be understood.
 */
int rule_query_apart(struct rule_box *b, const struct rule *r, const struct rule_value *values,
                     size_t values_n, struct arena *a, struct rule_rows *out, struct err *e)
	__attribute__((warn_unused_result));

#endif
