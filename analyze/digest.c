#include "analyze/digest.h"

#include <sha256.h>
#include <stdint.h>
#include <stdlib.h>

#include "analyze/table.h"

struct digest {
	SHA2_CTX sha;
};

struct digest *digest_open(void)
{
	struct digest *d = must_alloc(sizeof(*d));

	SHA256Init(&d->sha);
	return d;
}

void digest_close(struct digest *d)
{
	free(d);
}

void digest_put(struct digest *d, struct span s)
{
	SHA256Update(&d->sha, (const uint8_t *)s.p, s.n);
}

void digest_end(struct digest *d, char hex[DIGEST_HEX])
{
	(void)SHA256End(&d->sha, hex);
	SHA256Init(&d->sha);
}

void digest_of(struct span s, char hex[DIGEST_HEX])
{
	struct digest d;

	SHA256Init(&d.sha);
	digest_put(&d, s);
	digest_end(&d, hex);
}
