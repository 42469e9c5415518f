/*
 * The words behind the addresses of an ss row, all versions:
 *
 *   users:(("web",pid=286,fd=3)) timer:(on,1.324ms,6) uid:1000 ino:757644 sk:e0c3 cgroup:/ <->
 *   skmem:(r0,rb131072,t0,tb16384,f3264,w832,o0,bl0,d0) ts sack cubic wscale:10,10 rto:204
 *   rtt:0.013/0.006 send 201483076923bps busy:9288ms rwnd_limited:9284ms(100.0%) retrans:1/7
 */
#include "analyze/parse_ss.h"
#include "schema/timefmt.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

#define NAME_MAX_BYTES  64  /* the kernel's names of threads are shorter */
#define TUPLE_MAX_BYTES 512 /* pid, fd and a security context */

/* What a byte may be part of. */
enum { DIGIT = 1, DECIMAL = 2, LETTER = 4, IDENTIFIER = 8 };

#define IS_DIGIT  (DIGIT | DECIMAL | IDENTIFIER)
#define IS_LETTER (LETTER | IDENTIFIER)

static const unsigned char classes[256] = {
	['0'] = IS_DIGIT,  ['1'] = IS_DIGIT,  ['2'] = IS_DIGIT,   ['3'] = IS_DIGIT,
	['4'] = IS_DIGIT,  ['5'] = IS_DIGIT,  ['6'] = IS_DIGIT,   ['7'] = IS_DIGIT,
	['8'] = IS_DIGIT,  ['9'] = IS_DIGIT,  ['.'] = DECIMAL,    ['-'] = DECIMAL | IDENTIFIER,
	['a'] = IS_LETTER, ['b'] = IS_LETTER, ['c'] = IS_LETTER,  ['d'] = IS_LETTER,
	['e'] = IS_LETTER, ['f'] = IS_LETTER, ['g'] = IS_LETTER,  ['h'] = IS_LETTER,
	['i'] = IS_LETTER, ['j'] = IS_LETTER, ['k'] = IS_LETTER,  ['l'] = IS_LETTER,
	['m'] = IS_LETTER, ['n'] = IS_LETTER, ['o'] = IS_LETTER,  ['p'] = IS_LETTER,
	['q'] = IS_LETTER, ['r'] = IS_LETTER, ['s'] = IS_LETTER,  ['t'] = IS_LETTER,
	['u'] = IS_LETTER, ['v'] = IS_LETTER, ['w'] = IS_LETTER,  ['x'] = IS_LETTER,
	['y'] = IS_LETTER, ['z'] = IS_LETTER, ['_'] = IDENTIFIER,
};

static struct span while_in(struct span s, unsigned class)
{
	size_t n = 0;

	while (n < s.n && (classes[(unsigned char)s.p[n]] & class))
		n++;
	return span_sub(s, 0, n);
}

static bool take_int(struct span v, enum sock_field f, struct sock *s)
{
	int64_t x;

	if (!span_i64(v, &x))
		return false;
	sock_set(s, f, x);
	return true;
}

static bool take_hex(struct span v, enum sock_field f, struct sock *s)
{
	uint64_t x;

	if (!span_hex(v, UINT64_MAX, &x))
		return false;
	sock_set(s, f, (int64_t)x);
	return true;
}

/* Milliseconds, with or without decimals, a unit and a share behind: "9284ms(100.0%)". */
static bool take_ms(struct span v, enum sock_field f, struct sock *s)
{
	int64_t ns;

	if (!span_fixed(while_in(v, DECIMAL), 6, &ns))
		return false;
	sock_set(s, f, ns);
	return true;
}

/* "0.013/0.006": round trip and its variation. */
static bool take_rtt(struct span v, enum sock_field f, struct sock *s)
{
	struct span rtt = v;

	return (!span_cut(&v, '/', &rtt) || take_ms(v, SOCK_rttvar_ns, s)) && take_ms(rtt, f, s);
}

/* "1/7": in flight now / over the connection's life. */
static bool take_retrans(struct span v, enum sock_field f, struct sock *s)
{
	struct span now = v;

	return (!span_cut(&v, '/', &now) || take_int(v, SOCK_retrans_total, s)) &&
	       take_int(now, f, s);
}

/* One of "r0,rb131072,...": the number behind the letters. */
static bool take_mem_part(struct span part, struct sock *s)
{
	static const struct {
		struct span name;
		enum sock_field field;
	} parts[] = {
		{SPAN_INIT("r"),  SOCK_mem_r },
                {SPAN_INIT("rb"), SOCK_mem_rb},
		{SPAN_INIT("t"),  SOCK_mem_t },
                {SPAN_INIT("tb"), SOCK_mem_tb},
		{SPAN_INIT("f"),  SOCK_mem_f },
                {SPAN_INIT("w"),  SOCK_mem_w },
		{SPAN_INIT("o"),  SOCK_mem_o },
                {SPAN_INIT("bl"), SOCK_mem_bl},
		{SPAN_INIT("d"),  SOCK_mem_d },
	};
	struct span name = while_in(part, LETTER);

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (span_eq(name, parts[i].name))
			return take_int(span_sub(part, name.n, part.n), parts[i].field, s);
	return true; /* a part of a later kernel */
}

/* "(a,b,c)": its next part; false at the end. */
static bool next_part(struct span *list, struct span *part)
{
	if (span_cut(list, ',', part))
		return true;
	*part = *list;
	*list = span_sub(*list, list->n, 0);
	return part->n > 0;
}

static bool inside(struct span v, struct span *list)
{
	if (!span_skip(&v, SPAN("(")) || !span_ends(v, SPAN(")")))
		return false;
	*list = span_sub(v, 0, v.n - 1);
	return true;
}

static bool take_mem(struct span v, enum sock_field f, struct sock *s)
{
	struct span part;

	(void)f;
	if (!inside(v, &v))
		return false;
	while (next_part(&v, &part))
		if (!take_mem_part(part, s))
			return false;
	return true;
}

/* ss prints "%dmin", "%dsec", "%03dms", and secs.msecs as "8.036ms", which is 8.036 s. */
static bool timer_time(struct span t, int64_t *ns)
{
	for (*ns = 0; t.n;) {
		struct span number = while_in(t, DECIMAL);
		struct span unit = while_in(span_sub(t, number.n, t.n), LETTER);
		bool point = span_find(number, '.') < number.n;
		bool seconds = span_eq(unit, SPAN("sec")) || point;
		int64_t part;

		if (span_eq(unit, SPAN("min"))) {
			if (!span_i64(number, &part) || part > INT32_MAX)
				return false;
			part *= INT64_C(60) * NS_PER_S;
		} else if ((!seconds && !span_eq(unit, SPAN("ms"))) ||
		           !span_fixed(number, seconds ? 9 : 6, &part)) {
			return false;
		}
		if (unit.n == 0 || __builtin_add_overflow(*ns, part, ns))
			return false;
		t = span_sub(t, number.n + unit.n, t.n);
	}
	return true;
}

/* "(on,,7)" happens: the time is empty when it is due now. */
static bool take_timer(struct span v, enum sock_field f, struct sock *s)
{
	struct span name, time, retries;
	int64_t ns;

	if (!inside(v, &v) || !next_part(&v, &name) || !span_cut(&v, ',', &time))
		return false;
	retries = v;
	s->timer = while_in(name, LETTER);
	if (!timer_time(time, &ns))
		return false;
	sock_set(s, f, ns);
	return take_int(retries, SOCK_timer_retr, s);
}

/* "575808.7Mbps", "201483076923bps"; "A/B" has the configured maximum behind it. */
static bool take_rate(struct span v, enum sock_field f, struct sock *s)
{
	static const struct {
		struct span unit;
		int64_t milli; /* bit/s of 0.001 of it */
	} units[] = {
		{SPAN_INIT("bps"),  0         },
                {SPAN_INIT("Kbps"), 1         },
		{SPAN_INIT("Mbps"), 1000      },
                {SPAN_INIT("Gbps"), 1000000   },
		{SPAN_INIT("Tbps"), 1000000000},
	};
	struct span number = while_in(v, DECIMAL), unit;
	int64_t x;

	v = span_sub(v, number.n, v.n);
	unit = span_sub(v, 0, span_find(v, '/'));
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		if (!span_eq(unit, units[i].unit))
			continue;
		if (!span_fixed(number, units[i].milli ? 3 : 0, &x) ||
		    (units[i].milli && __builtin_mul_overflow(x, units[i].milli, &x)))
			return false;
		sock_set(s, f, x);
		return true;
	}
	return false;
}

typedef bool take_fn(struct span v, enum sock_field f, struct sock *s);

/* "key:value", in the order in which tcp_show_info() of misc/ss.c prints them. */
static const struct key {
	struct span name;
	enum sock_field field;
	take_fn *take;
} keys[] = {
	{SPAN_INIT("timer"),          SOCK_timer_ns,          take_timer  },
	{SPAN_INIT("uid"),            SOCK_uid,               take_int    },
	{SPAN_INIT("ino"),            SOCK_ino,               take_int    },
	{SPAN_INIT("sk"),             SOCK_sk,                take_hex    },
	{SPAN_INIT("skmem"),          SOCK_mem_r,             take_mem    },
	{SPAN_INIT("mem"),            SOCK_mem_r,             take_mem    },
	{SPAN_INIT("backoff"),        SOCK_backoff,           take_int    },
	{SPAN_INIT("rto"),            SOCK_rto_ns,            take_ms     },
	{SPAN_INIT("rtt"),            SOCK_rtt_ns,            take_rtt    },
	{SPAN_INIT("ato"),            SOCK_ato_ns,            take_ms     },
	{SPAN_INIT("mss"),            SOCK_mss,               take_int    },
	{SPAN_INIT("pmtu"),           SOCK_pmtu,              take_int    },
	{SPAN_INIT("cwnd"),           SOCK_cwnd,              take_int    },
	{SPAN_INIT("ssthresh"),       SOCK_ssthresh,          take_int    },
	{SPAN_INIT("bytes_sent"),     SOCK_bytes_sent,        take_int    },
	{SPAN_INIT("bytes_retrans"),  SOCK_bytes_retrans,     take_int    },
	{SPAN_INIT("bytes_acked"),    SOCK_bytes_acked,       take_int    },
	{SPAN_INIT("bytes_received"), SOCK_bytes_received,    take_int    },
	{SPAN_INIT("segs_out"),       SOCK_segs_out,          take_int    },
	{SPAN_INIT("segs_in"),        SOCK_segs_in,           take_int    },
	{SPAN_INIT("data_segs_out"),  SOCK_data_segs_out,     take_int    },
	{SPAN_INIT("data_segs_in"),   SOCK_data_segs_in,      take_int    },
	{SPAN_INIT("lastsnd"),        SOCK_lastsnd_ns,        take_ms     },
	{SPAN_INIT("lastrcv"),        SOCK_lastrcv_ns,        take_ms     },
	{SPAN_INIT("lastack"),        SOCK_lastack_ns,        take_ms     },
	{SPAN_INIT("busy"),           SOCK_busy_ns,           take_ms     },
	{SPAN_INIT("rwnd_limited"),   SOCK_rwnd_limited_ns,   take_ms     },
	{SPAN_INIT("sndbuf_limited"), SOCK_sndbuf_limited_ns, take_ms     },
	{SPAN_INIT("unacked"),        SOCK_unacked,           take_int    },
	{SPAN_INIT("retrans"),        SOCK_retrans,           take_retrans},
	{SPAN_INIT("lost"),           SOCK_lost,              take_int    },
	{SPAN_INIT("sacked"),         SOCK_sacked,            take_int    },
	{SPAN_INIT("dsack_dups"),     SOCK_dsack_dups,        take_int    },
	{SPAN_INIT("reordering"),     SOCK_reordering,        take_int    },
	{SPAN_INIT("reord_seen"),     SOCK_reord_seen,        take_int    },
	{SPAN_INIT("rcv_rtt"),        SOCK_rcv_rtt_ns,        take_ms     },
	{SPAN_INIT("rcv_space"),      SOCK_rcv_space,         take_int    },
	{SPAN_INIT("rcv_ssthresh"),   SOCK_rcv_ssthresh,      take_int    },
	{SPAN_INIT("notsent"),        SOCK_notsent,           take_int    },
	{SPAN_INIT("minrtt"),         SOCK_minrtt_ns,         take_ms     },
	{SPAN_INIT("rcv_ooopack"),    SOCK_rcv_ooopack,       take_int    },
	{SPAN_INIT("snd_wnd"),        SOCK_snd_wnd,           take_int    },
	{SPAN_INIT("rcv_wnd"),        SOCK_rcv_wnd,           take_int    },
};

/* "name value", two words. */
static const struct key pairs[] = {
	{SPAN_INIT("delivery_rate"), SOCK_delivery_rate, take_rate},
	{SPAN_INIT("pacing_rate"),   SOCK_pacing_rate,   take_rate},
};

/* Bare words of a connection that are not its congestion control. */
static const struct span flags[] = {
	SPAN_INIT("ts"),      SPAN_INIT("usec_ts"),     SPAN_INIT("sack"), SPAN_INIT("ecn"),
	SPAN_INIT("ecnseen"), SPAN_INIT("fastopen"),    SPAN_INIT("send"), SPAN_INIT("syncookie"),
	SPAN_INIT("accecn"),  SPAN_INIT("app_limited"), SPAN_INIT("--"),
};

/* The next in that order is most often the one; NULL: a key of a later version. */
static const struct key *key_from(size_t *next, struct span name)
{
	for (size_t n = 0; n < COUNT_OF(keys); n++) {
		const struct key *k = &keys[*next];

		*next = *next + 1 < COUNT_OF(keys) ? *next + 1 : 0;
		if (span_eq(k->name, name))
			return k;
	}
	return NULL;
}

/*
 * users:(("NAME",pid=N,fd=N),...), before 3.14 (("NAME",N,N)).  NAME is the
 * process's own choice: blanks, quotes, commas, parentheses.  Its end is the first
 * quote that is followed by a whole rest of a tuple.
 */
static bool take_tuple_rest(struct span *at, uint64_t *pid)
{
	struct span s = *at;

	if (!span_skip(&s, SPAN("\",")))
		return false;
	(void)span_skip(&s, SPAN("pid="));
	if (!span_take_u64(&s, UINT32_MAX, pid) || !span_skip(&s, SPAN(",")))
		return false;
	s = span_sub(s, span_find(span_sub(s, 0, TUPLE_MAX_BYTES), ')'), s.n);
	if (!span_starts(s, SPAN("),(\"")) && !span_starts(s, SPAN("))")))
		return false;
	*at = s;
	return true;
}

static bool take_tuple(struct span *text, struct span *name, uint64_t *pid)
{
	for (size_t i = 0; i < text->n && i <= NAME_MAX_BYTES; i++) {
		struct span at = span_sub(*text, i, text->n);

		if (at.p[0] == '"' && take_tuple_rest(&at, pid)) {
			*name = span_sub(*text, 0, i);
			*text = at;
			return true;
		}
	}
	return false;
}

static bool take_users(struct span *text, struct sock *s)
{
	struct span rest = *text, name;
	uint64_t pid;

	if (!span_skip(&rest, SPAN("users:((\"")))
		return false;
	do {
		if (!take_tuple(&rest, &name, &pid))
			return false;
		if (s->comm.n == 0 && !(s->has & UINT64_C(1) << SOCK_pid)) {
			s->comm = name;
			sock_set(s, SOCK_pid, (int64_t)pid);
		}
	} while (span_skip(&rest, SPAN("),(\"")));
	(void)span_skip(&rest, SPAN("))"));
	*text = rest;
	return true;
}

static bool is_flag(struct span word)
{
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (span_eq(word, flags[i]))
			return true;
	return false;
}

/* A word without a value: the first unknown one, before the numbers, is the algorithm. */
static void take_bare(struct span word, struct sock *s)
{
	const uint64_t numbers = UINT64_C(1) << SOCK_rto_ns | UINT64_C(1) << SOCK_cwnd;

	if (s->cong.n || (s->has & numbers) || is_flag(word) ||
	    while_in(word, IDENTIFIER).n < word.n || while_in(word, DIGIT).n == word.n)
		return;
	s->cong = word;
}

/* True when `word` is the first of two; the second is taken from *text. */
static bool take_pair(struct span word, struct span *text, struct sock *s, bool *good)
{
	struct span value;

	for (size_t i = 0; i < COUNT_OF(pairs); i++)
		if (span_eq(word, pairs[i].name)) {
			*good = span_word(text, &value) && pairs[i].take(value, pairs[i].field, s);
			return true;
		}
	return false;
}

void ss_options(struct span text, size_t line, struct emit *out, struct sock *s)
{
	struct span word;
	size_t next = 0; /* of the keys */

	for (;;) {
		struct span value, name;
		const struct key *k;
		bool good = true;

		text = span_trim(text);
		if (take_users(&text, s))
			continue;
		if (!span_word(&text, &word))
			return;
		value = word;
		if (!span_cut(&value, ':', &name)) {
			if (!take_pair(word, &text, s, &good))
				take_bare(word, s);
		} else {
			k = key_from(&next, name);
			good = !k || k->take(value, k->field, s);
		}
		if (!good)
			out->note(out, line, "not a value of ss", word);
	}
}
