/*
 * devlink of iproute2, devlink/devlink.c: what a NIC's driver reports of its own health, which
 * packets its hardware trapped, its firmware, and which interface a port is.  One parser for the
 * forms, since all begin with a device at the margin:
 *
 *   pci/0000:3b:00.0:                                              devlink dev info
 *     driver mlx5_core
 *     versions:
 *         running:
 *           fw.version 16.35.2000
 *   pci/0000:3b:00.0/0: type eth netdev eth0 flavour physical      devlink port show
 *   pci/0000:3b:00.0:                                              devlink health show
 *     reporter tx
 *       state error error 3 recover 2 last_dump_date 2024-01-02
 *   pci/0000:01:00.0:                                              devlink -s -v trap show
 *     name ingress_vlan_filter type drop generic true action drop group l2_drops
 *       stats:
 *           rx:
 *             bytes 840 packets 10
 */
#include "analyze/parse_ip.h"
#include "analyze/parse_util.h"

#define ENTITY_MOST 128

struct reader {
	struct span device;   /* "pci/0000:3b:00.0" */
	struct span reporter; /* the last one, or empty */
	struct span trap;     /* that drops, or empty */
	bool running;         /* below "running:" */
};

static struct span joined(struct buf *b, const struct reader *r, const char *between,
                          struct span what)
{
	buf_put(b, r->device);
	buf_str(b, between);
	buf_put(b, what);
	return buf_span(b);
}

static bool put_count(struct emit *out, struct span entity, struct span name, struct span digits)
{
	uint64_t v;

	if (!span_u64(digits, UINT64_MAX, &v))
		return false;
	emit_u64(out, entity, name, KIND_COUNTER, UNIT_COUNT, v);
	return true;
}

/* "pci/0000:3b:00.0/0: type eth netdev eth0 ...": the device ends at the last colon of the first
 * word */
static bool take_device(struct reader *r, struct span line, struct emit *out)
{
	struct span word, netdev, port, device;

	if (!span_word(&line, &word) || !span_ends(word, SPAN(":")) ||
	    span_find(word, '/') == word.n)
		return false;
	*r = (struct reader){.device = span_sub(word, 0, word.n - 1)};
	netdev = ip_word_behind(line, SPAN("netdev"));
	if (netdev.n == 0)
		return true;
	emit_text(out, r->device, SPAN("netdev"), netdev);
	port = r->device;
	if (span_rcut(&port, '/', &device) && span_find(device, '/') < device.n)
		emit_text(out, device, SPAN("netdev"), netdev);
	return true;
}

/* "state error error 3 recover 2": the second "error" is the count */
static bool take_health(const struct reader *r, struct span line, struct emit *out)
{
	struct span state = ip_word_behind(line, SPAN("state")), rest, entity;
	char text[ENTITY_MOST];
	struct buf b = BUF_OVER(text);

	rest = span_sub(line, (size_t)(state.p - line.p) + state.n, line.n);
	entity = joined(&b, r, ":", r->reporter);
	emit_text(out, entity, SPAN("state"), state);
	return put_count(out, entity, SPAN("errors"), ip_word_behind(rest, SPAN("error"))) &&
	       put_count(out, entity, SPAN("recoveries"), ip_word_behind(rest, SPAN("recover")));
}

static bool take_trap(const struct reader *r, struct span line, struct emit *out)
{
	char text[ENTITY_MOST];
	struct buf b = BUF_OVER(text);

	return put_count(out, joined(&b, r, ":", r->trap), SPAN("dropped"),
	                 ip_word_behind(line, SPAN("packets")));
}

static bool take_detail(struct reader *r, struct span line, struct emit *out)
{
	struct span rest = line, word, value;

	if (!span_word(&rest, &word))
		return true;
	value = span_trim(rest);
	if (span_eq(word, SPAN("reporter")))
		r->reporter = value;
	else if (span_eq(word, SPAN("state")) && r->reporter.n)
		return take_health(r, line, out);
	else if (span_eq(word, SPAN("name")))
		r->trap = span_eq(ip_word_behind(rest, SPAN("action")), SPAN("drop"))
		                  ? ip_word_behind(line, SPAN("name"))
		                  : (struct span){0};
	else if (span_eq(word, SPAN("bytes")) && r->trap.n)
		return take_trap(r, line, out);
	else if (span_eq(word, SPAN("driver")))
		emit_text(out, r->device, SPAN("driver"), value);
	else if (span_ends(word, SPAN(":")))
		r->running = span_eq(word, SPAN("running:"));
	else if (r->running && (span_eq(word, SPAN("fw.version")) || span_eq(word, SPAN("fw"))))
		emit_text(out, r->device, SPAN("firmware"), value);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct reader r = {.running = false};

	for (size_t at = 1; span_line(&text, &line); at++) {
		bool indented = line.n && (line.p[0] == ' ' || line.p[0] == '\t');

		if (span_trim(line).n == 0)
			continue;
		if (indented ? r.device.n && !take_detail(&r, span_trim(line), out)
		             : !take_device(&r, line, out))
			out->note(out, at, "not a line of devlink", line);
	}
}

const struct parser parser_devlink = {
	.source = "devlink",
	.members = (const char *const[]){"cmd/devlink_*", NULL},
	.parse = parse,
	.foreign = true,
};
