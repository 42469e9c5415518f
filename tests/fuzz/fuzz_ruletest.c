/* A rule's .test file, and the window of its first case while that is a short one. */
#include <stdlib.h>

#include "analyze/rule_case.h"
#include "analyze/store.h"
#include "tests/fuzz/input.h"

#define SNAPSHOTS_MOST 64 /* of a window that is made: more are only slower */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = input_copy((struct span){(const char *)data, n});
	struct rule_cases cases = {0};
	struct arena a = {0};
	struct err e = {0};

	if (rule_cases_read(&cases, "x.test", (struct span){text, n}, &a, &e) == 0 && cases.n &&
	    cases.v[0].snapshots <= SNAPSHOTS_MOST)
		store_close(rule_case_store(&cases.v[0], &a, &e));
	arena_free(&a);
	free(text);
	return 0;
}
