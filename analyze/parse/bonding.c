/*
 * /proc/net/bonding/BOND, drivers/net/bonding/bond_procfs.c: "Key: value" of the bond,
 * then of each slave behind its "Slave Interface:".
 *
 *   Bonding Mode: fault-tolerance (active-backup)
 *   Currently Active Slave: eth0
 *   MII Status: up
 *
 *   Slave Interface: eth0
 *   MII Status: up
 *   Link Failure Count: 2
 */
#include "analyze/parse_util.h"

static const struct row {
	struct span key, name;
} bond_rows[] = {
	{SPAN_INIT("Bonding Mode"),           SPAN_INIT("bond_mode")       },
	{SPAN_INIT("Currently Active Slave"), SPAN_INIT("active_slave")    },
	{SPAN_INIT("MII Status"),             SPAN_INIT("mii_status")      },
	{SPAN_INIT("Transmit Hash Policy"),   SPAN_INIT("xmit_hash_policy")},
	{SPAN_INIT("Aggregator ID"),          SPAN_INIT("aggregator")      },
	{SPAN_INIT("Partner Mac Address"),    SPAN_INIT("partner_mac")     },
};

/* Of a slave, behind "slave:eth0:". */
static const struct row slave_rows[] = {
	{SPAN_INIT("MII Status"),        SPAN_INIT("mii_status")   },
	{SPAN_INIT("Speed"),             SPAN_INIT("speed")        },
	{SPAN_INIT("Aggregator ID"),     SPAN_INIT("aggregator")   },
	{SPAN_INIT("Actor Churn State"), SPAN_INIT("churn")        },
	{SPAN_INIT("Permanent HW addr"), SPAN_INIT("permanent_mac")},
};

static void slave_row(const struct input *in, struct span slave, struct span key, struct span value,
                      struct emit *out)
{
	char text[128];
	struct buf name = BUF_OVER(text);
	uint64_t failures;

	buf_str(&name, "slave:");
	buf_put(&name, slave);
	buf_char(&name, ':');
	for (size_t i = 0; i < sizeof(slave_rows) / sizeof(slave_rows[0]); i++)
		if (span_eq(key, slave_rows[i].key)) {
			buf_put(&name, slave_rows[i].name);
			emit_text(out, in->arg, buf_span(&name), value);
		}
	if (span_eq(key, SPAN("Link Failure Count")) && span_u64(value, UINT32_MAX, &failures)) {
		buf_str(&name, "link_failures");
		emit_u64(out, in->arg, buf_span(&name), KIND_COUNTER32, UNIT_COUNT, failures);
	}
}

static void bond_row(const struct input *in, struct span key, struct span value, struct emit *out)
{
	for (size_t i = 0; i < sizeof(bond_rows) / sizeof(bond_rows[0]); i++)
		if (span_eq(key, bond_rows[i].key))
			emit_text(out, in->arg, bond_rows[i].name, value);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line, slave = {0}, key, value;
	bool any = false;

	while (span_line(&text, &line)) {
		if (!key_value(line, &key, &value))
			continue;
		any |= span_eq(key, SPAN("Bonding Mode"));
		if (span_eq(key, SPAN("Slave Interface")))
			slave = value;
		else if (slave.n)
			slave_row(in, slave, key, value, out);
		else
			bond_row(in, key, value, out);
	}
	if (!any)
		out->note(out, 0, "no 'Bonding Mode:'", span_sub(in->text, 0, 80));
}

const struct parser parser_bonding = {
	.source = "net_config",
	.members = (const char *const[]){"proc/net/bonding/*", NULL},
	.parse = parse,
};
