/* Members -> pax tar (tar.h) -> compressor.  What was put before a flush is safe. */
#ifndef COLLECT_SINK_H
#define COLLECT_SINK_H

#include <stdint.h>

#include "collect/compress.h"
#include "schema/err.h"
#include "schema/span.h"

struct sink;

/* Members go below the folder `stem`, which is copied.  The compressor stays the caller's. */
struct sink *sink_open(struct compress *c, const char *stem, struct err *e);
/* Frees it; the archive has no end unless sink_finish came before. */
void sink_free(struct sink *s);

/* One member; `time_ns` is its time, unix. */
int sink_put(struct sink *s, const char *name, struct span text, int64_t time_ns, struct err *e);
int sink_flush(struct sink *s, struct err *e);
int sink_finish(struct sink *s, struct err *e);

/* Bytes of the tar so far. */
uint64_t sink_bytes(const struct sink *s);

#endif
