/* Files of SQL with a header: what sections and plots have in common. */
#ifndef ANALYZE_SQLFILE_H
#define ANALYZE_SQLFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/arena.h"
#include "schema/err.h"
#include "schema/span.h"

struct sqlite3;

/* A text that a file's header gives, by its key. */
struct sqlfile_text {
	struct span key;
	struct span *to;
};

/* False when there is no such key. */
bool sqlfile_take_text(const struct sqlfile_text *texts, size_t n, struct span key,
                       struct span value);

/*
 * What a file is made of: a header, then parts, each with keys of its own ("-- key:
 * value", key without blanks) and one SELECT.  What a key means is the reader's; it
 * answers false to one that it does not know.
 */
struct sqlfile_grammar {
	const char *part; /* the key that begins a part, with its caption: "table" */
	size_t parts_most;
	bool (*file_key)(void *file, struct span key, struct span value);
	/* A further part: where its SQL goes. */
	struct span *(*begin)(void *file, struct span caption);
	/* Of the part that was begun last. */
	bool (*part_key)(void *file, struct span key, struct span value);
};

/* The SQL of the parts points into the text.  0, or -1 and *e: what was not understood. */
int sqlfile_read(const struct sqlfile_grammar *g, void *file, struct span text, struct err *e)
	__attribute__((warn_unused_result));

/* Each of `sources` (blanks between) that was not captured well says so, else `otherwise`. */
const char *sqlfile_why_empty(struct sqlite3 *db, struct arena *a, struct span sources,
                              struct span otherwise);

/* The window's ends by the wall clock, unix ns; a clock that was set meanwhile moves only the
 * second. Both stay without snapshots. */
int sqlfile_axis(struct sqlite3 *db, int64_t *from_ns, int64_t *to_ns, struct err *e)
	__attribute__((warn_unused_result));

#endif
