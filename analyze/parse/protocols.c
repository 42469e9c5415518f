/*
 * /proc/net/protocols, net/core/sock.c: a header and a row a protocol: its sockets in
 * this namespace, the pages of memory it uses on the host (-1: not accounted), whether it
 * is under pressure (NI: not accounted).
 *
 *   protocol  size sockets  memory press maxhdr  slab module     cl co di ac io in de sh ...
 *   TCP       2304     23     145   no     192   yes  kernel      y  y  y  y  y  y  y  y ...
 */
#include "analyze/parse_util.h"

#define WORDS_MAX 8 /* up to "module" */

enum column { PROTOCOL, SOCKETS, MEMORY, PRESS, COLUMNS };

static const struct span names[COLUMNS] = {
	[PROTOCOL] = SPAN_INIT("protocol"),
	[SOCKETS] = SPAN_INIT("sockets"),
	[MEMORY] = SPAN_INIT("memory"),
	[PRESS] = SPAN_INIT("press"),
};

static bool row(struct span const *words, const size_t *at, size_t n, struct emit *out)
{
	uint64_t sockets, pages;

	for (size_t c = 0; c < COLUMNS; c++)
		if (at[c] >= n)
			return false;
	if (!span_u64(words[at[SOCKETS]], UINT64_MAX, &sockets))
		return false;
	emit_u64(out, words[at[PROTOCOL]], SPAN("sockets"), KIND_GAUGE, UNIT_COUNT, sockets);
	if (span_u64(words[at[MEMORY]], UINT64_MAX, &pages))
		emit_u64(out, words[at[PROTOCOL]], SPAN("memory"), KIND_GAUGE, UNIT_PAGE, pages);
	if (!span_eq(words[at[PRESS]], SPAN("NI")))
		emit_text(out, words[at[PROTOCOL]], SPAN("pressure"), words[at[PRESS]]);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line = {0}, words[WORDS_MAX];
	size_t at[COLUMNS], n;

	(void)span_line(&text, &line);
	n = words_of(line, words, WORDS_MAX);
	for (size_t c = 0; c < COLUMNS; c++) {
		at[c] = column_of(names[c], words, n);
		if (at[c] == n) {
			out->note(out, 1, "no such column", names[c]);
			return;
		}
	}
	for (size_t i = 2; span_line(&text, &line); i++) {
		n = words_of(line, words, WORDS_MAX);
		if (n && !row(words, at, n, out))
			out->note(out, i, "not a row of protocols", line);
	}
}

const struct parser parser_protocols = {
	.source = "net_config",
	.members = (const char *const[]){"proc/net/protocols", NULL},
	.parse = parse,
};
