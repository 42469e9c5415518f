/* --site FILE and --set, on the rules that are built in. */
#include <stdlib.h>

#include "analyze/rules.h"
#include "tests/fuzz/input.h"

static const struct rules *built_in(void)
{
	static struct arena arena;
	static struct rules rules;
	struct err e = {0};

	if (!rules.arena && rules_load(&rules, NULL, &arena, &e) != 0)
		abort();
	return &rules;
}

/* What the rules ask of it. */
static void ask(const struct site *site, const struct rule_set *set, struct arena *a)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct rule *r = &set->v[i]->rule;
		const struct site_suppression *expired;
		const struct rule_value *values;

		if (site_off(site, r) || site_cap(site, r) == LEVEL_COUNT)
			continue;
		(void)site_values(site, r, a, &values);
		(void)site_suppression(site, r->id, "eth0", 0, &expired);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct rule_set *set = &built_in()->set;
	char *text = input_text((struct span){(const char *)data, n});
	const struct setting *settings;
	struct site site = {0};
	struct arena a = {0};
	struct err e = {0};
	bool read = site_read(&site, "site.conf", (struct span){text, n}, set, &a, &e) == 0;

	if (site_set(&site, text, set, &a, &e) == 0 || read)
		ask(&site, set, &a);
	(void)site_settings(&site, &a, &settings);
	arena_free(&a);
	free(text);
	return 0;
}
