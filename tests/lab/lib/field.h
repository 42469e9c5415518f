/*
 * What the lab's programs are told: names and values by a table, on the command line as
 * "ADDRESS:PORT,NAME=VALUE,..." or, for the proxy, in JSON.
 */
#ifndef LAB_LIB_FIELD_H
#define LAB_LIB_FIELD_H

#include <stddef.h>

#include "schema/span.h"
#include "tests/lab/lib/conn.h"

#define FIELD_TEXT_MAX 256

enum field_type {
	FIELD_TIME,  /* int64_t, ns: "200ms", "1m" */
	FIELD_COUNT, /* int64_t */
	FIELD_SHARE, /* double: "0.03" */
	FIELD_FLAG,  /* bool: "true", "1", "" */
	FIELD_TEXT,  /* char[FIELD_TEXT_MAX] */
};

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
};

/* False when there is no such field, or the value is none of its type. */
bool field_set(const struct field *fields, size_t n, void *to, struct span name, struct span value);
/* Such a word; ends the program with a message when it is none. */
void field_word(const struct field *fields, size_t n, void *to, const char *word, address *a);

/* Evenly from [0, 1), and with that median and sigma of the logarithm; the same in every run. */
double chance(void);
double lognormal(double median, double sigma);

#endif
