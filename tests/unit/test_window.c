#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/window.h"
#include "schema/timefmt.h"

#define TICKS_MAX 64

/* A recording of one-second ticks of which nothing but its clocks is known. */
struct made {
	struct survey survey;
	struct survey_tick ticks[TICKS_MAX];
};

static int64_t utc(const char *text)
{
	int64_t ns = 0;

	assert_true(time_parse(span_of(text), &ns));
	return ns;
}

/* `n` ticks from `start` on; the monotonic clock showed mono_s at the first. */
static struct survey make(struct made *m, const char *path, const char *boot, const char *start,
                          int64_t mono_s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		m->ticks[i] = (struct survey_tick){
			.snap = i,
			.real_ns = utc(start) + (int64_t)i * NS_PER_S,
			.mono_ns = (mono_s + (int64_t)i) * NS_PER_S,
		};
	m->survey = (struct survey){
		.path = path,
		.id = {.host = "web1", .arch = "x86_64", .interval_ns = NS_PER_S},
		.ticks = m->ticks,
		.ticks_n = n
        };
	(void)snprintf(m->survey.id.boot_id, sizeof(m->survey.id.boot_id), "%s", boot);
	return m->survey;
}

struct fixture {
	struct arena arena;
	struct made made[4];
	struct window w;
	struct err e;
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	arena_free(&((struct fixture *)*state)->arena);
	return 0;
}

static int plan(struct fixture *f, const struct survey *v, size_t n, const char *since,
                const char *until)
{
	struct window_want want = {0};

	assert_true(!since || when_parse(span_of(since), &want.since));
	assert_true(!until || when_parse(span_of(until), &want.until));
	f->e = (struct err){0};
	return window_plan(&f->w, &f->arena, v, n, &want, &f->e);
}

static void part_is(const struct fixture *f, size_t i, const char *path, uint64_t from, uint64_t to,
                    int64_t shift)
{
	const struct window_part *p = &f->w.parts[i];

	assert_string_equal(p->path, path);
	assert_int_equal(p->ticks, to - from + 1);
	assert_int_equal(p->from, from);
	assert_int_equal(p->to, to);
	assert_int_equal(p->shift, shift);
}

static void a_cut_keeps_the_ticks_between_and_their_numbers(void **state)
{
	struct fixture *f = *state;
	struct survey a = make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 60);

	assert_int_equal(plan(f, &a, 1, "10:00:10", "+30s"), 0);
	part_is(f, 0, "a", 10, 30, 0);
	assert_true(f->w.parts[0].cut_front);
	assert_true(f->w.parts[0].cut_back);
	assert_int_equal(plan(f, &a, 1, "-9s", NULL), 0);
	part_is(f, 0, "a", 50, 59, 0);
	assert_false(f->w.parts[0].cut_back);
	assert_int_equal(plan(f, &a, 1, "09:00", "11:00"), 0);
	part_is(f, 0, "a", 0, 59, 0);
	assert_false(f->w.parts[0].cut_front);
}

static void a_cut_that_leaves_nothing_names_the_recordings_ends(void **state)
{
	static const struct {
		const char *since, *until, *says;
	} cuts[] = {
		{"2099-01-01T00:00:00Z", NULL,                   "lies after --since 2099-01-01T00:00:00Z" },
		{"+2m",                  NULL,                   "lies after --since 2026-11-22T10:02:00Z" },
		{NULL,                   "2001-01-01T00:00:00Z", "lies before --until 2001-01-01T00:00:00Z"},
		{NULL,                   "-2m",                  "lies before --until 2026-11-22T09:58:59Z"},
		{"2099-01-01T00:00:00Z", "2099-01-02T00:00:00Z",
	         "lies between --since 2099-01-01T00:00:00Z and --until 2099-01-02T00:00:00Z"              },
		{"+10.3s",               "+10.6s",
	         "lies between --since 2026-11-22T10:00:10.300Z and --until "
	         "2026-11-22T10:00:10.600Z"								},
	};
	struct fixture *f = *state;
	struct survey a = make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 60);

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		assert_int_equal(plan(f, &a, 1, cuts[i].since, cuts[i].until), -1);
		assert_non_null(strstr(f->e.text, "a: nothing of what was recorded "
		                                  "(2026-11-22T10:00:00Z to "
		                                  "2026-11-22T10:00:59Z) lies "));
		assert_string_equal(strstr(f->e.text, "lies "), cuts[i].says);
	}
}

static void a_cut_with_its_ends_the_wrong_way_round_says_so(void **state)
{
	struct fixture *f = *state;
	struct survey a = make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 60);

	assert_int_equal(plan(f, &a, 1, "10:00:40", "10:00:30"), -1);
	assert_non_null(strstr(f->e.text, "a: --since 2026-11-22T10:00:40Z is after --until "
	                                  "2026-11-22T10:00:30Z; "));
	assert_non_null(strstr(f->e.text, "from 2026-11-22T10:00:00Z to 2026-11-22T10:00:59Z"));
}

static void a_cut_that_leaves_nothing_of_several_counts_them(void **state)
{
	struct fixture *f = *state;
	struct survey v[2] = {
		make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 60),
		make(&f->made[1], "b", "x", "2026-11-22T10:01:00Z", 160, 60),
	};

	assert_int_equal(plan(f, v, 2, "2099-01-01T00:00:00Z", NULL), -1);
	assert_non_null(strstr(f->e.text, "these 2 recordings: nothing of what was recorded "
	                                  "(2026-11-22T10:00:00Z to 2026-11-22T10:01:59Z)"));
}

static void late_ticks_are_those_of_their_time(void **state)
{
	struct fixture *f = *state;
	struct survey a = make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 60);

	for (size_t i = 1; i < 60; i++)
		f->made[0].ticks[i].real_ns += 70000;
	assert_int_equal(plan(f, &a, 1, "+10s", "+30s"), 0);
	part_is(f, 0, "a", 10, 30, 0);
	assert_int_equal(plan(f, &a, 1, "-10s", "-5s"), 0);
	part_is(f, 0, "a", 49, 54, 0);
	assert_int_equal(plan(f, &a, 1, "10:00:10", "2026-11-22T10:00:30Z"), 0);
	part_is(f, 0, "a", 10, 30, 0);
	assert_int_equal(plan(f, &a, 1, "10:00:10.5", "10:00:29.5"), 0);
	part_is(f, 0, "a", 11, 29, 0);
}

static void until_is_looked_for_behind_since(void **state)
{
	struct fixture *f = *state;
	struct survey a = make(&f->made[0], "a", "x", "2026-11-22T23:59:40Z", 100, 60);

	assert_int_equal(plan(f, &a, 1, "23:59:50", "00:00:10"), 0);
	part_is(f, 0, "a", 10, 30, 0);
}

static void bundles_are_put_in_the_order_of_time_and_numbered_on(void **state)
{
	struct fixture *f = *state;
	const struct survey v[] = {
		make(&f->made[0], "dir/late", "x", "2026-11-22T10:01:00Z", 160, 10),
		make(&f->made[1], "dir/early", "x", "2026-11-22T10:00:00Z", 100, 20),
	};

	assert_int_equal(plan(f, v, 2, NULL, NULL), 0);
	part_is(f, 0, "dir/early", 0, 19, 0);
	part_is(f, 1, "dir/late", 0, 9, 20);
	assert_string_equal(f->w.parts[0].name, "early");
	assert_true(f->w.parts[1].gap);
	assert_false(f->w.parts[1].reboot);
}

static void what_follows_a_tick_later_has_no_gap(void **state)
{
	struct fixture *f = *state;
	const struct survey v[] = {
		make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 10),
		make(&f->made[1], "b", "x", "2026-11-22T10:00:10Z", 110, 10),
		make(&f->made[2], "c", "x", "2026-11-22T10:00:22Z", 122, 10),
	};

	assert_int_equal(plan(f, v, 3, NULL, NULL), 0);
	assert_false(f->w.parts[1].gap);
	assert_true(f->w.parts[2].gap);
}

static void another_boot_is_told_by_its_id(void **state)
{
	struct fixture *f = *state;
	const struct survey v[] = {
		make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 10),
		/* its monotonic clock happens to be further on */
		make(&f->made[1], "b", "y", "2026-11-22T10:10:00Z", 500, 10),
	};

	assert_int_equal(plan(f, v, 2, NULL, NULL), 0);
	assert_true(f->w.parts[1].reboot);
	assert_true(f->w.parts[1].gap);
}

static void within_a_boot_the_monotonic_clock_decides(void **state)
{
	struct fixture *f = *state;
	const struct survey v[] = {
		/* between them the wall clock was set back by an hour */
		make(&f->made[0], "second", "x", "2026-11-22T09:05:00Z", 400, 10),
		make(&f->made[1], "first", "x", "2026-11-22T10:00:00Z", 100, 10),
		make(&f->made[2], "next day", "y", "2026-11-23T10:00:00Z", 50, 10),
	};

	assert_int_equal(plan(f, v, 3, NULL, NULL), 0);
	part_is(f, 0, "first", 0, 9, 0);
	part_is(f, 1, "second", 0, 9, 10);
	part_is(f, 2, "next day", 0, 9, 20);
	assert_false(f->w.parts[1].reboot);
}

static void ticks_that_two_bundles_have_are_judged_once(void **state)
{
	struct fixture *f = *state;
	const struct survey v[] = {
		make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 20),
		make(&f->made[1], "within", "x", "2026-11-22T10:00:05Z", 105, 5),
		make(&f->made[2], "over", "x", "2026-11-22T10:00:10Z", 110, 20),
	};

	assert_int_equal(plan(f, v, 3, NULL, NULL), 0);
	part_is(f, 0, "a", 0, 19, 0);
	assert_int_equal(f->w.parts[1].ticks, 0);
	assert_int_equal(f->w.parts[1].shared, 5);
	part_is(f, 2, "over", 10, 19, 10);
	assert_int_equal(f->w.parts[2].shared, 10);
	assert_true(f->w.parts[2].cut_front);
	assert_false(f->w.parts[2].gap);
}

static void the_same_bundle_twice_is_one(void **state)
{
	struct fixture *f = *state;
	const struct survey a = make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 20);
	const struct survey v[] = {a, a};

	assert_int_equal(plan(f, v, 2, NULL, NULL), 0);
	part_is(f, 0, "a", 0, 19, 0);
	assert_int_equal(f->w.parts[1].ticks, 0);
	assert_int_equal(f->w.parts[1].shared, 20);
}

static void a_cut_goes_over_all_of_them(void **state)
{
	struct fixture *f = *state;
	const struct survey v[] = {
		make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 10),
		make(&f->made[1], "b", "x", "2026-11-22T10:01:00Z", 160, 10),
		make(&f->made[2], "c", "x", "2026-11-22T10:02:00Z", 220, 10),
	};

	assert_int_equal(plan(f, v, 3, "10:01:05", "-5s"), 0);
	assert_int_equal(f->w.parts[0].ticks, 0);
	part_is(f, 1, "b", 5, 9, -5);
	part_is(f, 2, "c", 0, 4, 5);
	assert_false(f->w.parts[1].gap); /* nothing judged lies before it */
	assert_true(f->w.parts[2].gap);
}

static void bundles_of_two_hosts_are_refused_by_name(void **state)
{
	struct fixture *f = *state;
	struct survey v[] = {
		make(&f->made[0], "a.tar", "x", "2026-11-22T10:00:00Z", 100, 10),
		make(&f->made[1], "b.tar", "y", "2026-11-22T10:01:00Z", 100, 10),
	};

	memcpy(v[1].id.host, "web2", 5);
	assert_int_equal(plan(f, v, 2, NULL, NULL), -1);
	assert_non_null(strstr(f->e.text, "a.tar is of web1"));
	assert_non_null(strstr(f->e.text, "b.tar of web2"));
	/* a host that was renamed is still the same boot */
	memcpy(v[1].id.boot_id, "x", 2);
	assert_int_equal(plan(f, v, 2, NULL, NULL), 0);
}

static void two_machines_of_one_name_are_two_hosts(void **state)
{
	struct fixture *f = *state;
	struct survey v[] = {
		make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 10),
		make(&f->made[1], "b", "y", "2026-11-22T10:01:00Z", 100, 10),
	};

	memcpy(v[0].id.machine_hash, "0123456789abcdef", 17);
	/* an older collector says nothing of it */
	assert_int_equal(plan(f, v, 2, NULL, NULL), 0);
	memcpy(v[1].id.machine_hash, "0123456789abcdef", 17);
	assert_int_equal(plan(f, v, 2, NULL, NULL), 0);
	memcpy(v[1].id.machine_hash, "fedcba9876543210", 17);
	assert_int_equal(plan(f, v, 2, NULL, NULL), -1);
	assert_string_equal(f->e.text, "--join is for one host: a and b are of two of that name, "
	                               "their machine ids differ");
	/* one boot is one host, whatever a container's files say */
	memcpy(v[1].id.boot_id, "x", 2);
	assert_int_equal(plan(f, v, 2, NULL, NULL), 0);
}

static void a_renamed_host_and_a_copied_image_look_alike(void **state)
{
	struct fixture *f = *state;
	struct survey v[] = {
		make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 10),
		make(&f->made[1], "b", "y", "2026-11-22T10:01:00Z", 100, 10),
	};

	memcpy(v[0].id.machine_hash, "0123456789abcdef", 17);
	memcpy(v[1].id.machine_hash, "0123456789abcdef", 17);
	memcpy(v[1].id.host, "web2", 5);
	assert_int_equal(plan(f, v, 2, NULL, NULL), -1);
	assert_non_null(strstr(f->e.text, "one machine id: a host that was renamed, or copies"));
}

static void two_network_namespaces_are_two_hosts(void **state)
{
	struct fixture *f = *state;
	struct survey v[] = {
		make(&f->made[0], "a", "x", "2026-11-22T10:00:00Z", 100, 10),
		make(&f->made[1], "b", "x", "2026-11-22T10:01:00Z", 160, 10),
	};

	v[0].id.netns = 1;
	v[1].id.netns = 2;
	assert_int_equal(plan(f, v, 2, NULL, NULL), -1);
	assert_non_null(strstr(f->e.text, "namespaces"));
}

static void a_bundle_without_ticks_is_none_of_it(void **state)
{
	struct fixture *f = *state;
	const struct survey v[] = {
		make(&f->made[0], "empty", "x", "2026-11-22T10:00:00Z", 100, 0),
		make(&f->made[1], "b", "x", "2026-11-22T10:01:00Z", 160, 10),
	};

	assert_int_equal(plan(f, v, 2, NULL, NULL), 0);
	part_is(f, 0, "b", 0, 9, 0);
	assert_int_equal(f->w.parts[1].ticks, 0);
	assert_int_equal(plan(f, v, 1, "+1s", NULL), -1);
	assert_non_null(strstr(f->e.text, "empty"));
}

static void names_are_paths_where_files_are_called_alike(void **state)
{
	struct fixture *f = *state;
	const struct survey v[] = {
		make(&f->made[0], "mon/web1.tar", "x", "2026-11-22T10:00:00Z", 100, 10),
		make(&f->made[1], "tue/web1.tar", "x", "2026-11-22T10:01:00Z", 160, 10),
	};

	assert_int_equal(plan(f, v, 2, NULL, NULL), 0);
	assert_string_equal(f->w.parts[0].name, "mon/web1.tar");
	assert_string_equal(f->w.parts[1].name, "tue/web1.tar");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_cut_keeps_the_ticks_between_and_their_numbers),
		TEST(a_cut_that_leaves_nothing_names_the_recordings_ends),
		TEST(a_cut_with_its_ends_the_wrong_way_round_says_so),
		TEST(a_cut_that_leaves_nothing_of_several_counts_them),
		TEST(late_ticks_are_those_of_their_time),
		TEST(until_is_looked_for_behind_since),
		TEST(bundles_are_put_in_the_order_of_time_and_numbered_on),
		TEST(what_follows_a_tick_later_has_no_gap),
		TEST(another_boot_is_told_by_its_id),
		TEST(within_a_boot_the_monotonic_clock_decides),
		TEST(ticks_that_two_bundles_have_are_judged_once),
		TEST(the_same_bundle_twice_is_one),
		TEST(a_cut_goes_over_all_of_them),
		TEST(bundles_of_two_hosts_are_refused_by_name),
		TEST(two_machines_of_one_name_are_two_hosts),
		TEST(a_renamed_host_and_a_copied_image_look_alike),
		TEST(two_network_namespaces_are_two_hosts),
		TEST(a_bundle_without_ticks_is_none_of_it),
		TEST(names_are_paths_where_files_are_called_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
