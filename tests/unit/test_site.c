#include "analyze/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "schema/timefmt.h"

#define DAY(n)                                                                                     \
	(((int64_t)1767225600 + (int64_t)(n)*86400) * NS_PER_S) /* of January 2026, from 0         \
	                                                         */

struct fixture {
	struct arena arena;
	struct site site;
	struct rule_set rules;
	struct rule_entry entry[2];
	struct rule_entry *order[2];
	struct err e;
};

static const struct rule_param params[] = {
	{.name = "warn_drops", .unit = "packets", .about = "a", .value = "1"},
	{.name = "like",       .unit = "glob",    .about = "b", .value = "x"},
};

static int setup(void **state)
{
	static struct fixture f;

	f = (struct fixture){0};
	f.entry[0].rule = (struct rule){
		.id = "softirq/backlog-drop", .version = 2, .params = params, .params_n = 2};
	f.entry[1].rule = (struct rule){.id = "nic-drops/rx", .version = 1};
	f.order[0] = &f.entry[0], f.order[1] = &f.entry[1];
	f.rules = (struct rule_set){f.order, 2};
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	arena_free(&((struct fixture *)*state)->arena);
	return 0;
}

static int read_text(struct fixture *f, const char *text)
{
	return site_read(&f->site, "site.conf", span_of(text), &f->rules, &f->arena, &f->e);
}

static void bad(struct fixture *f, const char *text, const char *why)
{
	f->e = (struct err){0};
	assert_int_equal(read_text(f, text), -1);
	assert_string_equal(f->e.text, why);
}

static void settings_are_read(void **state)
{
	struct fixture *f = *state;
	const struct rule *r = &f->entry[0].rule, *other = &f->entry[1].rule;
	const struct rule_value *v;
	const struct setting *s;

	assert_int_equal(read_text(f, "# comment\n\n"
	                              "softirq/backlog-drop.warn_drops   = 50  # more\n"
	                              "softirq/backlog-drop.like=\"eth *\"\n"
	                              "softirq/backlog-drop.level = info\r\n"
	                              "nic-drops/rx.enabled = no\n"),
	                 0);
	assert_int_equal(site_values(&f->site, r, &f->arena, &v), 2);
	assert_string_equal(v[0].name, "warn_drops");
	assert_int_equal(v[0].value.type, CELL_INT);
	assert_int_equal(v[0].value.v.i, 50);
	assert_string_equal(v[1].value.v.text, "eth *");
	assert_int_equal(site_cap(&f->site, r), LEVEL_INFO);
	assert_int_equal(site_cap(&f->site, other), LEVEL_CRIT);
	assert_true(site_off(&f->site, other));
	assert_false(site_off(&f->site, r));
	assert_int_equal(site_settings(&f->site, &f->arena, &s), 4);
	assert_string_equal(s[0].name, "softirq/backlog-drop.warn_drops");
	assert_string_equal(s[0].value, "50");
	assert_string_equal(s[0].origin, "site.conf:3");
}

static void an_option_wins_over_the_file(void **state)
{
	struct fixture *f = *state;
	const struct rule *r = &f->entry[0].rule;

	assert_int_equal(site_set(&f->site, "softirq/backlog-drop.warn_drops=7", &f->rules,
	                          &f->arena, &f->e),
	                 0);
	assert_int_equal(read_text(f, "softirq/backlog-drop.warn_drops = 50\n"), 0);
	assert_string_equal(site_item(&f->site, r, "warn_drops")->value, "7");
	assert_string_equal(site_item(&f->site, r, "warn_drops")->origin, "--set");
}

static void what_is_in_force_says_where_it_comes_from(void **state)
{
	struct fixture *f = *state;
	const struct rule *r = &f->entry[0].rule;
	const struct setting *set;
	const struct param *p;

	assert_int_equal(site_params(NULL, r, &f->arena, &p), 2);
	assert_string_equal(p[0].value, "1");
	assert_string_equal(p[0].origin, "default");
	assert_int_equal(read_text(f, "softirq/backlog-drop.warn_drops = 50\n"
	                              "softirq/backlog-drop.like = y\n"),
	                 0);
	assert_int_equal(site_set(&f->site, "softirq/backlog-drop.warn_drops=7", &f->rules,
	                          &f->arena, &f->e),
	                 0);
	assert_int_equal(site_params(&f->site, r, &f->arena, &p), 2);
	assert_string_equal(p[0].name, "warn_drops");
	assert_string_equal(p[0].unit, "packets");
	assert_string_equal(p[0].value, "7");
	assert_string_equal(p[0].origin, "--set");
	assert_string_equal(p[1].value, "y");
	assert_string_equal(p[1].origin, "site.conf:2");
	assert_int_equal(site_settings(&f->site, &f->arena, &set), 2);
	assert_string_equal(set[0].fallback, "1");
	assert_string_equal(set[0].over, "50 (site.conf:1)");
	assert_null(set[1].over);
	assert_int_equal(site_set(&f->site, "softirq/backlog-drop.warn_drops=8", &f->rules,
	                          &f->arena, &f->e),
	                 0);
	assert_int_equal(site_settings(&f->site, &f->arena, &set), 2);
	assert_string_equal(set[0].value, "8");
	assert_string_equal(set[0].over, "50 (site.conf:1)");
}

static void a_later_line_wins(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_text(f, "softirq/backlog-drop.warn_drops = 50\n"
	                              "softirq/backlog-drop.warn_drops = 60\n"),
	                 0);
	assert_int_equal(f->site.items_n, 1);
	assert_string_equal(f->site.items[0].value, "60");
}

static void what_is_unknown_is_an_error(void **state)
{
	struct fixture *f = *state;

	bad(f, "\nsoftirq/backlog.warn_drops = 5\n",
	    "site.conf:2: unknown rule 'softirq/backlog' (did you mean 'softirq/backlog-drop'?)");
	bad(f, "sotfirq/backlog-drop.warn_drops = 5\n",
	    "site.conf:1: unknown rule 'sotfirq/backlog-drop' (did you mean "
	    "'softirq/backlog-drop'?)");
	bad(f, "memory/pressure.level = info\n", "site.conf:1: unknown rule 'memory/pressure'");
	bad(f, "softirq/backlog-drop.levle = info\n",
	    "site.conf:1: softirq/backlog-drop has no param 'levle' (did you mean 'level'?)");
	bad(f, "softirq/backlog-drop.warn = 5\n",
	    "site.conf:1: softirq/backlog-drop has no param 'warn' (did you mean "
	    "'warn_drops'?)");
	bad(f, "softirq/backlog-drop.warn_drops = 5k\n",
	    "site.conf:1: warn_drops of softirq/backlog-drop is a number, not '5k'");
	bad(f, "softirq/backlog-drop.enabled = maybe\n", "site.conf:1: enabled is yes or no");
	bad(f, "softirq/backlog-drop.level = ok\n", "site.conf:1: level is info, warn or crit");
	bad(f, "softirq/backlog-drop.warn_drops\n",
	    "site.conf:1: 'softirq/backlog-drop.warn_drops' is no AREA/NAME.param=value");
	bad(f, "suppress tcp/x reason=y\n", "site.conf:1: unknown rule 'tcp/x'");
	bad(f, "suppress\n", "site.conf:1: suppress needs a rule");
	bad(f, "suppress nic-drops/rx\n", "site.conf:1: suppress needs a reason=");
	bad(f, "suppress nic-drops/rx until=soon reason=y\n", "site.conf:1: 'soon' is no date");
	bad(f, "suppress nic-drops/rx since=x reason=y\n",
	    "site.conf:1: unknown word 'since=x': suppress takes entity=, until=, reason=");
	bad(f, "pin nic-drops/rx\n", "site.conf:1: pin needs version=N");
	bad(f, "pin nic-drops/tx version=1\n",
	    "site.conf:1: unknown rule 'nic-drops/tx' (did you mean 'nic-drops/rx'?)");
	bad(f, "pin nic-drops/rx version=1 reason=x\n",
	    "site.conf:1: unknown word 'reason=x' behind the version");
	f->e = (struct err){0};
	assert_int_equal(site_set(&f->site, "x=y", &f->rules, &f->arena, &f->e), -1);
	assert_string_equal(f->e.text, "--set: 'x=y' is no AREA/NAME.param=value");
}

static void a_finding_is_suppressed_by_rule_and_entity(void **state)
{
	struct fixture *f = *state;
	const struct site_suppression *expired, *s;

	assert_int_equal(
		read_text(f, "suppress nic-drops/* entity=eth3 reason=\"bad optic, CASE-1\"\n"), 0);
	s = site_suppression(&f->site, "nic-drops/rx", "eth3", DAY(0), &expired);
	assert_non_null(s);
	assert_string_equal(s->reason, "bad optic, CASE-1");
	assert_null(site_suppression(&f->site, "nic-drops/rx", "eth4", DAY(0), &expired));
	assert_null(site_suppression(&f->site, "softirq/x", "eth3", DAY(0), &expired));
	assert_null(expired);
}

static void a_suppression_ends_with_its_last_day(void **state)
{
	struct fixture *f = *state;
	const struct site_suppression *expired;

	assert_int_equal(read_text(f, "suppress nic-drops/rx until=2026-01-05 reason=x\n"), 0);
	assert_non_null(site_suppression(&f->site, "nic-drops/rx", "eth0", DAY(5) - 1, &expired));
	assert_null(expired);
	assert_null(site_suppression(&f->site, "nic-drops/rx", "eth0", DAY(5), &expired));
	assert_non_null(expired);
	assert_string_equal(expired->until, "2026-01-05");
}

static void a_pin_tells_that_the_rule_moved_on(void **state)
{
	struct fixture *f = *state;
	const struct setting *set;

	assert_int_equal(read_text(f, "pin softirq/backlog-drop version=1\n"
	                              "pin nic-drops/rx version=1\n"),
	                 0);
	assert_int_equal(site_settings(&f->site, &f->arena, &set), 2);
	assert_string_equal(set[0].warning,
	                    "these settings were made for version 1 of softirq/backlog-drop, it is "
	                    "version 2 now");
	assert_string_equal(set[0].fallback, "2");
	assert_null(set[1].warning);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(settings_are_read),
		TEST(an_option_wins_over_the_file),
		TEST(what_is_in_force_says_where_it_comes_from),
		TEST(a_later_line_wins),
		TEST(what_is_unknown_is_an_error),
		TEST(a_finding_is_suppressed_by_rule_and_entity),
		TEST(a_suppression_ends_with_its_last_day),
		TEST(a_pin_tells_that_the_rule_moved_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
