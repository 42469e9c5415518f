/* What rule_case.c and rule_case_window.c share; nobody else includes it. */
#ifndef ANALYZE_RULE_CASE_IMPL_H
#define ANALYZE_RULE_CASE_IMPL_H

#include "analyze/rule_case.h"

struct case_reader {
	const char *path;
	size_t line;
	struct rule_cases *cases;
	struct rule_case *now; /* the case that is open, or NULL */
	struct arena *arena;
	struct err *err;
};

#define FAIL(rd, ...) case_fail((rd), arena_fmt((rd)->arena, __VA_ARGS__))
#define PUSH(rd, list, n)                                                                          \
	((list) = arena_more((rd)->arena, (list), (n), sizeof(*(list))), &(list)[(n)++])

/* Returns -1 with file and line. */
int case_fail(struct case_reader *rd, const char *why);
/* The next word, or -1: `what` is missing. */
int case_word(struct case_reader *rd, struct span *rest, struct span *word, const char *what);
/* "-" is the empty entity. */
struct span case_entity(struct span word);

/* Reads what stands behind `word` in a line about the window; a word that is no verb is a source.
 */
int case_window_line(struct case_reader *rd, struct span word, struct span rest);
/* As many ticks as the longest list of values and the rows need. */
void case_count_snapshots(struct case_reader *rd);

#endif
