/* The files of an extracted bundle or sosreport, in the order in which one has them. */
#ifndef ANALYZE_FOLDER_H
#define ANALYZE_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "analyze/digest.h"
#include "schema/err.h"

struct folder;

/*
 * The folder with bundle.json or a sosreport's marks in it, or one that holds it; fd stays
 * the caller's.  `path` is what it was opened by: its last part may name the stem.
 */
struct folder *folder_open(int fd, const char *path, struct err *e);
void folder_close(struct folder *f); /* NULL is fine */

/* The next file's name as a tar member's, "STEM/snap/000000/proc/stat"; NULL after the last. */
const char *folder_next(struct folder *f);
uint64_t folder_size(const struct folder *f);
int64_t folder_mtime(const struct folder *f); /* unix time */
/* Reads at most n bytes of it; what cannot be read is an empty file. */
size_t folder_read(struct folder *f, char *text, size_t n);

/* Where the file's digest is kept; "" = none. */
char *folder_digest(struct folder *f);
/*
 * The digests that were kept and the files' names, by name in byte order, one a call;
 * NULL after the last.  Only once folder_next has come to its end.
 */
const char *folder_next_digest(struct folder *f, const char **name);

#endif
