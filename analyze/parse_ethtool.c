#include "analyze/parse_ethtool.h"

/* Beginnings of what ethtool says when it has no data; most of them have a colon too. */
static const struct span errors[] = {
	SPAN_INIT("Cannot "),
	SPAN_INIT("netlink error"),
	SPAN_INIT("ethtool: "),
	SPAN_INIT("no stats available"),
	SPAN_INIT("No data available"),
	SPAN_INIT("no offload info available"),
	SPAN_INIT("no feature info available"),
	SPAN_INIT("Device "),
	SPAN_INIT(": Operation not supported"),
};

void ethtool_open(struct ethtool_reader *r, struct span text)
{
	*r = (struct ethtool_reader){.text = text};
}

static bool is_error(struct span line)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (span_starts(line, errors[i]))
			return true;
	return false;
}

/* An old ethtool that does not know the option prints all those it knows. */
static bool is_usage(struct span line)
{
	return span_starts(line, SPAN("ethtool version ")) || span_starts(line, SPAN("Usage:")) ||
	       span_starts(line, SPAN("ethtool: bad command line"));
}

bool ethtool_next(struct ethtool_reader *r, struct emit *out, struct span *key, struct span *value)
{
	struct span line, head;

	while (span_line(&r->text, &line)) {
		r->line++;
		if (is_usage(line)) {
			out->note(out, r->line, "ethtool does not know the option", line);
			r->text.n = 0;
		} else if (is_error(line)) {
			out->note(out, r->line, "an error of ethtool", line);
		} else if (span_starts(line, SPAN("Pre-set maximums"))) {
			r->maximums = true;
		} else if (span_starts(line, SPAN("Current hardware settings"))) {
			r->maximums = false;
		} else if (span_cut(&line, ':', &head)) {
			*key = span_trim(head);
			*value = span_trim(line);
			if (key->n && value->n)
				return true;
		} else if (span_trim(line).n && line.p[0] != ' ' && line.p[0] != '\t') {
			out->note(out, r->line, "not a line of ethtool", line);
		}
	}
	return false;
}

bool ethtool_is_absent(struct span value)
{
	return span_eq(value, SPAN("n/a"));
}

static void setting(const struct ethtool_field *f, struct ethtool_reader *r, struct span entity,
                    struct span value, struct emit *out)
{
	struct span name = r->maximums ? f->max : f->name;
	uint64_t v;

	if (name.n == 0 || ethtool_is_absent(value))
		return;
	if (f->text)
		emit_text(out, entity, name, value);
	else if (span_u64(value, UINT64_MAX, &v))
		emit_u64(out, entity, name, KIND_GAUGE, UNIT_COUNT, v);
	else
		out->note(out, r->line, "not a number", value);
}

void ethtool_settings(const struct input *in, struct emit *out, const struct ethtool_field *fields,
                      size_t n)
{
	struct ethtool_reader r;
	struct span key, value;

	ethtool_open(&r, in->text);
	while (ethtool_next(&r, out, &key, &value))
		for (size_t i = 0; i < n; i++)
			if (span_eq(key, fields[i].key))
				setting(&fields[i], &r, in->arg, value, out);
}
