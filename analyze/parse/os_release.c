/*
 * /etc/os-release, os-release(5): shell assignments, the value perhaps in quotes, in
 * which a backslash escapes the next byte.
 *
 *   PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
 *   ID=debian
 */
#include "analyze/parse_util.h"

static const struct row {
	struct span key, name;
} rows[] = {
	{SPAN_INIT("PRETTY_NAME"), SPAN_INIT("os")           },
	{SPAN_INIT("ID"),          SPAN_INIT("os_id")        },
	{SPAN_INIT("VERSION_ID"),  SPAN_INIT("os_version_id")},
};

static void put_unquoted(struct buf *b, struct span v)
{
	if (v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') && v.p[v.n - 1] == v.p[0])
		v = span_sub(v, 1, v.n - 2);
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '\\' && i + 1 < v.n)
			i++;
		buf_char(b, v.p[i]);
	}
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, key;

	for (size_t at = 1; span_line(&text, &line); at++) {
		line = span_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (!span_cut(&line, '=', &key)) {
			out->note(out, at, "not 'KEY=value'", line);
			continue;
		}
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (span_eq(key, rows[i].key)) {
				char value_text[256];
				struct buf value = BUF_OVER(value_text);

				put_unquoted(&value, line);
				emit_text(out, (struct span){0}, rows[i].name, buf_span(&value));
			}
	}
}

const struct parser parser_os_release = {
	.source = "host",
	.members = (const char *const[]){"etc/os-release", NULL},
	.parse = parse,
};
