/* Quantities as tc prints them: tc(8), UNITS, and iproute2's rounding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/tc.h"

static const char *sized(uint64_t v, char *text, size_t n)
{
	struct buf b = {.p = text, .cap = n};
	tc_size(&b, v);
	return buf_cstr(&b);
}

static const char *rated(uint64_t v, char *text, size_t n)
{
	struct buf b = {.p = text, .cap = n};
	tc_rate(&b, v);
	return buf_cstr(&b);
}

static const char *timed(double v, char *text, size_t n)
{
	struct buf b = {.p = text, .cap = n};
	tc_time(&b, v);
	return buf_cstr(&b);
}

static const char *timed_ns(uint64_t v, char *text, size_t n)
{
	struct buf b = {.p = text, .cap = n};
	tc_time_ns(&b, v);
	return buf_cstr(&b);
}

static void sizes_are_round_only_when_they_are(void **state)
{
	char t[32];
	(void)state;
	assert_string_equal(sized(0, t, sizeof t), "0b");
	assert_string_equal(sized(1514, t, sizeof t), "1514b");
	assert_string_equal(sized(65536, t, sizeof t), "64Kb");
	assert_string_equal(sized(65536 + 15, t, sizeof t), "64Kb");
	assert_string_equal(sized(65536 + 16, t, sizeof t), "65552b");
	assert_string_equal(sized(65536 - 15, t, sizeof t), "64Kb");
	assert_string_equal(sized(32 << 20, t, sizeof t), "32Mb");
	assert_string_equal(sized(5000000, t, sizeof t), "5000000b");
	assert_string_equal(sized(UINT32_MAX, t, sizeof t), "4096Mb");
}

static void rates_are_in_bits_and_exact_below_four_digits(void **state)
{
	char t[32];
	(void)state;
	assert_string_equal(rated(0, t, sizeof t), "0bit");
	assert_string_equal(rated(125000, t, sizeof t), "1Mbit");
	assert_string_equal(rated(187500, t, sizeof t), "1500Kbit");
	assert_string_equal(rated(1, t, sizeof t), "8bit");
	assert_string_equal(rated(154320, t, sizeof t), "1234Kbit");
	assert_string_equal(rated(UINT64_C(12500000000), t, sizeof t), "100Gbit");
	assert_string_equal(rated(UINT64_MAX, t, sizeof t), "18446744Tbit");
}

static void times_have_three_digits(void **state)
{
	char t[32];
	(void)state;
	assert_string_equal(timed(0, t, sizeof t), "0us");
	assert_string_equal(timed(999, t, sizeof t), "999us");
	assert_string_equal(timed(4999, t, sizeof t), "5ms");
	assert_string_equal(timed(757300, t, sizeof t), "757ms");
	assert_string_equal(timed(1500000, t, sizeof t), "1.5s");
	assert_string_equal(timed_ns(999, t, sizeof t), "999ns");
	assert_string_equal(timed_ns(1234, t, sizeof t), "1.23us");
	assert_string_equal(timed_ns(UINT64_C(10000000000), t, sizeof t), "10s");
}

static void an_unknown_kind_tells_the_length_of_its_options(void **state)
{
	char t[64];
	struct buf b = BUF_OVER(t);
	(void)state;
	tc_options(&b, SPAN("unheard-of"), (struct attr){"\0\0\0\0", 4}, 15.625);
	assert_string_equal(buf_cstr(&b), "[Unknown qdisc, optlen=4] ");
}

static void a_shorter_structure_of_an_older_kernel_is_read_as_far_as_it_goes(void **state)
{
	char t[128];
	struct buf b = BUF_OVER(t);
	const uint32_t sfq[5] = {1514, 10, 127, 1024,
	                         128}; /* quantum perturb limit divisor flows */
	(void)state;
	tc_options(&b, SPAN("sfq"), (struct attr){sfq, sizeof sfq}, 15.625);
	assert_string_equal(buf_cstr(&b), "limit 127p quantum 1514b divisor 1024 perturb 10sec ");
	b.n = 0;
	tc_options(&b, SPAN("sfq"), (struct attr){sfq, 2}, 15.625);
	tc_options(&b, SPAN("tbf"), (struct attr){sfq, 3}, 15.625);
	tc_options(&b, SPAN("htb"), (struct attr){0}, 15.625);
	tc_xstats(&b, SPAN("fq_codel"), (struct attr){sfq, 2});
	assert_true(b.n < sizeof t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_round_only_when_they_are),
		cmocka_unit_test(rates_are_in_bits_and_exact_below_four_digits),
		cmocka_unit_test(times_have_three_digits),
		cmocka_unit_test(an_unknown_kind_tells_the_length_of_its_options),
		cmocka_unit_test(a_shorter_structure_of_an_older_kernel_is_read_as_far_as_it_goes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
