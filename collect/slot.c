#include "collect/slot.h"

#include <stdlib.h>

#include "collect/how.h"
#include "collect/plan.h"
#include "schema/timefmt.h"

static void (*const hows[SOURCE_HOW_COUNT])(struct job *j) = {
	[SOURCE_FILE] = how_file,
	[SOURCE_TASK] = how_task,
	[SOURCE_TOOL] = how_tool,
};

static bool listed(const struct opts_list *l, const struct source *s)
{
	for (size_t i = 0; i < l->n; i++)
		if (span_match(span_of(s->id), span_of(l->v[i]), NULL))
			return true;
	return false;
}

static bool wanted(const struct source *s, const struct opts *o)
{
	if (listed(&o->excludes, s) || !hows[s->how])
		return false;
	return s->on || listed(&o->includes, s);
}

/* Every glob of --include and --exclude names a source: a typing error costs evidence. */
static int check_names(const struct opts_list *l, const char *option, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t k = 0;

		while (k < sources_count &&
		       !span_match(span_of(sources[k].id), span_of(l->v[i]), NULL))
			k++;
		if (k == sources_count)
			return err_set(e, 0, "--%s: no such source: %s (see --list-sources)",
			               option, l->v[i]);
	}
	return 0;
}

static int64_t ms(unsigned n)
{
	return (int64_t)n * NS_PER_MS;
}

static void add(struct slots *s, const struct source *source, struct guard *guard)
{
	s->v[s->n++] = (struct slot){
		.source = *source,
		.how = hows[source->how],
		.guard = source->deadline_ms ? guard : NULL,
		.prefix = "",
		.pace_ns = (int64_t)source->pace_s * NS_PER_S,
		.deadline_ns = ms(source->deadline_ms),
		.taken = PLAN_NEVER,
	};
}

/* "tcp=10s", "ethtool-*=5s" */
static int set_pace(struct slots *s, const char *arg, struct err *e)
{
	struct span text = span_of(arg), id;
	int64_t ns;
	size_t hits = 0;

	if (!span_cut(&text, '=', &id) || !duration_parse(text, &ns))
		return err_set(e, 0, "--pace: not SOURCE=DURATION: %s", arg);
	for (size_t i = 0; i < s->n; i++) {
		struct slot *slot = &s->v[i];

		if (!span_match(span_of(slot->source.id), id, NULL))
			continue;
		hits++;
		slot->pace_ns = ns;
		if (slot->source.when == SOURCE_EDGE)
			slot->source.when = SOURCE_TICK;
	}
	if (!hits)
		return err_set(e, 0, "--pace: no such source is taken: %.*s", (int)id.n, id.p);
	return 0;
}

int slots_build(struct slots *s, const struct opts *o, struct guard *guard, struct err *e)
{
	*s = (struct slots){.v = calloc(sources_count, sizeof(*s->v))};
	if (!s->v)
		return err_set(e, 0, "no memory");
	if (check_names(&o->includes, "include", e) < 0 ||
	    check_names(&o->excludes, "exclude", e) < 0)
		return -1;
	for (size_t i = 0; i < sources_count; i++)
		if (wanted(&sources[i], o))
			add(s, &sources[i], guard);
	for (size_t i = 0; i < o->paces.n; i++)
		if (set_pace(s, o->paces.v[i], e) < 0)
			return -1;
	return 0;
}

void slots_free(struct slots *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct slot *slot = &s->v[i];

		if (slot->run)
			continue;
		if (slot->kept.p)
			slot->kept.free(slot->kept.p);
	}
	free(s->v);
	*s = (struct slots){0};
}
