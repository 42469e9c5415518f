/* A bundle from its file to a sealed store; every other input only from its second second on. */
#include <stdlib.h>

#include "analyze/loader.h"
#include "schema/timefmt.h"
#include "tests/fuzz/input.h"

static void load(const char *path, bool cut)
{
	const struct window_want want = {
		.since = {.kind = cut ? WHEN_FROM_START : WHEN_NONE, .ns = NS_PER_S}
        };
	struct arena a = {0};
	struct err e = {0};
	struct window w;
	struct store *s = store_open(NULL, &e);

	if (!s)
		abort();
	if (window_open(&w, &a, &path, 1, &want, &e) == 0)
		(void)!load_window(&w, s, NULL, &e);
	store_close(s);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input_file f = input_archive((struct span){(const char *)data, n});

	load(f.path, n / 2 % 2);
	input_close(&f);
	return 0;
}
