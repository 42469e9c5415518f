#include "schema/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *nearest_of(const char *word)
{
	static const char *const known[] = {"warn_drops", "min_ticks", "json",
	                                    "jsonl",      "text",      "softirq/backlog-drop"};
	struct nearest n = {.word = span_of(word)};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		nearest_offer(&n, known[i]);
	return nearest_best(&n);
}

static void slips_of_the_hand_are_near(void **state)
{
	(void)state;
	assert_string_equal(nearest_of("warn_drop"), "warn_drops");   /* left out */
	assert_string_equal(nearest_of("warnn_drops"), "warn_drops"); /* put in */
	assert_string_equal(nearest_of("warn-drops"), "warn_drops");  /* another one */
	assert_string_equal(nearest_of("wran_drops"), "warn_drops");  /* swapped */
	assert_string_equal(nearest_of("jsno"), "json");
	assert_string_equal(nearest_of("jsonl"), "jsonl");
}

static void a_part_is_near_to_the_whole(void **state)
{
	(void)state;
	assert_string_equal(nearest_of("warn"), "warn_drops");
	assert_string_equal(nearest_of("backlog-drop"), "softirq/backlog-drop");
	assert_string_equal(nearest_of("softirq/backlog"), "softirq/backlog-drop");
	assert_null(nearest_of("wa"));
}

static void what_is_far_is_not_offered(void **state)
{
	char word[200];

	(void)state;
	assert_null(nearest_of("papyrus"));
	assert_null(nearest_of(""));
	assert_null(nearest_of("x"));
	for (size_t i = 0; i < sizeof(word); i++)
		word[i] = 'x';
	word[sizeof(word) - 1] = '\0';
	assert_null(nearest_of(word));
	assert_null(nearest_best(&(struct nearest){.word = SPAN("text")}));
}

static void a_hint_ends_an_error(void **state)
{
	struct nearest near = {.word = SPAN("levle")}, far = {.word = SPAN("papyrus")};

	(void)state;
	nearest_offer(&near, "level");
	nearest_offer(&far, "level");
	assert_string_equal(nearest_hint(&near, "--"), " (did you mean --level?)");
	assert_string_equal(nearest_hint(&far, "--"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slips_of_the_hand_are_near),
		cmocka_unit_test(a_part_is_near_to_the_whole),
		cmocka_unit_test(what_is_far_is_not_offered),
		cmocka_unit_test(a_hint_ends_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
