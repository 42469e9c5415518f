/* What a report comes to, in words: the same in every form that is read as text. */
#ifndef ANALYZE_WORDING_H
#define ANALYZE_WORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/report.h"
#include "schema/buf.h"
#include "schema/span.h"

/* The worst that was found; LEVEL_SKIP when no rule was run. */
enum level wording_level(const struct report *r);
/* "CRITICAL", ..., "NOTHING FOUND", which is not "ok": some rules could not be evaluated. */
const char *wording_word(enum level level);
/* "confidence high" for what that many independent inputs agree on; "" for none. */
const char *wording_confidence(int votes);

/* "2 root causes, 1 critical, 3 warnings; 9 folded under their cause" */
void wording_findings(const struct report *r, struct buf *b);
/* "of 184 rules 12 found something, 92 are ok, 28 not evaluated, 52 not applicable" */
void wording_rules(const struct report *r, struct buf *b);
/* Areas in which all that could be judged is ok: "rules ok: softirq 5/7, conntrack 1/4". */
void wording_clean(const struct report *r, struct buf *b);
/* "28 of 132: 20 nothing there to examine, 8 not collected (clock, thread)" */
void wording_open(const struct report *r, struct buf *b);

/*
 * Findings are shown by groups: those of one rule that stand one behind the other and are
 * not folded.  Size of the group that begins at i; 0 when i is folded or suppressed.
 */
size_t wording_group(const struct report *r, size_t i);
/* What the group of n at i explains: "nic-drops/qdisc, tcp-retransmit/tail (3)". */
void wording_explains(const struct report *r, size_t i, size_t n, struct buf *b);
/* "[new]", "[2 of 3 new]", "[was warn]", behind a blank when something stands before it: against
 * the baseline, of n findings of one rule. */
void wording_standing(const struct finding *f, size_t n, struct buf *b);
/* "entity: message", unless the message begins with the entity; the title without one. */
void wording_message(const struct finding *f, struct buf *b);
/* Its evidence, in the order of the rule's columns: "drops 413, drops 6.9/s, max backlog 1,000" */
void wording_numbers(const struct finding *f, bool utf8, struct buf *b);
/* "RULE entity=E: reason (site.conf:4)", of a suppression that is for nothing that was found. */
void wording_unused(const struct unused *u, struct buf *b);
/* "RULE.param = 50 (--set, over ...; the rule's own: 1)" */
void wording_setting(const struct setting *s, struct buf *b);
/* "baseline: 2 new, 3 same, 1 gone since ..." */
void wording_baseline(const struct report *r, struct buf *b);
/* "RULE ENTITY: message (perhaps still so: why)" without its level */
void wording_gone(const struct gone *g, struct buf *b);
/* "RULE ENTITY: reason (until DATE)", of a suppressed finding */
void wording_suppressed(const struct finding *f, struct buf *b);
/* When it was; what says no time holds for all of the window. */
void wording_when(const struct report *r, const struct finding *f, struct buf *b);
/* The first sentence of a remedy, and the first command of it (empty: none). */
void wording_advice(const char *text, struct span *prose, struct span *command);

#endif
