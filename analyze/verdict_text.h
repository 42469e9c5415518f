/* The first screen: what it comes to, the worst with what to do, what was fine, what is open. */
#ifndef ANALYZE_VERDICT_TEXT_H
#define ANALYZE_VERDICT_TEXT_H

#include "analyze/layout.h"
#include "analyze/report.h"

/*
 * The level and the counts; the first rules that found something with what they explain,
 * what to do and how to verify it; the others on a line each; which areas are clean and
 * how many rules could not be evaluated.  Some 30 lines, however much was found.
 */
void verdict_text(const struct layout *l, const struct report *r);

#endif
