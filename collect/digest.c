#include "collect/digest.h"

#include <sha2.h>
#include <stdint.h>
#include <stdlib.h>

#include "schema/buf.h"

struct digest {
	SHA2_CTX now, mark;
};

struct digest *digest_open(void)
{
	struct digest *d = malloc(sizeof(*d));

	if (d) {
		SHA256Init(&d->now);
		d->mark = d->now;
	}
	return d;
}

void digest_free(struct digest *d)
{
	free(d);
}

void digest_put(struct digest *d, const void *p, size_t n)
{
	SHA256Update(&d->now, p, n);
}

void digest_mark(struct digest *d)
{
	d->mark = d->now;
}

void digest_back(struct digest *d)
{
	d->now = d->mark;
}

void digest_hex(const struct digest *d, char hex[DIGEST_HEX])
{
	SHA2_CTX copy = d->now;
	uint8_t sum[SHA256_DIGEST_LENGTH];
	struct buf b = {.p = hex, .cap = DIGEST_HEX};

	SHA256Final(sum, &copy);
	for (size_t i = 0; i < sizeof(sum); i++)
		buf_hex(&b, sum[i], 2);
	(void)buf_cstr(&b);
}
