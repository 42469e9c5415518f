/*
 * Text written where the room was asked for beforehand: each call writes at p
 * without a bound check and returns the new end.  For rows by the ten thousand;
 * everything else uses schema/buf.h.
 */
#ifndef COLLECT_PUT_H
#define COLLECT_PUT_H

#include <stdint.h>
#include <string.h>

#include "schema/span.h"

/* The most that one number or address takes, in bytes. */
#define PUT_MAX 64

static inline char *put_span(char *p, struct span s)
{
	memcpy(p, s.p, s.n);
	return p + s.n;
}

/* A short word, copied whole in one go: made with LABEL, at most LABEL_MAX - 1 bytes. */
#define LABEL_MAX 24
struct label {
	char text[LABEL_MAX];
	unsigned char n;
};
#define LABEL(literal)                                                                             \
	{                                                                                          \
		(literal), sizeof(literal) - 1                                                     \
	}

static inline char *put_label(char *p, const struct label *l)
{
	memcpy(p, l->text, LABEL_MAX);
	return p + l->n;
}

char *put_u64(char *p, uint64_t v);
char *put_i32(char *p, int32_t v);
/* Lower-case hexadecimal. */
char *put_hex(char *p, uint64_t v);
/* printf's "%g" of v / 1000.0: microseconds as milliseconds. */
char *put_thousandth(char *p, uint64_t v);
/* printf's "%g" of v / 256.0. */
char *put_256th(char *p, uint32_t v);
/* printf's "%g" and "%.0f". */
char *put_g(char *p, double v);
char *put_whole(char *p, double v);
/* Addresses in network byte order, as inet_ntop(3) of glibc writes them. */
char *put_ipv4(char *p, const void *addr);
char *put_ipv6(char *p, const void *addr);

#endif
