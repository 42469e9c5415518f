/*
 * A look at SQL text without understanding it: tokens, past comments and strings.
 * Enough to find a parameter's default, the levels a rule may report, and words of
 * a later dialect; what is valid, SQLite says.
 */
#ifndef ANALYZE_RULE_SCAN_H
#define ANALYZE_RULE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "schema/span.h"

enum scan_type {
	SCAN_NAME,   /* word, also "quoted": text is without the quotes */
	SCAN_STRING, /* 'text' without the quotes; doubled quotes stay doubled */
	SCAN_NUMBER,
	SCAN_PARAM, /* :name without the colon */
	SCAN_SIGN,  /* operators and punctuation; "->>", "->" whole, else one byte */
};

struct scan_token {
	enum scan_type type;
	struct span text;
};

/* The next token; false at the end. */
bool scan_next(struct span *sql, struct scan_token *t);
/* True for a SCAN_NAME that is `word` in any case. */
bool scan_is(const struct scan_token *t, const char *word);

/* The next coalesce(:name, literal), its name and the literal with its sign, without quotes. */
bool scan_next_default(struct span *sql, struct span *name, struct span *literal);
/*
 * The literal of coalesce(:name, literal), with its sign and without quotes.
 * False when there is none; *differ (may be NULL) says that there are several and
 * they are not the same.
 */
bool scan_default(struct span sql, struct span name, struct span *literal, bool *differ);
/* How often `:name` stands outside of such a coalesce. */
size_t scan_bare(struct span sql, struct span name);
/* What of SQL after 3.28 the text uses ("NULLS LAST"), or NULL. */
const char *scan_too_new(struct span sql);

#endif
