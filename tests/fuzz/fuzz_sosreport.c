/* A sosreport from its file to a sealed store. */
#include <stdlib.h>

#include "analyze/sos.h"
#include "tests/fuzz/input.h"

static void load(struct entries *x, struct err *e)
{
	struct sos_part part = {0};
	struct sos_moment m;
	struct store *s = store_open(NULL, e);

	if (!s)
		abort();
	if (sos_load(x, &part, s, &m, e) == 0)
		(void)!store_seal(s, e);
	store_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct input_file f = input_archive((struct span){(const char *)data, n});
	struct err e = {0};
	struct entries *x = entries_open(f.path, &e);

	if (x && sos_is_report(x, &e) == 1)
		load(x, &e);
	entries_close(x);
	input_close(&f);
	return 0;
}
