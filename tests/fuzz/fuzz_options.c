/* The collector's command line, an argument a line, and the URLs that it names. */
#include <stdlib.h>

#include "collect/opts.h"
#include "collect/url.h"
#include "tests/fuzz/input.h"

#define ARGS 32

static void check_url(const char *text)
{
	char room[4096];
	struct buf folder = BUF_OVER(room);
	struct err e = {0};
	struct url u;

	if (url_parse(span_of(text), &u, &e) < 0)
		return;
	url_put_folder(&folder, &u);
	if (span_find(buf_span(&folder), '/') < folder.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *argv[ARGS + 1] = {input_text(SPAN("nettape-collect"))};
	struct span rest = {(const char *)data, n}, line;
	struct err e = {0};
	struct opts o;
	int argc = 1;

	while (argc < ARGS && span_line(&rest, &line))
		argv[argc++] = input_text(line);
	if (opts_parse(&o, argc, argv, &e) == 0)
		for (size_t i = 0; i < o.urls.n; i++)
			check_url(o.urls.v[i]);
	for (int i = 0; i < argc; i++) {
		check_url(argv[i]);
		free(argv[i]);
	}
	return 0;
}
