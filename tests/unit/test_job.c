#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "collect/job.h"

static const struct host live = {.root = ""};
static const struct source small = {.id = "small", .what = "/x", .cap = 10};

static void text_of(struct job *j, const char *text)
{
	struct buf *b = job_room(j, strlen(text));

	if (b)
		buf_str(b, text);
}

static void captures_follow_one_another(void **state)
{
	struct job j = {0};

	(void)state;
	job_reset(&j, &small, &live);
	(void)job_begin(&j, SPAN("a"));
	text_of(&j, "one");
	job_end(&j, CAPTURE_OK, 0, NULL);
	(void)job_begin(&j, SPAN("b"));
	text_of(&j, "two");
	text_of(&j, "three");
	job_end(&j, CAPTURE_OK, 0, "a note");
	assert_int_equal(j.n, 2);
	assert_true(span_eq((struct span){j.text.p + j.captures[1].at, j.captures[1].n},
	                    SPAN("twothree")));
	assert_string_equal(j.captures[0].member, "a");
	assert_string_equal(j.captures[1].note, "a note");
	assert_true(j.captures[1].t1_ns >= j.captures[1].t0_ns &&
	            j.captures[1].t0_ns >= j.captures[0].t1_ns);
	job_free(&j);
}

static void the_cap_is_of_each_capture(void **state)
{
	struct job j = {0};

	(void)state;
	job_reset(&j, &small, &live);
	for (int i = 0; i < 3; i++) {
		(void)job_begin(&j, SPAN("a"));
		assert_non_null(job_room(&j, 10));
		assert_null(job_room(&j, 11));
		text_of(&j, "0123456789");
		assert_null(job_room(&j, 1));
		job_end(&j, CAPTURE_CUT, 0, NULL);
		assert_int_equal(j.captures[i].n, 10);
	}
	job_free(&j);
}

static void a_failed_capture_keeps_no_text(void **state)
{
	struct job j = {0};

	(void)state;
	job_reset(&j, &small, &live);
	(void)job_begin(&j, SPAN("a"));
	text_of(&j, "half");
	job_end(&j, CAPTURE_ERROR, EIO, NULL);
	assert_int_equal(j.captures[0].n, 0);
	assert_int_equal(j.text.n, 0);
	job_fail(&j, SPAN("b"), ENOENT, "why");
	assert_int_equal(j.captures[1].status, CAPTURE_ABSENT);
	assert_int_equal(j.captures[1].error, ENOENT);
	job_free(&j);
}

static void prefixes_go_before_the_member(void **state)
{
	struct job j = {0};

	(void)state;
	job_reset(&j, &small, &live);
	j.prefix = "netns/blue/";
	job_fail(&j, SPAN("proc/x"), EPERM, NULL);
	assert_string_equal(j.captures[0].member, "netns/blue/proc/x");
	assert_int_equal(j.captures[0].status, CAPTURE_DENIED);
	job_reset(&j, &small, &live);
	assert_string_equal(j.prefix, "");
	assert_int_equal(j.n, 0);
	job_free(&j);
}

static size_t drained;

static void drain(struct job *j)
{
	drained += j->n;
}

static void many_captures_are_drained(void **state)
{
	struct job j = {0};

	(void)state;
	job_reset(&j, &small, &live);
	j.drain = drain;
	for (int i = 0; i < 5000; i++) {
		job_fail(&j, SPAN("a"), ENOENT, NULL);
		job_drain(&j);
	}
	assert_true(j.n < 1000);
	assert_int_equal(drained + j.n, 5000);
	job_free(&j);
}

static void without_a_drain_captures_are_bounded(void **state)
{
	struct job j = {0};

	(void)state;
	job_reset(&j, &small, &live);
	for (int i = 0; i < 100000; i++)
		job_fail(&j, SPAN("a"), ENOENT, NULL);
	assert_true(j.n <= 32768 && j.n > 1000);
	job_free(&j);
}

static void errnos_become_statuses(void **state)
{
	(void)state;
	assert_int_equal(status_of_errno(0), CAPTURE_OK);
	assert_int_equal(status_of_errno(EACCES), CAPTURE_DENIED);
	assert_int_equal(status_of_errno(ENODEV), CAPTURE_ABSENT);
	assert_int_equal(status_of_errno(EOPNOTSUPP), CAPTURE_ABSENT);
	assert_int_equal(status_of_errno(ETIMEDOUT), CAPTURE_TIMEOUT);
	assert_int_equal(status_of_errno(EIO), CAPTURE_ERROR);
	assert_int_equal(status_of_errno(ENOMEM), CAPTURE_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_follow_one_another),
		cmocka_unit_test(the_cap_is_of_each_capture),
		cmocka_unit_test(a_failed_capture_keeps_no_text),
		cmocka_unit_test(prefixes_go_before_the_member),
		cmocka_unit_test(many_captures_are_drained),
		cmocka_unit_test(without_a_drain_captures_are_bounded),
		cmocka_unit_test(errnos_become_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
