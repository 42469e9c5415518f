/*
 * The files of an archive of any compression that libarchive knows, of a folder, of
 * standard input, or of an archive within an archive, one after another.  Nothing is
 * ever written; a name is only compared, never joined to a path.
 */
#ifndef ANALYZE_ENTRIES_H
#define ANALYZE_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/err.h"
#include "schema/span.h"

struct entries;

struct entry {
	struct span name; /* as it stands there, a stranger's; alive until the next call */
	bool file;        /* a plain file: what has text */
	bool folder;
	uint64_t size;   /* bytes, as the header says */
	int64_t mtime_s; /* unix time; 0 = not said */
	unsigned depth;  /* archives around it that were entered */
};

/*
 * path "-" is standard input; "ARCHIVE/NAME" an archive within an archive, by its name there.
 * NULL and *e when it is nothing that has entries.
 */
struct entries *entries_open(const char *path, struct err *e);
void entries_close(struct entries *x); /* NULL is fine */

/*
 * 1 = *en is the next entry, 0 = that was the last, -1 = nothing can be read at all and
 * *e says why.  An archive that is cut off ends with 0, and entries_cut() says how.
 */
int entries_next(struct entries *x, struct entry *en, struct err *e)
	__attribute__((warn_unused_result));
/* The next call of entries_next gives the entry that was given last once more. */
void entries_again(struct entries *x);

/*
 * The text of the entry given last, at most BUNDLE_MEMBER_MAX bytes of it (*cut: there
 * was more), alive until the next call.  False when the archive ends within it.
 */
bool entries_read(struct entries *x, struct span *text, bool *cut);
/*
 * The entry given last is an archive: its entries come next, then the others.  -1 and
 * *e when it is none, or the archives around it are too many.
 */
int entries_enter(struct entries *x, struct err *e) __attribute__((warn_unused_result));

/* Counts an entry that nobody can use; the first one's name is kept. */
void entries_pass_over(struct entries *x, struct span name);
uint64_t entries_passed_over(const struct entries *x, struct span *first);

/* Why it ended early, or "". */
const char *entries_cut(const struct entries *x);
/*
 * SHA-256, 64 hex digits, once the last entry was given.  Of a file it is that of its bytes.
 * Of a folder it is that of a list of the files that were read, in the byte order of their
 * names: `cd STEM && find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`.
 */
const char *entries_sha256(struct entries *x);
bool entries_is_folder(const struct entries *x);
/* Bytes read of the file; of a folder the sum of the texts that were read. */
uint64_t entries_bytes(const struct entries *x);

#endif
