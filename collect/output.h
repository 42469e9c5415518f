/* The file of the bundle: NAME.part while it is written, NAME and NAME.sha256 when it is whole. */
#ifndef COLLECT_OUTPUT_H
#define COLLECT_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect/digest.h"
#include "schema/err.h"

struct output;

/*
 * "-" is standard output.  NULL with *e set; without `force` also when NAME or NAME.part exists.
 * Its folder is looked up here and never again: whoever may change names on the way to it
 * changes nothing of where the bundle goes.
 */
struct output *output_open(const char *name, bool force, struct err *e);
/* Closes what is open; a .part stays. */
void output_free(struct output *o);

/* Removes a .part that nothing can be read from: one without a mark. */
void output_discard(struct output *o);
/* Whether there is a .part from which something can be read. */
bool output_left(const struct output *o);

/* Is a compress_out: `arg` is the output. */
int output_put(void *arg, const void *p, size_t n, struct err *e);
/* All that was put is a readable whole: this is where output_back goes back to. */
void output_mark(struct output *o);
/*
 * Puts bytes (a few, maybe none) behind the mark that do not count and that what is put
 * next is written over: who is killed in between leaves a file that ends with them.
 */
void output_end(const struct output *o, const void *p, size_t n);
/* Cuts what was put behind the last mark off.  -1 when that cannot be done (a pipe). */
int output_back(struct output *o);

/* Brings what was put to the disk; may take as long as the disk likes.  From any thread. */
void output_sync(struct output *o);
/* The errno that an output_sync met, or 0: what was put may not be on the disk. */
int output_sync_error(struct output *o);

/* Keeps room for so many bytes more.  -1 only when the disk, or what one may write, is full. */
int output_reserve(struct output *o, uint64_t bytes);
/* Bytes free on its file system; -1 = unknown. */
int64_t output_room(const struct output *o);
uint64_t output_bytes(const struct output *o);

/*
 * Renames NAME.part to NAME and writes NAME.sha256.  The digest goes to `hex` in any
 * case, so that it can be said when there is no file for it: 1 with *e set when only
 * NAME.sha256 could not be written, -1 when there is no NAME, or another one.
 */
int output_finish(struct output *o, char hex[DIGEST_HEX], struct err *e);

#endif
