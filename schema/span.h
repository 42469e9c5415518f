/* Views of text that somebody else owns, cursors over them, and checked numbers. */
#ifndef SCHEMA_SPAN_H
#define SCHEMA_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *p; /* not NUL-terminated */
	size_t n;      /* bytes */
};

/* A literal as a static initializer, and as an expression. */
#define SPAN_INIT(literal)                                                                         \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}
#define SPAN(literal) ((struct span)SPAN_INIT(literal))

/* The span of a NUL-terminated string; NULL gives the empty span. */
struct span span_of(const char *s);

/* From `from` for at most `n` bytes; both are clamped to the span. */
static inline struct span span_sub(struct span s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return (struct span){n ? s.p + from : s.p, n};
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool span_starts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_eq(span_sub(s, 0, prefix.n), prefix);
}

bool span_ends(struct span s, struct span suffix);
/* Byte order, a shorter prefix first: -1, 0, 1. */
int span_cmp(struct span a, struct span b);
/* Index of the first / last `c`, or s.n when there is none. */
size_t span_find(struct span s, char c);
size_t span_rfind(struct span s, char c);
/* Index of the first occurrence of `needle` (not empty), or s.n. */
size_t span_search(struct span s, struct span needle);
/* Without blanks, tabs, CR and LF at both ends. */
struct span span_trim(struct span s);

/*
 * The cursors take from the front of *s.  When they fail they return false and
 * touch neither argument, so that alternatives can be tried one after another.
 */

/* The next line without its LF (and without a CR before it). */
bool span_line(struct span *s, struct span *line);
/* Everything before the first `c`; *s goes on behind it.  False without a `c`. */
bool span_cut(struct span *s, char c, struct span *head);
/* Everything before the last `c`; *s goes on behind it.  False without a `c`. */
bool span_rcut(struct span *s, char c, struct span *head);
/* The next run of bytes that are neither blank nor tab. */
bool span_word(struct span *s, struct span *word);
/* `prefix` itself. */
static inline bool span_skip(struct span *s, struct span prefix)
{
	if (!span_starts(*s, prefix))
		return false;
	*s = span_sub(*s, prefix.n, s->n);
	return true;
}

/*
 * Numbers take the whole span: digits only (a leading '-' where the type has a
 * sign), no blanks, overflow-checked.  False leaves *v alone.
 */
bool span_u64(struct span s, uint64_t max, uint64_t *v);
bool span_i64(struct span s, int64_t *v);
bool span_hex(struct span s, uint64_t max, uint64_t *v);
/* "0.10" with digits = 3 gives 100; further decimals are cut, missing ones are 0. */
bool span_fixed(struct span s, unsigned digits, int64_t *v);
/* The leading digits of *s, which goes on behind them. */
bool span_take_u64(struct span *s, uint64_t max, uint64_t *v);

/*
 * True when `s` matches `pattern`: '*' stands for any run of bytes without '/',
 * "**" for any run at all.  The text of the first star goes to *arg (may be NULL).
 */
bool span_match(struct span s, struct span pattern, struct span *arg);

#endif
