/*
 * What the report knows as values of JSON.  Each is the caller's, or NULL without memory,
 * which what it is put into takes for a value that is missing.
 */
#ifndef ANALYZE_JSON_VALUE_H
#define ANALYZE_JSON_VALUE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/report.h"

/* Text of a bundle; bytes that are no UTF-8 become U+FFFD. */
json_t *json_of_text(const char *s);
/* "" and NULL are null. */
json_t *json_of_text_or_null(const char *s);
/* What is not finite is null. */
json_t *json_of_real(double v);
/* A snapshot's number; below 0 null. */
json_t *json_of_snapshot(int64_t snap);
/* "2026-08-23T10:15:04.000Z" */
json_t *json_of_clock_time(int64_t unix_ns);
json_t *json_of_size(size_t n);
/* A number as it is written, or null. */
json_t *json_of_number(const char *v);
/* A parameter: a number where it is one, else as it is written; NULL is null. */
json_t *json_of_written(const char *v);
/* A table's cell; a sparkline is an array. */
json_t *json_of_cell(const struct cell *c);
/* Takes the value. */
void json_take(json_t *object, const char *key, json_t *value);

#endif
