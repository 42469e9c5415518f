#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "collect/opts.h"
#include "collect/url.h"
#include "schema/timefmt.h"
#include "schema/unit.h"

#define PARSE(o, e, ...) parse(o, e, (const char *const[]){"nettape-collect", __VA_ARGS__, NULL})
#define ARGS_MAX         (OPTS_LIST_MAX + 3)

/* As a shell would hand them over: in memory of their own. */
static int parse(struct opts *o, struct err *e, const char *const *words)
{
	static char text[ARGS_MAX][64];
	char *argv[ARGS_MAX + 1] = {0};
	int argc = 0;

	for (; words[argc]; argc++) {
		struct buf b = BUF_OVER(text[argc]);

		buf_str(&b, words[argc]);
		(void)buf_cstr(&b);
		argv[argc] = text[argc];
	}
	*e = (struct err){0};
	return opts_parse(o, argc, argv, e);
}

static void defaults_are_those_of_the_page(void **state)
{
	struct opts o;
	struct err e = {0};

	(void)state;
	assert_int_equal(parse(&o, &e, (const char *const[]){"nettape-collect", NULL}), 0);
	assert_int_equal(o.for_ns, 300 * (int64_t)NS_PER_S);
	assert_int_equal(o.every_ns, NS_PER_S);
	assert_int_equal(o.max_size, (uint64_t)512 * MIB);
	assert_int_equal(o.level, 1);
	assert_null(o.output);
	assert_string_equal(o.root, "");
	assert_false(o.force);
}

static void arguments_come_in_every_spelling(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&o, &e, "--for=10s", "--every", "250ms", "-qv", "-oa.tar",
	                       "--metrics", "a:1", "--metrics=b:2"),
	                 0);
	assert_int_equal(o.for_ns, 10 * (int64_t)NS_PER_S);
	assert_int_equal(o.every_ns, NS_PER_S / 4);
	assert_true(o.quiet && o.verbose);
	assert_string_equal(o.output, "a.tar");
	assert_int_equal(o.urls.n, 2);
	assert_string_equal(o.urls.v[1], "b:2");
	assert_null(o.urls.v[2]);
	assert_int_equal(PARSE(&o, &e, "-o", "-", "--note="), 0);
	assert_string_equal(o.output, "-");
	assert_string_equal(o.note, "");
	assert_int_equal(PARSE(&o, &e, "--root", "/"), 0);
	assert_string_equal(o.root, "");
}

static void refuses(const char *what, struct err *e, int r)
{
	assert_int_equal(r, -1);
	if (!strstr(e->text, what))
		fail_msg("\"%s\" does not name %s", e->text, what);
}

static void usage_errors_name_the_option(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	refuses("--every", &e, PARSE(&o, &e, "--every", "9ms"));
	refuses("--every", &e, PARSE(&o, &e, "--every", "61m"));
	refuses("--for", &e, PARSE(&o, &e, "--for", "-1s"));
	refuses("--for", &e, PARSE(&o, &e, "--for"));
	refuses("--nope", &e, PARSE(&o, &e, "--nope=1"));
	refuses("-x", &e, PARSE(&o, &e, "-qx"));
	refuses("did you mean --every?", &e, PARSE(&o, &e, "--ever", "1s"));
	refuses("did you mean --metrics?", &e, PARSE(&o, &e, "--metrisc=a:1"));
	refuses("did you mean --output?", &e, PARSE(&o, &e, "-output", "a"));
	refuses("10s", &e, PARSE(&o, &e, "--for", "ten"));
	refuses("--force", &e, PARSE(&o, &e, "--force=1"));
	refuses("stray", &e, PARSE(&o, &e, "stray"));
	refuses("--level", &e, PARSE(&o, &e, "--level", "99"));
	refuses("--max-size", &e, PARSE(&o, &e, "--max-size", "9X"));
	refuses("--root", &e, PARSE(&o, &e, "--root", "/d", "--run", "a=b"));
	refuses("--no-http", &e, PARSE(&o, &e, "--no-http", "--metrics", "a:1"));
}

static void too_many_of_one_option_are_refused(void **state)
{
	const char *argv[ARGS_MAX] = {"nettape-collect"};
	struct opts o;
	struct err e;

	(void)state;
	for (int i = 1; i <= OPTS_LIST_MAX + 1; i++)
		argv[i] = "--pid=1";
	refuses("--pid", &e, parse(&o, &e, argv));
	argv[OPTS_LIST_MAX + 1] = NULL;
	assert_int_equal(parse(&o, &e, argv), 0);
}

static uint64_t size(const char *text)
{
	uint64_t n = 7;

	return size_parse(span_of(text), &n) ? n : 7;
}

static void sizes_are_binary(void **state)
{
	(void)state;
	assert_int_equal(size("512M"), (uint64_t)512 * MIB);
	assert_int_equal(size("64k"), 64 * KIB);
	assert_int_equal(size("1GiB"), (uint64_t)1024 * MIB);
	assert_int_equal(size("10B"), 10);
	assert_int_equal(size("0"), 0);
	assert_int_equal(size("18446744073709551615T"), 7);
	assert_int_equal(size("M"), 7);
	assert_int_equal(size("1Mx"), 7);
	assert_int_equal(size("-1"), 7);
}

static void help_names_every_option(void **state)
{
	static const char *const names[] = {
		"--for",     "--every",    "--pace",    "--output",       "--force",
		"--level",   "--max-size", "--metrics", "--no-http",      "--with-config",
		"--pid",     "--comm",     "--netns",   "--run",          "--include",
		"--exclude", "--note",     "--root",    "--list-sources", "--version"};
	static char text[16384];
	struct buf b = BUF_OVER(text);

	(void)state;
	opts_help(&b);
	assert_false(b.cut);
	(void)buf_cstr(&b);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_non_null(strstr(text, names[i]));
}

static void url_is(const char *text, const char *base, const char *folder)
{
	char name[128];
	struct buf b = BUF_OVER(name);
	struct err e = {0};
	struct url u;

	assert_int_equal(url_parse(span_of(text), &u, &e), 0);
	url_put_folder(&b, &u);
	assert_string_equal(buf_cstr(&b), folder);
	if (!span_eq(u.base, span_of(base)))
		fail_msg("%s: base is %.*s", text, (int)u.base.n, u.base.p);
}

static void urls_come_in_every_spelling(void **state)
{
	(void)state;
	url_is("http://127.0.0.1:9990", "http://127.0.0.1:9990", "127.0.0.1_9990");
	url_is("http://l5d:9990/", "http://l5d:9990", "l5d_9990");
	url_is("http://l5d:9990/admin/metrics.json", "http://l5d:9990", "l5d_9990");
	url_is("http://l5d:9990/admin", "http://l5d:9990", "l5d_9990");
	url_is("http://proxy/l5d/admin/metrics.json", "http://proxy/l5d", "proxy_80");
	url_is("l5d:9990", "l5d:9990", "l5d_9990");
	url_is("http://[::1]:9990", "http://[::1]:9990", "_::1__9990");
	url_is("unix:/run/l5d.sock", "http://localhost", "unix_.run.l5d.sock");
	url_is("unix:///run/l5d.sock", "http://localhost", "unix_.run.l5d.sock");
}

static void prometheus_is(const char *text, const char *base, const char *path, const char *query)
{
	struct err e = {0};
	struct url u;

	assert_int_equal(url_parse(span_of(text), &u, &e), 0);
	if (!span_eq(u.base, span_of(base)) || !span_eq(u.path, span_of(path)) ||
	    !span_eq(u.query, span_of(query)))
		fail_msg("%s: base %.*s, path %.*s", text, (int)u.base.n, u.base.p, (int)u.path.n,
		         u.path.p);
}

static void a_path_of_prometheus_is_kept_whole(void **state)
{
	(void)state;
	prometheus_is("http://127.0.0.1:4191/metrics", "http://127.0.0.1:4191", "/metrics", "");
	prometheus_is("10.0.0.1:9901/stats/prometheus?usedonly", "10.0.0.1:9901",
	              "/stats/prometheus", "?usedonly");
	prometheus_is("http://l5d:9990/admin/metrics/prometheus", "http://l5d:9990",
	              "/admin/metrics/prometheus", "");
	prometheus_is("http://l5d:9990", "http://l5d:9990", "", "");
	prometheus_is("http://l5d:9990/admin/metrics.json", "http://l5d:9990", "", "");
}

static void other_urls_are_refused(void **state)
{
	static const char *const bad[] = {"",
	                                  "https://l5d:9990",
	                                  "ftp://x",
	                                  "http://",
	                                  "http://:9990",
	                                  "http://a b",
	                                  "http://a:99999",
	                                  "http://a:0",
	                                  "http://u:p@a:1",
	                                  "unix:relative",
	                                  "http://a:x",
	                                  "http://a\n",
	                                  "http://a/../metrics",
	                                  "http://a/x%20/metrics",
	                                  "http://a//metrics"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = {0};
		struct url u;

		assert_int_equal(url_parse(span_of(bad[i]), &u, &e), -1);
		assert_true(e.text[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_page),
		cmocka_unit_test(arguments_come_in_every_spelling),
		cmocka_unit_test(usage_errors_name_the_option),
		cmocka_unit_test(too_many_of_one_option_are_refused),
		cmocka_unit_test(sizes_are_binary),
		cmocka_unit_test(help_names_every_option),
		cmocka_unit_test(urls_come_in_every_spelling),
		cmocka_unit_test(a_path_of_prometheus_is_kept_whole),
		cmocka_unit_test(other_urls_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
