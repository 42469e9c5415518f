/* The page of each rule that is built in. */
#include "analyze/rule_page.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "analyze/rules.h"

#define RULES_LEAST 150 /* there are more */

/* Of UTF-8: every byte but those that continue a character. */
static unsigned characters(struct span line)
{
	unsigned n = 0;

	for (size_t i = 0; i < line.n; i++)
		n += ((unsigned char)line.p[i] & 0xc0) != 0x80;
	return n;
}

/* Down to the SQL, whose strings are not folded. */
static void fits(const char *id, struct span page, unsigned width)
{
	struct span line;

	while (span_line(&page, &line) && !span_starts(line, SPAN("SQL, "))) {
		if (characters(line) > width)
			fail_msg("%s: wider than %u: %.*s", id, width, (int)line.n, line.p);
		if (span_search(line, SPAN("{_")) < line.n ||
		    span_search(line, SPAN("{:")) < line.n)
			fail_msg("%s: a place of the template: %.*s", id, (int)line.n, line.p);
	}
	assert_true(page.n > 0);
}

static void every_rule_has_a_page_within_its_width(void **state)
{
	const struct style style = {.width = 72, .utf8 = true};
	struct arena a = {0};
	struct rules r;
	struct err e = {0};

	(void)state;
	assert_int_equal(rules_load(&r, NULL, &a, &e), 0);
	assert_true(r.set.n > RULES_LEAST);
	for (size_t i = 0; i < r.set.n; i++) {
		char *page = NULL;
		size_t n = 0;
		FILE *out = open_memstream(&page, &n);

		assert_non_null(out);
		assert_null(r.set.v[i]->broken);
		rule_page_put(&(struct layout){.out = out, .style = &style}, &r, &r.set.v[i]->rule);
		assert_int_equal(fclose(out), 0);
		fits(r.set.v[i]->rule.id, (struct span){page, n}, style.width);
		free(page);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_has_a_page_within_its_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
