/*
 * sestatus of policycoreutils, sestatus.c: whether SELinux is on, and what it does now and after a
 * boot.
 *
 *   SELinux status:                 enabled
 *   Current mode:                   enforcing
 *   Mode from config file:          permissive
 *
 * and /etc/selinux/config, selinux(8), of which nothing is run: SELINUX=enforcing.
 */
#include "analyze/parse_util.h"

static const struct {
	struct span key, name;
} rows[] = {
	{SPAN_INIT("SELinux status"),          SPAN_INIT("selinux")       },
	{SPAN_INIT("Current mode"),            SPAN_INIT("selinux_mode")  },
	{SPAN_INIT("Mode from config file"),   SPAN_INIT("selinux_config")},
	{SPAN_INIT("Policy from config file"), SPAN_INIT("selinux_policy")},
	{SPAN_INIT("Loaded policy name"),      SPAN_INIT("selinux_policy")},
};

static bool is_word(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= 'A' && s.p[i] <= 'Z'))
			return false;
	return s.n > 0;
}

static void take(struct span key, struct span value, struct emit *out)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_eq(key, rows[i].key) && value.n)
			emit_text(out, (struct span){0}, rows[i].name, value);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, key, value;

	while (span_line(&text, &line)) {
		struct span setting = span_trim(line);

		if (span_skip(&setting, SPAN("SELINUX="))) {
			if (is_word(setting))
				emit_text(out, (struct span){0}, SPAN("selinux_config"), setting);
		} else if (key_value(line, &key, &value)) {
			take(key, value, out);
		}
	}
}

const struct parser parser_sestatus = {
	.source = "host",
	.members = (const char *const[]){"cmd/sestatus", "etc/selinux/config", NULL},
	.parse = parse,
	.foreign = true,
};
