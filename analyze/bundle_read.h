/*
 * A bundle's members in their order: from a tar of any compression that libarchive
 * knows, from its extracted folder, or from standard input.  Nothing is ever
 * written; a member's name is only compared, never joined to a path.
 */
#ifndef ANALYZE_BUNDLE_READ_H
#define ANALYZE_BUNDLE_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/entries.h"
#include "schema/bundle.h"
#include "schema/err.h"

struct bundle;

struct bundle_member {
	struct member_name name;
	struct span full; /* the whole name below the stem: "snap/000000/proc/stat" */
	struct span text; /* alive until the next call */
	bool cut;         /* longer than BUNDLE_MEMBER_MAX: this is its head */
	/* until it was read: */
	uint64_t bytes;       /* of the file, as bundle_bytes() */
	uint64_t passed_over; /* entries, as bundle_passed_over() */
};

/* path "-" is standard input.  NULL and *e when it is no bundle. */
struct bundle *bundle_open(const char *path, struct err *e);
/* Of entries that are open; they become the bundle's. */
struct bundle *bundle_over(struct entries *x);
void bundle_close(struct bundle *b); /* NULL is fine */

/*
 * 1 = *m is the next member, 0 = that was the last, -1 = nothing more can be read
 * and *e says why.  A bundle that is cut off in the middle ends with 0 and
 * bundle_cut() then says how.
 */
int bundle_next(struct bundle *b, struct bundle_member *m, struct err *e)
	__attribute__((warn_unused_result));

/* Before the first member: only records have text, of all others the name alone is read. */
void bundle_skim(struct bundle *b);

/* Why it ended early, or "". */
const char *bundle_cut(const struct bundle *b);
/*
 * Entries that were passed over up to the member given last: bad names, links, devices; the
 * first one's name in *first.  As bundle_sha256(), after the last bundle_next().
 */
uint64_t bundle_passed_over(struct bundle *b, struct span *first);
/*
 * SHA-256, 64 hex digits; after the last bundle_next().  Of a file it is that of its
 * bytes.  Of a folder it is that of a list of its members, in the byte order of their
 * names: `cd STEM && find * -type f | LC_ALL=C sort | xargs sha256sum | sha256sum`.
 */
const char *bundle_sha256(struct bundle *b);
bool bundle_is_folder(const struct bundle *b);
/* Bytes read of the file; of a folder the sum of its files. */
uint64_t bundle_bytes(const struct bundle *b);

#endif
