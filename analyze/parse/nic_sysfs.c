/*
 * /sys/class/net/NIC/FILE, .../device/numa_node and .../queues/QUEUE/..., one value a
 * file: Documentation/ABI/testing/sysfs-class-net{,-queues}.
 *
 *   sys/class/net/eth0/speed:                           10000    (Mbit/s; -1 = unknown)
 *   sys/class/net/eth0/queues/rx-0/rps_cpus:            00000000,00000003
 *   sys/class/net/eth0/queues/tx-0/byte_queue_limits/limit:  1764
 */
#include "analyze/parse_util.h"
#include "schema/bundle.h"

#define BIT_S_PER_MBIT_S 1000000

#define AS(file_, kind_, unit_, scale_)                                                            \
	{                                                                                          \
		.file = SPAN_INIT(file_), .kind = (kind_), .unit = (unit_), .scale = (scale_)      \
	}

static const struct as {
	struct span file; /* and name */
	enum kind kind;
	enum unit unit;
	uint64_t scale;
} files[] = {
	AS("mtu", KIND_GAUGE, UNIT_BYTE, 1),
	AS("speed", KIND_GAUGE, UNIT_BIT_S, BIT_S_PER_MBIT_S),
	AS("carrier", KIND_GAUGE, UNIT_COUNT, 1),
	AS("carrier_changes", KIND_COUNTER, UNIT_COUNT, 1),
	AS("carrier_up_count", KIND_COUNTER, UNIT_COUNT, 1),
	AS("carrier_down_count", KIND_COUNTER, UNIT_COUNT, 1),
	AS("tx_queue_len", KIND_GAUGE, UNIT_COUNT, 1),
	AS("ifindex", KIND_GAUGE, UNIT_COUNT, 1),
	AS("iflink", KIND_GAUGE, UNIT_COUNT, 1),
	AS("type", KIND_GAUGE, UNIT_COUNT, 1),
	AS("threaded", KIND_GAUGE, UNIT_COUNT, 1),
	AS("gro_flush_timeout", KIND_GAUGE, UNIT_NS, 1),
	AS("napi_defer_hard_irqs", KIND_GAUGE, UNIT_COUNT, 1),
	AS("numa_node", KIND_GAUGE, UNIT_COUNT, 1),
};

/* What an unknown speed looks like, besides -1 and a read that fails. */
static bool is_unknown_speed(struct span file, struct span value)
{
	return span_eq(file, SPAN("speed")) &&
	       (span_eq(value, SPAN("-1")) || span_eq(value, SPAN("65535")) ||
	        span_eq(value, SPAN("4294967295")));
}

static void number(const struct input *in, const struct as *as, struct span value, struct emit *out)
{
	int64_t negative;
	uint64_t v;

	if (is_unknown_speed(as->file, value))
		return;
	if (span_u64(value, UINT64_MAX, &v))
		emit_scaled(out, in->arg, as->file, as->kind, as->unit, v, as->scale);
	else if (span_i64(value, &negative))
		emit_i64(out, in->arg, as->file, as->kind, as->unit, negative);
	else
		out->note(out, 1, "not a number", value);
}

/* "rx-0/rps_cpus", "tx-0/byte_queue_limits/limit": a CPU mask is no number. */
static void queue(const struct input *in, struct span below, struct span value, struct emit *out)
{
	struct span file = path_base(below), queue_name;
	char text[BUNDLE_NAME_MAX];
	struct buf name = BUF_OVER(text);

	if (!span_cut(&below, '/', &queue_name)) {
		out->note(out, 0, "no queue's file", in->path);
		return;
	}
	buf_str(&name, "queue:");
	buf_put(&name, queue_name);
	buf_char(&name, ':');
	buf_put(&name, file);
	if (span_ends(file, SPAN("_cpus")) || span_ends(file, SPAN("_rxqs")))
		emit_text(out, in->arg, buf_span(&name), value);
	else
		emit_setting(out, in->arg, buf_span(&name), value);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span file = path_base(in->path), below = in->path, value = span_trim(in->text);
	static const struct span queues = SPAN_INIT("/queues/");
	size_t at = span_search(in->path, queues);

	if (at < in->path.n) {
		queue(in, span_sub(below, at + queues.n, below.n), value, out);
		return;
	}
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (span_eq(file, files[i].file)) {
			number(in, &files[i], value, out);
			return;
		}
	if (!span_eq(value, SPAN("unknown")) || !span_eq(file, SPAN("duplex")))
		emit_text(out, in->arg, file, value);
}

const struct parser parser_nic_sysfs = {
	.source = "nic",
	.members = (const char *const[]){"sys/class/net/*/*", "sys/class/net/*/device/numa_node",
                                         "sys/class/net/*/queues/**", NULL},
	.parse = parse,
};
