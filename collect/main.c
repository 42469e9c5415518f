/*
 * nettape-collect: records a host's network counters over a window into one file.
 *
 * The room:
 *   opts    the command line                  plan    which ticks, what is due (pure)
 *   slot    the sources of this recording     window  the loop: deadlines, signals, limits
 *   snap    one tick                          job     one run of one source, its captures
 *   how_*   how a source is read              guard   threads for what may block
 *   record  bundle.json, tick.json, end.json  facts   what they say of the host
 *   sink    members -> tar                    compress -> output -> the file, digest its SHA-256
 *
 * Only this file prints and picks the exit status.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/opts.h"
#include "collect/output.h"
#include "collect/record.h"
#include "collect/watch.h"
#include "collect/window.h"
#include "schema/timefmt.h"
#include "version.h"

#define WATCH_PACE_NS ((int64_t)10 * NS_PER_S)

enum exit_status { EXIT_COMPLETE, EXIT_EARLY, EXIT_USAGE, EXIT_NO_BUNDLE };

/* Everything one recording works with. */
struct recording {
	struct opts opts;
	struct host host;
	struct facts facts;
	struct slots slots;
	struct guard *guard;
	struct watch watch;
	int64_t watched_ns; /* when it was looked for processes */
	struct output *output;
	struct compress *compress;
	struct snap snap;
	struct window window;
	char name[512], stem[256], hex[DIGEST_HEX];
};

static void print_help(void)
{
	char text[8192];
	struct buf b = BUF_OVER(text);

	opts_help(&b);
	(void)fwrite(b.p, 1, b.n, stdout);
}

static void list_sources(void)
{
	printf("%-16s %-4s %-4s %-5s %-4s %s\n", "ID", "HOW", "WHEN", "PACE", "ON", "WHAT");
	for (size_t i = 0; i < sources_count; i++) {
		const struct source *s = &sources[i];
		char pace[16] = "tick";

		if (s->when != SOURCE_TICK)
			pace[0] = '\0';
		else if (s->pace_s)
			(void)snprintf(pace, sizeof(pace), "%us", s->pace_s);
		printf("%-16s %-4s %-4s %-5s %-4s %s\n", s->id, source_how_name(s->how),
		       source_when_name(s->when), pace, s->on ? "yes" : "no", s->what);
		if (s->only)
			printf("%38s only: %s\n", "", s->only);
	}
}

/* Signals are taken one by one by the loop, never in a thread of a source. */
static void block_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

/* A descriptor below 3 that is closed would become the bundle.  True if standard output was open.
 */
static bool open_standard(void)
{
	bool out = fcntl(STDOUT_FILENO, F_GETFD) >= 0;

	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd)
			_exit(EXIT_NO_BUNDLE);
	return out;
}

static int open_bundle(struct recording *r, const struct clocks *start, struct err *e)
{
	struct buf stem = BUF_OVER(r->stem), name = BUF_OVER(r->name);
	enum compress_kind kind;

	stem_put(&stem, r->facts.host, start->real_ns);
	(void)buf_cstr(&stem);
	if (r->opts.output)
		buf_str(&name, r->opts.output);
	else
		buf_fmt(&name, "%s.nettape.tar.zst", r->stem);
	if (!compress_kind_of(span_of(buf_cstr(&name)), &kind))
		return err_set(e, 0, "%s: written are .tar.zst, .tar.gz and .tar", r->name);
	r->output = output_open(r->name, r->opts.force, e);
	if (!r->output)
		return -1;
	r->compress = compress_open(kind, (int)r->opts.level, output_put, r->output, e);
	if (!r->compress)
		return -1;
	r->snap.sink = sink_open(r->compress, r->stem, e);
	return r->snap.sink ? snap_init(&r->snap, e) : -1;
}

static int put_bundle_record(struct recording *r, const struct clocks *start, int argc,
                             char *const *argv, struct err *e)
{
	struct bundle_record b = {
		.facts = &r->facts,
		.opts = &r->opts,
		.plan = &r->snap.plan,
		.start = *start,
		.slots = &r->slots,
		.urls = r->host.urls,
		.argc = argc,
		.argv = argv,
	};
	struct span text = record_bundle(&r->snap.record, &b);

	return sink_put(r->snap.sink, "bundle.json", text, start->real_ns, e);
}

/* After each tick: new processes of a watched name, every so often. */
static void after_tick(const struct window *w, void *arg)
{
	struct recording *r = arg;
	int64_t now = now_ns();

	(void)w;
	if (now - r->watched_ns < WATCH_PACE_NS)
		return;
	r->watched_ns = now;
	watch_again(&r->watch);
	r->host.tasks_n = r->watch.n;
}

static int record(struct recording *r, int argc, char *const *argv, struct err *e)
{
	struct clocks start = clocks_now();

	r->host.root = r->opts.root;
	r->host.urls = r->opts.urls.v;
	r->host.tasks = r->watch.tasks;
	r->host.tasks_n = r->watch.n;
	r->watched_ns = now_ns();
	facts_read(&r->facts, &r->host);
	r->snap.slots = &r->slots;
	r->snap.host = &r->host;
	r->snap.plan = plan_of(r->opts.for_ns, r->opts.every_ns);
	if (open_bundle(r, &start, e) < 0 || put_bundle_record(r, &start, argc, argv, e) < 0)
		return -1;
	r->window = (struct window){
		.snap = &r->snap,
		.output = r->output,
		.compress = r->compress,
		.max_bytes = r->opts.max_size,
		.progress = after_tick,
		.progress_arg = r,
	};
	if (window_run(&r->window, e) < 0)
		return -1;
	return output_finish(r->output, r->hex, e);
}

static void close_all(struct recording *r)
{
	snap_free(&r->snap);
	sink_free(r->snap.sink);
	compress_free(r->compress);
	output_free(r->output);
	slots_free(&r->slots);
	guard_free(r->guard);
	watch_free(&r->watch);
}

static void say_done(const struct recording *r)
{
	if (r->opts.quiet)
		return;
	fprintf(stderr, "%s: %llu bytes, %llu ticks, %s\nSHA-256 %s\n", r->name,
	        (unsigned long long)output_bytes(r->output),
	        (unsigned long long)r->window.end.taken, r->window.end.reason, r->hex);
}

static enum exit_status finish(struct recording *r, int failed, const struct err *e)
{
	if (failed) {
		fprintf(stderr, "nettape-collect: %s\n", e->text);
		return EXIT_NO_BUNDLE;
	}
	say_done(r);
	return strcmp(r->window.end.reason, "complete") == 0 ? EXIT_COMPLETE : EXIT_EARLY;
}

int main(int argc, char *argv[])
{
	static struct recording r;
	struct err e = {0};
	enum exit_status status;
	bool out = open_standard();

	if (opts_parse(&r.opts, argc, argv, &e) < 0) {
		fprintf(stderr, "nettape-collect: %s (--help lists the options)\n", e.text);
		return EXIT_USAGE;
	}
	if (r.opts.help)
		return print_help(), EXIT_COMPLETE;
	if (r.opts.version)
		return printf("nettape-collect %s, bundle format %d\n", NETTAPE_VERSION,
		              BUNDLE_FORMAT),
		       EXIT_COMPLETE;
	if (r.opts.list_sources)
		return list_sources(), EXIT_COMPLETE;
	(void)out;
	block_signals();
	r.guard = guard_open(-1);
	if (!r.guard || slots_build(&r.slots, &r.opts, r.guard, &e) < 0 ||
	    watch_open(&r.watch, &r.opts, &e) < 0) {
		fprintf(stderr, "nettape-collect: %s\n", e.text);
		return EXIT_USAGE;
	}
	status = finish(&r, record(&r, argc, argv, &e), &e);
	close_all(&r);
	return status;
}
