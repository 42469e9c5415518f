#include "collect/put.h"

#include <stdio.h>

static const char pairs[201] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536"
	"37383940414243444546474849505152535455565758596061626364656667686970717273"
	"7475767778798081828384858687888990919293949596979899";

static char *put_pair(char *p, uint32_t v)
{
	memcpy(p, pairs + (size_t)v * 2, 2);
	return p + 2;
}

static char *put_four(char *p, uint32_t v)
{
	return put_pair(put_pair(p, v / 100), v % 100);
}

/* Below 10,000: nearly all that a socket has. */
static char *put_small(char *p, uint32_t v)
{
	if (v >= 1000)
		return put_four(p, v);
	if (v >= 100) {
		*p++ = (char)('0' + v / 100);
		return put_pair(p, v % 100);
	}
	if (v >= 10)
		return put_pair(p, v);
	*p++ = (char)('0' + v);
	return p;
}

char *put_u64(char *p, uint64_t v)
{
	uint32_t low;

	if (v < 10000)
		return put_small(p, (uint32_t)v);
	if (v >= 100000000) {
		p = put_u64(p, v / 100000000);
		low = (uint32_t)(v % 100000000);
		return put_four(put_four(p, low / 10000), low % 10000);
	}
	low = (uint32_t)v;
	return put_four(put_small(p, low / 10000), low % 10000);
}

char *put_i32(char *p, int32_t v)
{
	if (v < 0)
		*p++ = '-';
	return put_u64(p, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

char *put_hex(char *p, uint64_t v)
{
	unsigned shift = 0;

	while (shift < 60 && v >> (shift + 4))
		shift += 4;
	for (;; shift -= 4) {
		*p++ = "0123456789abcdef"[v >> shift & 15];
		if (shift == 0)
			return p;
	}
}

char *put_g(char *p, double v)
{
	int n = snprintf(p, PUT_MAX, "%g", v);

	return p + (n > 0 && n < PUT_MAX ? n : 0);
}

char *put_thousandth(char *p, uint64_t v)
{
	uint64_t whole = v / 1000;
	unsigned rest = (unsigned)(v % 1000);

	/* "%g" keeps six digits: beyond them it rounds what the double happens to be */
	if (whole > 999999 || (whole > 999 && rest))
		return put_g(p, (double)v / 1000);
	p = put_u64(p, whole);
	if (rest == 0)
		return p;
	*p++ = '.';
	*p++ = (char)('0' + rest / 100);
	if (rest % 100 == 0)
		return p;
	*p++ = (char)('0' + rest / 10 % 10);
	if (rest % 10)
		*p++ = (char)('0' + rest % 10);
	return p;
}

char *put_256th(char *p, uint32_t v)
{
	uint64_t n = (uint64_t)v * 390625; /* in 1/10^8: exact */
	uint64_t rest = n % 1000;

	/* from 1 to 10 the six digits of "%g" are five decimals */
	if (v < 256 || v >= 2559)
		return put_g(p, v / 256.0);
	n /= 1000;
	if (rest > 500 || (rest == 500 && n % 2))
		n++;
	*p++ = (char)('0' + n / 100000);
	n %= 100000;
	if (n == 0)
		return p;
	*p++ = '.';
	for (uint64_t unit = 10000; n; unit /= 10) {
		*p++ = (char)('0' + n / unit);
		n %= unit;
	}
	return p;
}

char *put_whole(char *p, double v)
{
	uint64_t n;
	double rest;

	if (!(v >= 0 && v < 9e18)) {
		int len = snprintf(p, PUT_MAX, "%.0f", v);

		return p + (len > 0 && len < PUT_MAX ? len : 0);
	}
	n = (uint64_t)v;
	rest = v - (double)n;
	if (rest > 0.5 || (rest == 0.5 && n % 2))
		n++;
	return put_u64(p, n);
}

char *put_ipv4(char *p, const void *addr)
{
	const unsigned char *a = addr;

	for (unsigned i = 0; i < 4; i++) {
		if (i)
			*p++ = '.';
		p = put_small(p, a[i]);
	}
	return p;
}

/* The longest run of two or more zero groups, the first of equal ones. */
static unsigned longest_run(const unsigned g[8], unsigned *from)
{
	unsigned best = 0;

	for (unsigned i = 0; i < 8; i++) {
		unsigned n = 0;

		while (i + n < 8 && g[i + n] == 0)
			n++;
		if (n > 1 && n > best) {
			best = n;
			*from = i;
		}
		i += n;
	}
	return best;
}

char *put_ipv6(char *p, const void *addr)
{
	const unsigned char *a = addr;
	unsigned g[8];
	unsigned from = 8;
	unsigned n;

	for (size_t i = 0; i < 8; i++)
		g[i] = (unsigned)a[2 * i] << 8 | a[2 * i + 1];
	n = longest_run(g, &from);
	for (unsigned i = 0; i < 8; i++) {
		if (i == from) {
			*p++ = ':';
			i += n;
			if (i == 8) {
				*p++ = ':';
				break;
			}
		}
		if (i)
			*p++ = ':';
		if (i == 6 && from == 0 && (n == 6 || (n == 5 && g[5] == 0xffff)))
			return put_ipv4(p, a + 12);
		p = put_hex(p, g[i]);
	}
	return p;
}
