/* analyze/parse/softnet.c where the rows do not say whose they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analyze/parse.h"

#define ROW "00000011 00000002 00000003 0 0 0 0 0 0"

struct taken {
	struct emit emit; /* first: the callback casts back */
	char text[256];
	struct buf entities; /* of the dropped packets: "cpu0 cpu2" */
};

static void point(struct emit *e, const struct point *p)
{
	struct taken *t = (struct taken *)e;

	if (!span_eq(p->name, SPAN("dropped")))
		return;
	buf_str(&t->entities, t->entities.n ? " " : "");
	buf_put(&t->entities, p->entity);
}

static void note(struct emit *e, size_t line, const char *why, struct span text)
{
	(void)e;
	(void)line;
	(void)why;
	(void)text;
}

static void gives(const char *text, struct hints hints, const char *entities)
{
	struct taken t = {
		.emit = {.point = point, .note = note}
        };
	const struct input in = {
		.text = span_of(text), .path = SPAN("proc/net/softnet_stat"), .hints = hints};

	t.entities = BUF_OVER(t.text);
	parser_by_format(SPAN("softnet"))->parser->parse(&in, &t.emit);
	assert_string_equal(buf_cstr(&t.entities), entities);
}

static void rows_are_the_online_cpus_in_their_order(void **state)
{
	static const unsigned online[] = {0, 2, 7};

	(void)state;
	gives(ROW "\n" ROW "\n" ROW "\n", (struct hints){online, 3}, "cpu0 cpu2 cpu7");
	gives(ROW " 0 0\n" ROW " 0 0\n", (struct hints){online, 3}, "cpu0 cpu2");
}

static void without_a_list_they_are_numbered(void **state)
{
	(void)state;
	gives(ROW "\n" ROW "\n", (struct hints){NULL, 0}, "cpu0 cpu1");
}

static void a_row_that_is_cut_is_still_a_cpu(void **state)
{
	static const unsigned online[] = {1, 3, 5};

	(void)state;
	gives("an error\n" ROW "\n00000011 0000\n" ROW "\n", (struct hints){online, 3},
	      "cpu1 cpu5");
}

static void a_row_that_names_its_cpu_is_believed(void **state)
{
	static const unsigned online[] = {0, 1};

	(void)state;
	gives(ROW " 0 0 0 0000001f\n", (struct hints){online, 2}, "cpu31");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_the_online_cpus_in_their_order),
		cmocka_unit_test(without_a_list_they_are_numbered),
		cmocka_unit_test(a_row_that_is_cut_is_still_a_cpu),
		cmocka_unit_test(a_row_that_names_its_cpu_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
