#include "analyze/json_value.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/escape.h"
#include "schema/buf.h"
#include "schema/span.h"
#include "schema/timefmt.h"

json_t *json_of_text(const char *s)
{
	size_t cap = 3 * strlen(s) + 1;
	struct buf b = {.p = malloc(cap), .cap = cap};
	struct span rest = span_of(s);
	json_t *j;

	if (!b.p)
		return NULL;
	while (rest.n) {
		uint32_t c;
		size_t n = utf8_front(rest, &c);

		if (n == 0)
			buf_str(&b, "\xef\xbf\xbd");
		else
			buf_put(&b, span_sub(rest, 0, n));
		rest = span_sub(rest, n ? n : 1, rest.n);
	}
	j = json_stringn(b.p, b.n);
	free(b.p);
	return j;
}

json_t *json_of_text_or_null(const char *s)
{
	return s && s[0] ? json_of_text(s) : json_null();
}

json_t *json_of_real(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

json_t *json_of_snapshot(int64_t snap)
{
	return snap >= 0 ? json_integer(snap) : json_null();
}

json_t *json_of_clock_time(int64_t unix_ns)
{
	char at[64];
	struct buf b = BUF_OVER(at);

	time_put(&b, unix_ns, 3);
	return json_string(buf_cstr(&b));
}

json_t *json_of_size(size_t n)
{
	return json_integer((json_int_t)n);
}

json_t *json_of_number(const char *v)
{
	struct span s = span_of(v);
	int64_t i;

	if (span_i64(s, &i))
		return json_integer(i);
	if (span_fixed(s, 9, &i))
		return json_real((double)i / 1e9);
	return json_null();
}

json_t *json_of_written(const char *v)
{
	json_t *j = v ? json_of_number(v) : json_null();

	if (!v || !json_is_null(j))
		return j;
	json_decref(j);
	return json_of_text(v);
}

void json_take(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value);
}

json_t *json_of_cell(const struct cell *c)
{
	json_t *a;

	switch (c->type) {
	case CELL_INT:
		return json_integer(c->v.i);
	case CELL_REAL:
		return json_of_real(c->v.r);
	case CELL_TEXT:
		return json_of_text(c->v.text);
	case CELL_SPARK:
		a = json_array();
		for (size_t i = 0; i < c->v.spark.n; i++)
			(void)json_array_append_new(a, json_of_real((double)c->v.spark.v[i]));
		return a;
	default:
		return json_null();
	}
}
