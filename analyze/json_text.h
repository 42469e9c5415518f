/*
 * JSON straight to a stream, for what is too much to be built in memory first.  It is
 * ASCII alone, so that what is hostile on a terminal stays escaped there, too.
 */
#ifndef ANALYZE_JSON_TEXT_H
#define ANALYZE_JSON_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "analyze/stmt.h"
#include "schema/span.h"

/* In quotes; bytes that are no UTF-8 become U+FFFD. */
void json_put_text(FILE *out, struct span s);
/* 15 digits, always with a point or an exponent; null for what is not finite. */
void json_put_real(FILE *out, double v);
/* The value of a column of the current row by its own type: integers whole, NULL as null. */
void json_put_column(FILE *out, struct stmt *q, int column);

#endif
