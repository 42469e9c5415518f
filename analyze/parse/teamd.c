/*
 * teamdctl DEVICE state dump of libteam, teamd/teamd_state.c: JSON; a team under the names that
 * bonds have in proc/net/bonding.
 *
 *   {"setup": {"runner_name": "lacp"}, "runner": {"active": true},
 *    "ports": {"eth1": {"link": {"up": true, "speed": 10000},
 *      "link_watches": {"list": {"link_watch_0": {"down_count": 2}}}, "runner": {"aggregator":
 * {"id": 5}}}}}
 */
#include <jansson.h>

#include "analyze/parse_util.h"

/* "slave:eth1:speed" */
static void name_of(struct buf *name, const char *port, const char *what)
{
	name->n = 0;
	buf_str(name, "slave:");
	buf_str(name, port);
	buf_char(name, ':');
	buf_str(name, what);
}

static void put_link(struct emit *out, struct span team, const char *port, const json_t *link)
{
	const json_t *up = json_object_get(link, "up"), *speed = json_object_get(link, "speed");
	char text[80], value[32];
	struct buf name = BUF_OVER(text), b = BUF_OVER(value);

	name_of(&name, port, "mii_status");
	if (json_is_boolean(up))
		emit_text(out, team, buf_span(&name), json_is_true(up) ? SPAN("up") : SPAN("down"));
	name_of(&name, port, "speed");
	if (!json_is_integer(speed))
		return;
	buf_i64(&b, json_integer_value(speed));
	buf_str(&b, " Mbps");
	emit_text(out, team, buf_span(&name), buf_span(&b));
}

/* How often the watches saw it go down, all together. */
static void put_failures(struct emit *out, struct span team, const char *port, json_t *watches)
{
	json_t *list = json_object_get(watches, "list"), *watch;
	const char *key;
	int64_t n = 0;
	char text[80];
	struct buf name = BUF_OVER(text);

	if (!json_is_object(list))
		return;
	json_object_foreach(list, key, watch) {
		json_int_t down = json_integer_value(json_object_get(watch, "down_count"));

		n += down > 0 && down < UINT32_MAX ? down : 0;
	}
	name_of(&name, port, "link_failures");
	emit_i64(out, team, buf_span(&name), KIND_COUNTER32, UNIT_COUNT, n);
}

static void put_port(struct emit *out, struct span team, const char *port, const json_t *v)
{
	const json_t *aggregator = json_object_get(json_object_get(v, "runner"), "aggregator");
	const json_t *id = json_object_get(aggregator, "id");
	char text[80], value[24];
	struct buf name = BUF_OVER(text), b = BUF_OVER(value);

	put_link(out, team, port, json_object_get(v, "link"));
	put_failures(out, team, port, json_object_get(v, "link_watches"));
	if (!json_is_integer(id))
		return;
	name_of(&name, port, "aggregator");
	buf_i64(&b, json_integer_value(id));
	emit_text(out, team, buf_span(&name), buf_span(&b));
}

static void put_string(struct emit *out, struct span team, struct span name, const json_t *v)
{
	if (json_is_string(v) && json_string_length(v) < 64)
		emit_text(out, team, name,
		          (struct span){json_string_value(v), json_string_length(v)});
}

static void put_team(struct emit *out, struct span team, const json_t *root)
{
	json_t *ports = json_object_get(root, "ports"), *port;
	const char *key;
	char text[80];
	struct buf mode = BUF_OVER(text);
	const json_t *runner = json_object_get(json_object_get(root, "setup"), "runner_name");

	if (json_is_string(runner) && json_string_length(runner) < 64) {
		buf_str(&mode, "team ");
		buf_str(&mode, json_string_value(runner));
		emit_text(out, team, SPAN("bond_mode"), buf_span(&mode));
	}
	put_string(out, team, SPAN("active_slave"),
	           json_object_get(json_object_get(root, "runner"), "active_port"));
	if (!json_is_object(ports))
		return;
	json_object_foreach(ports, key, port) {
		put_port(out, team, key, port);
	}
}

static void parse(const struct input *in, struct emit *out)
{
	json_error_t e;
	json_t *root = json_loadb(in->text.n ? in->text.p : "", in->text.n, JSON_ALLOW_NUL, &e);
	struct span team = in->arg;

	if (!root) {
		out->note(out, e.line > 0 ? (size_t)e.line : 0, "not whole JSON", span_of(e.text));
		return;
	}
	if (json_is_object(root))
		put_team(out, team, root);
	else
		out->note(out, 0, "not an object", span_sub(in->text, 0, 40));
	json_decref(root);
}

const struct parser parser_teamd = {
	.source = "net_config",
	.members = (const char *const[]){"cmd/teamdctl_*_state_dump", NULL},
	.parse = parse,
	.foreign = true,
};
