#include "analyze/parse_inet.h"

#include <arpa/inet.h>

#define WORD_DIGITS 8
#define WORD_BYTES  4

static bool word_parse(struct span hex, uint8_t bytes[WORD_BYTES])
{
	uint64_t w;

	if (!span_hex(hex, UINT32_MAX, &w))
		return false;
	for (unsigned i = 0; i < WORD_BYTES; i++)
		bytes[i] = (uint8_t)(w >> 8 * i);
	return true;
}

bool inet_host_parse(struct span hex, struct inet_address *a)
{
	*a = (struct inet_address){0};
	if (hex.n != WORD_DIGITS && hex.n != (size_t)2 * INET_BYTES)
		return false;
	a->v6 = hex.n != WORD_DIGITS;
	for (size_t i = 0; i < hex.n / WORD_DIGITS; i++)
		if (!word_parse(span_sub(hex, i * WORD_DIGITS, WORD_DIGITS),
		                a->ip + i * WORD_BYTES))
			return false;
	return true;
}

bool inet_address_parse(struct span word, struct inet_address *a)
{
	struct span hex;
	uint64_t port;

	*a = (struct inet_address){0};
	if (!span_cut(&word, ':', &hex) || !span_hex(word, UINT16_MAX, &port) ||
	    !inet_host_parse(hex, a))
		return false;
	a->port = (uint16_t)port;
	return true;
}

bool inet_net6_parse(struct span hex, struct inet_address *a)
{
	uint64_t byte;

	*a = (struct inet_address){.v6 = true};
	if (hex.n != (size_t)2 * INET_BYTES)
		return false;
	for (size_t i = 0; i < INET_BYTES; i++) {
		if (!span_hex(span_sub(hex, 2 * i, 2), UINT8_MAX, &byte))
			return false;
		a->ip[i] = (uint8_t)byte;
	}
	return true;
}

void inet_address_put(struct buf *b, const struct inet_address *a)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(a->v6 ? AF_INET6 : AF_INET, a->ip, text, sizeof(text)))
		buf_str(b, text);
}

bool inet_pair_parse(struct span word, uint64_t *left, uint64_t *right)
{
	struct span head;

	return span_cut(&word, ':', &head) && span_hex(head, UINT32_MAX, left) &&
	       span_hex(word, UINT32_MAX, right);
}

unsigned inet_row(struct span line, struct span w[INET_WORDS_MAX])
{
	unsigned n = 0;

	while (n < INET_WORDS_MAX && span_word(&line, &w[n]))
		n++;
	return n;
}

bool inet_is_header(struct span line)
{
	line = span_trim(line);
	return line.n == 0 || span_starts(line, SPAN("sl "));
}
