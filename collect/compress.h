/* A stream that can be read up to its last flush, whatever happens behind it. */
#ifndef COLLECT_COMPRESS_H
#define COLLECT_COMPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schema/err.h"
#include "schema/span.h"

enum compress_kind { COMPRESS_ZSTD, COMPRESS_GZIP, COMPRESS_NONE, COMPRESS_KIND_COUNT };

/* By a file's name: .tar.gz and .tgz, .tar, everything else is zstd.  False for .xz and the like.
 */
bool compress_kind_of(struct span name, enum compress_kind *kind);

struct compress;

/* Where the compressed bytes go: 0, or -1 with *e set. */
typedef int compress_out(void *arg, const void *p, size_t n, struct err *e);

/* NULL with *e set when memory is short.  `level` is 1 to 19 (gzip: up to 9). */
struct compress *compress_open(enum compress_kind kind, int level, compress_out *out, void *arg,
                               struct err *e);
void compress_free(struct compress *c);

int compress_put(struct compress *c, const void *p, size_t n, struct err *e);
/* What was put so far can be read from what has come out so far. */
int compress_flush(struct compress *c, struct err *e);
/* Ends the stream. */
int compress_finish(struct compress *c, struct err *e);

/*
 * The bytes of one snapshot are known: the window is made so large that the
 * snapshot before still lies in it (zstd alone).  To be called after a flush.
 */
int compress_fit(struct compress *c, uint64_t snapshot_bytes, struct err *e);

/*
 * The few bytes that make what was put out up to the last flush a whole stream;
 * 0 when it is one.  They are no part of the stream that goes on.
 */
#define COMPRESS_END_MAX 13
size_t compress_end(const struct compress *c, unsigned char end[COMPRESS_END_MAX]);

/*
 * For an output that was cut back to the last flush: makes it a whole stream
 * again and starts another one behind it.
 */
int compress_restart(struct compress *c, struct err *e);

#endif
