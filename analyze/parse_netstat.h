/* The rows of netstat for TCP, whichever of -e, -p and -o it was run with. */
#ifndef ANALYZE_PARSE_NETSTAT_H
#define ANALYZE_PARSE_NETSTAT_H

#include "analyze/emit.h"
#include "analyze/parse.h"

/* Every TCP socket of the text to out->sock: a whole parser. */
void netstat_parse(const struct input *in, struct emit *out);

#endif
