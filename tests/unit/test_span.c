#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema/span.h"

static void is(struct span s, const char *want)
{
	assert_true(span_eq(s, span_of(want)));
}

static void cut_leaves_its_arguments_alone_when_it_fails(void **state)
{
	struct span s = SPAN("abc"), head = SPAN("before");

	(void)state;
	assert_false(span_cut(&s, ':', &head));
	assert_false(span_rcut(&s, ':', &head));
	assert_false(span_skip(&s, SPAN("abcd")));
	is(s, "abc");
	is(head, "before");
}

static void cut_takes_the_first_and_rcut_the_last(void **state)
{
	struct span s = SPAN("a:b:c"), t = s, head;

	(void)state;
	assert_true(span_cut(&s, ':', &head));
	is(head, "a");
	is(s, "b:c");
	assert_true(span_rcut(&t, ':', &head));
	is(head, "a:b");
	is(t, "c");
	s = SPAN(":");
	assert_true(span_cut(&s, ':', &head));
	assert_int_equal(head.n + s.n, 0);
}

static void lines_end_with_or_without_a_newline(void **state)
{
	struct span s = SPAN("one\r\n\ntwo"), line;

	(void)state;
	assert_true(span_line(&s, &line));
	is(line, "one");
	assert_true(span_line(&s, &line));
	is(line, "");
	assert_true(span_line(&s, &line));
	is(line, "two");
	assert_false(span_line(&s, &line));
}

static void words_are_parted_by_blanks_and_tabs(void **state)
{
	struct span s = SPAN(" \ta  bc\t"), word;

	(void)state;
	assert_true(span_word(&s, &word));
	is(word, "a");
	assert_true(span_word(&s, &word));
	is(word, "bc");
	assert_false(span_word(&s, &word));
	is(word, "bc");
}

static void trim_and_sub_stay_inside(void **state)
{
	(void)state;
	is(span_trim(SPAN(" \r\n a b\t")), "a b");
	is(span_trim(SPAN(" \t")), "");
	is(span_sub(SPAN("abc"), 1, 100), "bc");
	is(span_sub(SPAN("abc"), 7, 1), "");
	is(span_sub((struct span){0}, 1, 1), "");
}

static void order_is_that_of_bytes(void **state)
{
	(void)state;
	assert_int_equal(span_cmp(SPAN("a"), SPAN("ab")), -1);
	assert_int_equal(span_cmp(SPAN("\xff"), SPAN("a")), 1);
	assert_int_equal(span_cmp(SPAN(""), (struct span){0}), 0);
	assert_true(span_starts(SPAN("abc"), SPAN("")));
	assert_true(span_ends(SPAN("abc"), SPAN("bc")));
	assert_false(span_ends(SPAN("bc"), SPAN("abc")));
	assert_int_equal(span_find(SPAN("abcb"), 'b'), 1);
	assert_int_equal(span_rfind(SPAN("abcb"), 'b'), 3);
	assert_int_equal(span_rfind(SPAN("abcb"), 'x'), 4);
	assert_int_equal(span_search(SPAN("abcbc"), SPAN("bc")), 1);
	assert_int_equal(span_search((struct span){0}, SPAN("x")), 0);
}

static void numbers_take_the_whole_span(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_true(span_u64(SPAN("18446744073709551615"), UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
	v = 7;
	assert_false(span_u64(SPAN("18446744073709551616"), UINT64_MAX, &v));
	assert_false(span_u64(SPAN(""), UINT64_MAX, &v));
	assert_false(span_u64(SPAN("-1"), UINT64_MAX, &v));
	assert_false(span_u64(SPAN("1 "), UINT64_MAX, &v));
	assert_false(span_u64(SPAN("256"), 255, &v));
	assert_int_equal(v, 7);
	assert_true(span_u64(SPAN("0255"), 255, &v));
	assert_int_equal(v, 255);
}

static void signed_numbers_reach_both_ends(void **state)
{
	int64_t v = 7;

	(void)state;
	assert_true(span_i64(SPAN("-9223372036854775808"), &v));
	assert_true(v == INT64_MIN);
	assert_true(span_i64(SPAN("9223372036854775807"), &v));
	assert_true(v == INT64_MAX);
	assert_false(span_i64(SPAN("9223372036854775808"), &v));
	assert_false(span_i64(SPAN("-"), &v));
	assert_false(span_i64(SPAN("+1"), &v));
	assert_true(v == INT64_MAX);
}

static void hexadecimal_takes_both_cases(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_true(span_hex(SPAN("00fFffffff"), UINT32_MAX, &v));
	assert_int_equal(v, UINT32_MAX);
	assert_false(span_hex(SPAN("100000000"), UINT32_MAX, &v));
	assert_false(span_hex(SPAN("0x1"), UINT32_MAX, &v));
	assert_false(span_hex(SPAN(""), UINT32_MAX, &v));
}

static void decimals_become_scaled_integers(void **state)
{
	int64_t v = 7;

	(void)state;
	assert_true(span_fixed(SPAN("0.10"), 3, &v));
	assert_int_equal(v, 100);
	assert_true(span_fixed(SPAN("-1.2345"), 2, &v));
	assert_int_equal(v, -123);
	assert_true(span_fixed(SPAN("12"), 0, &v));
	assert_int_equal(v, 12);
	assert_false(span_fixed(SPAN("1.2.3"), 2, &v));
	assert_false(span_fixed(SPAN(".5"), 2, &v));
	assert_false(span_fixed(SPAN("9223372036854775807"), 1, &v));
	assert_int_equal(v, 12);
}

static void taking_a_number_leaves_the_rest(void **state)
{
	struct span s = SPAN("12ms");
	uint64_t v;

	(void)state;
	assert_true(span_take_u64(&s, 100, &v));
	assert_int_equal(v, 12);
	is(s, "ms");
	assert_false(span_take_u64(&s, 100, &v));
	is(s, "ms");
}

static void a_star_stays_in_its_component(void **state)
{
	struct span arg = SPAN("untouched");

	(void)state;
	assert_true(span_match(SPAN("cmd/ethtool_-S_eth0"), SPAN("cmd/ethtool_-S_*"), &arg));
	is(arg, "eth0");
	assert_true(span_match(SPAN("proc/12/stat"), SPAN("proc/*/stat"), &arg));
	is(arg, "12");
	assert_false(span_match(SPAN("proc/12/3/stat"), SPAN("proc/*/stat"), &arg));
	is(arg, "12");
	assert_true(span_match(SPAN("abab"), SPAN("*ab"), &arg));
	is(arg, "ab");
	assert_false(span_match(SPAN("abc"), SPAN("ab"), NULL));
	assert_true(span_match(SPAN(""), SPAN("*"), &arg));
	is(arg, "");
	assert_true(span_match(SPAN("sched_rt_x"), SPAN("sched_*"), NULL));
}

static void two_stars_cross_components(void **state)
{
	struct span arg;

	(void)state;
	assert_true(span_match(SPAN("proc/sys/net/a/b"), SPAN("proc/sys/net/**"), &arg));
	is(arg, "a/b");
	/* the single star gets stuck at '/': the double one has to give way */
	assert_true(span_match(SPAN("x/ab/ac"), SPAN("**/a*c"), &arg));
	is(arg, "x/ab");
	assert_false(span_match(SPAN("x/ab/ad"), SPAN("**/a*c"), &arg));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_leaves_its_arguments_alone_when_it_fails),
		cmocka_unit_test(cut_takes_the_first_and_rcut_the_last),
		cmocka_unit_test(lines_end_with_or_without_a_newline),
		cmocka_unit_test(words_are_parted_by_blanks_and_tabs),
		cmocka_unit_test(trim_and_sub_stay_inside),
		cmocka_unit_test(order_is_that_of_bytes),
		cmocka_unit_test(numbers_take_the_whole_span),
		cmocka_unit_test(signed_numbers_reach_both_ends),
		cmocka_unit_test(hexadecimal_takes_both_cases),
		cmocka_unit_test(decimals_become_scaled_integers),
		cmocka_unit_test(taking_a_number_leaves_the_rest),
		cmocka_unit_test(a_star_stays_in_its_component),
		cmocka_unit_test(two_stars_cross_components),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
