/*
 * What several formats of /proc and /sys have in common.  Parsers may include
 * this beside parse.h; like them it does no I/O and keeps nothing.
 */
#ifndef ANALYZE_PARSE_UTIL_H
#define ANALYZE_PARSE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyze/parse.h"

/* v * scale in the base unit; what does not fit is NULL and a note, as with emit_u64. */
void emit_scaled(struct emit *out, struct span entity, struct span name, enum kind kind,
                 enum unit unit, uint64_t v, uint64_t scale);
/* A setting: kind text, but a value that is one whole number is kept as INT. */
void emit_setting(struct emit *out, struct span entity, struct span name, struct span v);
/* The series is there but says "no limit" or "unknown": NULL. */
void emit_none(struct emit *out, struct span entity, struct span name, enum kind kind,
               enum unit unit);

/* Everything behind the last '/', or the whole path. */
struct span path_base(struct span path);
/* "12345" or "12345 kB" into *v bytes or a count; *unit says which.  False for anything else. */
bool amount_parse(struct span s, uint64_t *v, enum unit *unit);
/* "KEY<blanks>:<blanks>VALUE", both trimmed.  False without a colon. */
bool key_value(struct span line, struct span *key, struct span *value);
/* The words of a line, at most `max`; how many there are. */
size_t words_of(struct span line, struct span *words, size_t max);
/* The index of `name` among the words of a header; n when it is not there. */
size_t column_of(struct span name, const struct span *header, size_t n);

/* Counts by a key of the file, in the order in which the keys came. */
#define TALLY_KEYS_MAX 256
#define TALLY_COUNTS   4

struct tally {
	size_t n;
	uint64_t left_out; /* rows of further keys */
	struct tally_row {
		struct span key;
		uint64_t count[TALLY_COUNTS];
		struct span text; /* the caller's; empty at first */
	} row[TALLY_KEYS_MAX];
};

/* The row of a key, made when it is new; NULL (and counted) when there is no room. */
struct tally_row *tally_at(struct tally *t, struct span key);

/*
 * False for JSON of more values than any linkerd or recording has: as a tree in memory one takes
 * many times its bytes.
 */
#define JSON_VALUES_MAX 1000000
#define JSON_TOO_MANY   "more than 1000000 values"
bool json_is_bounded(struct span text);

/* Tables whose columns are CPUs: /proc/interrupts, /proc/softirqs. */
#define CPUS_MAX 8192 /* NR_CPUS of the largest kernels */

struct cpu_columns {
	size_t n;
	struct {
		char text[15]; /* "cpu3" */
		unsigned char n;
	} entity[CPUS_MAX];
};

/* "CPU0 CPU2 ...": the columns' CPUs.  False when the line is no such header. */
bool cpu_columns_read(struct span header, struct cpu_columns *c);
/*
 * Emits the counts at the front of *rest as sparse counter32 `name` of their CPUs and
 * returns how many there were; *rest goes on behind them.  A last count that ends the
 * row before the last CPU is left out: it may be cut in the middle.
 */
size_t cpu_row_emit(const struct cpu_columns *c, struct span name, struct span *rest,
                    struct emit *out);

/* Tables of /proc/net/stat: a header of names, "entries" first, then a row of
 * hexadecimal numbers a possible CPU. */
#define HEX_COLUMNS_MAX 32

struct hex_table {
	struct span text; /* what is left */
	size_t at;        /* line */
	size_t columns;
	struct span name[HEX_COLUMNS_MAX];
};

/* False, and a note, when the first line is no header. */
bool hex_table_open(struct hex_table *t, struct span text, struct emit *out);
/* The next row; `n` says how many of its values are good (a short row is noted). */
bool hex_table_row(struct hex_table *t, uint64_t v[HEX_COLUMNS_MAX], size_t *n, struct emit *out);

#endif
