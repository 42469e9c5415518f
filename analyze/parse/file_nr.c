/*
 * /proc/sys/fs/file-nr, fs/file_table.c: open files allocated, of them unused (0 since
 * 2.6), and the limit fs.file-max, which may be 2^63-1.
 *
 *   609	0	2465787
 */
#include "analyze/parse_util.h"

#define COLUMNS 3

static void parse(const struct input *in, struct emit *out)
{
	struct span words[COLUMNS];
	uint64_t v[COLUMNS] = {0};
	size_t n = words_of(span_trim(in->text), words, COLUMNS);

	for (size_t i = 0; i < n; i++)
		if (!span_u64(words[i], UINT64_MAX, &v[i]))
			n = 0;
	if (n < COLUMNS || v[1] > v[0]) {
		out->note(out, 1, "not three numbers", in->text);
		return;
	}
	emit_u64(out, (struct span){0}, SPAN("open"), KIND_GAUGE, UNIT_COUNT, v[0] - v[1]);
	emit_u64(out, (struct span){0}, SPAN("max"), KIND_GAUGE, UNIT_COUNT, v[2]);
}

const struct parser parser_file_nr = {
	.source = "files",
	.members = (const char *const[]){"proc/sys/fs/file-nr", NULL},
	.parse = parse,
};
