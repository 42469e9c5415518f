/* Findings as text: what was found, the numbers, when it was, what to do. */
#ifndef ANALYZE_FINDING_TEXT_H
#define ANALYZE_FINDING_TEXT_H

#include "analyze/layout.h"
#include "analyze/report.h"

/* All findings that are not suppressed, what is explained below its cause, further in. */
void finding_text_all(const struct layout *l, const struct report *r);

#endif
