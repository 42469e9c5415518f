#include "tests/lab/lib/field.h"

#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "schema/timefmt.h"

#define SHARE_DIGITS 6

static bool set_flag(struct span value, bool *v)
{
	*v = value.n == 0 || span_eq(value, SPAN("true")) || span_eq(value, SPAN("1"));
	return *v || span_eq(value, SPAN("false")) || span_eq(value, SPAN("0"));
}

static bool set(enum field_type type, void *at, struct span value)
{
	int64_t fixed;

	switch (type) {
	case FIELD_TIME:
		return duration_parse(value, at);
	case FIELD_COUNT:
		return span_i64(value, at);
	case FIELD_SHARE:
		if (!span_fixed(value, SHARE_DIGITS, &fixed))
			return false;
		*(double *)at = (double)fixed / 1e6;
		return true;
	case FIELD_FLAG:
		return set_flag(value, at);
	case FIELD_TEXT:
		break;
	}
	struct buf b = {.p = at, .cap = FIELD_TEXT_MAX};
	buf_put(&b, value);
	buf_char(&b, '\0');
	return !b.cut;
}

bool field_set(const struct field *fields, size_t n, void *to, struct span name, struct span value)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq(name, span_of(fields[i].name)))
			return set(fields[i].type, (char *)to + fields[i].offset, value);
	return false;
}

void field_word(const struct field *fields, size_t n, void *to, const char *word, address *a)
{
	struct span rest = span_of(word), part, name;

	if (!span_cut(&rest, ',', &part)) {
		part = rest;
		rest = (struct span){0};
	}
	if (!address_parse(part, a))
		errx(2, "%s: not ADDRESS:PORT,NAME=VALUE,...", word);
	while (rest.n > 0) {
		if (!span_cut(&rest, ',', &part)) {
			part = rest;
			rest = (struct span){0};
		}
		if (!span_cut(&part, '=', &name)) {
			name = part;
			part = (struct span){0};
		}
		if (!field_set(fields, n, to, name, part))
			errx(2, "%s: no such name or value: %.*s", word, (int)name.n, name.p);
	}
}

double chance(void)
{
	return drand48();
}

double lognormal(double median, double sigma)
{
	double normal = sqrt(-2 * log(1 - chance())) * cos(2 * 3.14159265358979 * chance());

	return median * exp(sigma * normal);
}
