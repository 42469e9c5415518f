#include "analyze/parse_mib.h"

#include "analyze/parse_util.h"
#include "schema/timefmt.h"

/* Everything else is a counter; *Octets are bytes. */
static const struct special {
	struct span name;
	enum kind kind;
	enum unit unit;
	uint64_t scale; /* of the base unit */
} special[] = {
	{SPAN_INIT("IpForwarding"),                   KIND_GAUGE,   UNIT_COUNT, 1        },
	{SPAN_INIT("IpDefaultTTL"),                   KIND_GAUGE,   UNIT_COUNT, 1        },
	{SPAN_INIT("TcpRtoAlgorithm"),                KIND_GAUGE,   UNIT_COUNT, 1        },
	{SPAN_INIT("TcpRtoMin"),                      KIND_GAUGE,   UNIT_NS,    NS_PER_MS},
	{SPAN_INIT("TcpRtoMax"),                      KIND_GAUGE,   UNIT_NS,    NS_PER_MS},
	{SPAN_INIT("TcpMaxConn"),                     KIND_GAUGE,   UNIT_COUNT, 1        },
	{SPAN_INIT("TcpCurrEstab"),                   KIND_GAUGE,   UNIT_COUNT, 1        },
	{SPAN_INIT("TcpExtTCPMemoryPressuresChrono"), KIND_COUNTER, UNIT_NS,    NS_PER_MS},
	{SPAN_INIT("MPTcpExtMPCurrEstab"),            KIND_GAUGE,   UNIT_COUNT, 1        },
};

static const struct sentence {
	struct span group, name, text;
} sentences[] = {
#define SENTENCE(group_, name_, text_) {SPAN_INIT(group_), SPAN_INIT(name_), SPAN_INIT(text_)},
#include "analyze/netstat_s.def"
#undef SENTENCE
};

enum mib_file mib_file_of(struct span name)
{
	static const struct {
		struct span prefix;
		enum mib_file file;
	} prefixes[] = {
		{SPAN_INIT("TcpExt"),   MIB_NETSTAT},
                {SPAN_INIT("IpExt"),    MIB_NETSTAT},
		{SPAN_INIT("MPTcpExt"), MIB_NETSTAT},
                {SPAN_INIT("Ip6"),      MIB_SNMP6  },
		{SPAN_INIT("Icmp6"),    MIB_SNMP6  },
                {SPAN_INIT("Udp6"),     MIB_SNMP6  },
		{SPAN_INIT("UdpLite6"), MIB_SNMP6  },
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (span_starts(name, prefixes[i].prefix))
			return prefixes[i].file;
	return MIB_SNMP;
}

static void put(struct emit *out, struct span name, struct span value, size_t at)
{
	struct special as = {.kind = KIND_COUNTER, .unit = UNIT_COUNT, .scale = 1};
	int64_t negative;
	uint64_t v;

	if (span_ends(name, SPAN("Octets")))
		as.unit = UNIT_BYTE;
	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (span_eq(name, special[i].name))
			as = special[i];
	if (span_u64(value, UINT64_MAX, &v))
		emit_scaled(out, (struct span){0}, name, as.kind, as.unit, v, as.scale);
	else if (span_i64(value, &negative))
		emit_i64(out, (struct span){0}, name, as.kind, as.unit, negative);
	else
		out->note(out, at, "not a number", name);
}

static void put_joined(struct emit *out, struct span prefix, struct span name, struct span value,
                       size_t at)
{
	char joined[128];
	struct buf b = BUF_OVER(joined);

	buf_put(&b, prefix);
	buf_put(&b, name);
	put(out, buf_span(&b), value, at);
}

/* ---- pairs of lines ---- */

/* False when there are more names than values, or fewer. */
static bool take_pair(struct emit *out, struct span prefix, struct span names, struct span values)
{
	struct span name, value;

	for (;;) {
		bool named = span_word(&names, &name), valued = span_word(&values, &value);

		if (!named || !valued)
			return named == valued;
		/* a number that ends its line early may have lost digits */
		if (values.n == 0 && names.n)
			return false;
		put_joined(out, prefix, name, value, 0);
	}
}

void mib_parse(const struct input *in, struct emit *out)
{
	static const char *const lonely = "names without their values";
	struct span text = in->text, line, prefix, of = {0}, names = {0};
	size_t at = 0, names_at = 0;

	while (span_line(&text, &line)) {
		at++;
		line = span_trim(line);
		if (line.n == 0)
			continue;
		if (!span_cut(&line, ':', &prefix)) {
			out->note(out, at, "no 'Prefix:'", line);
		} else if (names_at && span_eq(prefix, of)) {
			if (!take_pair(out, prefix, names, line))
				out->note(out, at, "names and values differ in number", prefix);
			names_at = 0;
		} else {
			if (names_at)
				out->note(out, names_at, lonely, of);
			of = prefix;
			names = line;
			names_at = at;
		}
	}
	if (names_at)
		out->note(out, names_at, lonely, of);
}

/* ---- nstat ---- */

void nstat_parse(const struct input *in, struct emit *out, enum mib_file file)
{
	struct span text = in->text, line, name, value;

	for (size_t at = 1; span_line(&text, &line); at++) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		if (!span_word(&line, &name) || mib_file_of(name) != file)
			continue;
		if (span_word(&line, &value))
			put(out, name, value, at);
		else
			out->note(out, at, "no value", name);
	}
}

/* ---- netstat -s ---- */

/* The first number of a sentence is '#', its full stop goes. */
static bool take_number(struct span line, struct buf *form, struct span *number)
{
	struct span rest = line;
	uint64_t v;
	size_t at = 0;

	while (at < line.n &&
	       (line.p[at] < '0' || line.p[at] > '9' || (at && line.p[at - 1] != ' ')))
		at++;
	rest = span_sub(line, at, line.n);
	if (at == line.n || !span_take_u64(&rest, UINT64_MAX, &v))
		return false;
	*number = span_sub(line, at, line.n - at - rest.n);
	buf_put(form, span_sub(line, 0, at));
	buf_char(form, '#');
	buf_put(form, rest);
	if (form->n && form->p[form->n - 1] == '.')
		form->n--;
	return !form->cut;
}

/* "destination unreachable: 3", but "TCPTimeouts: 108" is a name. */
static bool is_raw(struct span line, struct span *name, struct span *value)
{
	return span_cut(&line, ':', name) && name->n && span_find(*name, ' ') == name->n &&
	       (*value = span_trim(line)).n && span_find(*value, ' ') == value->n;
}

/* False for what is no sentence of that group. */
static bool take_sentence(struct span group, struct span line, size_t at, struct emit *out)
{
	char text[160];
	struct buf form = BUF_OVER(text);
	struct span number, name;

	if (take_number(line, &form, &number))
		for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
			if (span_eq(group, sentences[i].group) &&
			    span_eq(buf_span(&form), sentences[i].text)) {
				put_joined(out, group, sentences[i].name, number, at);
				return true;
			}
	if (!is_raw(line, &name, &number) || !span_u64(number, UINT64_MAX, &(uint64_t){0}))
		return false;
	if (mib_file_of(name) == MIB_SNMP6) /* /proc/net/snmp6 has whole names */
		put(out, name, number, at);
	else
		put_joined(out, group, name, number, at);
	return true;
}

/* "Tcp:" at the margin; "ICMP input histogram:" below one. */
static bool take_heading(struct span line, struct span detail, struct span *group)
{
	struct span name = span_sub(detail, 0, detail.n - 1);
	bool v6 = span_starts(*group, SPAN("Icmp6"));

	if (span_eq(detail, SPAN("ICMP input histogram:")))
		*group = v6 ? SPAN("Icmp6In") : SPAN("IcmpIn");
	else if (span_eq(detail, SPAN("ICMP output histogram:")))
		*group = v6 ? SPAN("Icmp6Out") : SPAN("IcmpOut");
	else if (line.p[0] != ' ' && line.p[0] != '\t' && span_ends(detail, SPAN(":")) &&
	         span_find(name, ' ') == name.n)
		*group = name;
	else
		return false;
	return true;
}

/* "error parsing /proc/net/netstat: Success": net-tools 1.60 on a newer kernel. */
static bool take_error(struct span detail, size_t at, enum mib_file file, struct emit *out)
{
	struct span rest = detail;

	if (!span_skip(&rest, SPAN("error parsing ")))
		return false;
	if (file == (span_starts(rest, SPAN("/proc/net/netstat")) ? MIB_NETSTAT
	             : span_starts(rest, SPAN("/proc/net/snmp6")) ? MIB_SNMP6
	                                                          : MIB_SNMP))
		out->note(out, at, "an error of netstat", detail);
	return true;
}

void netstat_s_parse(const struct input *in, struct emit *out, enum mib_file file)
{
	struct span text = in->text, line, group = {0};

	for (size_t at = 1; span_line(&text, &line); at++) {
		struct span detail = span_trim(line);

		if (detail.n == 0 || take_heading(line, detail, &group) ||
		    take_error(detail, at, file, out))
			continue;
		/* the counters of all messages stand above, below and between the histograms */
		if (span_starts(group, SPAN("Icmp")) &&
		    span_search(detail, SPAN("ICMP message")) < detail.n)
			group = span_starts(group, SPAN("Icmp6")) ? SPAN("Icmp6") : SPAN("Icmp");
		if (mib_file_of(group) != file)
			continue;
		if (!take_sentence(group, detail, at, out))
			out->note(out, at, "not a line of netstat -s", detail);
	}
}
