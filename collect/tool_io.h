/* What the tools share: files read whole, and how one gives up. */
#ifndef COLLECT_TOOL_IO_H
#define COLLECT_TOOL_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/job.h"
#include "schema/buf.h"

/*
 * Reads a file of the host or of its dump, at most `max` bytes, over what *b held.
 * b->p is grown with realloc and is the caller's to free, unless it holds `max` bytes from
 * the start; b->cut when there was more.  Returns 0 or an errno.
 */
int tool_read(const struct host *h, const char *path, size_t max, struct buf *b);

/* A file that stays open from run to run, or is opened anew when it cannot be read any more. */
struct kept_file {
	int fd; /* and one; 0 = closed, as when zeroed */
};

/* tool_read of one; always the same path. */
int kept_read(struct kept_file *f, const struct host *h, const char *path, size_t max,
              struct buf *b);
void kept_close(struct kept_file *f);

/* A file that holds one number, decimal or with 0x; false when there is no such number. */
bool tool_read_number(const struct host *h, const char *path, uint64_t *v);

/* Ends a tool that failed: keeps the errno and the remark, gives the status they mean. */
enum capture_status tool_fail(int *error, int e, struct buf *note, const char *text);

#endif
