/*
 * replay FILE...: each input through the parser that its folder is named after, whole
 * and cut off at 64 places.  TAP, a line a file; a crash is what fails, so it is worth
 * most under the sanitizers.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyze/parse.h"
#include "schema/unit.h"

#define CUTS 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* "tests/parse/softnet/a.in": softnet */
static bool pick(const char *path)
{
	struct span folder = span_of(path), rest = folder, name;
	char text[64];
	struct buf b = BUF_OVER(text);

	if (!span_rcut(&rest, '/', &folder))
		return false;
	name = folder;
	if (span_rcut(&name, '/', &rest))
		folder = name;
	buf_put(&b, folder);
	return parser_by_format(folder) && setenv("FUZZ_FORMAT", buf_cstr(&b), 1) == 0;
}

static bool replay(const char *path)
{
	static uint8_t data[16 * MIB];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f || !pick(path))
		return false;
	n = fread(data, 1, sizeof(data), f);
	(void)fclose(f);
	(void)LLVMFuzzerTestOneInput(data, n);
	for (size_t i = 0; i < CUTS; i++)
		(void)LLVMFuzzerTestOneInput(data, n * i / CUTS);
	return true;
}

int main(int argc, char **argv)
{
	int status = argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;

	for (int i = 1; i < argc; i++) {
		bool ok = replay(argv[i]);

		(void)printf("%s - replay %s\n", ok ? "ok" : "not ok", argv[i]);
		(void)fflush(stdout);
		if (!ok)
			status = EXIT_FAILURE;
	}
	return status;
}
