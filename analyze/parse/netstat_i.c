/*
 * netstat -i of net-tools, netstat.c and lib/interface.c: the counters of /proc/net/dev, one line
 * an interface.  1.60 has a column Met and cuts names to five letters; aliases have no counters.
 *
 *   Kernel Interface table
 *   Iface   MTU Met   RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg
 *   eth0   1500   0   63371      0      7      0    36185      0      0      0 BMRU
 *   eth0:1 1500   0       - no statistics available -                          BMRU
 *
 * Since 2.x counters of a name of 15 letters are all 0, as those of ifconfig are (see there):
 * passed over.
 */
#include "analyze/parse_util.h"

#define COLUMNS_MAX   16
#define NAME_CUT      5  /* letters that 1.60 leaves of a longer name */
#define NAME_ZEROED   15 /* letters */
#define COLUMNS_LEAST 2  /* a name and one counter */

static const struct {
	struct span column, name;
} counters[] = {
	{SPAN_INIT("RX-OK"),  SPAN_INIT("rx_packets")},
        {SPAN_INIT("RX-ERR"), SPAN_INIT("rx_errs")   },
	{SPAN_INIT("RX-DRP"), SPAN_INIT("rx_drop")   },
        {SPAN_INIT("RX-OVR"), SPAN_INIT("rx_fifo")   },
	{SPAN_INIT("TX-OK"),  SPAN_INIT("tx_packets")},
        {SPAN_INIT("TX-ERR"), SPAN_INIT("tx_errs")   },
	{SPAN_INIT("TX-DRP"), SPAN_INIT("tx_drop")   },
        {SPAN_INIT("TX-OVR"), SPAN_INIT("tx_fifo")   },
};

enum { COUNTERS = sizeof(counters) / sizeof(counters[0]) };

struct header {
	struct span w[COLUMNS_MAX];
	size_t n;
};

static bool is_all_zero(const uint64_t v[COUNTERS])
{
	for (size_t i = 0; i < COUNTERS; i++)
		if (v[i])
			return false;
	return true;
}

static bool take_row(const struct header *h, struct span line, size_t at, struct emit *out)
{
	struct span w[COLUMNS_MAX];
	size_t n = words_of(line, w, COLUMNS_MAX);
	uint64_t v[COUNTERS];
	bool has[COUNTERS];

	if (n < h->n - 1) /* the flags may lack */
		return false;
	for (size_t i = 0; i < COUNTERS; i++) {
		size_t column = column_of(counters[i].column, h->w, h->n);

		v[i] = 0;
		has[i] = column < n;
		if (has[i] && !span_u64(w[column], UINT64_MAX, &v[i]))
			return false;
	}
	if (w[0].n == NAME_ZEROED && is_all_zero(v)) {
		out->note(out, at, "all 0: net-tools 2.x prints that for a name this long", w[0]);
		return true;
	}
	if (w[0].n == NAME_CUT && column_of(SPAN("Met"), h->w, h->n) < h->n)
		out->note(out, at, "net-tools 1.60 cuts names here: this may be a longer one",
		          w[0]);
	for (size_t i = 0; i < COUNTERS; i++)
		if (has[i])
			emit_u64(out, w[0], counters[i].name, KIND_COUNTER, UNIT_COUNT, v[i]);
	return true;
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct header h = {.n = 0};

	for (size_t at = 1; span_line(&text, &line); at++) {
		if (span_trim(line).n == 0 || span_starts(line, SPAN("Kernel Interface table")) ||
		    span_search(line, SPAN("- no statistics available -")) < line.n)
			continue;
		if (span_starts(line, SPAN("Iface ")))
			h.n = words_of(line, h.w, COLUMNS_MAX);
		else if (h.n < COLUMNS_LEAST || !take_row(&h, line, at, out))
			out->note(out, at, "not a row of netstat -i", line);
	}
}

const struct parser parser_netstat_i = {
	.source = "netdev",
	.members = (const char *const[]){"cmd/netstat_-i", "cmd/netstat_-ni", NULL},
	.parse = parse,
	.foreign = true,
};
