#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/fleet_db.h"
#include "analyze/summary.h"
#include "analyze/wire.h"

#define SHA "00000000000000ff0123456789abcdef0123456789abcdef0123456789abcdef"
#define ID  0xf /* its first 15 digits */

struct fixture {
	sqlite3 *from, *to;
	char *bytes;
	size_t n;
};

static void must(int rc, const struct err *e)
{
	if (rc)
		fail_msg("%s", e->text);
}

/* One bundle with a finding, evidence of each type, and a setting with awkward bytes; sent. */
static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e = {0};
	FILE *out;

	assert_non_null(f);
	must(fleet_db_open(&f->from, NULL, &e), &e);
	must(fleet_db_open(&f->to, NULL, &e), &e);
	must(summary_put_failed("a.tar", SHA, "no", f->from, &e), &e);
	must(stmt_exec(f->from,
	               "INSERT INTO evidence VALUES (15, '1970-01-01', 'r', '', 'x', 2.5, NULL),"
	               " (15, '1970-01-01', 'r', '', 'y', NULL, 'a\t\\''\n');"
	               "INSERT INTO metric VALUES (15, '1970-01-01', 'm', '', 'per_s', 1.0, NULL,"
	               " NULL, NULL, 9e300, -0.5)",
	               &e),
	     &e);
	out = open_memstream(&f->bytes, &f->n);
	assert_non_null(out);
	must(wire_send(f->from, out, &e), &e);
	(void)fclose(out);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	fleet_db_close(f->from);
	fleet_db_close(f->to);
	free(f->bytes);
	free(f);
	return 0;
}

/* 0, or -1 with nothing left behind. */
static int take(struct fixture *f, struct span bytes)
{
	struct err e = {0};
	int64_t id = 0;
	int rc;

	must(stmt_exec(f->to, "BEGIN", &e), &e);
	rc = wire_take(bytes, f->to, &id, &e);
	if (rc == 0)
		assert_int_equal(id, ID);
	else
		assert_true(e.text[0]);
	e = (struct err){0};
	must(stmt_exec(f->to, rc ? "ROLLBACK" : "COMMIT", &e), &e);
	return rc;
}

static int64_t number(sqlite3 *db, const char *sql)
{
	struct err e = {0};
	struct stmt q;
	int64_t n;

	must(stmt_prepare(&q, db, sql, &e), &e);
	assert_int_equal(stmt_row(&q, &e), 1);
	n = stmt_get_i64(&q, 0);
	stmt_done(&q);
	return n;
}

static void rows_arrive_as_they_were_sent(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(take(f, (struct span){f->bytes, f->n}), 0);
	assert_int_equal(
		number(f->to, "SELECT count(*) FROM bundle WHERE id = 15 AND error = 'no'"), 1);
	assert_int_equal(
		number(f->to,
	               "SELECT count(*) FROM evidence WHERE name = 'y' AND value IS NULL AND "
	               "text = 'a\t\\''\n'"),
		1);
	assert_int_equal(number(f->to,
	                        "SELECT count(*) FROM metric WHERE value = 1 AND low IS NULL AND "
	                        "high = 9e300 AND total = -0.5"),
	                 1);
}

static void the_same_again_takes_its_place(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(take(f, (struct span){f->bytes, f->n}), 0);
	assert_int_equal(take(f, (struct span){f->bytes, f->n}), 0);
	assert_int_equal(number(f->to, "SELECT count(*) FROM bundle"), 1);
	assert_int_equal(number(f->to, "SELECT count(*) FROM evidence"), 2);
}

/* A process that was killed: whatever is missing, nothing is kept. */
static void a_summary_that_is_cut_anywhere_is_refused(void **state)
{
	struct fixture *f = *state;

	for (size_t n = 0; n < f->n; n++)
		assert_int_equal(take(f, (struct span){f->bytes, n}), -1);
	assert_int_equal(
		number(f->to,
	               "SELECT (SELECT count(*) FROM bundle) + (SELECT count(*) FROM evidence)"),
		0);
}

/* Each byte changed to several values: refused or taken, but never more than one bundle. */
static void a_damaged_summary_does_no_harm(void **state)
{
	static const unsigned char values[] = {0, 1, 'i', 't', 0x7f, 0x80, 0xff};
	struct fixture *f = *state;

	for (size_t i = 0; i < f->n; i++) {
		char was = f->bytes[i];

		for (size_t v = 0; v < sizeof(values); v++) {
			struct err e = {0};
			int64_t id = 0;

			f->bytes[i] = (char)values[v];
			must(stmt_exec(f->to, "BEGIN", &e), &e);
			(void)(wire_take((struct span){f->bytes, f->n}, f->to, &id, &e) == 0);
			assert_true(number(f->to, "SELECT count(*) FROM bundle") <= 1);
			e = (struct err){0};
			must(stmt_exec(f->to, "ROLLBACK", &e), &e);
		}
		f->bytes[i] = was;
	}
}

static void rows_of_another_bundle_are_refused(void **state)
{
	struct fixture *f = *state;
	struct err e = {0};
	FILE *out;

	must(stmt_exec(f->from,
	               "INSERT INTO evidence VALUES (16, '1970-01-01', 'r', '', 'x', 1, NULL)", &e),
	     &e);
	free(f->bytes);
	out = open_memstream(&f->bytes, &f->n);
	assert_non_null(out);
	must(wire_send(f->from, out, &e), &e);
	(void)fclose(out);
	assert_int_equal(take(f, (struct span){f->bytes, f->n}), -1);
}

static void what_comes_after_the_end_is_refused(void **state)
{
	struct fixture *f = *state;
	char *twice = malloc(2 * f->n);

	assert_non_null(twice);
	memcpy(twice, f->bytes, f->n);
	memcpy(twice + f->n, f->bytes, f->n);
	assert_int_equal(take(f, (struct span){twice, 2 * f->n}), -1);
	free(twice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_arrive_as_they_were_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(the_same_again_takes_its_place, setup, teardown),
		cmocka_unit_test_setup_teardown(a_summary_that_is_cut_anywhere_is_refused, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(a_damaged_summary_does_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(rows_of_another_bundle_are_refused, setup,
	                                        teardown),
		cmocka_unit_test_setup_teardown(what_comes_after_the_end_is_refused, setup,
	                                        teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
