/* Findings as cards of a page: causes first, what they explain inside of them. */
#ifndef ANALYZE_HTML_FINDING_H
#define ANALYZE_HTML_FINDING_H

#include <stdio.h>

#include "analyze/report.h"

/* One <article id="finding-RULE"> a rule, with all its entities. */
void html_findings(FILE *out, const struct report *r);

#endif
