#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>

#include "collect/guard.h"
#include "schema/timefmt.h"

#define MS ((int64_t)NS_PER_MS)

static const struct host live = {.root = ""};
static const struct source any = {.id = "any", .how = SOURCE_TOOL, .what = "any thing", .cap = 100};

/* Held shut, a run blocks as a hung device would. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;

static void quick(struct job *j)
{
	job_fail(j, SPAN("quick"), ENOENT, NULL);
}

static void blocked(struct job *j)
{
	(void)pthread_mutex_lock(&gate);
	(void)pthread_mutex_unlock(&gate);
	job_fail(j, SPAN("blocked"), ENOENT, NULL);
}

static struct worker *start(struct guard *g, void (*how)(struct job *j), struct job *j)
{
	j->how = how;
	return guard_start(g, j);
}

static void a_quick_run_gives_its_job_back(void **state)
{
	struct guard *g = guard_open(-1);
	struct job j = {0};

	(void)state;
	for (int i = 0; i < 100; i++) { /* the thread is used again */
		struct worker *w;

		job_reset(&j, &any, &live);
		w = start(g, quick, &j);
		assert_non_null(w);
		assert_true(guard_wait(w, now_ns() + 5000 * MS));
		assert_int_equal(j.n, 1);
		assert_string_equal(j.captures[0].member, "quick");
	}
	job_free(&j);
	guard_free(g);
}

static void a_blocked_run_does_not_hold_the_others_up(void **state)
{
	struct guard *g = guard_open(-1);
	struct job hung = {0}, other = {0};
	struct worker *w, *v;
	int64_t begin;

	(void)state;
	job_reset(&hung, &any, &live);
	job_reset(&other, &any, &live);
	(void)pthread_mutex_lock(&gate);
	w = start(g, blocked, &hung);
	begin = now_ns();
	assert_false(guard_wait(w, begin + 30 * MS));
	assert_in_range(now_ns() - begin, 30 * MS, 3000 * MS);
	v = start(g, quick, &other);
	assert_ptr_not_equal(v, w);
	assert_true(guard_wait(v, now_ns() + 5000 * MS));
	assert_false(guard_wait(w, 0)); /* only looks */
	(void)pthread_mutex_unlock(&gate);
	assert_true(guard_wait(w, now_ns() + 5000 * MS));
	assert_string_equal(hung.captures[0].member, "blocked");
	job_free(&hung);
	job_free(&other);
	guard_free(g);
}

static void one_thread_runs_jobs_in_turn(void **state)
{
	struct guard *g = guard_open(-1);
	struct job j[3] = {0};
	struct worker *w;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		job_reset(&j[i], &any, &live);
		j[i].how = quick;
		j[i].next = i < 2 ? &j[i + 1] : NULL;
	}
	w = guard_start(g, &j[0]);
	assert_true(guard_wait(w, now_ns() + 5000 * MS));
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(j[i].n, 1);
		job_free(&j[i]);
	}
	guard_free(g);
}

static void what_waits_behind_a_blocked_job_is_taken_back(void **state)
{
	struct guard *g = guard_open(-1);
	struct job j[4] = {0};
	struct worker *w, *v;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		job_reset(&j[i], &any, &live);
		j[i].how = i == 1 ? blocked : quick;
		j[i].next = i < 3 ? &j[i + 1] : NULL;
	}
	(void)pthread_mutex_lock(&gate);
	w = guard_start(g, &j[0]);
	assert_false(guard_wait(w, now_ns() + 200 * MS));
	assert_ptr_equal(guard_rest(w), &j[2]);
	assert_null(guard_rest(w));
	assert_int_equal(j[0].n, 1); /* it has returned */
	v = guard_start(g, &j[2]);
	assert_ptr_not_equal(v, w);
	assert_true(guard_wait(v, now_ns() + 5000 * MS));
	assert_int_equal(j[3].n, 1);
	(void)pthread_mutex_unlock(&gate);
	assert_true(guard_wait(w, now_ns() + 5000 * MS));
	assert_int_equal(j[1].n, 1);
	for (size_t i = 0; i < 4; i++)
		job_free(&j[i]);
	guard_free(g);
}

static void the_cpu_time_of_a_run_is_its_threads(void **state)
{
	struct guard *g = guard_open(-1);
	struct job j = {0};
	struct worker *w;

	(void)state;
	job_reset(&j, &any, &live);
	(void)pthread_mutex_lock(&gate);
	w = start(g, blocked, &j);
	assert_false(guard_wait(w, now_ns() + 50 * MS));
	(void)pthread_mutex_unlock(&gate);
	assert_true(guard_wait(w, now_ns() + 5000 * MS));
	assert_true(j.cpu_ns >= 0 && j.cpu_ns < 40 * MS); /* waiting costs nothing */
	job_free(&j);
	guard_free(g);
}

static void a_namespace_that_cannot_be_entered_is_a_capture(void **state)
{
	struct guard *g = guard_open(0); /* standard input is none */
	struct job j = {0};
	struct worker *w;

	(void)state;
	job_reset(&j, &any, &live);
	w = start(g, quick, &j);
	assert_true(guard_wait(w, now_ns() + 5000 * MS));
	assert_int_equal(j.n, 1);
	assert_string_equal(j.captures[0].member, "cmd/any_thing");
	assert_string_equal(j.captures[0].note, "cannot enter the network namespace");
	job_free(&j);
	guard_free(g);
	guard_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quick_run_gives_its_job_back),
		cmocka_unit_test(a_blocked_run_does_not_hold_the_others_up),
		cmocka_unit_test(one_thread_runs_jobs_in_turn),
		cmocka_unit_test(what_waits_behind_a_blocked_job_is_taken_back),
		cmocka_unit_test(the_cpu_time_of_a_run_is_its_threads),
		cmocka_unit_test(a_namespace_that_cannot_be_entered_is_a_capture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
