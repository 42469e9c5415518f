#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/arena.h"
#include "analyze/md_text.h"
#include "analyze/report.h"

enum what { WORDS, BEGIN, CELL, CODE, CODE_IN_CELL };

/* The caller frees it. */
static char *written(enum what what, const char *text)
{
	char *got = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&got, &n);
	const struct md m = {.out = out, .utf8 = true};

	assert_non_null(out);
	if (what == WORDS)
		md_put(&m, span_of(text));
	else if (what == BEGIN)
		md_begin(&m, span_of(text));
	else if (what == CELL)
		md_cell(&m, span_of(text));
	else
		md_code(&m, span_of(text), what == CODE_IN_CELL);
	(void)fclose(out);
	return got;
}

static void becomes(enum what what, const char *text, const char *want)
{
	char *got = written(what, text);

	assert_string_equal(got, want);
	free(got);
}

static void plain_words_stay_readable(void **state)
{
	(void)state;
	becomes(WORDS, "net.ipv4.tcp_max_syn_backlog is 4096 (0.5%); 10.0.0.1:80 -> eth0",
	        "net.ipv4.tcp_max_syn_backlog is 4096 (0.5%); 10.0.0.1:80 -> eth0");
	becomes(WORDS, "http|client|#/io.l5d.fs/web: R&D", "http|client|#/io.l5d.fs/web: R&amp;D");
}

static void markup_becomes_text(void **state)
{
	(void)state;
	becomes(WORDS, "<b>*x* _y_ `z` [a](b) ~c~ \\ $d$",
	        "&lt;b>\\*x\\* \\_y\\_ \\`z\\` \\[a](b) \\~c\\~ \\\\ \\$d\\$");
	becomes(WORDS, "&lt; &#60; a & b", "&amp;lt; &amp;#60; a & b");
	becomes(WORDS, "http://evil.example www.evil.example",
	        "http\\://evil.example www\\.evil.example");
	becomes(WORDS, "two\nlines \x1b[31m", "two\\\\nlines \\\\x1b\\[31m");
}

static void a_name_behind_an_at_is_told_nothing(void **state)
{
	(void)state;
	becomes(WORDS, "@all see (@team/ops), eth0@if7, a @ b",
	        "@\xe2\x80\x8b"
	        "all see (@\xe2\x80\x8b"
	        "team/ops), eth0@if7, a @ b");
	becomes(CODE, "@all", "`@all`");
}

static void a_paragraph_cannot_begin_a_block(void **state)
{
	(void)state;
	becomes(BEGIN, "# head", "\\# head");
	becomes(BEGIN, "- item", "\\- item");
	becomes(BEGIN, "> quote", "\\> quote");
	becomes(BEGIN, "12. item", "12\\. item");
	becomes(BEGIN, "1) item", "1\\) item");
	becomes(BEGIN, "    code", "code");
	becomes(BEGIN, "10.0.0.1 is slow", "10\\.0.0.1 is slow");
	becomes(BEGIN, "---", "\\---");
	becomes(BEGIN, "", "");
}

static void a_cell_cannot_be_left(void **state)
{
	(void)state;
	becomes(CELL, "a|b", "a\\|b");
	becomes(CELL, "a\\|b", "a\\\\\\|b");
	becomes(CODE_IN_CELL, "a|b", "`a\\|b`");
}

static void code_takes_as_many_backticks_as_it_needs(void **state)
{
	(void)state;
	becomes(CODE, "a/b", "`a/b`");
	becomes(CODE, "a``b`c", "``` a``b`c ```");
	becomes(CODE, "x\ny", "`x\\ny`");
	becomes(CODE, "", "");
}

static void commands_stand_in_a_fence_that_they_cannot_close(void **state)
{
	char *got = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&got, &n);
	const struct md m = {.out = out, .utf8 = true};

	(void)state;
	assert_non_null(out);
	md_advice(&m,
	          "do:", "Raise it\nat once:\n  sysctl -w a=1\n  ```\nThen *watch*:\n  watch x\n");
	md_advice(&m, "verify:", "");
	(void)fclose(out);
	assert_string_equal(got, "\n**do:** Raise it at once:\n\n````\nsysctl -w a=1\n```\n````\n"
	                         "\nThen \\*watch\\*:\n\n```\nwatch x\n```\n");
	free(got);
}

/* ---- the report ---- */

static char *rendered(const struct report *r, bool all)
{
	const struct style style = {.width = 100, .utf8 = true, .all = all};
	struct err e = {0};
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	assert_int_equal(renderer_find("md")->render(r, &style, out, &e), 0);
	(void)fclose(out);
	return text;
}

static struct finding plain(const char *rule, enum level level, const char *entity)
{
	return (struct finding){.rule = rule,
	                        .title = "Title",
	                        .level = level,
	                        .entity = entity,
	                        .message = "it is so",
	                        .at = -1,
	                        .first_at = -1,
	                        .last_at = -1,
	                        .at_text = "",
	                        .first_text = "",
	                        .last_text = "",
	                        .member = "snap/000001/proc/net/dev",
	                        .meaning = "what it means",
	                        .remedy = "Do it.",
	                        .verify = "Look.",
	                        .but = "",
	                        .see = ""};
}

static void a_ticket_is_short(void **state)
{
	struct finding f[] = {
		plain("a/one", LEVEL_CRIT, "eth0"), plain("b/two", LEVEL_WARN, ""),
		plain("c/three", LEVEL_WARN, ""),   plain("d/four", LEVEL_WARN, "cpu1"),
		plain("e/five", LEVEL_INFO, ""),
	};
	struct report r = {.findings = f, .findings_n = 5};
	struct arena a = {0};
	char *text;

	(void)state;
	report_finish(&r, &a);
	text = rendered(&r, false);
	assert_non_null(strstr(text, "## nettape: CRITICAL"));
	assert_non_null(strstr(
		text,
		"### \\[C] `a/one` Title\n\neth0: it is so\n\n- when: all of the window\n"
		"- file: `snap/000001/proc/net/dev`\n\n**do:** Do it.\n\n**verify:** Look.\n"));
	assert_non_null(strstr(
		text, "### Also\n\n- \\[W] `d/four` cpu1: it is so\n- \\[i] `e/five` it is so\n"));
	assert_null(strstr(text, "what it means"));
	free(text);
	text = rendered(&r, true);
	assert_non_null(strstr(text, "### \\[i] `e/five` Title"));
	assert_non_null(strstr(text, "**meaning:** what it means"));
	free(text);
	arena_free(&a);
}

static void tables_come_with_all(void **state)
{
	static const struct column columns[] = {
		{"name",    "name", MEASURE_TEXT },
		{"n_bytes", "n",    MEASURE_BYTES},
		{"x_spark", "x",    MEASURE_SPARK}
        };
	static const float values[] = {0, 1};
	static const struct cell cells[] = {
		{.type = CELL_TEXT,  .v.text = "a|<i>\n`"            },
		{.type = CELL_INT,   .v.i = 2048                     },
		{.type = CELL_SPARK, .v.spark = {.v = values, .n = 2}},
	};
	const struct table t = {.caption = "# caption",
	                        .columns = columns,
	                        .columns_n = 3,
	                        .cells = cells,
	                        .rows_n = 1,
	                        .more = 2};
	const struct section s = {.name = "NET", .about = "about", .tables = &t, .tables_n = 1};
	const struct report r = {.sections = &s, .sections_n = 1};
	char *text = rendered(&r, true);

	(void)state;
	assert_non_null(strstr(
		text, "\n### NET\n\nabout\n\n\\# caption\n\n| name | n | x |\n|---|---:|---|\n"
		      "| a\\|&lt;i>\\\\n\\` | 2 KiB | `▁█` |\n\n+2 more\n"));
	free(text);
	text = rendered(&r, false);
	assert_null(strstr(text, "### NET"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_words_stay_readable),
		cmocka_unit_test(markup_becomes_text),
		cmocka_unit_test(a_name_behind_an_at_is_told_nothing),
		cmocka_unit_test(a_paragraph_cannot_begin_a_block),
		cmocka_unit_test(a_cell_cannot_be_left),
		cmocka_unit_test(code_takes_as_many_backticks_as_it_needs),
		cmocka_unit_test(commands_stand_in_a_fence_that_they_cannot_close),
		cmocka_unit_test(a_ticket_is_short),
		cmocka_unit_test(tables_come_with_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
