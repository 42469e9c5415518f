#include "collect/slot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/command.h"
#include "collect/how.h"
#include "collect/plan.h"
#include "schema/nearest.h"
#include "schema/timefmt.h"

/* In another namespace everything is read by a thread: it needs a deadline. */
#define NETNS_DEADLINE_MS 2000
/* A run that knows its own deadline gets this much longer before it is given up. */
#define GRACE_MS 500

static void (*const hows[SOURCE_HOW_COUNT])(struct job *j) = {
	[SOURCE_FILE] = how_file, [SOURCE_TASK] = how_task, [SOURCE_GROUP] = how_group,
	[SOURCE_TOOL] = how_tool, [SOURCE_HTTP] = how_http, [SOURCE_COMMAND] = how_command,
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
	if (listed(&o->excludes, s))
		return false;
	if (o->with_config && span_eq(span_of(s->id), SPAN("config")))
		return true;
	return s->on || listed(&o->includes, s);
}

/* Every glob of --include and --exclude names a source: a typing error costs evidence. */
static int check_names(const struct opts_list *l, const char *option, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		struct nearest near = {.word = span_of(l->v[i])};
		size_t k = 0;

		for (size_t n = 0; n < sources_count; n++)
			nearest_offer(&near, sources[n].id);
		while (k < sources_count &&
		       !span_match(span_of(sources[k].id), span_of(l->v[i]), NULL))
			k++;
		if (k == sources_count)
			return err_set(e, 0, "--%s: no such source: %s%s (see --list-sources)",
			               option, l->v[i], nearest_hint(&near, ""));
	}
	return 0;
}

static int64_t ms(unsigned n)
{
	return (int64_t)n * NS_PER_MS;
}

static struct slot *add(struct slots *s, const struct source *source, struct guard *guard)
{
	struct slot *slot = &s->v[s->n++];

	*slot = (struct slot){
		.source = *source,
		.how = hows[source->how],
		.guard = source->deadline_ms ? guard : NULL,
		.prefix = "",
		.pace_ns = (int64_t)source->pace_s * NS_PER_S,
		.deadline_ns = ms(source->deadline_ms),
		.taken = PLAN_NEVER,
		.wrote = PLAN_NEVER,
		.bytes = SLOT_UNRUN,
	};
	return slot;
}

/* One slot, or one for each server: a slow one must not keep the others waiting. */
static void add_source(struct slots *s, const struct source *source, struct guard *guard,
                       const char *prefix, const char *const *urls)
{
	static const char *const once[] = {"", NULL};
	bool http = source->how == SOURCE_HTTP;

	for (const char *const *url = http ? urls : once; *url; url++) {
		struct slot *slot;

		if (http && !http_asks(source, *url))
			continue;
		slot = add(s, source, guard);

		slot->prefix = prefix;
		slot->url = http ? *url : NULL;
	}
}

static void add_table(struct slots *s, const struct opts *o, struct guard *guard,
                      const char *const *urls)
{
	for (size_t i = 0; i < sources_count; i++)
		if (wanted(&sources[i], o))
			add_source(s, &sources[i], guard, "", urls);
}

static void add_netns(struct slots *s, const struct opts *o, const struct netns *ns,
                      const char *const *urls)
{
	for (size_t i = 0; i < sources_count; i++) {
		size_t from = s->n;

		if (!netns_takes(&sources[i]) || !wanted(&sources[i], o))
			continue;
		add_source(s, &sources[i], ns->guard, ns->prefix, urls);
		for (; from < s->n; from++) {
			s->v[from].guard = ns->guard;
			if (!s->v[from].deadline_ns)
				s->v[from].deadline_ns = ms(NETNS_DEADLINE_MS);
		}
	}
}

static int add_command(struct slots *s, const char *arg, struct guard *guard, struct err *e)
{
	struct source source;
	struct slot *slot;
	char id[64];

	if (command_source(&source, arg, id, e) < 0)
		return -1;
	for (size_t i = 0; i < s->n; i++)
		if (span_eq(span_of(s->v[i].source.id), span_of(id)))
			return err_set(e, 0, "--run: there is a source of that name: %s", id);
	slot = add(s, &source, guard);
	memcpy(slot->id, id, sizeof(slot->id));
	slot->source.id = slot->id;
	slot->deadline_ns += ms(GRACE_MS);
	return 0;
}

/* "tcp=10s", "ethtool-*=5s" */
static int set_pace(struct slots *s, const char *arg, struct err *e)
{
	struct span text = span_of(arg), id;
	int64_t ns;
	struct nearest near;
	size_t hits = 0;

	if (!span_cut(&text, '=', &id) || !duration_parse(text, &ns))
		return err_set(e, 0, "--pace: not SOURCE=DURATION, as in tcp=10s: %s", arg);
	near = (struct nearest){.word = id};
	for (size_t i = 0; i < s->n; i++) {
		struct slot *slot = &s->v[i];

		bool paced = slot->source.when == SOURCE_TICK || slot->source.when == SOURCE_EDGE;

		if (paced)
			nearest_offer(&near, slot->source.id);
		if (!paced || !span_match(span_of(slot->source.id), id, NULL))
			continue;
		hits++;
		slot->pace_ns = ns;
		if (slot->source.when == SOURCE_EDGE)
			slot->source.when = SOURCE_TICK;
	}
	if (!hits)
		return err_set(e, 0,
		               "--pace: no source that has a pace: %.*s%s (see --list-sources)",
		               (int)id.n, id.p, nearest_hint(&near, ""));
	return 0;
}

/* Of the same sockets one walk is enough. */
static void find_wider(struct slots *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = i + 1; k < s->n && !s->v[i].wider; k++)
			if (s->v[k].guard && s->v[i].prefix == s->v[k].prefix &&
			    tool_ss_holds(span_of(s->v[k].source.what),
			                  span_of(s->v[i].source.what)))
				s->v[i].wider = &s->v[k];
}

/* At most, of one namespace. */
static size_t count_slots(const char *const *urls)
{
	size_t n = 0;

	for (size_t i = 0; i < sources_count; i++) {
		n++;
		for (size_t k = 0; sources[i].how == SOURCE_HTTP && urls[k]; k++)
			n++;
	}
	return n;
}

int slots_build(struct slots *s, const struct opts *o, struct guard *guard,
                const struct netns_list *netns, const char *const *urls, struct err *e)
{
	size_t most = (1 + netns->n) * count_slots(urls) + o->runs.n;

	*s = (struct slots){.v = calloc(most, sizeof(*s->v))};
	if (!s->v)
		return err_set(e, ENOMEM, "sources");
	if (check_names(&o->includes, "include", e) < 0 ||
	    check_names(&o->excludes, "exclude", e) < 0)
		return -1;
	add_table(s, o, guard, urls);
	for (size_t i = 0; i < netns->n; i++)
		add_netns(s, o, &netns->v[i], urls);
	for (size_t i = 0; i < o->runs.n; i++)
		if (add_command(s, o->runs.v[i], guard, e) < 0)
			return -1;
	for (size_t i = 0; i < o->paces.n; i++)
		if (set_pace(s, o->paces.v[i], e) < 0)
			return -1;
	find_wider(s);
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
