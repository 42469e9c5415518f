#include "analyze/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "analyze/rule_set.h"
#include "analyze/rule_text.h"
#include "schema/timefmt.h"

#define HEAD                                                                                       \
	"-- rule:     area/name\n"                                                                 \
	"-- version:  3\n"                                                                         \
	"-- title:    A title\n"                                                                   \
	"-- requires: softnet >= 2, linkerd\n"                                                     \
	"-- message:  {entity}: {drops}\n"

static struct arena arena;

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static struct rule good(const char *text)
{
	struct rule r;
	struct err e = {0};

	assert_int_equal(rule_parse(&r, "x.sql", span_of(text), &arena, &e), 0);
	assert_string_equal(e.text, "");
	return r;
}

static void bad(const char *text, const char *why)
{
	struct rule r;
	struct err e = {0};

	assert_int_equal(rule_parse(&r, "x.sql", span_of(text), &arena, &e), -1);
	assert_string_equal(e.text, why);
}

static void keys_are_read(void **state)
{
	struct rule r = good(HEAD "-- min_span: 1m\n"
	                          "-- timeout: 500ms\n"
	                          "-- applies: linkerd\n"
	                          "-- explains: tcp-listen/*, a/b\n"
	                          "SELECT 1;\n");

	(void)state;
	assert_string_equal(r.id, "area/name");
	assert_int_equal(r.version, 3);
	assert_string_equal(r.title, "A title");
	assert_string_equal(r.message, "{entity}: {drops}");
	assert_int_equal(r.requires.n, 2);
	assert_string_equal(r.requires.v[0].source, "softnet");
	assert_int_equal(r.requires.v[0].captures, 2);
	assert_string_equal(r.requires.v[1].source, "linkerd");
	assert_int_equal(r.requires.v[1].captures, 1);
	assert_int_equal(r.min_span_ns, INT64_C(60) * NS_PER_S);
	assert_int_equal(r.timeout_ns, 500 * NS_PER_MS);
	assert_string_equal(r.applies.v[0], "linkerd");
	assert_int_equal(r.explains.n, 2);
	assert_string_equal(r.explains.v[1], "a/b");
	assert_string_equal(r.remedy, "");
	assert_true(span_eq(rule_area(&r), SPAN("area")));
}

static void a_continuation_goes_on_with_the_key_above(void **state)
{
	struct rule r = good(HEAD "-- remedy:   Double it:\n"
	                          "--             sysctl -w x=1\n"
	                          "--           and look again.\n"
	                          "-- meaning:  One\n"
	                          "--           sentence.\n"
	                          "SELECT 1; -- no header: any more\n");

	(void)state;
	assert_string_equal(r.remedy, "Double it:\n  sysctl -w x=1\nand look again.");
	assert_string_equal(r.meaning, "One sentence.");
}

static void a_value_may_begin_on_the_next_line(void **state)
{
	struct rule r = good(HEAD "-- remedy:\n"
	                          "--   Do this:\n"
	                          "--     command\n"
	                          "SELECT 1;\n");

	(void)state;
	assert_string_equal(r.remedy, "Do this:\n  command");
}

static void mistakes_are_told_with_file_and_line(void **state)
{
	(void)state;
	bad(HEAD "-- remdy: x\nSELECT 1;", "x.sql:6: unknown key 'remdy'");
	bad(HEAD "-- title: again\nSELECT 1;", "x.sql:6: 'title' is there twice");
	bad(HEAD "-- no key\nSELECT 1;", "x.sql:6: '-- key: value' was expected");
	bad(HEAD "-- remedy:\nSELECT 1;", "x.sql:6: 'remedy' has no value");
	bad(HEAD "-- timeout: soon\nSELECT 1;", "x.sql:6: 'soon' is no duration");
	bad(HEAD "-- schema: 99\nSELECT 1;", "x.sql:7: needs schema 99, this program has 1");
	bad("-- rule: Area/Name\n", "x.sql:1: 'Area/Name' is no AREA/NAME of a-z, 0-9 and '-'");
	bad("-- rule: a/b/c\n", "x.sql:1: 'a/b/c' is no AREA/NAME of a-z, 0-9 and '-'");
	bad("-- rule: a/b\n-- version: 0\n", "x.sql:2: '0' is no number from 1");
	bad("-- rule: a/b\n-- requires: softnet >= x\n", "x.sql:2: 'softnet >=' without a number");
	bad("-- rule: a/b\nSELECT 1;\n", "x.sql:2: 'version' is missing");
	bad("SELECT 1;\n", "x.sql:1: 'rule' is missing");
	bad("", "x.sql:1: 'rule' is missing");
}

static void a_nul_byte_is_no_text(void **state)
{
	struct rule r;
	struct err e = {0};

	(void)state;
	assert_int_equal(rule_parse(&r, "x.sql", SPAN("-- rule: a/b\0c\n"), &arena, &e), -1);
	assert_string_equal(e.text, "x.sql:1: a NUL byte");
}

static void a_value_longer_than_any_sense_is_refused(void **state)
{
	char *text = arena_take(&arena, 20001);
	struct rule r;
	struct err e = {0};

	(void)state;
	memset(text, 'x', 20000);
	memcpy(text, "-- title: ", 10);
	assert_int_equal(rule_parse(&r, "x.sql", span_of(text), &arena, &e), -1);
	assert_string_equal(e.text, "x.sql:1: longer than 8192 bytes");
}

static void note(void *ctx, const struct placeholder *p, struct buf *out)
{
	(void)ctx;
	buf_str(out, p->param ? "<:" : "<");
	buf_put(out, p->name);
	buf_str(out, p->raw ? "!>" : ">");
}

static void only_words_in_braces_are_placeholders(void **state)
{
	(void)state;
	assert_string_equal(rule_fill(&arena, "{a} {:b}, ${c}{d", note, NULL), "<a> <:b>, $<c>{d");
	assert_string_equal(rule_fill(&arena, "awk '{print $1}' {} {A}", note, NULL),
	                    "awk '{print $1}' {} {A}");
	assert_string_equal(
		rule_fill(&arena, "{a:raw} {:b:raw} {raw} {:raw} {a:b} {a:}", note, NULL),
		"<a!> <:b!> <raw> <:raw> {a:b} {a:}");
}

static void put_seven(void *ctx, const struct placeholder *p, struct buf *out)
{
	placeholder_put(out, p, ctx);
}

static void numbers_that_nobody_reads_bring_their_unit(void **state)
{
	struct cell i = {.type = CELL_INT, .v.i = 6291456}, r = {.type = CELL_REAL, .v.r = 0.25},
		    text = {.type = CELL_TEXT, .v.text = "none"}, empty = {.type = CELL_EMPTY};

	(void)state;
	assert_string_equal(
		rule_fill(&arena, "{x_bytes} {x_bytes:raw} {x_bytes_per_s} {x_ns}", put_seven, &i),
		"6 MiB 6291456 6 MiB/s 6.29 ms");
	assert_string_equal(rule_fill(&arena, "{x_bit_per_s} {x} {bytes}", put_seven, &i),
	                    "6.29 Mbit/s 6291456 6291456");
	assert_string_equal(
		rule_fill(&arena, "{x_s} s {x_ms} ms {x_pct}% {x_per_s}/s", put_seven, &r),
		"0.25 s 0.25 ms 0.25% 0.25/s");
	assert_string_equal(rule_fill(&arena, "{x_bytes}", put_seven, &text), "none");
	assert_string_equal(rule_fill(&arena, "{x_ns}", put_seven, &empty), "unknown");
}

static bool twice(const char *text)
{
	struct span rest = span_of(text), before;
	struct placeholder p;

	assert_true(placeholder_next(&rest, &before, &p));
	return placeholder_unit_twice(&p, rest);
}

static void a_unit_behind_a_unit_is_seen(void **state)
{
	(void)state;
	assert_true(twice("{x_bytes} bytes"));
	assert_true(twice("{:x_bytes} KiB, and"));
	assert_true(twice("{x_ns}ns"));
	assert_true(twice("{x_bit_per_s}/s"));
	assert_false(twice("{x_bytes} sent"));
	assert_false(twice("{x_bytes} in all"));
	assert_false(twice("{x_bytes:raw} bytes"));
	assert_false(twice("{x_s} s"));
	assert_false(twice("{x_pct}%"));
}

static struct rule_entry *entry(const char *id, const char *after, const char *explains)
{
	struct rule_entry *x = arena_take(&arena, sizeof(*x));
	const char **v = arena_array(&arena, 2, sizeof(*v));

	v[0] = after;
	v[1] = explains;
	x->rule.id = id;
	x->rule.after = (struct rule_words){v, after != NULL};
	x->rule.explains = (struct rule_words){v + 1, explains != NULL};
	return x;
}

static void rules_run_behind_what_they_wait_for(void **state)
{
	struct rule_entry *v[] = {
		entry("root-cause/b", NULL, "c/*"), entry("root-cause/a", "root-cause/b", NULL),
		entry("a/x", "c/y", NULL), entry("c/y", NULL, NULL), entry("b/x", NULL, NULL)};
	struct rule_set s = {.v = v, .n = 5};
	struct err e = {0};

	(void)state;
	assert_int_equal(rule_set_order(&s, &arena, &e), 0);
	assert_string_equal(s.v[0]->rule.id, "b/x");
	assert_string_equal(s.v[1]->rule.id, "c/y");
	assert_string_equal(s.v[2]->rule.id, "a/x");
	assert_string_equal(s.v[3]->rule.id, "root-cause/b");
	assert_string_equal(s.v[4]->rule.id, "root-cause/a");
}

static void a_circle_of_those_built_in_is_an_error(void **state)
{
	struct rule_entry *v[] = {entry("a/x", "b/x", NULL), entry("b/x", "a/*", NULL),
	                          entry("c/x", NULL, NULL)};
	struct rule_set s = {.v = v, .n = 3};
	struct err e = {0};

	(void)state;
	v[0]->built_in = v[1]->built_in = true;
	assert_int_equal(rule_set_order(&s, &arena, &e), -1);
	assert_string_equal(e.text, "after: and explains: go round in a circle among a/x b/x");
}

static void a_stranger_in_a_circle_is_left_out(void **state)
{
	struct rule_entry *v[] = {entry("a/x", "b/x", NULL), entry("b/x", "a/*", NULL),
	                          entry("c/x", "a/x", NULL)};
	struct rule_set s = {.v = v, .n = 3};
	struct rule_entry *mine = v[0], *other = v[1], *behind = v[2];
	struct err e = {0};

	(void)state;
	mine->built_in = true;
	other->rule.path = "dir/b/x.sql";
	assert_int_equal(rule_set_order(&s, &arena, &e), 0);
	assert_null(mine->broken);
	assert_null(behind->broken);
	assert_string_equal(
		other->broken,
		"dir/b/x.sql:1: after: and explains: go round in a circle among a/x b/x c/x");
	assert_ptr_equal(s.v[0], other);
	assert_ptr_equal(s.v[1], mine);
	assert_ptr_equal(s.v[2], behind);
}

static void a_header_is_text(void **state)
{
	static const struct {
		const char *line, *why;
	} bad[] = {
		{"-- title: a\x1b[31m",            "x.sql:1: a byte that is no text"},
		{"-- tags: a\n-- title: \xff",     "x.sql:2: a byte that is no text"},
		{"-- title: a\n--   \xe2\x80\xae", "x.sql:1: a byte that is no text"},
	};
	struct rule r;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err e = {0};

		assert_int_equal(rule_parse(&r, "x.sql", span_of(bad[i].line), &arena, &e), -1);
		assert_string_equal(e.text, bad[i].why);
	}
}

static void a_header_has_bounds(void **state)
{
	char *text = arena_take(&arena, 20000);
	struct buf b = {.p = text, .cap = 20000};
	struct err e = {0}, words = {0}, nul = {0};
	struct rule r;

	(void)state;
	for (int i = 0; i < 70; i++)
		buf_fmt(&b, "-- param: p%d x y\n", i);
	assert_int_equal(rule_parse(&r, "x.sql", buf_span(&b), &arena, &e), -1);
	assert_string_equal(e.text, "x.sql:65: more than 64 params");
	b.n = 0;
	for (int i = 0; i < 300; i++)
		buf_str(&b, "-- after: a/b\n");
	assert_int_equal(rule_parse(&r, "x.sql", buf_span(&b), &arena, &words), -1);
	assert_string_equal(words.text, "x.sql:257: more than 256 words");
	assert_int_equal(rule_parse(&r, "x.sql", SPAN("-- tags: a\n\n\0"), &arena, &nul), -1);
	assert_string_equal(nul.text, "x.sql:3: a NUL byte");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_read),
		cmocka_unit_test(a_continuation_goes_on_with_the_key_above),
		cmocka_unit_test(a_value_may_begin_on_the_next_line),
		cmocka_unit_test(mistakes_are_told_with_file_and_line),
		cmocka_unit_test(a_nul_byte_is_no_text),
		cmocka_unit_test(a_value_longer_than_any_sense_is_refused),
		cmocka_unit_test(only_words_in_braces_are_placeholders),
		cmocka_unit_test(numbers_that_nobody_reads_bring_their_unit),
		cmocka_unit_test(a_unit_behind_a_unit_is_seen),
		cmocka_unit_test(rules_run_behind_what_they_wait_for),
		cmocka_unit_test(a_circle_of_those_built_in_is_an_error),
		cmocka_unit_test(a_stranger_in_a_circle_is_left_out),
		cmocka_unit_test(a_header_is_text),
		cmocka_unit_test(a_header_has_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, teardown);
}
