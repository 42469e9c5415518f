/* Histograms that only grow, through the store's own door, and the rows of table window. */
#include "analyze/store.h"

#include <math.h>

#include "tests/unit/one_store.h"

/* A capture each 10 s: n events of 10 ms and less, m of 100 ms and less, k slower ones. */
static void capture(uint64_t tick, int64_t n, int64_t m, int64_t k)
{
	const struct bucket b[] = {
		{10,       n        },
                {100,      n + m    },
                {INFINITY, n + m + k}
        };
	struct histogram h = {.router = SPAN("envoy"),
	                      .scope = SPAN("client"),
	                      .id = SPAN("web"),
	                      .metric = SPAN("request_latency_ms"),
	                      .bucket = b,
	                      .buckets = 3,
	                      .count = n + m + k,
	                      .sum = (double)(5 * n + 50 * m + 500 * k)};
	struct emit *out = store_member(
		s, &(struct store_member){.member = SPAN("http/a_1/metrics"), .source = "linkerd"});

	if (n >= 0)
		out->histogram(out, &h);
	store_tick(s, &(struct store_tick){.snap = tick,
	                                   .realtime_ns =
	                                           (int64_t)(1700000000 + 10 * tick) * 1000000000,
	                                   .monotonic_ns = (int64_t)(5 + 10 * tick) * 1000000000});
}

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

static void a_row_holds_what_a_minute_added(void **state)
{
	(void)state;
	for (uint64_t i = 0; i <= 12; i++)
		capture(i, 5000 + (int64_t)i * 100, 700 + (int64_t)(i > 6 ? (i - 6) * 10 : 0), 9);
	seal();
	assert_int_equal(query("SELECT count(*) FROM window"), 2);
	assert_int_equal(query("SELECT n FROM window WHERE w = 1"), 600);
	assert_int_equal(query("SELECT t1 - t0 FROM window WHERE w = 1"), 60);
	assert_int_equal(query("SELECT n FROM window WHERE w = 2"), 660);
	assert_int_equal(query("SELECT sum FROM window WHERE w = 1"), 3000);
	assert_int_equal(query("SELECT bucketed FROM window WHERE w = 1"), 1);
}

static void quantiles_lie_within_their_bucket(void **state)
{
	(void)state;
	capture(0, 0, 0, 0);
	capture(6, 900, 90, 10);
	seal();
	assert_true(near(query_real("SELECT p50 FROM window"), 10 * 500 / 900.0));
	assert_true(near(query_real("SELECT p90 FROM window"), 10));
	assert_true(near(query_real("SELECT p95 FROM window"), 10 + 90 * 50 / 90.0));
	/* of what is above the last bound only that bound is known */
	assert_true(near(query_real("SELECT p999 FROM window"), 100));
	assert_true(near(query_real("SELECT max FROM window"), 100));
	assert_true(near(query_real("SELECT min FROM window"), 0));
	assert_true(near(query_real("SELECT avg FROM window"), (4500 + 4500 + 5000) / 1000.0));
}

static void what_is_left_after_the_last_minute_is_a_row(void **state)
{
	(void)state;
	capture(0, 10, 0, 0);
	capture(1, 20, 0, 0);
	seal();
	assert_int_equal(query("SELECT n FROM window"), 10);
	assert_int_equal(query("SELECT t1 - t0 FROM window"), 10);
}

static void a_restart_costs_the_interval_across_it(void **state)
{
	(void)state;
	capture(0, 1000, 0, 0);
	capture(1, 1100, 0, 0);
	capture(2, 7, 0, 0);
	capture(3, 57, 0, 0);
	seal();
	assert_int_equal(query("SELECT n FROM window"), 50);
}

static void the_first_histogram_only_begins(void **state)
{
	(void)state;
	capture(0, -1, 0, 0);
	capture(1, 40, 0, 0);
	seal();
	/* the first capture of all knows of no histogram: the next one only begins */
	assert_int_equal(query("SELECT count(*) FROM window"), 0);
}

static void without_new_events_there_is_no_row(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 10; i++)
		capture(i, 1000, 5, 1);
	seal();
	assert_int_equal(query("SELECT count(*) FROM window"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_row_holds_what_a_minute_added, setup, teardown),
		cmocka_unit_test_setup_teardown(quantiles_lie_within_their_bucket, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_left_after_the_last_minute_is_a_row, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_restart_costs_the_interval_across_it, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(the_first_histogram_only_begins, setup, teardown),
		cmocka_unit_test_setup_teardown(without_new_events_there_is_no_row, setup,
	                                        teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
