/* The rules there are, in the order in which they run. */
#ifndef ANALYZE_RULE_SET_H
#define ANALYZE_RULE_SET_H

#include <stdbool.h>
#include <stddef.h>

#include "analyze/arena.h"
#include "analyze/rule.h"
#include "schema/err.h"

/* A file that is no rule, or the rule of that file. */
struct rule_entry {
	struct rule rule;   /* its id and path are set in any case */
	const char *broken; /* why it cannot be used, with file and line, or NULL */
	const char *name;   /* AREA/NAME of the file: the id it should have */
	bool built_in;
};

struct rule_set {
	struct rule_entry **v;
	size_t n;
};

/* Appends the rules that were built in. */
void rule_set_add_built_in(struct rule_set *s, struct arena *a);
/*
 * Appends DIR/AREA/NAME.sql; one whose id is there already takes its place.
 * 0, or -1 and *e: the folder cannot be read or holds no rule.
 */
int rule_set_add_dir(struct rule_set *s, const char *dir, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));
/*
 * By `after:`, then ids; what explains others stands behind them, root causes
 * behind all that does not wait for one.  In a circle one of strangers becomes broken and
 * waits no more; -1 and *e: a circle of those built in.
 */
int rule_set_order(struct rule_set *s, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

/* NULL when there is none. */
struct rule_entry *rule_set_find(const struct rule_set *s, struct span id);
/* True when `id` matches one of the globs. */
bool rule_words_match(const struct rule_words *globs, const char *id);

/* A file's text, NUL behind its end; p is NULL and *e set on failure, or when larger than `max`. */
struct span rule_file(const char *path, size_t max, struct arena *a, struct err *e);
/* The same of a stranger's folder: nothing but a plain file, no FIFO that never ends. */
struct span rule_file_plain(const char *path, size_t max, struct arena *a, struct err *e);

#endif
