/*
 * /proc/PID/status, fs/proc/array.c and proc_pid_status(5): "Key:<tab>value".  Only what
 * /proc/PID/stat has not; a kernel thread has no Vm lines.
 *
 *   VmRSS:	  2480960 kB
 *   Cpus_allowed_list:	0-3
 *   nonvoluntary_ctxt_switches:	15
 */
#include "analyze/parse_util.h"

static const struct row {
	struct span key, name;
	enum kind kind;
} rows[] = {
	{SPAN_INIT("VmHWM"),                      SPAN_INIT("rss_peak"),     KIND_GAUGE  },
	{SPAN_INIT("VmRSS"),                      SPAN_INIT("rss"),          KIND_GAUGE  },
	{SPAN_INIT("VmSwap"),                     SPAN_INIT("swap"),         KIND_GAUGE  },
	{SPAN_INIT("Cpus_allowed_list"),          SPAN_INIT("cpus_allowed"), KIND_TEXT   },
	{SPAN_INIT("voluntary_ctxt_switches"),    SPAN_INIT("vol_ctxt"),     KIND_COUNTER},
	{SPAN_INIT("nonvoluntary_ctxt_switches"), SPAN_INIT("nonvol_ctxt"),  KIND_COUNTER},
};

static const struct row *row_of(struct span key)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (span_eq(key, rows[i].key))
			return &rows[i];
	return NULL;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span key, value;
		const struct row *row;
		enum unit unit;
		uint64_t v;

		if (span_trim(line).n == 0)
			continue;
		if (!key_value(line, &key, &value)) {
			out->note(out, at, "not 'Key: value'", line);
			continue;
		}
		row = row_of(key);
		if (row && row->kind == KIND_TEXT)
			emit_text(out, in->arg, row->name, value);
		else if (row && amount_parse(value, &v, &unit))
			emit_u64(out, in->arg, row->name, row->kind, unit, v);
		else if (row)
			out->note(out, at, "not a number", line);
	}
}

const struct parser parser_task_status = {
	.source = "task",
	.members = (const char *const[]){"proc/*/status", NULL},
	.parse = parse,
};
