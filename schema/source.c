#include "schema/source.h"

#include "schema/bundle.h"
#include "schema/unit.h"

#define SOURCE(id_, how_, what_, when_, pace_, cap_, deadline_, on_, only_)                        \
	{.id = (id_),                                                                              \
	 .how = SOURCE_##how_,                                                                     \
	 .what = (what_),                                                                          \
	 .when = SOURCE_##when_,                                                                   \
	 .pace_s = (pace_),                                                                        \
	 .cap = (cap_),                                                                            \
	 .deadline_ms = (deadline_),                                                               \
	 .on = (on_),                                                                              \
	 .only = (only_)},

const struct source sources[] = {
#include "schema/source.def"
};
const size_t sources_count = sizeof(sources) / sizeof(sources[0]);

const char *source_how_name(enum source_how how)
{
	static const char *const names[SOURCE_HOW_COUNT] = {
		[SOURCE_FILE] = "file", [SOURCE_TASK] = "task", [SOURCE_GROUP] = "group",
		[SOURCE_TOOL] = "tool", [SOURCE_HTTP] = "http", [SOURCE_COMMAND] = "command",
	};

	return names[how];
}

const char *source_when_name(enum source_when when)
{
	static const char *const names[SOURCE_WHEN_COUNT] = {
		[SOURCE_ONCE] = "once",
		[SOURCE_ENDS] = "ends",
		[SOURCE_TICK] = "tick",
		[SOURCE_EDGE] = "edge",
	};

	return names[when];
}

bool source_wants(const struct source *s, struct span name)
{
	struct span words = span_of(s->only), word;
	bool listed = false;

	while (span_word(&words, &word)) {
		bool not = span_skip(&word, SPAN("!"));

		if (span_match(name, word, NULL))
			return !not ;
		listed |= !not ;
	}
	return !listed;
}

void source_member_put(const struct source *s, struct buf *b)
{
	struct span what = span_of(s->what), head;

	if (s->how == SOURCE_HTTP)
		buf_str(b, "http/*");
	if (s->how == SOURCE_FILE || s->how == SOURCE_TASK || s->how == SOURCE_GROUP)
		(void)span_skip(&what, SPAN("/"));
	if (s->how == SOURCE_TOOL || s->how == SOURCE_COMMAND)
		buf_str(b, "cmd/");
	if (s->how == SOURCE_COMMAND)
		what = span_of(s->id);
	while (span_cut(&what, '%', &head)) {
		if (s->how == SOURCE_TOOL)
			command_name_put(b, head);
		else
			buf_put(b, head);
		buf_str(b, s->how == SOURCE_GROUP ? "**" : "*");
		what = span_sub(what, 1, what.n);
	}
	if (s->how == SOURCE_TOOL)
		command_name_put(b, what);
	else
		buf_put(b, what);
}

static bool has_member(const struct source *s, struct span path)
{
	char text[256];
	struct buf b = BUF_OVER(text);
	struct span name = path, folder, star = {0};
	uint64_t pid;

	source_member_put(s, &b);
	if (!span_match(path, buf_span(&b), &star))
		return false;
	if (s->how == SOURCE_TASK) /* proc/self is no watched process */
		return span_u64(star, UINT32_MAX, &pid) || span_eq(star, SPAN("*"));
	(void)span_rcut(&name, '/', &folder);
	return source_wants(s, name);
}

const struct source *source_by_member(struct span path)
{
	for (size_t i = 0; i < sources_count; i++)
		if (has_member(&sources[i], path))
			return &sources[i];
	return NULL;
}
