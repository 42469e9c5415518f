/*
 * sysctl -a of procps: every setting as /proc/sys has it, in words of one line.
 *
 *   net.ipv4.tcp_rmem = 4096	131072	6291456
 *   net.ipv4.conf.eth0/7.rp_filter = 0
 *   sysctl: permission denied on key 'fs.protected_fifos'
 *
 * A value of several lines is a line each, under the same name: the first one is kept.
 */
#include "analyze/parse_util.h"
#include "schema/unit.h"

#define VALUE_MAX ((size_t)16 * KIB)

/* Keys, in the other sense: nobody's business. */
static bool is_secret(struct span name)
{
	return span_ends(name, SPAN("tcp_fastopen_key")) || span_ends(name, SPAN("stable_secret"));
}

static void put_words(struct buf *b, struct span value)
{
	struct span word;

	while (span_word(&value, &word)) {
		buf_str(b, b->n ? " " : "");
		buf_put(b, word);
	}
}

static bool take_line(struct span line, struct emit *out)
{
	size_t at = span_find(line, '=');
	struct span name = span_trim(span_sub(line, 0, at));
	char text[VALUE_MAX];
	struct buf value = BUF_OVER(text);

	if (at == line.n || name.n == 0 || span_find(name, ' ') < name.n)
		return false;
	if (is_secret(name))
		return true;
	put_words(&value, span_sub(line, at + 1, line.n));
	emit_setting(out, (struct span){0}, name, buf_span(&value));
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, denied = {0};
	size_t denied_at = 0;

	for (size_t at = 1; span_line(&text, &line); at++) {
		line = span_trim(line);
		if (span_starts(line, SPAN("sysctl: ")) ||
		    span_starts(line, SPAN("error: "))) { /* procps before 3.3 */
			denied_at = denied_at ? denied_at : at;
			denied = denied.n ? denied : line;
		} else if (line.n && !take_line(line, out)) {
			out->note(out, at, "not 'name = value'", line);
		}
	}
	if (denied_at) /* one stands for the lot: there are dozens without root */
		out->note(out, denied_at, "what could not be read begins with", denied);
}

const struct parser parser_sysctl_a = {
	.source = "sysctl",
	.members = (const char *const[]){"cmd/sysctl_-a", NULL},
	.parse = parse,
};
