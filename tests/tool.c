/*
 * tool [-r ROOT] COMMAND ARG...: one tool's text, as the collector makes it.  Status,
 * errno and note go to standard error; the exit status is 0 when there is data, else 1.
 */
#include <stdio.h>
#include <string.h>

#include "collect/how.h"
#include "collect/job.h"
#include "schema/buf.h"
#include "schema/unit.h"

static const struct {
	const char *name;
	tool *run;
} tools[] = {
	{"ethtool",  tool_ethtool },
	{"ifconfig", tool_ifconfig},
	{"tc",       tool_tc      },
	{"ss",       tool_ss      },
	{"ls",       tool_ls      },
	{"pgrep",    tool_pgrep   },
	{"adjtimex", tool_adjtimex},
};

static tool *tool_of(const char *name)
{
	for (size_t i = 0; i < sizeof tools / sizeof *tools; i++)
		if (strcmp(tools[i].name, name) == 0)
			return tools[i].run;
	return NULL;
}

static int run(tool *t, const struct host *host, struct span args)
{
	static const struct source source = {.id = "tool", .cap = BUNDLE_MEMBER_MAX};
	struct kept kept = {0};
	struct job job = {.kept = &kept};
	char text[sizeof(((struct capture *)0)->note)];
	struct buf note = BUF_OVER(text);
	int error = 0;

	job_reset(&job, &source, host);
	(void)job_begin(&job, SPAN("cmd/tool"));
	enum capture_status status = t(&job, args, &error, &note);
	job_end(&job, status, error, buf_cstr(&note));
	const struct capture *c = &job.captures[0];
	if (c->n)
		fwrite(job.text.p + c->at, 1, c->n, stdout);
	bool good = capture_status_good(c->status);
	if (c->status != CAPTURE_OK || *c->note)
		fprintf(stderr, "%s: %s%s%s\n", capture_status_name(c->status),
		        c->error ? strerror(c->error) : "no errno", *c->note ? ": " : "", c->note);
	job_free(&job);
	if (kept.p)
		kept.free(kept.p);
	return good ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct host host = {.root = ""};
	char line[4096];
	struct buf args = BUF_OVER(line);
	int at = 1;

	if (argc > 3 && strcmp(argv[1], "-r") == 0) {
		host.root = argv[2];
		at = 3;
	}
	tool *t = at < argc ? tool_of(argv[at]) : NULL;
	if (!t) {
		fputs("usage: tool [-r ROOT] ethtool|ifconfig|tc|ss|ls ARG...\n", stderr);
		return 2;
	}
	for (int i = at + 1; i < argc; i++) {
		buf_str(&args, i > at + 1 ? " " : "");
		buf_str(&args, argv[i]);
	}
	return run(t, &host, buf_span(&args));
}
