/* The bundle's grammar: member names, record keys, statuses, limits.  nettape-bundle(5) is
 * normative. */
#ifndef SCHEMA_BUNDLE_H
#define SCHEMA_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/buf.h"
#include "schema/span.h"
#include "schema/unit.h"

#define BUNDLE_FORMAT 1

/* A member larger than this is cut: 1,152 CPUs make 13.4 MB of interrupts, 100,000 sockets with
 * tcp_info 50 MB. */
#define BUNDLE_MEMBER_MAX ((size_t)64 * MIB)
/* Longest member name that is accepted; sysctl trees stay below 200. */
#define BUNDLE_NAME_MAX 512

/*
 * machine_hash: of the SHA-256 of MACHINE_SALT and the id of machine-id(5), which is to be kept
 * secret, the first digits; whoever knows an id computes the same.
 */
#define MACHINE_SALT "nettape machine "
#define MACHINE_ID   32 /* hexadecimal digits of an id */
#define MACHINE_HASH 16 /* and those that are kept of its digest */
/* Highest snapshot number: a 10 ms tick for 100 days. */
#define BUNDLE_SNAP_MAX UINT64_C(999999999)

/* What became of one capture.  The names are what tick.json says. */
enum capture_status {
	CAPTURE_OK,
	CAPTURE_ABSENT,      /* "absent": no such file, interface, protocol on this kernel */
	CAPTURE_DENIED,      /* "denied": EPERM, EACCES, 401, 403 */
	CAPTURE_TIMEOUT,     /* "timeout": the source's deadline passed */
	CAPTURE_BUSY,        /* "busy": an earlier capture of it still hangs */
	CAPTURE_CUT,         /* "cut": more than the source's cap; the head was kept */
	CAPTURE_INTERRUPTED, /* "interrupted": a netlink dump changed under us (NLM_F_DUMP_INTR) */
	CAPTURE_FALLBACK,    /* "fallback": made in the second-best way, the note says how */
	CAPTURE_THINNED,     /* "thinned": skipped, the source costs more than its budget */
	CAPTURE_ERROR,       /* "error": errno or note say what */
	CAPTURE_STATUS_COUNT
};

const char *capture_status_name(enum capture_status s);
/* False for a name of a later version. */
bool capture_status_parse(struct span name, enum capture_status *s);
/* True when the member holds data worth parsing. */
bool capture_status_good(enum capture_status s);

enum member_place {
	MEMBER_BUNDLE, /* STEM/bundle.json */
	MEMBER_END,    /* STEM/end.json */
	MEMBER_TICK,   /* STEM/snap/000000/tick.json */
	MEMBER_HOST,   /* STEM/host/... */
	MEMBER_SNAP,   /* STEM/snap/000000/... */
	MEMBER_LAST,   /* STEM/last/... */
	MEMBER_PLACE_COUNT
};

struct member_name {
	enum member_place place;
	uint64_t snap;     /* of MEMBER_TICK and MEMBER_SNAP, else 0 */
	struct span netns; /* name of the namespace, or empty */
	struct span path;  /* what is left: "proc/net/dev", "cmd/ss_-tan" */
};

/*
 * Takes a tar member's full name apart.  False when it is no name of this
 * format: absolute, "..", ".", empty components, NUL, control characters, too
 * long, unknown top folder, snapshot number out of range.
 */
bool member_name_parse(struct span name, struct member_name *m);

/* "snap/000012/" and so on: where members of a tick go, below the stem. */
void member_name_put_snap(struct buf *b, uint64_t snap);

/*
 * A command as a file name, as sosreports write it: blanks become '_', '/'
 * becomes '.', every other byte outside [A-Za-z0-9_.:@%+=,-] becomes '_'.
 * "ethtool -S eth0" is "ethtool_-S_eth0".
 */
void command_name_put(struct buf *b, struct span command);

#endif
