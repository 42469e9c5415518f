#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/ahead.h"

#define MEMBERS 1000
#define LONGEST (3 * (size_t)1024 * 1024) /* more than is kept of what was read ahead */

/* Gives members whose one name and one text are written over each time. */
struct reader {
	uint64_t at, n; /* it fails behind the last */
	bool fails;
	char name[64], *text;
};

static size_t length(uint64_t k)
{
	return k % 100 == 99 ? LONGEST : k % 7 == 0 ? 0 : (size_t)(k * 37 % 5000);
}

static char letter(uint64_t k)
{
	return (char)('a' + k % 26);
}

static int give(void *user, struct bundle_member *m, struct err *e)
{
	struct reader *r = user;
	struct span stem;

	if (r->at == r->n)
		return r->fails ? err_set(e, 0, "broken behind %d", (int)r->n) : 0;
	(void)snprintf(r->name, sizeof(r->name), "s/snap/%06d/netns/blue/proc/n%d", (int)r->at,
	               (int)r->at);
	m->text = (struct span){r->text, length(r->at)};
	memset(r->text, letter(r->at), m->text.n);
	m->bytes = ++r->at;
	m->full = span_of(r->name);
	return member_name_parse(m->full, &m->name) && span_cut(&m->full, '/', &stem) ? 1 : -1;
}

static struct reader reader_of(uint64_t n, bool fails)
{
	struct reader r = {.n = n, .fails = fails, .text = malloc(LONGEST)};

	assert_non_null(r.text);
	return r;
}

static void check_member(const struct bundle_member *m, uint64_t k)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "proc/n%d", (int)k);
	assert_int_equal(m->name.snap, k);
	assert_true(span_eq(m->name.path, span_of(path)));
	assert_true(span_eq(m->name.netns, SPAN("blue")));
	assert_true(span_starts(m->full, SPAN("snap/")));
	assert_int_equal(m->bytes, k + 1);
	assert_int_equal(m->text.n, length(k));
	for (size_t i = 0; i < m->text.n; i++)
		assert_int_equal(m->text.p[i], letter(k));
}

static void members_come_whole_and_in_order(void **state)
{
	struct reader r = reader_of(MEMBERS, false);
	struct ahead *a = ahead_begin(give, &r);
	struct bundle_member m;
	struct err e = {0};

	(void)state;
	for (uint64_t k = 0; k < MEMBERS; k++) {
		assert_int_equal(ahead_next(a, &m, &e), 1);
		check_member(&m, k);
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(ahead_next(a, &m, &e), 0);
	assert_string_equal(e.text, "");
	ahead_end(a);
	free(r.text);
}

static void *nothing(void *user)
{
	return user;
}

static void without_a_thread_the_same_comes(void **state)
{
	pthread_attr_t before, none;
	pthread_t t;

	assert_int_equal(pthread_getattr_default_np(&before), 0);
	assert_int_equal(pthread_attr_init(&none), 0);
	assert_int_equal(pthread_attr_setstacksize(&none, (size_t)1 << 60), 0);
	assert_int_equal(pthread_setattr_default_np(&none), 0);
	assert_int_not_equal(pthread_create(&t, NULL, nothing, NULL), 0);
	members_come_whole_and_in_order(state);
	assert_int_equal(pthread_setattr_default_np(&before), 0);
	(void)pthread_attr_destroy(&none);
}

static void what_failed_comes_behind_what_was_read(void **state)
{
	struct reader r = reader_of(70, true);
	struct ahead *a = ahead_begin(give, &r);
	struct bundle_member m;
	struct err e = {0};

	(void)state;
	for (uint64_t k = 0; k < 70; k++)
		assert_int_equal(ahead_next(a, &m, &e), 1);
	assert_string_equal(e.text, "");
	assert_int_equal(ahead_next(a, &m, &e), -1);
	assert_string_equal(e.text, "broken behind 70");
	ahead_end(a);
	free(r.text);
}

static void the_caller_may_end_at_any_member(void **state)
{
	static const uint64_t after[] = {0, 1, 63, 64, 65, 99, 100, 101, 500};

	(void)state;
	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		struct reader r = reader_of(MEMBERS, false);
		struct ahead *a = ahead_begin(give, &r);
		struct bundle_member m;
		struct err e = {0};

		for (uint64_t k = 0; k < after[i]; k++) {
			assert_int_equal(ahead_next(a, &m, &e), 1);
			check_member(&m, k);
		}
		ahead_end(a);
		assert_true(r.at >= after[i] && r.at <= after[i] + 3 * 64);
		free(r.text);
	}
	ahead_end(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_come_whole_and_in_order),
		cmocka_unit_test(without_a_thread_the_same_comes),
		cmocka_unit_test(what_failed_comes_behind_what_was_read),
		cmocka_unit_test(the_caller_may_end_at_any_member),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
