/* What to record so that a rule that could not judge can: said beside why it could not. */
#ifndef ANALYZE_HINT_H
#define ANALYZE_HINT_H

#include <stdint.h>

#include "analyze/arena.h"

/* Of a source of the store in that state of db.sql ("absent", "denied", ...); never NULL. */
const char *hint_state(const char *source, const char *state);

/* For so many captures of a source: a longer recording, for a faster pace costs the host. */
const char *hint_captures(struct arena *a, const char *source, int64_t captures);

/* For a source that covers so many nanoseconds. */
const char *hint_span(struct arena *a, const char *source, int64_t span_ns);

#endif
