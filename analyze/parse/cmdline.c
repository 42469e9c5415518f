/*
 * /proc/cmdline, Documentation/admin-guide/kernel-parameters.rst: what the kernel was booted with.
 *
 *   BOOT_IMAGE=/vmlinuz-6.1.0 root=/dev/sda1 ro quiet mitigations=off nmi_watchdog=0
 *
 * What is called a secret does not go into the report.
 */
#include "analyze/parse_util.h"

#define CMDLINE_MOST 4096 /* COMMAND_LINE_SIZE of any port */

static const struct span secrets[] = {
	SPAN_INIT("pass"), SPAN_INIT("pw"),    SPAN_INIT("secret"),
	SPAN_INIT("key"),  SPAN_INIT("token"), SPAN_INIT("cred"),
};

static bool is_secret(struct span name)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++)
		if (span_search(name, secrets[i]) < name.n)
			return true;
	return false;
}

static void put_parameter(struct buf *b, struct span word)
{
	struct span value = word, name;

	if (b->n)
		buf_char(b, ' ');
	if (!span_cut(&value, '=', &name) || !is_secret(name)) {
		buf_put(b, word);
		return;
	}
	buf_put(b, name);
	buf_str(b, "=(not kept)");
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, word;
	char kept[CMDLINE_MOST];
	struct buf b = BUF_OVER(kept);

	if (!span_line(&text, &line) || span_trim(line).n == 0) {
		out->note(out, 0, "empty", in->text);
		return;
	}
	while (span_word(&line, &word))
		put_parameter(&b, word);
	emit_text(out, (struct span){0}, SPAN("cmdline"), buf_span(&b));
}

const struct parser parser_cmdline = {
	.source = "host",
	.members = (const char *const[]){"proc/cmdline", NULL},
	.parse = parse,
	.foreign = true,
};
