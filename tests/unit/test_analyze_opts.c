#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/opts.h"

#define ARGS_MAX 16

/* The words after the program's name; what they are read into stays until the next call. */
static int parse(struct opts *o, struct err *e, const char *const *words)
{
	static const char *scratch[ARGS_MAX + 1];
	static char text[ARGS_MAX][64];
	static char program[] = "nettape-analyze";
	static char *argv[ARGS_MAX + 2];
	int n = 1;

	for (; *words && n <= ARGS_MAX; words++, n++) {
		(void)snprintf(text[n - 1], sizeof(text[0]), "%s", *words);
		argv[n] = text[n - 1];
	}
	argv[0] = program;
	argv[n] = NULL;
	*e = (struct err){0};
	return opts_parse(o, n, argv, scratch, e);
}
#define PARSE(o, e, ...) parse((o), (e), (const char *const[]){__VA_ARGS__, NULL})

static void a_bundle_alone_is_a_report(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&o, &e, "x.tar.zst"), 0);
	assert_int_equal(o.mode, MODE_REPORT);
	assert_string_equal(o.format, "text");
	assert_int_equal(o.fail_level, LEVEL_WARN);
	assert_int_equal(o.args_n, 1);
	assert_string_equal(o.args[0], "x.tar.zst");
}

static void several_bundles_are_a_fleet(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&o, &e, "a", "b", "-j", "3"), 0);
	assert_int_equal(o.mode, MODE_FLEET);
	assert_int_equal(o.jobs_n, 3);
	assert_int_equal(PARSE(&o, &e, "a", "--out-dir", "d"), 0);
	assert_int_equal(o.mode, MODE_FLEET);
	assert_int_equal(PARSE(&o, &e, "--fleet-db", "f.db"), 0);
	assert_int_equal(o.mode, MODE_FLEET);
	assert_int_equal(PARSE(&o, &e, "a", "-j2"), 0);
	assert_int_equal(o.mode, MODE_REPORT);
}

static void options_stand_anywhere_and_repeat(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&o, &e, "--set", "a/b.c=1", "-", "--set=d/e.f=2", "-a", "--fail-on",
	                       "never", "-o", "out", "--width", "80"),
	                 0);
	assert_int_equal(o.sets_n, 2);
	assert_string_equal(o.sets[0], "a/b.c=1");
	assert_string_equal(o.sets[1], "d/e.f=2");
	assert_string_equal(o.args[0], "-");
	assert_true(o.all);
	assert_int_equal(o.fail_level, LEVEL_COUNT);
	assert_string_equal(o.output, "out");
	assert_int_equal(o.width_n, 80);
}

static void windows_are_times_of_a_file(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&o, &e, "--since", "10:00", "--until=-5m", "a"), 0);
	assert_int_equal(o.window.since.kind, WHEN_CLOCK);
	assert_int_equal(o.window.until.kind, WHEN_FROM_END);
	assert_int_equal(PARSE(&o, &e, "--since", "noon", "a"), -1);
	assert_non_null(strstr(e.text, "--since noon"));
	assert_int_equal(PARSE(&o, &e, "--since", "+1m", "-"), -1);
	assert_int_equal(PARSE(&o, &e, "--join", "a", "b", "c"), 0);
	assert_int_equal(o.args_n, 3);
	assert_int_equal(PARSE(&o, &e, "--join", "a", "-"), -1);
	assert_int_equal(PARSE(&o, &e, "--join"), -1);
}

static void sections_add_up_by_name_and_by_letter(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&o, &e, "x"), 0);
	assert_string_equal(o.sections, "");
	assert_int_equal(PARSE(&o, &e, "--section", "tcp,udp", "x", "--section=Findings"), 0);
	assert_string_equal(o.sections, "tcp,udp,Findings");
	assert_int_equal(PARSE(&o, &e, "-cm", "x", "-n"), 0);
	assert_string_equal(o.sections, "CPU,MEMORY,NETDEV,QDISC");
	assert_int_equal(PARSE(&o, &e, "-ac", "x"), 0);
	assert_true(o.all);
	assert_int_equal(PARSE(&o, &e, "-o", "-c", "x"), 0); /* -o is no letter of xsos here */
	assert_string_equal(o.output, "-c");
	assert_string_equal(o.sections, "");
	assert_int_equal(PARSE(&o, &e, "x", "-z"), -1);
	assert_int_equal(PARSE(&o, &e, "x", "-nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"), -1);
	assert_non_null(strstr(e.text, "--section"));
}

static void a_letter_means_one_thing(void **state)
{
	static const char letters[] = {
#define SECTIONS(letter, names, help) (letter),
#include "analyze/letters.def"
#undef SECTIONS
#define GROUP(help)
#define OPT(name, letter, arg, field, type, mode, help) (letter),
#include "analyze/opts.def"
#undef OPT
#undef GROUP
	};

	(void)state;
	for (size_t i = 0; i < sizeof(letters); i++)
		for (size_t j = 0; j < i && letters[i]; j++)
			assert_int_not_equal(letters[i], letters[j]);
}

static void two_bundles_are_compared(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&o, &e, "--compare", "old", "new", "-a", "--until", "+1m"), 0);
	assert_int_equal(o.mode, MODE_COMPARE);
	assert_string_equal(o.args[0], "old");
	assert_string_equal(o.args[1], "new");
	assert_int_equal(PARSE(&o, &e, "--compare", "old"), -1);
	assert_int_equal(PARSE(&o, &e, "--compare", "a", "b", "c"), -1);
	assert_int_equal(PARSE(&o, &e, "--compare", "--join", "a", "b", "c"), -1);
	assert_non_null(strstr(e.text, "OLD... vs NEW..."));
	assert_int_equal(PARSE(&o, &e, "--compare", "--join", "a", "b"), 0);
	assert_int_equal(PARSE(&o, &e, "--compare", "--join", "a", "b", "vs", "c"), 0);
	assert_int_equal(o.old_n, 2);
	assert_int_equal(o.new_n, 1);
	assert_int_equal(PARSE(&o, &e, "--compare", "a", "vs", "c"), 0);
	assert_int_equal(PARSE(&o, &e, "--compare", "a", "b", "vs", "c"), -1);
	assert_int_equal(PARSE(&o, &e, "--compare", "--join", "vs", "c"), -1);
	assert_int_equal(PARSE(&o, &e, "--compare", "--join", "a", "vs"), -1);
	assert_int_equal(PARSE(&o, &e, "--compare", "--join", "a", "vs", "b", "vs", "c"), -1);
	assert_int_equal(PARSE(&o, &e, "--compare", "--db", "x", "a", "b"), -1);
	assert_int_equal(PARSE(&o, &e, "--compare", "--format", "jsonl", "a", "b"), -1);
}

static void modes_take_their_own_arguments(void **state)
{
	struct opts o;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&o, &e, "--test-rules", "dir"), 0);
	assert_int_equal(o.mode, MODE_TEST_RULES);
	assert_string_equal(o.args[0], "dir");
	assert_int_equal(PARSE(&o, &e, "--lint-rules"), 0);
	assert_int_equal(o.args_n, 0);
	assert_int_equal(PARSE(&o, &e, "--explain", "a/b"), 0);
	assert_string_equal(o.explain, "a/b");
	assert_int_equal(PARSE(&o, &e, "--dump", "f", "--as", "softnet"), 0);
	assert_int_equal(o.mode, MODE_DUMP);
	assert_int_equal(PARSE(&o, &e, "--help", "--explain", "a/b", "many", "words"), 0);
	assert_int_equal(o.mode, MODE_HELP);
}

static void what_is_wrong_is_said(void **state)
{
	static const struct {
		const char *const words[4];
		const char *says;
	} wrong[] = {
		{{"--nonsense", "x"},           "--nonsense"     },
		{{"--fromat=html", "x"},        "mean --format?" },
		{{"--explian", "x"},            "mean --explain?"},
		{{"-format", "html", "x"},      "mean --format?" },
		{{"-cq", "x"},                  "-q: there"      },
		{{"--all=1", "x"},              "--all takes no" },
		{{"--explain"},                 "argument: RULE" },
		{{"--format"},                  "--format"       },
		{{"--format", "papyrus", "x"},  "papyrus"        },
		{{"--width", "wide", "x"},      "wide"           },
		{{"--width", "39", "x"},        "39"             },
		{{"--width", "99999999999999"}, "99999999999999" },
		{{"--fail-on", "info", "x"},    "info"           },
		{{"--dump", "a", "b"},          "1 arguments"    },
		{{"a", "b", "--db=x"},          "--db"           },
		{{"a", "b", "--baseline=x"},    "--baseline"     },
		{{"a", "b", "--format=jsonl"},  "jsonl"          },
		{{"-j0", "a", "b"},             "-j 0"           },
		{{"-jmany", "a", "b"},          "-j many"        },
		{{"--out-dir", "d"},            "0 arguments"    },
		{{"--list-rules", "x"},         "1 arguments"    },
	};
	struct opts o;
	struct err e;

	(void)state;
	assert_int_equal(PARSE(&o, &e, NULL), -1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(parse(&o, &e, wrong[i].words), -1);
		assert_non_null(strstr(e.text, wrong[i].says));
	}
}

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 65536);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, 65535, f) > 0);
	(void)fclose(f);
	return text;
}

static void every_option_is_in_help_and_in_the_manual(void **state)
{
	static const char *const names[] = {
#define GROUP(help)
#define OPT(name, letter, arg, field, type, mode, help) (name),
#include "analyze/opts.def"
#undef OPT
#undef GROUP
	};
	static const struct {
		char letter;
		const char *names;
	} letters[] = {
#define SECTIONS(letter, names, help) {(letter), (names)},
#include "analyze/letters.def"
#undef SECTIONS
	};
	char *manual = slurp("analyze/nettape-analyze.1"), *help = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&help, &n);

	(void)state;
	assert_non_null(out);
	opts_help(out);
	(void)fclose(out);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char in_help[64], in_manual[64];

		(void)snprintf(in_help, sizeof(in_help), "--%s", names[i]);
		(void)snprintf(in_manual, sizeof(in_manual), " -%s", names[i]);
		if (!strstr(help, in_help) || !strstr(manual, in_manual))
			fail_msg("--%s is not in help or not in the manual", names[i]);
	}
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++) {
		char in_help[64], in_manual[64];

		(void)snprintf(in_help, sizeof(in_help), "\n  -%c  %s ", letters[i].letter,
		               letters[i].names);
		(void)snprintf(in_manual, sizeof(in_manual), "\n.It Fl %c Ta ", letters[i].letter);
		if (!strstr(help, in_help) || !strstr(manual, in_manual))
			fail_msg("-%c is not in help or not in the manual", letters[i].letter);
	}
	free(manual);
	free(help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bundle_alone_is_a_report),
		cmocka_unit_test(several_bundles_are_a_fleet),
		cmocka_unit_test(options_stand_anywhere_and_repeat),
		cmocka_unit_test(two_bundles_are_compared),
		cmocka_unit_test(windows_are_times_of_a_file),
		cmocka_unit_test(sections_add_up_by_name_and_by_letter),
		cmocka_unit_test(a_letter_means_one_thing),
		cmocka_unit_test(modes_take_their_own_arguments),
		cmocka_unit_test(what_is_wrong_is_said),
		cmocka_unit_test(every_option_is_in_help_and_in_the_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
