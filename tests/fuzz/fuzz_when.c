/* Times and durations as options have them: what is written again must mean the same. */
#include <stdlib.h>

#include "analyze/when.h"
#include "schema/timefmt.h"
#include "tests/fuzz/input.h"

static void same(int64_t a, int64_t b)
{
	if (a != b)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = input_copy((struct span){(const char *)data, n}), room[80];
	const struct span text = {copy, n};
	struct buf b = BUF_OVER(room);
	struct when w = {0};
	int64_t ns = 0, again = 1;

	if (duration_parse(text, &ns)) {
		duration_put(&b, ns);
		same(duration_parse(buf_span(&b), &again), true);
		same(again, ns);
	}
	b.n = 0;
	if (time_parse(text, &ns)) {
		time_put(&b, ns, 9);
		same(time_parse(buf_span(&b), &again), true);
		same(again, ns);
	}
	if (when_parse(text, &w))
		(void)when_resolve(w, 0, INT64_C(1700000000) * NS_PER_S);
	free(copy);
	return 0;
}
