/*
 * nettape-collect: records a host's network counters over a window into one file.
 *
 * The room:
 *   opts       the command line                   recording  puts the parts together
 *   plan       which ticks, what is due (pure)    window     the loop: deadlines, signals, limits
 *   slot       the sources of this recording      snap       one tick
 *   job        one run of one source              guard      threads for what may block
 *   how_*      how a source is read, by kind      tool_*     the tools made natively
 *   command    --run                              facts      what is said of the host
 *   watch      which processes                    netns      which namespaces
 *   record     bundle.json, tick.json, end.json   tell       texts for people
 *   sink       members -> tar -> compress -> output, the file, whose SHA-256 is digest's
 *   polite     out of the way of a sick host      privilege  the rights it keeps
 *
 * Only this file prints and picks the exit status.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collect/polite.h"
#include "collect/recording.h"
#include "collect/tell.h"
#include "schema/timefmt.h"
#include "version.h"

/* A progress line is not redrawn more often. */
#define PROGRESS_NS ((int64_t)200 * NS_PER_MS)

enum exit_status { EXIT_COMPLETE, EXIT_EARLY, EXIT_USAGE, EXIT_NO_BUNDLE };

/* Where the last progress line stands. */
struct line {
	bool on_terminal, drawn, foretold;
	int64_t at_ns;
};

static int print(const struct buf *b)
{
	return fwrite(b->p, 1, b->n, stdout) == b->n && fflush(stdout) == 0 ? EXIT_COMPLETE
	                                                                    : EXIT_NO_BUNDLE;
}

static int complain(int status, const struct err *e)
{
	fprintf(stderr, "nettape-collect: %s\n", e->text);
	return status;
}

static void forecast(const struct recording *r, const struct line *line)
{
	char text[256];
	struct buf b = BUF_OVER(text);

	tell_forecast(&b, &r->window, output_room(r->output));
	if (b.n)
		fprintf(stderr, "%snettape-collect: %.*s\n", line->drawn ? "\r\033[K" : "",
		        (int)b.n, b.p);
}

static void progress(const struct recording *r, void *arg)
{
	struct line *line = arg;
	char text[256];
	struct buf b = BUF_OVER(text);

	if (r->window.end.taken == 2 && !line->foretold) {
		line->foretold = true;
		forecast(r, line);
	}
	if (!line->on_terminal || now_ns() - line->at_ns < PROGRESS_NS)
		return;
	line->at_ns = now_ns();
	line->drawn = true;
	tell_progress(&b, &r->window);
	fprintf(stderr, "\r%.*s\033[K", (int)b.n, b.p);
}

static int finish(const struct recording *r, int failed, const struct err *e)
{
	const struct end_record *end = &r->window.end;
	struct told t = {
		.name = r->name,
		.hex = r->hex,
		.bytes = r->output ? output_bytes(r->output) : 0,
		.end = end,
		.slots = &r->slots,
		.facts = &r->facts,
		.opts = r->opts,
		.watch = &r->watch,
		.no_sum = failed > 0,
	};
	static char text[64 * 1024];
	struct buf b = BUF_OVER(text);

	if (failed)
		(void)complain(0, e);
	if (failed < 0 && r->output && output_left(r->output))
		fprintf(stderr,
		        "nettape-collect: look into %s.part: nettape-analyze reads the "
		        "ticks that are whole\n",
		        r->name);
	if (failed < 0)
		return EXIT_NO_BUNDLE;
	if (!r->opts->quiet) {
		tell_done(&b, &t);
		(void)fwrite(b.p, 1, b.n, stderr);
	} else if (t.no_sum || strcmp(r->name, "-") == 0) {
		fprintf(stderr, "SHA-256 %s\n", r->hex);
	}
	return strcmp(end->reason, "complete") == 0 ? EXIT_COMPLETE : EXIT_EARLY;
}

/* What this host refuses is no error of the command line. */
static int status_of(const struct err *e)
{
	bool refused = e->code == ENOMEM || e->code == EMFILE || e->code == ENFILE;

	return refused ? EXIT_NO_BUNDLE : EXIT_USAGE;
}

static int collect(const struct opts *o, int argc, char *const *argv)
{
	struct line line = {.on_terminal = !o->quiet && isatty(STDERR_FILENO)};
	static struct recording r;
	struct err e = {0};
	int status;
	int failed;

	r.opts = o;
	r.argc = argc;
	r.argv = argv;
	r.progress = o->quiet ? NULL : progress;
	r.progress_arg = &line;
	r.restless = line.on_terminal;
	if (line.on_terminal) {
		line.drawn = true;
		fputs("\rlooking around ...\033[K", stderr);
	}
	block_signals();
	be_polite();
	if (recording_open(&r, &e) < 0) {
		(void)recording_close(&r);
		if (line.drawn)
			fputs("\r\033[K", stderr);
		return complain(status_of(&e), &e);
	}
	failed = recording_run(&r, &e);
	if (line.drawn)
		fputc('\n', stderr);
	status = finish(&r, failed, &e);
	if (!recording_close(&r))
		_exit(status); /* exit(3) would pull the ground from under the thread that hangs */
	return status;
}

int main(int argc, char *argv[])
{
	static char text[64 * 1024];
	struct buf b = BUF_OVER(text);
	struct opts o;
	struct err e = {0};
	bool out;

	if (!open_standard(&out))
		return EXIT_NO_BUNDLE;
	if (argc < 2) {
		opts_first(&b, argc ? argv[0] : "nettape-collect");
		(void)fwrite(b.p, 1, b.n, stderr);
		return EXIT_USAGE;
	}
	if (opts_parse(&o, argc, argv, &e) < 0) {
		fprintf(stderr, "nettape-collect: %s (--help lists the options)\n", e.text);
		return EXIT_USAGE;
	}
	if (o.help)
		opts_help(&b);
	if (o.complete)
		opts_complete(&b);
	if (o.version)
		buf_fmt(&b, "nettape-collect %s, bundle format %d\n", NETTAPE_VERSION,
		        BUNDLE_FORMAT);
	if (o.list_sources)
		tell_sources(&b);
	if (b.n)
		return print(&b);
	if (o.output && strcmp(o.output, "-") == 0 && (!out || isatty(STDOUT_FILENO))) {
		(void)err_set(&e, 0, "standard output is %s; use -o FILE",
		              out ? "a terminal" : "closed");
		return complain(EXIT_USAGE, &e);
	}
	return collect(&o, argc, argv);
}
