/* The blocks of a tar around its members' bytes: ustar, with a pax header for a name that is too
 * long for it. */
#ifndef COLLECT_TAR_H
#define COLLECT_TAR_H

#include <stdint.h>

#include "schema/buf.h"
#include "schema/span.h"
#include "schema/unit.h"

#define TAR_BLOCK 512
/* Longest member name, bytes. */
#define TAR_NAME_MAX (1 * KIB)
/* The header of such a member: a pax header, its records, and the header itself. */
#define TAR_HEADER_MAX (5 * TAR_BLOCK)
/* Behind the last member: zeros. */
#define TAR_END ((size_t)2 * TAR_BLOCK)

/*
 * Appends the header of a regular file to `b`, which has room for TAR_HEADER_MAX bytes.
 * `size` is below 8 GiB; the time, in seconds since 1970, is at least 0.
 */
void tar_header(struct buf *b, struct span name, uint64_t size, int64_t time_s);

/* Bytes of zeros behind a member's `size` bytes. */
size_t tar_padding(uint64_t size);

#endif
