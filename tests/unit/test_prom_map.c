/* analyze/prometheus.def: no line that no text of tests/parse/prometheus goes by, no rule that is
 * not there. */
#include "analyze/parse_prom_map.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/dump.h"
#include "schema/buf.h"

#define FOLDER    "tests/parse/prometheus"
#define LINES_MAX 512

static bool reached[LINES_MAX];

static void read_one(const char *name)
{
	static char room[65536];
	static struct prom_reader r;
	static struct prom_sample s;
	char path[300];
	struct buf b = BUF_OVER(path);
	struct dump d;
	FILE *f, *nowhere = fopen("/dev/null", "w");

	buf_str(&b, FOLDER "/");
	buf_str(&b, name);
	f = fopen(buf_cstr(&b), "r");
	assert_non_null(f);
	assert_non_null(nowhere);
	dump_init(&d, nowhere);
	prom_open(&r, (struct span){room, fread(room, 1, sizeof(room), f)});
	while (prom_next(&r, &s, &d.emit)) {
		const struct prom_line *l;
		size_t at = 0;

		while ((l = prom_map(&s, &at)))
			reached[l - prom_lines] = true;
	}
	(void)fclose(f);
	(void)fclose(nowhere);
}

static void each_line_is_reached_by_a_text(void **state)
{
	DIR *d = opendir(FOLDER);
	const struct dirent *e;
	size_t missed = 0;

	(void)state;
	assert_non_null(d);
	assert_in_range(prom_lines_count, 50, LINES_MAX);
	while ((e = readdir(d)))
		if (span_ends(span_of(e->d_name), SPAN(".in")))
			read_one(e->d_name);
	(void)closedir(d);
	for (size_t i = 0; i < prom_lines_count; i++)
		if (!reached[i]) {
			print_error("no text reaches %s %s\n", prom_lines[i].family.p,
			            prom_lines[i].where.p);
			missed++;
		}
	assert_int_equal(missed, 0);
}

static bool is_rule(struct span glob)
{
	static const char *const areas[] = {"linkerd-jvm", "linkerd-backend", "linkerd-pool",
	                                    "root-cause", "collection-quality"};

	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		char path[100];
		struct buf b = BUF_OVER(path);
		const struct dirent *e;
		bool hit = false;
		DIR *d;

		buf_str(&b, "rules/");
		buf_str(&b, areas[i]);
		d = opendir(buf_cstr(&b));
		assert_non_null(d);
		while ((e = readdir(d))) {
			char id_text[400];
			struct buf id = BUF_OVER(id_text);
			struct span name = span_of(e->d_name), head;

			if (!span_rcut(&name, '.', &head))
				continue;
			buf_str(&id, areas[i]);
			buf_char(&id, '/');
			buf_put(&id, head);
			hit |= span_match(buf_span(&id), glob, NULL);
		}
		(void)closedir(d);
		if (hit)
			return true;
	}
	return false;
}

static void what_is_lacking_is_lacking_for_a_rule_that_exists(void **state)
{
	static const struct span globs[] = {
#define VALUE(family, where, router, scope, id, name)
#define BUCKETS(family, where, router, scope, id, name, scale)
#define PROXY(prefix, who)
#define LACKS(who, rules, why) SPAN_INIT(rules),
#include "analyze/prometheus.def"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++)
		if (!is_rule(globs[i]))
			fail_msg("no such rule: %s", globs[i].p);
}

static double number(const char *text)
{
	double v = -12345;

	assert_true(prom_number(span_of(text), &v));
	return v;
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-15 * fabs(b);
}

static void numbers_come_in_every_spelling(void **state)
{
	static const char *const none[] = {"",      "-", ".",     "e5",   "1e", "1e+", "0x10",
	                                   "1_000", "+", "1.2.3", "nano", "in", "1,5", "--1"};
	double v;

	(void)state;
	assert_true(near(number("42"), 42));
	assert_true(near(number("+4.25"), 4.25));
	assert_true(near(number("-1.5e-3"), -0.0015));
	assert_true(near(number("1.458255915e9"), 1458255915));
	assert_true(near(number("9007199254740993"), 9007199254740992.0));
	assert_true(near(number("123456789012345678901234567890"), 1.2345678901234568e29));
	assert_true(near(number("1.7976931348623157e+308"), 1.7976931348623157e308));
	assert_true(number("0e999999999") == 0 || isnan(number("0e999999999")));
	assert_true(isinf(number("1e99999")));
	assert_true(number("1e-99999") == 0);
	assert_true(isnan(number("NaN")) && isinf(number("+Inf")) && isinf(number("-inf")));
	assert_true(number("-Inf") < 0);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(prom_number(span_of(none[i]), &v));
}

static void why_is_told_by_proxy_and_rule(void **state)
{
	(void)state;
	assert_string_equal(prom_lacks(SPAN("envoy"), SPAN("linkerd-jvm/gc-pause")),
	                    "it is no JVM");
	assert_non_null(
		prom_lacks(SPAN("linkerd2-proxy"), SPAN("linkerd-backend/failure-accrual")));
	assert_null(prom_lacks(SPAN("envoy"), SPAN("linkerd-backend/failure-accrual")));
	assert_null(prom_lacks(SPAN("envoy"), SPAN("linkerd-backend/failure-ratio")));
	assert_string_equal(prom_proxy(SPAN("envoy_cluster_upstream_rq_total")), "envoy");
	assert_null(prom_proxy(SPAN("node_load1")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_is_reached_by_a_text),
		cmocka_unit_test(what_is_lacking_is_lacking_for_a_rule_that_exists),
		cmocka_unit_test(numbers_come_in_every_spelling),
		cmocka_unit_test(why_is_told_by_proxy_and_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
