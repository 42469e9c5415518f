/* A rule's file: its header, its texts filled in, its page of --explain. */
#include <stdlib.h>

#include "analyze/rule_text.h"
#include "analyze/rules.h"
#include "tests/fuzz/input.h"

static void fill(void *user, const struct placeholder *p, struct buf *out)
{
	const struct cell v = {.type = CELL_REAL, .v.r = *(const double *)user};

	placeholder_put(out, p, &v);
}

static void show(const struct rule *r, const char *path, struct arena *a)
{
	struct rule_entry entry = {.rule = *r, .name = path}, *one = &entry;
	const struct rules all = {
		.set = {.v = &one, .n = 1},
                  .arena = a
        };
	const struct style style = {.width = 72, .utf8 = true};
	struct err e = {0};
	double v = 1234567.5;

	(void)rule_fill(a, r->message, fill, &v);
	(void)rule_fill(a, r->remedy, fill, &v);
	rules_list(&all, input_nowhere());
	(void)!rules_explain(&all, r->id, &style, input_nowhere(), &e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const char *path = "rules/softirq/backlog-drop.sql";
	char *text = input_text((struct span){(const char *)data, n});
	struct arena a = {0};
	struct err e = {0};
	struct rule r = {.path = path};

	if (rule_parse(&r, path, (struct span){text, n}, &a, &e) == 0)
		show(&r, path, &a);
	arena_free(&a);
	free(text);
	return 0;
}
