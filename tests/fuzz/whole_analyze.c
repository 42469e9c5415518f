/*
 * The whole analyzer for AFL++: the file that it is given is a bundle, a report or what
 * tests/fuzz/input.h makes an archive of.  Without its box: the fuzzer's fork server is
 * one of its own.
 */
#include <stdlib.h>

#include "schema/unit.h"
#include "tests/fuzz/input.h"

int analyze_main(int argc, char **argv);

int main(int argc, char **argv)
{
	static char data[MIB], *words[16];
	const struct span line =
		SPAN("nettape-analyze --no-sandbox --short-window --fail-on never --format html");
	FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
	struct input_file archive;
	int n;

	if (!f)
		return EXIT_FAILURE;
	archive = input_archive((struct span){data, fread(data, 1, sizeof(data), f)});
	(void)fclose(f);
	n = input_words(line, words, 0);
	n = input_words(span_of(archive.path), words, n);
	return analyze_main(n, words);
}
