#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/html_draw.h"
#include "analyze/html_page.h"
#include "analyze/html_path.h"
#include "analyze/html_plot.h"
#include "analyze/html_scale.h"
#include "analyze/html_text.h"
#include "schema/timefmt.h"

/* What a writer wrote. */
struct written {
	char *text;
	size_t n;
	FILE *out;
};

static struct written begin(void)
{
	return (struct written){0};
}

static FILE *stream(struct written *w)
{
	w->out = open_memstream(&w->text, &w->n);
	assert_non_null(w->out);
	return w->out;
}

static void is(struct written *w, const char *want)
{
	(void)fclose(w->out);
	assert_string_equal(w->text, want);
	free(w->text);
}

/* ---- text ---- */

static void markup_stays_text(void **state)
{
	struct written w = begin();

	(void)state;
	html_str(stream(&w), "<script>alert(1)</script> \"'&");
	is(&w, "&lt;script&gt;alert(1)&lt;/script&gt; &quot;&#39;&amp;");
}

static void what_hides_or_reorders_text_is_shown(void **state)
{
	struct written w = begin();

	(void)state;
	html_str(stream(&w), "a\033[31m\n\xe2\x80\xae\xff\xc3\xa9\x7f");
	is(&w, "a\\x1b[31m\\n\\u202e\\xff\xc3\xa9\\x7f");
}

static void a_long_name_ends_in_an_ellipsis(void **state)
{
	struct written w = begin();

	(void)state;
	html_front(stream(&w), SPAN("a<cdef"), 4);
	is(&w, "a&lt;c\xe2\x80\xa6");
	w = begin();
	html_front(stream(&w), SPAN("\xc3\xa9\xc3\xa9\xc3\xa9"), 3);
	is(&w, "\xc3\xa9\xc3\xa9\xc3\xa9");
}

static void an_id_is_plain_and_tells_names_apart(void **state)
{
	struct written w = begin();

	(void)state;
	html_id(stream(&w), "tcp-listen/over flow\"");
	is(&w, "tcp-listen.over:20flow:22");
}

static void a_coordinate_has_no_needless_digit(void **state)
{
	struct written w = begin();
	FILE *out = stream(&w);
	static const double v[] = {0, 12, 12.04, 12.05, 0.51, -3.4, -0.04};

	(void)state;
	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		html_coord(out, v[i]);
		(void)fputc(' ', out);
	}
	is(&w, "0 12 12 12.1 0.5 -3.4 0 ");
}

static void commands_stay_lines_and_their_remarks_are_apart(void **state)
{
	struct written w = begin();

	(void)state;
	html_prose(stream(&w), "Make room\nnow:\n  sysctl -w a=1      # now 0\n  sysctl -w b=<2>\n"
	                       "- one\n- two\n  goes on");
	is(&w,
	   "<p>Make room now:</p>\n<pre><code>sysctl -w a=1<span class=\"c\">      # now 0</span>\n"
	   "sysctl -w b=&lt;2&gt;</code></pre>\n<ul><li>one</li><li>two goes on</li></ul>\n");
}

static void the_policy_names_the_digest(void **state)
{
	char hash[PAGE_HASH_BYTES];

	(void)state;
	/* FIPS 180-4: SHA-256 of "" and of "abc" */
	html_page_hash(SPAN(""), hash);
	assert_string_equal(hash, "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
	html_page_hash(SPAN("abc"), hash);
	assert_string_equal(hash, "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

/* ---- scales ---- */

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(1, fabs(b));
}

static void an_axis_ends_at_a_round_number(void **state)
{
	static const struct {
		double most, hi, second;
		enum measure m;
	} cases[] = {
		{413,              500,              100,             MEASURE_PER_S  },
		{7,                8,                2,               MEASURE_PLAIN  },
		{1,                1,                1,               MEASURE_PLAIN  },
		{0,                1,                1,               MEASURE_PLAIN  },
		{0.3,              0.3,              0.1,             MEASURE_PCT    },
		{100.3,            100,              20,              MEASURE_PCT    }, /* jitter */
		{120,              150,              50,              MEASURE_PCT    },
		{23.5 * (1 << 30), 24.0 * (1 << 30), 8.0 * (1 << 30), MEASURE_BYTES  },
		{208,              250,              50,              MEASURE_MS     },
		{7e9,              8e9,              2e9,             MEASURE_NS     },
		{100,              120,              30,              MEASURE_SECONDS},
	};
	struct scale s;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		scale_fit(&s, 0, cases[i].most, cases[i].m, false, 100);
		assert_true(near(s.lo, 0));
		assert_true(near(s.hi, cases[i].hi));
		assert_true(near(s.ticks[1], cases[i].second));
		assert_true(near(s.ticks[s.ticks_n - 1], s.hi));
	}
}

static void a_scale_puts_values_from_the_top_and_keeps_them_inside(void **state)
{
	struct scale s;

	(void)state;
	scale_fit(&s, 0, 100, MEASURE_PCT, false, 200);
	assert_true(near(scale_y(&s, 0), 200));
	assert_true(near(scale_y(&s, 25), 150));
	assert_true(near(scale_y(&s, 100), 0));
	assert_true(near(scale_y(&s, 900), 0));
	assert_true(near(scale_y(&s, -5), 200));
}

static void a_log_axis_begins_at_a_decade(void **state)
{
	struct scale s;

	(void)state;
	scale_fit(&s, 7, 1000, MEASURE_MS, true, 90);
	assert_true(near(s.lo, 1));
	assert_true(near(s.hi, 1000));
	assert_true(near(scale_y(&s, 1), 90));
	assert_true(near(scale_y(&s, 10), 60));
	assert_true(near(scale_y(&s, 100), 30));
	assert_int_equal(s.ticks_n, 4);
	scale_fit(&s, 0, 0, MEASURE_MS, true, 90); /* nothing to show is no crash */
	assert_true(s.hi > s.lo);
	assert_true(isfinite(scale_y(&s, 0)));
}

static void a_clock_has_steps_that_clocks_have(void **state)
{
	int64_t hour = INT64_C(3600) * NS_PER_S;

	(void)state;
	assert_int_equal(time_step(0, hour, 8), 600);
	assert_int_equal(time_step(0, 10 * (int64_t)NS_PER_S, 8), 2);
	assert_int_equal(time_step(0, 24 * hour, 8), 10800);
	assert_int_equal(time_step(0, 10000 * hour, 8), 604800);
}

/* ---- paths: 10 px high, from 0 to 10 ---- */

static const struct scale ten = {.lo = 0, .hi = 10, .px = 10};

static void a_line_joins_the_middles_and_breaks_at_a_gap(void **state)
{
	static const float v[] = {0, 10, 10, 10, NAN, 5, NAN, 1, 2};
	struct written w = begin();

	(void)state;
	html_path_line(stream(&w), v, 9, &ten);
	is(&w, "M0.5 10l1-10H3.5M5.5 5h.01M7.5 9l1-1");
}

static void steps_hold_in_their_slice(void **state)
{
	static const float v[] = {2, 2, 6, NAN, 4};
	struct written w = begin();

	(void)state;
	html_path_steps(stream(&w), v, 5, &ten);
	is(&w, "M0 8H2V4H3M4 6H5");
}

static void an_area_stands_on_the_axis_and_nothing_has_none(void **state)
{
	static const float v[] = {0, 3, 3, 0, NAN, 10};
	struct written w = begin();

	(void)state;
	html_path_area(stream(&w), v, 6, &ten);
	is(&w, "M1 10V7H3V10zM5 10V0H6V10z");
}

static void a_band_reaches_down_to_the_least(void **state)
{
	static const float high[] = {5, 6, 6}, low[] = {5, 1, 6};
	struct written w = begin();

	(void)state;
	html_path_band(stream(&w), high, low, 3, &ten);
	is(&w, "M0.5 5l1-1H2.5H2.5l-1 5l-1-4z");
}

static void blocks_are_as_high_as_the_plot(void **state)
{
	static const float v[] = {0, 1, 2, NAN, 3};
	struct written w = begin();

	(void)state;
	html_path_blocks(stream(&w), v, 5, 10);
	is(&w, "M1 0h2v10h-2zM4 0h1v10h-1z");
}

/* ---- heat ---- */

static void shades_tell_nothing_from_little(void **state)
{
	(void)state;
	assert_int_equal(heat_level(0, 100, MEASURE_PER_S), 0);
	assert_int_equal(heat_level(NAN, 100, MEASURE_PER_S), 0);
	assert_int_equal(heat_level(0.001, 100, MEASURE_PER_S), 1);
	assert_int_equal(heat_level(100, 100, MEASURE_PER_S), HEAT_LEVELS);
	assert_int_equal(heat_level(50, 60, MEASURE_PCT), 4); /* of a whole, not of the most */
	assert_true(near(heat_least(1, 100, MEASURE_PER_S), 0));
	for (size_t i = 2; i <= HEAT_LEVELS; i++) {
		double least = heat_least(i, 100, MEASURE_PER_S);

		assert_int_equal(heat_level(least * 1.001, 100, MEASURE_PER_S), i);
	}
}

/* ---- whole panels ---- */

static const float hostile_values[] = {1, 4, NAN, 2};

/* Each kind, of series or points with a name that would be markup. */
static void no_kind_lets_a_name_become_markup(void **state)
{
	static const char name[] = "\"><script>alert(1)</script>";
	const struct plot_series series[] = {
		{.name = name, .high = hostile_values, .shade = false},
		{.name = name, .high = hostile_values, .shade = true }
        };
	const struct plot_point points[] = {
		{name, 1, 2, 3}
        };
	const struct report r = {
		.axis = {.from_ns = 0, .to_ns = INT64_C(4) * NS_PER_S, .slices = 4}
        };

	(void)state;
	for (int kind = 0; kind < PLOT_KIND_COUNT; kind++) {
		const struct panel p = {.caption = name,
		                        .kind = (enum plot_kind)kind,
		                        .x_label = name,
		                        .y_label = name,
		                        .series = series,
		                        .series_n = 2,
		                        .points = points,
		                        .points_n = 1};
		const struct plot plot = {.name = "x",
		                          .title = name,
		                          .about = name,
		                          .sources = "",
		                          .rules = "",
		                          .panels = &p,
		                          .panels_n = 1};
		struct written w = begin();
		struct canvas c = {.out = stream(&w), .r = &r, .plot = &plot, .id = "x"};

		draw_kinds[kind](&c, &p);
		(void)fclose(w.out);
		assert_null(strstr(w.text, "<script"));
		assert_non_null(strstr(w.text, "&lt;script&gt;"));
		assert_non_null(strstr(w.text, "<title"));
		assert_non_null(strstr(w.text, "<desc"));
		assert_null(strstr(w.text, "nan"));
		assert_null(strstr(w.text, "inf"));
		free(w.text);
	}
}

static void labels_at_the_end_do_not_cover_each_other(void **state)
{
	struct end_label labels[] = {
		{.y = 150, .text = "c"},
                {.y = 149, .text = "b"},
                {.y = 0,   .text = "a"}
        };
	struct written w = begin();
	struct canvas c = {.out = stream(&w), .px = 150};

	(void)state;
	canvas_end_labels(&c, labels, 3);
	(void)fclose(w.out);
	free(w.text);
	assert_string_equal(labels[0].text, "a");
	assert_true(labels[1].y - labels[0].y >= 12);
	assert_true(labels[2].y - labels[1].y >= 12);
	assert_true(labels[2].y <= 154);
}

static void a_rule_of_many_entities_is_one_lane(void **state)
{
	static const struct finding findings[] = {
		{.rule = "a/b", .entity = "eth0", .level = LEVEL_CRIT, .suppressed = NULL   },
		{.rule = "a/b", .entity = "eth1", .level = LEVEL_CRIT, .suppressed = NULL   },
		{.rule = "c/d", .entity = "",     .level = LEVEL_WARN, .suppressed = NULL   },
		{.rule = "e/f", .entity = "",     .level = LEVEL_WARN, .suppressed = "known"},
	};
	static const struct episode episodes[] = {
		{"a/b", "eth0", 0.1, 0.2, 0.1, 0.15},
                {"a/b", "eth1", 0.5, 0.6, 0.5, 0.6 }
        };
	const struct report r = {
		.findings = findings,
		.findings_n = 4,
		.episodes = episodes,
		.episodes_n = 2,
		.axis = {.from_ns = 0, .to_ns = NS_PER_S, .slices = 10},
	};
	struct written w = begin();
	size_t bars = 0, whole = 0;

	(void)state;
	html_lanes(stream(&w), &r);
	(void)fclose(w.out);
	for (const char *at = w.text; (at = strstr(at, "class=\"lb ")); at++)
		bars++;
	for (const char *at = w.text; (at = strstr(at, "class=\"la ")); at++)
		whole++;
	assert_int_equal(bars, 2);
	assert_int_equal(whole, 1); /* says no time: all of the window */
	assert_non_null(strstr(w.text, "a/b  eth0, eth1"));
	assert_null(strstr(w.text, "e/f"));
	free(w.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markup_stays_text),
		cmocka_unit_test(what_hides_or_reorders_text_is_shown),
		cmocka_unit_test(a_long_name_ends_in_an_ellipsis),
		cmocka_unit_test(an_id_is_plain_and_tells_names_apart),
		cmocka_unit_test(a_coordinate_has_no_needless_digit),
		cmocka_unit_test(commands_stay_lines_and_their_remarks_are_apart),
		cmocka_unit_test(the_policy_names_the_digest),
		cmocka_unit_test(an_axis_ends_at_a_round_number),
		cmocka_unit_test(a_scale_puts_values_from_the_top_and_keeps_them_inside),
		cmocka_unit_test(a_log_axis_begins_at_a_decade),
		cmocka_unit_test(a_clock_has_steps_that_clocks_have),
		cmocka_unit_test(a_line_joins_the_middles_and_breaks_at_a_gap),
		cmocka_unit_test(steps_hold_in_their_slice),
		cmocka_unit_test(an_area_stands_on_the_axis_and_nothing_has_none),
		cmocka_unit_test(a_band_reaches_down_to_the_least),
		cmocka_unit_test(blocks_are_as_high_as_the_plot),
		cmocka_unit_test(shades_tell_nothing_from_little),
		cmocka_unit_test(no_kind_lets_a_name_become_markup),
		cmocka_unit_test(labels_at_the_end_do_not_cover_each_other),
		cmocka_unit_test(a_rule_of_many_entities_is_one_lane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
