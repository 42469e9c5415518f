/* One rule as a page of a runbook. */
#ifndef ANALYZE_RULE_PAGE_H
#define ANALYZE_RULE_PAGE_H

#include "analyze/layout.h"
#include "analyze/rules.h"
#include "schema/buf.h"

/* The levels that stand as strings in the SQL, which is what it can report: "warn,crit". */
void rule_levels_put(const struct rule *r, struct buf *b);

/*
 * What it finds and means, what it looks at and whether recordings have that, by which
 * thresholds it judges, what to do, how to verify it, when it is wrong, which causes
 * explain it and which it explains, the references, the SQL.
 */
void rule_page_put(const struct layout *l, const struct rules *all, const struct rule *r);

#endif
