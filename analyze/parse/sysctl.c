/*
 * /proc/sys/FOLDER/.../FILE, Documentation/admin-guide/sysctl: one setting a file.  The
 * name is what sysctl(8) prints: dots for slashes and a slash for a dot, as interfaces
 * may hold one.  Several values are separated by tabs, here by single blanks.
 *
 *   proc/sys/net/ipv4/tcp_rmem:     4096	131072	6291456
 *   proc/sys/net/ipv4/conf/eth0.7/rp_filter is net.ipv4.conf.eth0/7.rp_filter
 */
#include "analyze/parse_util.h"
#include "schema/bundle.h"

#define VALUE_MAX ((size_t)16 * KIB)

static void put_dotted(struct buf *b, struct span path)
{
	struct span component, part;

	for (bool first = true; path.n; first = false) {
		if (!span_cut(&path, '/', &component)) {
			component = path;
			path.n = 0;
		}
		if (!first)
			buf_char(b, '.');
		while (span_cut(&component, '.', &part)) {
			buf_put(b, part);
			buf_char(b, '/');
		}
		buf_put(b, component);
	}
}

/* Values are short, but ip_local_reserved_ports may have 64 KiB: without a blank. */
static void put_words(struct buf *b, struct span text)
{
	struct span line, word;

	while (span_line(&text, &line))
		while (span_word(&line, &word)) {
			if (b->n)
				buf_char(b, ' ');
			buf_put(b, word);
		}
}

static bool is_one_word(struct span s)
{
	return span_find(s, '\t') == s.n && span_find(s, '\n') == s.n && span_find(s, ' ') == s.n;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span path = in->path, value = span_trim(in->text);
	UNCLEARED char name_text[BUNDLE_NAME_MAX];
	UNCLEARED char value_text[VALUE_MAX];
	struct buf name = BUF_OVER(name_text), words = BUF_OVER(value_text);

	(void)span_skip(&path, SPAN("proc/sys/"));
	put_dotted(&name, path);
	if (!is_one_word(value)) {
		put_words(&words, value);
		value = buf_span(&words);
	}
	if (words.cut)
		out->note(out, 0, "a value that long is cut", path);
	emit_setting(out, (struct span){0}, buf_span(&name), value);
}

const struct parser parser_sysctl = {
	.source = "sysctl",
	.members = (const char *const[]){"proc/sys/**", NULL},
	.parse = parse,
};
