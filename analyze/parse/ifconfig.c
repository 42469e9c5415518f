/*
 * ifconfig -a of net-tools: 1.60 and busybox, then 2.x.
 *
 *   eth0      Link encap:Ethernet  HWaddr BA:C4:5B:FA:28:B3
 *             inet addr:192.0.2.1  Bcast:0.0.0.0  Mask:255.255.255.0
 *             UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1
 *             RX packets:8 errors:0 dropped:0 overruns:0 frame:0
 *             collisions:0 txqueuelen:1000
 *             RX bytes:656 (656.0 b)  TX bytes:650 (650.0 b)
 *
 *   eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
 *           inet 192.0.2.1  netmask 255.255.255.0  broadcast 0.0.0.0
 *           RX packets 8  bytes 656 (656.0 B)
 *           TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0
 *
 * An alias (eth0:1) has no counters.  2.x prints 0 for every counter of a name of 15
 * characters.  Translated texts and BSD's are recognised by their words.
 */
#include "analyze/parse.h"
#include "schema/buf.h"

enum { LIST_MAX = 1024, NAME_CUT = 15 };

enum counter {
	RX_PACKETS,
	RX_BYTES,
	RX_ERRORS,
	RX_DROPPED,
	RX_OVERRUNS,
	RX_FRAME,
	TX_PACKETS,
	TX_BYTES,
	TX_ERRORS,
	TX_DROPPED,
	TX_OVERRUNS,
	TX_CARRIER,
	TX_COLLISIONS,
	COUNTERS,
	NONE = COUNTERS
};

/* The word in the text, what it counts behind RX and behind TX. */
static const struct word {
	struct span word;
	enum counter rx, tx;
} words[] = {
	{SPAN_INIT("packets"),    RX_PACKETS,  TX_PACKETS   },
	{SPAN_INIT("bytes"),      RX_BYTES,    TX_BYTES     },
	{SPAN_INIT("errors"),     RX_ERRORS,   TX_ERRORS    },
	{SPAN_INIT("dropped"),    RX_DROPPED,  TX_DROPPED   },
	{SPAN_INIT("overruns"),   RX_OVERRUNS, TX_OVERRUNS  },
	{SPAN_INIT("frame"),      RX_FRAME,    NONE         },
	{SPAN_INIT("carrier"),    NONE,        TX_CARRIER   },
	{SPAN_INIT("collisions"), NONE,        TX_COLLISIONS},
};

static const struct {
	struct span name;
	enum unit unit;
} counters[COUNTERS] = {
	[RX_PACKETS] = {SPAN_INIT("rx_packets"),    UNIT_COUNT},
	[RX_BYTES] = {SPAN_INIT("rx_bytes"),      UNIT_BYTE },
	[RX_ERRORS] = {SPAN_INIT("rx_errors"),     UNIT_COUNT},
	[RX_DROPPED] = {SPAN_INIT("rx_dropped"),    UNIT_COUNT},
	[RX_OVERRUNS] = {SPAN_INIT("rx_overruns"),   UNIT_COUNT},
	[RX_FRAME] = {SPAN_INIT("rx_frame"),      UNIT_COUNT},
	[TX_PACKETS] = {SPAN_INIT("tx_packets"),    UNIT_COUNT},
	[TX_BYTES] = {SPAN_INIT("tx_bytes"),      UNIT_BYTE },
	[TX_ERRORS] = {SPAN_INIT("tx_errors"),     UNIT_COUNT},
	[TX_DROPPED] = {SPAN_INIT("tx_dropped"),    UNIT_COUNT},
	[TX_OVERRUNS] = {SPAN_INIT("tx_overruns"),   UNIT_COUNT},
	[TX_CARRIER] = {SPAN_INIT("tx_carrier"),    UNIT_COUNT},
	[TX_COLLISIONS] = {SPAN_INIT("tx_collisions"), UNIT_COUNT},
};

/* Beginnings of lines that hold nothing that is kept. */
static const struct span ignored[] = {
	SPAN_INIT("Interrupt:"), SPAN_INIT("Base address:"), SPAN_INIT("Memory:"),
	SPAN_INIT("DMA chan:"),  SPAN_INIT("Media:"),        SPAN_INIT("device "),
	SPAN_INIT("loop "),      SPAN_INIT("unspec "),       SPAN_INIT("tunnel "),
	SPAN_INIT("sit "),       SPAN_INIT("ppp "),          SPAN_INIT("infiniband "),
	SPAN_INIT("slip "),      SPAN_INIT("txqueuelen "),   SPAN_INIT("keepalive:"),
	SPAN_INIT("EtherTalk "), SPAN_INIT("[NO FLAGS]"),
};

struct iface {
	struct span name; /* empty = none yet, or not understood */
	bool new_form;
	uint64_t v[COUNTERS];
	bool has[COUNTERS];
	char text[2][LIST_MAX];
	struct buf inet, inet6; /* addresses, a blank between them */
};

static void put_list(struct emit *out, struct span nic, const char *name, const struct buf *list)
{
	if (list->n)
		emit_text(out, nic, span_of(name), buf_span(list));
}

/* net-tools 2.x reads /proc/net/dev with names cut one byte too early. */
static bool zeros_of_a_long_name(const struct iface *f)
{
	if (!f->new_form || f->name.n != NAME_CUT || !f->has[RX_PACKETS])
		return false;
	for (size_t i = 0; i < COUNTERS; i++)
		if (f->v[i])
			return false;
	return true;
}

/* A host can have many such interfaces that are idle: one note is enough. */
static void note_long_name(const struct iface *f, size_t at, bool *noted, struct emit *out)
{
	if (!*noted)
		out->note(out, at, "all 0: net-tools 2.x prints that for a name this long",
		          f->name);
	*noted = true;
}

static void close_iface(struct iface *f, size_t at, bool *noted, struct emit *out)
{
	if (f->name.n == 0)
		return;
	put_list(out, f->name, "inet", &f->inet);
	put_list(out, f->name, "inet6", &f->inet6);
	if (zeros_of_a_long_name(f)) {
		note_long_name(f, at, noted, out);
		return;
	}
	for (size_t i = 0; i < COUNTERS; i++)
		if (f->has[i])
			emit_u64(out, f->name, counters[i].name, KIND_COUNTER, counters[i].unit,
			         f->v[i]);
}

static void open_iface(struct iface *f, struct span name, bool new_form)
{
	*f = (struct iface){.name = name, .new_form = new_form};
	f->inet = BUF_OVER(f->text[0]);
	f->inet6 = BUF_OVER(f->text[1]);
}

static void put_mtu(const struct iface *f, struct span digits, struct emit *out)
{
	uint64_t v;

	if (span_take_u64(&digits, UINT32_MAX, &v))
		emit_u64(out, f->name, SPAN("mtu"), KIND_GAUGE, UNIT_BYTE, v);
}

static void put_ether(const struct iface *f, struct span address, struct emit *out)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	for (size_t i = 0; i < address.n; i++)
		buf_char(&b, (char)(address.p[i] >= 'A' && address.p[i] <= 'F' ? address.p[i] | 0x20
		                                                               : address.p[i]));
	emit_text(out, f->name, SPAN("ether"), buf_span(&b));
}

/* "flags=4163<UP,BROADCAST>  mtu 1500", behind "eth0: " */
static void take_new_header(const struct iface *f, struct span rest, struct emit *out)
{
	struct span flags = rest, word;

	if (span_cut(&rest, '<', &word) && span_cut(&rest, '>', &flags))
		emit_text(out, f->name, SPAN("flags"), flags);
	while (span_word(&rest, &word))
		if (span_eq(word, SPAN("mtu")) && span_word(&rest, &word))
			put_mtu(f, word, out);
}

/* A line that begins at the margin opens an interface. */
static bool take_header(struct iface *f, struct span line, struct emit *out)
{
	size_t flags = span_search(line, SPAN(": flags="));
	struct span rest = line, name, word;

	f->name.n = 0;
	if (flags < line.n) {
		open_iface(f, span_sub(line, 0, flags), true);
		take_new_header(f, span_sub(line, flags, line.n), out);
		return true;
	}
	if (!span_word(&rest, &name) || !span_word(&rest, &word) || !span_eq(word, SPAN("Link")) ||
	    !span_starts(span_trim(rest), SPAN("encap:")))
		return false;
	open_iface(f, name, false);
	while (span_word(&rest, &word))
		if (span_eq(word, SPAN("HWaddr")) && span_word(&rest, &word))
			put_ether(f, word, out);
	return true;
}

static enum counter counter_of(struct span word, bool rx)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_eq(word, words[i].word))
			return rx ? words[i].rx : words[i].tx;
	return NONE;
}

/* The next word of "RX packets:8 errors:0" or "RX packets 8  bytes 656". */
static bool next_word(struct span *rest, struct span *word)
{
	while (rest->n && (rest->p[0] == ' ' || rest->p[0] == ':' || rest->p[0] == '\t'))
		*rest = span_sub(*rest, 1, rest->n);
	*word = span_sub(*rest, 0, span_find(*rest, ' '));
	word->n = span_find(*word, ':');
	*rest = span_sub(*rest, word->n, rest->n);
	return word->n > 0;
}

/* False when a known word has no number behind it, or the line has no known word at all. */
static bool take_counters(struct iface *f, struct span line)
{
	struct span word;
	bool rx = false, any = false;

	while (next_word(&line, &word)) {
		enum counter c = counter_of(word, rx);

		if (span_eq(word, SPAN("RX")) || span_eq(word, SPAN("TX"))) {
			rx = word.p[0] == 'R';
		} else if (c != NONE) {
			if (!next_word(&line, &word) || !span_u64(word, UINT64_MAX, &f->v[c]))
				return false;
			f->has[c] = true;
			any = true;
		}
	}
	return any;
}

/* "inet addr:192.0.2.1 ...", "inet6 addr: ::1/128 ...", "inet 192.0.2.1  netmask ..." */
static bool take_address(struct iface *f, struct span rest, struct buf *list)
{
	struct span word;

	if (!f->new_form) {
		rest = span_trim(rest);
		if (!span_skip(&rest, SPAN("addr:")))
			return false;
	}
	if (!span_word(&rest, &word))
		return false;
	word.n = span_find(word, '/');
	if (list->n)
		buf_char(list, ' ');
	buf_put(list, word);
	return true;
}

/* "UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1": flags as the new form has them. */
static bool take_old_flags(const struct iface *f, struct span line, struct emit *out)
{
	char text[256];
	struct buf flags = BUF_OVER(text);
	struct span word;

	while (span_word(&line, &word)) {
		if (span_skip(&word, SPAN("MTU:"))) {
			if (flags.n)
				emit_text(out, f->name, SPAN("flags"), buf_span(&flags));
			put_mtu(f, word, out);
			return true;
		}
		if (flags.n)
			buf_char(&flags, ',');
		buf_put(&flags, word);
	}
	return false;
}

static bool is_ignored(struct span line)
{
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (span_starts(line, ignored[i]))
			return true;
	return false;
}

static bool take_detail(struct iface *f, struct span line, struct emit *out)
{
	struct span rest = line, word;

	if (is_ignored(line))
		return true;
	if (span_skip(&rest, SPAN("inet6 ")))
		return take_address(f, rest, &f->inet6);
	if (span_skip(&rest, SPAN("inet ")))
		return take_address(f, rest, &f->inet);
	if (span_skip(&rest, SPAN("ether ")) && span_word(&rest, &word)) {
		put_ether(f, word, out);
		return true;
	}
	if (span_starts(line, SPAN("RX ")) || span_starts(line, SPAN("TX ")) ||
	    span_starts(line, SPAN("collisions:")))
		return take_counters(f, line);
	return !f->new_form && take_old_flags(f, line, out);
}

static void parse(const struct input *in, struct emit *out)
{
	struct span text = in->text, line;
	struct iface f = {.new_form = false};
	bool noted = false;
	size_t at = 1;

	for (; span_line(&text, &line); at++) {
		struct span detail = span_trim(line);
		bool good = true;

		if (detail.n == 0)
			continue;
		if (line.p[0] != ' ' && line.p[0] != '\t') {
			close_iface(&f, at, &noted, out);
			good = take_header(&f, line, out);
		} else if (f.name.n) {
			good = take_detail(&f, detail, out);
		}
		if (!good)
			out->note(out, at, "not a line of ifconfig", line);
	}
	close_iface(&f, at, &noted, out);
}

const struct parser parser_ifconfig = {
	.source = "ifconfig",
	.members = (const char *const[]){"cmd/ifconfig_-a", NULL},
	.parse = parse,
};
