#include "analyze/report.h"

#include <assert.h>
#include <string.h>

static const char *const levels[LEVEL_COUNT] = {
	[LEVEL_OK] = "ok",     [LEVEL_INFO] = "info", [LEVEL_WARN] = "warn",
	[LEVEL_CRIT] = "crit", [LEVEL_SKIP] = "skip",
};

const char *level_name(enum level l)
{
	assert(l >= 0 && l < LEVEL_COUNT);
	return levels[l];
}

bool level_parse(struct span name, enum level *l)
{
	for (int i = 0; i < LEVEL_COUNT; i++)
		if (span_eq(name, span_of(levels[i]))) {
			*l = (enum level)i;
			return true;
		}
	return false;
}

const char *report_fact(const struct report *r, const char *name)
{
	for (size_t i = 0; i < r->facts_n; i++)
		if (strcmp(r->facts[i].name, name) == 0)
			return r->facts[i].value;
	return "";
}

#define RENDERER(name) extern const struct renderer renderer_##name;
#include "renderers.def"
#undef RENDERER

const struct renderer_entry renderers[] = {
#define RENDERER(name) {.format = #name, .renderer = &renderer_##name},
#include "renderers.def"
#undef RENDERER
};
const size_t renderers_count = sizeof(renderers) / sizeof(renderers[0]);
