/* The socket tables of /proc/net (tcp, tcp6, udp, udp6): what their columns share. */
#ifndef ANALYZE_PARSE_INET_H
#define ANALYZE_PARSE_INET_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/emit.h"
#include "schema/buf.h"
#include "schema/span.h"

enum { INET_WORDS_MAX = 32, INET_BYTES = 16 };

struct inet_address {
	uint8_t ip[INET_BYTES]; /* network order; v4 in the first four */
	bool v6;
	uint16_t port;
};

/*
 * "0100007F:1F90": hex of the address's 32-bit words in the host's byte order, and the
 * port.  32 digits are v6.
 */
bool inet_address_parse(struct span word, bool big_endian, struct inet_address *a);
/* The same without a port, "010200C0" (/proc/net/route). */
bool inet_host_parse(struct span hex, bool big_endian, struct inet_address *a);
/*
 * True when a socket table is of a big-endian host (s390x, ppc64): its loopback and
 * mapped addresses stand there in that order, and none in the other.
 */
bool inet_is_big_endian(struct span table);
/* 32 digits in network order (/proc/net/if_inet6, ipv6_route). */
bool inet_net6_parse(struct span hex, struct inet_address *a);
/* "127.0.0.1", "::1": the address alone, appended. */
void inet_address_put(struct buf *b, const struct inet_address *a);
/*
 * The routes of an interface, and where its default route leads (NULL: nowhere); for IPv6
 * names end in 6.
 */
void inet_routes_emit(struct emit *out, struct span interface, bool v6, uint64_t routes,
                      const struct inet_address *gateway);
/* "00000000:0000002A": two hexadecimal numbers. */
bool inet_pair_parse(struct span word, uint64_t *left, uint64_t *right);

/* The words of a row into w, at most INET_WORDS_MAX; how many. */
unsigned inet_row(struct span line, struct span w[INET_WORDS_MAX]);
/* True for the header and for blank lines. */
bool inet_is_header(struct span line);

#endif
