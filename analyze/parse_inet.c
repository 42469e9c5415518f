#include "analyze/parse_inet.h"

#include <arpa/inet.h>

#define WORD_DIGITS 8
#define WORD_BYTES  4
#define HEAD_BYTES  ((size_t)65536) /* of a table: listeners come first */

static bool word_parse(struct span hex, bool big_endian, uint8_t bytes[WORD_BYTES])
{
	uint64_t w;

	if (!span_hex(hex, UINT32_MAX, &w))
		return false;
	for (unsigned i = 0; i < WORD_BYTES; i++)
		bytes[big_endian ? WORD_BYTES - 1 - i : i] = (uint8_t)(w >> 8 * i);
	return true;
}

static bool has_any(struct span text, const struct span *needles, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_search(text, needles[i]) < text.n)
			return true;
	return false;
}

bool inet_is_big_endian(struct span table)
{
	/* 127.0.0.1, ::1, ::ffff:0:0/96 */
	static const struct span big[] = {
		SPAN_INIT(" 7F000001:"),
		SPAN_INIT(" 00000000000000000000000000000001:"),
		SPAN_INIT(" 00000000000000000000FFFF"),
	};
	static const struct span little[] = {
		SPAN_INIT(" 0100007F:"),
		SPAN_INIT(" 00000000000000000000000001000000:"),
		SPAN_INIT(" 0000000000000000FFFF0000"),
	};
	struct span head = span_sub(table, 0, HEAD_BYTES);

	return has_any(head, big, sizeof(big) / sizeof(big[0])) &&
	       !has_any(head, little, sizeof(little) / sizeof(little[0]));
}

bool inet_host_parse(struct span hex, bool big_endian, struct inet_address *a)
{
	*a = (struct inet_address){0};
	if (hex.n != WORD_DIGITS && hex.n != (size_t)2 * INET_BYTES)
		return false;
	a->v6 = hex.n != WORD_DIGITS;
	for (size_t i = 0; i < hex.n / WORD_DIGITS; i++)
		if (!word_parse(span_sub(hex, i * WORD_DIGITS, WORD_DIGITS), big_endian,
		                a->ip + i * WORD_BYTES))
			return false;
	return true;
}

bool inet_address_parse(struct span word, bool big_endian, struct inet_address *a)
{
	struct span hex;
	uint64_t port;

	*a = (struct inet_address){0};
	if (!span_cut(&word, ':', &hex) || !span_hex(word, UINT16_MAX, &port) ||
	    !inet_host_parse(hex, big_endian, a))
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

void inet_routes_emit(struct emit *out, struct span interface, bool v6, uint64_t routes,
                      const struct inet_address *gateway)
{
	char text[64];
	struct buf b = BUF_OVER(text);

	emit_u64(out, interface, v6 ? SPAN("routes6") : SPAN("routes"), KIND_GAUGE, UNIT_COUNT,
	         routes);
	if (!gateway)
		return;
	inet_address_put(&b, gateway);
	emit_text(out, interface, v6 ? SPAN("default_gateway6") : SPAN("default_gateway"),
	          buf_span(&b));
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
