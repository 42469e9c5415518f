/*
 * What is booted next: grubenv of GRUB 2, a block of 1,024 bytes that '#' fills, and menu.lst or
 * grub.conf of GRUB 0.97, where entries are counted from 0.
 *
 *   saved_entry=0123456789abcdef0123456789abcdef-4.18.0-553.el8.x86_64
 *
 *   default=0
 *   title Linux (2.6.32-754.el6.x86_64)
 *           kernel /vmlinuz-2.6.32-754.el6.x86_64 ro root=/dev/sda1
 */
#include "analyze/parse_util.h"

struct menu {
	bool has_default;
	uint64_t chosen, entries; /* of it; seen so far */
	struct span kernel;       /* of the chosen one */
};

static void put(struct emit *out, struct span entry)
{
	entry = span_trim(entry);
	if (entry.n)
		emit_text(out, (struct span){0}, SPAN("grub_default"), entry);
}

/* "kernel /vmlinuz-2.6.32 ro": its file alone, what follows may hold secrets */
static void take_line(struct menu *m, struct span line)
{
	struct span word;

	if (span_skip(&line, SPAN("default="))) {
		m->has_default = span_u64(span_trim(line), UINT16_MAX, &m->chosen);
		return;
	}
	if (!span_word(&line, &word))
		return;
	if (span_eq(word, SPAN("title")))
		m->entries++;
	else if (span_eq(word, SPAN("kernel")) && m->entries == m->chosen + 1 &&
	         span_word(&line, &word))
		m->kernel = word;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct menu m = {.entries = 0};

	while (span_line(&text, &line)) {
		line = span_trim(line);
		if (span_skip(&line, SPAN("saved_entry=")))
			put(out, line);
		else
			take_line(&m, line);
	}
	if (m.has_default)
		put(out, m.kernel);
}

const struct parser parser_grub = {
	.source = "host",
	.members = (const char *const[]){"boot/grub2/grubenv", "boot/grub/grub.conf", NULL},
	.parse = parse,
	.foreign = true,
};
