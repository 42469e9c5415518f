#include "analyze/pg_text.h"

#include <stdint.h>

#include "analyze/escape.h"

size_t pg_char_put(struct buf *b, struct span s)
{
	static const struct {
		uint32_t c;
		const char *as;
	} escapes[] = {
		{'\\', "\\\\"        },
                {'\t', "\\t"         },
                {'\n', "\\n"         },
                {'\r', "\\r"         },
                {0,    "\xef\xbf\xbd"},
	};
	uint32_t c = 0;
	size_t n = utf8_front(s, &c);

	if (n == 0) {
		buf_str(b, "\xef\xbf\xbd");
		return 1;
	}
	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++)
		if (escapes[i].c == c) {
			buf_str(b, escapes[i].as);
			return n;
		}
	buf_put(b, span_sub(s, 0, n));
	return n;
}
