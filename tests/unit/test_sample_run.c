#include "analyze/sample_run.h"

#include "tests/unit/one_store.h"

static struct sample_run *run;

static int open_run(void **state)
{
	struct err e = {0};

	if (setup(state) < 0)
		return -1;
	run = sample_run_open(store_db(s), &e);
	return run ? 0 : -1;
}

static int close_run(void **state)
{
	sample_run_close(run);
	return teardown(state);
}

static void put(int64_t series, int64_t snap, int64_t v)
{
	struct err e = {0};

	assert_int_equal(
		sample_run_put(run, series, snap, &(struct value){.type = VALUE_INT, .v.i = v},
	                       &(struct sample){.has_delta = true, .delta_i = 1, .dt = 2}, &e),
		0);
}

static void end(void)
{
	struct err e = {0};

	assert_int_equal(sample_run_end(run, &e), 0);
}

static void rows_that_come_by_snapshot_are_all_there(void **state)
{
	(void)state;
	for (int64_t snap = 0; snap < 2000; snap++) /* more than wait at once */
		for (int64_t series = 1; series <= 100; series++)
			put(series, snap, series * 10000 + snap);
	end();
	assert_int_equal(query("SELECT count(*) FROM sample"), 200000);
	assert_int_equal(query("SELECT count(*) FROM sample WHERE value <> series * 10000 + snap"),
	                 0);
	assert_int_equal(query("SELECT count(*) FROM sample WHERE delta = 1 AND dt = 2.0"), 200000);
}

static void the_later_row_of_a_snapshot_counts(void **state)
{
	(void)state;
	put(7, 1, 10);
	put(7, 1, 11);
	end();
	put(7, 2, 20);
	end();
	put(7, 2, 21);
	end();
	assert_int_equal(query("SELECT count(*) FROM sample"), 2);
	assert_int_equal(query("SELECT sum(value) FROM sample"), 32);
}

static void a_text_is_kept_until_it_goes_in(void **state)
{
	char text[] = "cubic";
	struct value v = {
		.type = VALUE_TEXT, .v.text = {text, 5}
        };
	struct err e = {0};

	(void)state;
	assert_int_equal(sample_run_put(run, 3, 0, &v, &(struct sample){0}, &e), 0);
	text[0] = 'x';
	end();
	assert_int_equal(
		query("SELECT value = 'cubic' AND delta IS NULL AND dt IS NULL FROM sample"), 1);
}

static void what_waits_is_freed_unwritten(void **state)
{
	struct value v = {.type = VALUE_TEXT, .v.text = SPAN("left")};
	struct err e = {0};

	(void)state;
	assert_int_equal(sample_run_put(run, 1, 0, &v, &(struct sample){0}, &e), 0);
	assert_int_equal(query("SELECT count(*) FROM sample"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_that_come_by_snapshot_are_all_there, open_run,
	                                        close_run),
		cmocka_unit_test_setup_teardown(the_later_row_of_a_snapshot_counts, open_run,
	                                        close_run),
		cmocka_unit_test_setup_teardown(a_text_is_kept_until_it_goes_in, open_run,
	                                        close_run),
		cmocka_unit_test_setup_teardown(what_waits_is_freed_unwritten, open_run, close_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
