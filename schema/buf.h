/* Text built in the caller's memory: never past its end, the cut remembered. */
#ifndef SCHEMA_BUF_H
#define SCHEMA_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/span.h"

struct buf {
	char *p;
	size_t n;   /* bytes used */
	size_t cap; /* bytes there are */
	bool cut;   /* something did not fit and was left out */
};

/*
 * Before a large local array of which only what was written is read: builds clear what a
 * function holds as it begins, and that would take longer than most of them run.
 */
#if defined(__has_attribute)
#if __has_attribute(uninitialized)
#define UNCLEARED __attribute__((uninitialized))
#endif
#endif
#ifndef UNCLEARED
#define UNCLEARED
#endif

/* A buffer over the array `a`. */
#define BUF_OVER(a) ((struct buf){.p = (a), .cap = sizeof(a)})

/* All of these append; what does not fit whole is cut at the end and sets `cut`. */
void buf_put(struct buf *b, struct span s);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_u64(struct buf *b, uint64_t v);
void buf_i64(struct buf *b, int64_t v);
/* Lower-case hexadecimal, at least `width` digits. */
void buf_hex(struct buf *b, uint64_t v, unsigned width);
/* v / 10^digits with exactly `digits` decimals: buf_fixed(b, 1234, 2) is "12.34". */
void buf_fixed(struct buf *b, uint64_t v, unsigned digits);
/* printf for what the above do not do; slower. */
__attribute__((format(printf, 2, 3))) void buf_fmt(struct buf *b, const char *format, ...);
struct span buf_span(const struct buf *b);
/* Ends the text with a NUL (in place of its last byte when full) and returns it. */
const char *buf_cstr(struct buf *b);

#endif
