/* Which of the recorder's sources a source of the store is made of. */
#ifndef ANALYZE_RECORDED_H
#define ANALYZE_RECORDED_H

#include <stddef.h>

#include "schema/source.h"

/* The next one behind `before` (NULL: the first) that becomes the store's source `name`; or NULL.
 */
const struct source *recorded_next(const char *name, const struct source *before);

#endif
