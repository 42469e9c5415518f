/* SHA-256 of a stream, of which a state can be kept and gone back to. */
#ifndef COLLECT_DIGEST_H
#define COLLECT_DIGEST_H

#include <stddef.h>

#define DIGEST_HEX 65 /* with the NUL */

struct digest;

struct digest *digest_open(void); /* NULL: no memory */
void digest_free(struct digest *d);
void digest_put(struct digest *d, const void *p, size_t n);
void digest_mark(struct digest *d);
void digest_back(struct digest *d); /* to the last mark, or the start */
void digest_hex(const struct digest *d, char hex[DIGEST_HEX]);

#endif
