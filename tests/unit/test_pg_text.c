#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/pg_text.h"

/* All of s, as COPY would get it. */
static const char *escaped(struct span s)
{
	static char text[200];
	struct buf b = BUF_OVER(text);

	while (s.n) {
		size_t before = b.n, n = pg_char_put(&b, s);

		assert_true(n >= 1 && n <= s.n);
		assert_true(b.n - before <= PG_CHAR_BYTES);
		s = span_sub(s, n, s.n);
	}
	return buf_cstr(&b);
}

/* PostgreSQL's documentation of COPY, "Text Format": what must be preceded by a backslash. */
static void what_the_format_uses_is_escaped(void **state)
{
	(void)state;
	assert_string_equal(escaped(SPAN("a\tb\nc\rd\\e")), "a\\tb\\nc\\rd\\\\e");
	assert_string_equal(escaped(SPAN("\\N")), "\\\\N");
	assert_string_equal(escaped(SPAN("\\.")), "\\\\.");
	assert_string_equal(escaped(SPAN("it's \"so\"; DROP TABLE x")),
	                    "it's \"so\"; DROP TABLE x");
}

static void utf8_stays_and_anything_else_is_seen(void **state)
{
	(void)state;
	assert_string_equal(escaped(SPAN("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98")),
	                    "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98");
	assert_string_equal(escaped(SPAN("a\xff"
	                                 "b")),
	                    "a\xef\xbf\xbd"
	                    "b");
	assert_string_equal(escaped(SPAN("\xed\xa0\x80")),
	                    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
	assert_string_equal(escaped(SPAN("\xc0\x80")),
	                    "\xef\xbf\xbd\xef\xbf\xbd"); /* NUL, overlong */
	assert_string_equal(escaped((struct span){"a\0b", 3}), "a\xef\xbf\xbd"
	                                                       "b");
	assert_string_equal(escaped(SPAN("\xe2\x82")), "\xef\xbf\xbd\xef\xbf\xbd"); /* cut */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_format_uses_is_escaped),
		cmocka_unit_test(utf8_stays_and_anything_else_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
