/* SHA-256 in hexadecimal, as sha256sum prints it. */
#ifndef ANALYZE_DIGEST_H
#define ANALYZE_DIGEST_H

#include "schema/span.h"

#define DIGEST_HEX 65 /* with the NUL */

struct digest;

struct digest *digest_open(void) __attribute__((returns_nonnull));
void digest_close(struct digest *d); /* NULL is fine */
void digest_put(struct digest *d, struct span s);
/* Of all that was put; d starts anew. */
void digest_end(struct digest *d, char hex[DIGEST_HEX]);
void digest_of(struct span s, char hex[DIGEST_HEX]);

#endif
