/* Numbers and addresses against the C library, which formats them for the real ss. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "collect/put.h"

static const uint64_t edges[] = {0,
                                 1,
                                 9,
                                 10,
                                 99,
                                 100,
                                 999,
                                 1000,
                                 1001,
                                 9999,
                                 10000,
                                 65535,
                                 99999,
                                 100000,
                                 999999,
                                 1000000,
                                 UINT32_MAX,
                                 999999999,
                                 UINT64_C(10000000000),
                                 UINT64_C(999999999999999999),
                                 UINT64_MAX};

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static void is(const char *text, const char *end, const char *expected)
{
	assert_int_equal(end - text, strlen(expected));
	assert_memory_equal(text, expected, strlen(expected));
}

static void integers_are_as_printf_prints_them(void **state)
{
	uint64_t seed = 88172645463325252U;
	char p[PUT_MAX], expected[PUT_MAX];

	(void)state;
	for (size_t i = 0; i < 2000; i++) {
		uint64_t v =
			i < sizeof(edges) / sizeof(*edges) ? edges[i] : next(&seed) >> (i % 64);

		snprintf(expected, sizeof(expected), "%llu", (unsigned long long)v);
		is(p, put_u64(p, v), expected);
		snprintf(expected, sizeof(expected), "%llx", (unsigned long long)v);
		is(p, put_hex(p, v), expected);
		snprintf(expected, sizeof(expected), "%d", (int32_t)(uint32_t)v);
		is(p, put_i32(p, (int32_t)(uint32_t)v), expected);
	}
	is(p, put_i32(p, INT32_MIN), "-2147483648");
}

static void milliseconds_are_as_printf_g_prints_them(void **state)
{
	uint64_t seed = 12345;
	char p[PUT_MAX], expected[PUT_MAX];

	(void)state;
	for (uint32_t v = 0; v < 20000; v++) {
		snprintf(expected, sizeof(expected), "%g", v / 1000.0);
		is(p, put_thousandth(p, v), expected);
	}
	for (size_t i = 0; i < 20000; i++) {
		uint32_t v = (uint32_t)(next(&seed) >> (32 + i % 20));

		snprintf(expected, sizeof(expected), "%g", v / 1000.0);
		is(p, put_thousandth(p, v), expected);
	}
}

static void gains_are_as_printf_g_prints_them(void **state)
{
	char p[PUT_MAX], expected[PUT_MAX];

	(void)state;
	for (uint32_t v = 0; v < 70000; v++) {
		snprintf(expected, sizeof(expected), "%g", v / 256.0);
		is(p, put_256th(p, v), expected);
	}
}

static void rates_are_rounded_as_printf_rounds_them(void **state)
{
	static const double exact[] = {0,      0.5, 1.5, 2.5, 2.4999, 1e15, 9007199254740993.0,
	                               1.8e19, 1e25};
	uint64_t seed = 777;
	char p[PUT_MAX], expected[PUT_MAX];

	(void)state;
	for (size_t i = 0; i < 5000; i++) {
		double v = i < sizeof(exact) / sizeof(*exact)
		                   ? exact[i]
		                   : (double)(next(&seed) >> (i % 60)) / (double)(1 + i % 97);

		snprintf(expected, sizeof(expected), "%.0f", v);
		is(p, put_whole(p, v), expected);
	}
}

static void addresses_are_in_their_shortest_form(void **state)
{
	static const char *const texts[] = {
		"::",
		"::1",
		"::ffff:10.0.0.1",
		"::1.2.3.4",
		"1::",
		"2001:db8::1",
		"2001:db8:0:1::",
		"2001:0:0:1::2",
		"2001:0:0:1:0:0:0:2",
		"fe80::77:1",
		"1:2:3:4:5:6:7:8",
		"1:0:3:4:5:6:7:8",
		"::2:3:4:5:6:7:8",
		"1:2:3:4:5:6::",
		"64:ff9b::c000:221",
		"ff02::1:ff00:0",
		"::ffff:0:0",
		"0:0:0:0:0:fffe:1:2",
	};
	char p[PUT_MAX], expected[INET6_ADDRSTRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct in6_addr a;

		assert_int_equal(inet_pton(AF_INET6, texts[i], &a), 1);
		assert_non_null(inet_ntop(AF_INET6, &a, expected, sizeof(expected)));
		is(p, put_ipv6(p, &a), expected);
	}
	for (uint64_t seed = 99, i = 0; i < 5000; i++) {
		struct in6_addr a = {0};
		uint64_t r = next(&seed);

		for (size_t k = 0; k < 16; k++) /* sparse: many runs of zeros */
			a.s6_addr[k] = (uint8_t)(r >> k & 1 ? next(&seed) : 0);
		a.s6_addr[0] = 0x20; /* libraries differ on ::1.2.3.4 alone */
		inet_ntop(AF_INET6, &a, expected, sizeof(expected));
		is(p, put_ipv6(p, &a), expected);
		inet_ntop(AF_INET, &r, expected, sizeof(expected));
		is(p, put_ipv4(p, &r), expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_as_printf_prints_them),
		cmocka_unit_test(milliseconds_are_as_printf_g_prints_them),
		cmocka_unit_test(gains_are_as_printf_g_prints_them),
		cmocka_unit_test(rates_are_rounded_as_printf_rounds_them),
		cmocka_unit_test(addresses_are_in_their_shortest_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
