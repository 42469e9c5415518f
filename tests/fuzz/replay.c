/*
 * NAME CUTS FILE...: each file through the harness that this is linked with, whole and
 * cut off at so many places.  TAP, a line a file; a crash is what fails, so it is worth
 * most under the sanitizers.
 */
#include <stdlib.h>

#include "schema/unit.h"
#include "tests/fuzz/input.h"

static bool replay(const char *path, size_t cuts)
{
	static uint8_t data[16 * MIB];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return false;
	n = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	(void)LLVMFuzzerTestOneInput(data, n);
	for (size_t i = 0; i < cuts; i++)
		(void)LLVMFuzzerTestOneInput(data, n * i / cuts);
	return true;
}

int main(int argc, char **argv)
{
	uint64_t cuts = 0;
	int status =
		argc > 2 && span_u64(span_of(argv[1]), 1000, &cuts) ? EXIT_SUCCESS : EXIT_FAILURE;

	for (int i = 2; i < argc; i++) {
		bool ok = replay(argv[i], cuts);

		(void)printf("%s - replay %s\n", ok ? "ok" : "not ok", argv[i]);
		(void)fflush(stdout);
		if (!ok)
			status = EXIT_FAILURE;
	}
	return status;
}
