/* Times and durations as people write them.  Everything inside is nanoseconds. */
#ifndef SCHEMA_TIMEFMT_H
#define SCHEMA_TIMEFMT_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/buf.h"
#include "schema/span.h"

#define NS_PER_S  1000000000
#define NS_PER_MS 1000000
#define NS_PER_US 1000

/*
 * "300ms", "10s", "5m", "1h30m", "2d"; a bare number is seconds, and decimals are
 * allowed ("0.5s").  Units: ns us ms s m h d.  False for anything else.
 */
bool duration_parse(struct span s, int64_t *ns);
/* The shortest such form that is exact: 90 s is "1m30s", 0 is "0s". */
void duration_put(struct buf *b, int64_t ns);

/* Unix time (may be negative) as "2026-08-23T10:15:04Z"; with `digits` decimals. */
void time_put(struct buf *b, int64_t unix_ns, unsigned digits);
/* The same as one word for file names: "20260823T101504Z". */
void time_put_compact(struct buf *b, int64_t unix_ns);
/* "2026-08-23T10:15:04Z", "2026-08-23 10:15:04", with decimals or without; UTC. */
bool time_parse(struct span s, int64_t *unix_ns);

#endif
