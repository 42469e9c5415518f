#include "analyze/sos_manifest.h"

#include <jansson.h>
#include <math.h>

#include "analyze/parse_util.h"
#include "schema/timefmt.h"
#include "schema/unit.h"

/* What a report of 100,000 commands has; as objects it takes ten times as much. */
#define TEXT_MAX     (32 * (size_t)MIB)
#define COMMANDS_MAX 500000
#define CLOCK_MOST_S 4e9 /* in the year 2096 */

static struct span keep(struct arena *a, const json_t *v)
{
	const char *s = json_string_value(v);

	return s ? span_of(arena_text(a, (struct span){s, json_string_length(v)}))
	         : (struct span){0};
}

/* "sos_commands/networking/ss_-s" however the version writes it: with a '/', or without its
 * first folder. */
static struct span keep_path(struct arena *a, const json_t *v)
{
	struct span path = keep(a, v);

	while (span_skip(&path, SPAN("/")))
		;
	if (path.n == 0 || span_starts(path, SPAN("sos_")))
		return path;
	return span_of(arena_fmt(a, "sos_commands/%.*s", (int)path.n, path.p));
}

static bool take_time(const json_t *v, int64_t *ns)
{
	double s = json_number_value(v);

	if (!json_is_number(v) || !(s > 0 && s < CLOCK_MOST_S))
		return false;
	*ns = (int64_t)(s * NS_PER_S);
	return true;
}

static void take_command(struct sos_manifest *m, struct span plugin, const json_t *v,
                         struct arena *a)
{
	struct sos_command c = {
		.plugin = plugin,
		.exec = keep(a, json_object_get(v, "exec")),
		.path = keep_path(a, json_object_get(v, "filepath")),
		.status = json_integer_value(json_object_get(v, "return_code")),
		.truncated = json_is_true(json_object_get(v, "truncated")),
	};

	if (c.path.n == 0 || c.exec.n == 0 || m->n == COMMANDS_MAX)
		return;
	c.has_time = take_time(json_object_get(v, "start_time"), &c.t0_ns) &&
	             take_time(json_object_get(v, "end_time"), &c.t1_ns) && c.t1_ns >= c.t0_ns;
	m->commands = arena_more(a, m->commands, m->n, sizeof(*m->commands));
	m->commands[m->n++] = c;
}

static void take_plugin(struct sos_manifest *m, const char *name, const json_t *plugin,
                        struct arena *a)
{
	struct span kept = span_of(arena_text(a, span_of(name)));
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(plugin, "commands"), i, v) {
		take_command(m, kept, v, a);
	}
	if (json_is_true(json_object_get(plugin, "timeout_hit")))
		m->late =
			span_of(arena_fmt(a, "%.*s%s%s", (int)m->late.n, m->late.n ? m->late.p : "",
		                          m->late.n ? ", " : "", name));
}

/* Only now, since the array moves while it grows. */
static void index_commands(struct sos_manifest *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (!table_get(&m->by_path, m->commands[i].path))
			table_add(&m->by_path, m->commands[i].path, &m->commands[i]);
}

int sos_manifest_read(struct sos_manifest *m, struct span text, struct arena *a, struct err *e)
{
	json_error_t why;
	const char *name;
	json_t *root, *report, *plugin;

	if (text.n > TEXT_MAX)
		return err_set(e, 0, "longer than %zu MiB", TEXT_MAX / MIB);
	if (!json_is_bounded(text))
		return err_set(e, 0, JSON_TOO_MANY);
	root = json_loadb(text.n ? text.p : "", text.n, 0, &why);
	report = json_object_get(json_object_get(root, "components"), "report");
	if (!json_is_object(report)) {
		(void)err_set(e, 0, "%s", root ? "no components.report in it" : why.text);
		json_decref(root);
		return -1;
	}
	m->read = true;
	m->version = keep(a, json_object_get(root, "version"));
	m->options = keep(a, json_object_get(root, "cmdline"));
	json_object_foreach(json_object_get(report, "plugins"), name, plugin) {
		take_plugin(m, name, plugin, a);
	}
	index_commands(m);
	json_decref(root);
	return 0;
}

void sos_manifest_free(struct sos_manifest *m)
{
	table_free(&m->by_path);
}

struct sos_command *sos_manifest_find(const struct sos_manifest *m, struct span path)
{
	return m->n ? table_get(&m->by_path, path) : NULL;
}
