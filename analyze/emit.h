/*
 * The only way out of a parser.  Behind it stands the store, the dump of
 * `--dump` and the golden tests, or a fuzzer's sink; a parser cannot tell.
 * Spans are read before the call returns; nothing is kept.
 */
#ifndef ANALYZE_EMIT_H
#define ANALYZE_EMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/span.h"
#include "schema/unit.h"

enum kind {
	KIND_COUNTER,   /* only grows; a fall is a reset */
	KIND_COUNTER32, /* 32 bits in the kernel: a fall may be a wrap */
	KIND_GAUGE,     /* a level; may go both ways */
	KIND_TEXT,      /* a setting or a name */
	KIND_COUNT
};

enum value_type { VALUE_NONE, VALUE_INT, VALUE_REAL, VALUE_TEXT };

/* What a value does to an earlier one of the same series in the same capture. */
enum twice { TWICE_PASS_OVER, TWICE_ADD, TWICE_MOST, TWICE_LEAST };

/* One value of one series in this capture. */
struct point {
	struct span entity; /* "cpu3", "eth0", "ROUTER|client|ID"; empty = the host */
	struct span name;   /* "dropped", "TcpExtListenOverflows" */
	enum kind kind;
	enum unit unit;
	bool sparse;      /* one of very many that are mostly 0: kept only once it is not */
	enum twice twice; /* of VALUE_INT */
	enum value_type type;
	union {
		int64_t i;
		double r;
		struct span text;
	} v;
};

enum tcp_state {
	TCP_ESTAB,
	TCP_SYN_SENT,
	TCP_SYN_RECV,
	TCP_FIN_WAIT_1,
	TCP_FIN_WAIT_2,
	TCP_TIME_WAIT,
	TCP_UNCONN,
	TCP_CLOSE_WAIT,
	TCP_LAST_ACK,
	TCP_LISTEN,
	TCP_CLOSING,
	TCP_STATE_COUNT
};

/* As ss prints it: "ESTAB", "TIME-WAIT". */
const char *tcp_state_name(enum tcp_state s);
bool tcp_state_parse(struct span name, enum tcp_state *s);

enum sock_field {
#define SOCK(name, unit, what) SOCK_##name,
#include "analyze/sock.def"
#undef SOCK
	SOCK_FIELD_COUNT
};

extern const struct sock_column {
	const char *name;
	enum unit unit;
} sock_columns[SOCK_FIELD_COUNT];

/* One TCP socket of an ss capture or of /proc/net/tcp. */
struct sock {
	enum tcp_state state;
	struct span local, peer; /* "10.0.0.1", "::1", "fe80::1%eth0", "*"; no brackets, no port */
	unsigned lport, pport;   /* 0 = '*' */
	struct span comm;        /* first process of users:((...)), or empty */
	struct span timer;       /* "on", "keepalive", "timewait", "persist", or empty */
	struct span cong;        /* congestion control, or empty */
	uint64_t has;            /* bit 1 << SOCK_x: v[SOCK_x] was there */
	int64_t v[SOCK_FIELD_COUNT];
};

static inline void sock_set(struct sock *s, enum sock_field f, int64_t v)
{
	s->v[f] = v;
	s->has |= UINT64_C(1) << f;
}

/* Events of `le` and less since the process began. */
struct bucket {
	double le; /* INFINITY in the last one */
	int64_t n;
};

/*
 * One linkerd histogram as it stood in this capture (one frozen minute); or, with buckets, one
 * that grows since its process began: then `count` and `sum` are of all that time, and the
 * other statistics are not told.
 */
struct histogram {
	struct span router;  /* "outgoing"; empty for jvm and the like */
	struct span scope;   /* "client", "server", "service", or "" */
	struct span id;      /* "#/io.l5d.fs/web", "0.0.0.0/4140", "svc/web" */
	struct span service; /* of client/ID/service/SVC, else empty */
	struct span metric;  /* "request_latency_ms": the unit is in the name */
	int64_t count;       /* events of that minute; 0 = none of the below holds */
	double min, max, sum, avg, p50, p90, p95, p99, p999, p9999;
	const struct bucket *bucket; /* ascending; NULL = frozen */
	size_t buckets;
};

/* One address behind a linkerd client, from client_state.json. */
struct endpoint {
	struct span router, client, peer; /* peer: address without brackets */
	unsigned port;
};

/* What one IRQ of /proc/interrupts belongs to. */
struct irq_line {
	struct span irq;  /* "24" */
	struct span name; /* its names: "virtio0-input.0", "eth0-TxRx-3", "uhci_hcd:usb3, eth0" */
};

struct emit {
	void (*point)(struct emit *, const struct point *);
	void (*sock)(struct emit *, const struct sock *);
	void (*histogram)(struct emit *, const struct histogram *);
	void (*endpoint)(struct emit *, const struct endpoint *);
	void (*irq)(struct emit *, const struct irq_line *);
	/* Line `line` (from 1; 0 = the file) could not be used: why, and its text or empty. */
	void (*note)(struct emit *, size_t line, const char *why, struct span text);
};

/* Shorthands.  A counter above 2^63-1 does not fit the store: NULL and a note. */
void emit_u64(struct emit *out, struct span entity, struct span name, enum kind kind,
              enum unit unit, uint64_t v);
void emit_i64(struct emit *out, struct span entity, struct span name, enum kind kind,
              enum unit unit, int64_t v);
void emit_real(struct emit *out, struct span entity, struct span name, enum kind kind,
               enum unit unit, double v);
void emit_text(struct emit *out, struct span entity, struct span name, struct span v);

#endif
