/*
 * /proc/interrupts, kernel/irq/proc.c and each port's arch_show_interrupts(): a header
 * of the online CPUs, then a row an IRQ: label, one count of 32 bits a CPU, and what it
 * is: chip, hardware number and trigger, names.  The label ends at the first colon (big
 * counts may follow it at once); chips and names hold colons of their own.
 *
 *              CPU0       CPU1
 *    38:          0       3503 PCI-MSIX-0000:00:03.0   1-edge      virtio2-input.0
 *    16:        231     502398  IR-IO-APIC-fasteoi   ehci_hcd:usb1, mmc0       (up to 3.18)
 *    27:       1000       2000     GICv3  27 Level     arch_timer              (arm)
 *   LOC:     470383     465733   Local timer interrupts
 *   ERR:          0
 *
 * Names are separated from what stands before them by two blanks or more.
 */
#include "analyze/parse_util.h"

/* Rows with one count for the whole host. */
static const struct span totals[] = {SPAN_INIT("ERR"), SPAN_INIT("MIS"), SPAN_INIT("Err")};

static bool is_total(struct span label)
{
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		if (span_eq(label, totals[i]))
			return true;
	return false;
}

static bool is_trigger(struct span word)
{
	return span_eq(word, SPAN("Edge")) || span_eq(word, SPAN("Level")) ||
	       span_eq(word, SPAN("None"));
}

/* "2-edge", "524288-edge", "9-fasteoi" */
static bool is_hwirq_trigger(struct span word)
{
	uint64_t hwirq;

	return span_take_u64(&word, UINT64_MAX, &hwirq) && word.n > 1 && word.p[0] == '-';
}

static bool is_gap(struct span s)
{
	return span_starts(s, SPAN("  "));
}

/*
 * Goes on behind the hardware number and its trigger, where there are some: behind the
 * chip, whose name may be several words.
 */
static bool skip_hwirq(struct span *s)
{
	struct span rest = *s, word;
	uint64_t hwirq;

	if (!span_word(&rest, &word))
		return false;
	while (span_word(&rest, &word)) {
		struct span behind = rest;

		if (is_hwirq_trigger(word)) {
			*s = rest;
			return true;
		}
		if (!span_u64(word, UINT64_MAX, &hwirq))
			continue;
		if (span_word(&behind, &word) && is_trigger(word)) {
			*s = behind;
			return true;
		}
		if (is_gap(rest)) {
			*s = rest;
			return true;
		}
	}
	return false;
}

/* "IO-APIC-edge", "PCI-MSI-edge", "XT-PIC-XT-PIC": the chip of an old x86 kernel, or none. */
static bool is_old_chip(struct span word)
{
	static const struct span ends[] = {
		SPAN_INIT("-edge"),   SPAN_INIT("-level"), SPAN_INIT("-fasteoi"),
		SPAN_INIT("-XT-PIC"), SPAN_INIT("-noack"), SPAN_INIT("_edge"),
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (span_ends(word, ends[i]))
			return true;
	return false;
}

/* The names at the end of a numbered row, "uhci_hcd:usb3, eth0"; empty without any. */
static struct span names_of(struct span what)
{
	struct span rest = what, chip;

	if (skip_hwirq(&what))
		return span_trim(what);
	if (span_word(&rest, &chip) && (is_old_chip(chip) || is_gap(rest)))
		return span_trim(rest);
	return span_trim(what);
}

static void total(struct span label, struct span rest, size_t at, struct emit *out)
{
	struct point p = {.name = label,
	                  .kind = KIND_COUNTER32,
	                  .unit = UNIT_COUNT,
	                  .sparse = true,
	                  .type = VALUE_INT};
	struct span word;
	uint64_t v;

	if (!span_word(&rest, &word) || !span_u64(word, INT64_MAX, &v)) {
		out->note(out, at, "no count", label);
		return;
	}
	p.v.i = (int64_t)v;
	out->point(out, &p);
}

static void row(const struct cpu_columns *cpus, struct span label, struct span rest, size_t at,
                struct emit *out)
{
	bool numbered = label.n && label.p[0] >= '0' && label.p[0] <= '9';
	struct span name;

	if (is_total(label)) {
		total(label, rest, at, out);
		return;
	}
	if (cpu_row_emit(cpus, label, &rest, out) < cpus->n && rest.n == 0) {
		out->note(out, at, "fewer counts than CPUs", label);
		return;
	}
	name = numbered ? names_of(rest) : span_trim(rest);
	if (name.n)
		out->irq(out, &(struct irq_line){.irq = label, .name = name});
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	UNCLEARED struct cpu_columns cpus; /* 128 KiB */
	bool told = false;

	cpus.n = 0;
	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span label;

		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (cpus.n == 0) {
			if (cpu_columns_read(line, &cpus))
				continue;
			cpus.n = 0;
			if (!told) /* an error text, a shell's echo: the table may follow */
				out->note(out, at, "no header of CPUs", line);
			told = true;
		} else if (span_cut(&line, ':', &label)) {
			row(&cpus, label, line, at, out);
		} else {
			out->note(out, at, "not a row of interrupts", line);
		}
	}
}

const struct parser parser_interrupts = {
	.source = "interrupts",
	.members = (const char *const[]){"proc/interrupts", NULL},
	.parse = parse,
};
