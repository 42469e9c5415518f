/*
 * The base units.  Parsers convert into them at the door; nothing behind
 * analyze/parse knows kB, jiffies or sectors.
 */
#ifndef SCHEMA_UNIT_H
#define SCHEMA_UNIT_H

#define KIB 1024L
#define MIB 1048576L

/* USER_HZ: /proc/stat and /proc/PID/stat count in 1/100 s on every Linux port. */
#define NS_PER_USER_TICK 10000000

enum unit {
	UNIT_COUNT, /* "1": packets, events, sockets */
	UNIT_BYTE,  /* "B" */
	UNIT_NS,    /* "ns" */
	UNIT_PAGE,  /* "page": what the kernel compares with a limit in pages (tcp_mem) */
	UNIT_BIT_S, /* "bit/s": link speeds, pacing rates */
	UNIT_RATIO, /* "ratio": 0.25 is a quarter */
	UNIT_TEXT,  /* "": not a number */
	UNIT_OTHER, /* "?": what the source's own name says (linkerd's *_ms, ethtool) */
	UNIT_COUNT_
};

/* The spelling above; for a value out of range "?". */
static inline const char *unit_name(enum unit u)
{
	static const char *const names[UNIT_COUNT_] = {
		[UNIT_COUNT] = "1",   [UNIT_BYTE] = "B",      [UNIT_NS] = "ns",
		[UNIT_PAGE] = "page", [UNIT_BIT_S] = "bit/s", [UNIT_RATIO] = "ratio",
		[UNIT_TEXT] = "",     [UNIT_OTHER] = "?",
	};

	return u >= 0 && u < UNIT_COUNT_ ? names[u] : "?";
}

#endif
