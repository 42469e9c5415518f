/*
 * adjtimex --print, adjtimex(8) and adjtimex(2): how the kernel's clock is kept.  The status
 * has STA_UNSYNC (0x40), and STA_NANO (0x2000) when the offset is in nanoseconds and not in
 * microseconds; the return value is the clock's state, 5 for an error.
 *
 *         mode: 0
 *       offset: -31246
 *     maxerror: 18500
 *       status: 8193
 *   return value = 0
 */
#include "analyze/parse_util.h"
#include "schema/timefmt.h"

#define STA_NANO 0x2000

struct seen {
	bool has_offset, has_status;
	int64_t offset, status;
};

static void one(struct seen *seen, struct span key, int64_t v, struct emit *out)
{
	static const struct span errors[] = {SPAN_INIT("maxerror"), SPAN_INIT("esterror")};

	if (span_eq(key, SPAN("offset"))) {
		seen->offset = v;
		seen->has_offset = true;
	} else if (span_eq(key, SPAN("status"))) {
		seen->status = v;
		seen->has_status = true;
		emit_i64(out, SPAN(""), key, KIND_GAUGE, UNIT_COUNT, v);
	} else if (span_eq(key, SPAN("return value"))) {
		emit_i64(out, SPAN(""), SPAN("state"), KIND_GAUGE, UNIT_COUNT, v);
	}
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (span_eq(key, errors[i]) && v >= 0)
			emit_scaled(out, SPAN(""), key, KIND_GAUGE, UNIT_NS, (uint64_t)v,
			            NS_PER_US);
}

/* "offset: -31246", "return value = 0" */
static bool split(struct span line, struct span *key, struct span *value)
{
	if (key_value(line, key, value))
		return true;
	*value = line;
	if (!span_cut(value, '=', key))
		return false;
	*key = span_trim(*key);
	*value = span_trim(*value);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, key, value;
	struct seen seen = {0};
	int64_t v, scale;

	for (size_t at = 1; span_line(&text, &line); at++) {
		if (span_trim(line).n == 0)
			continue;
		if (!split(line, &key, &value) || !span_i64(value, &v))
			out->note(out, at, "not 'name: number'", line);
		else
			one(&seen, key, v, out);
	}
	scale = seen.has_status && (seen.status & STA_NANO) ? 1 : NS_PER_US;
	if (seen.has_offset && !__builtin_mul_overflow(seen.offset, scale, &v))
		emit_i64(out, SPAN(""), SPAN("offset"), KIND_GAUGE, UNIT_NS, v);
}

const struct parser parser_adjtimex = {
	.source = "clock",
	.members = (const char *const[]){"cmd/adjtimex_--print", NULL},
	.parse = parse,
};
