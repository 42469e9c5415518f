#include "collect/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "collect/how.h"
#include "collect/privilege.h"
#include "collect/url.h"
#include "schema/timefmt.h"
#include "schema/unit.h"

/* New processes of a --comm name are looked for so often. */
#define WATCH_PACE_NS ((int64_t)10 * NS_PER_S)
/* With less there is no point in beginning: a first tick alone may need it. */
#define ROOM_LEAST ((int64_t)256 * KIB)

static const char *const tried_urls[] = {"http://127.0.0.1:9990", NULL};

static int choose_urls(struct recording *r, struct err *e)
{
	static const char *const none[] = {NULL};
	struct url u;

	for (size_t i = 0; i < r->opts->urls.n; i++)
		if (url_parse(span_of(r->opts->urls.v[i]), &u, e) < 0)
			return -1;
	r->host.urls = none;
	if (r->opts->urls.n) {
		r->host.urls = r->opts->urls.v;
	} else if (!r->opts->no_http && !r->opts->root[0]) {
		r->host.urls = tried_urls;
		r->host.unasked_url = true;
	}
	if (r->host.urls[0] && !http_open())
		return err_set(e, ENOMEM, "libcurl cannot be started");
	return 0;
}

/* What would only show when there is nothing in the bundle, or after the first tick. */
static int check_names(struct recording *r, struct err *e)
{
	const char *name = r->opts->output ? r->opts->output : "";
	int fd;

	if (!compress_kind_of(span_of(name), &r->kind))
		return err_set(e, 0, "-o: %s: only .tar.zst, .tar.gz and .tar are written", name);
	if (strlen(name) >= sizeof(r->name))
		return err_set(e, ENAMETOOLONG, "-o: at most %d bytes", (int)sizeof(r->name) - 1);
	if (!r->opts->root[0])
		return 0;
	fd = open(r->opts->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno, "--root: %s", r->opts->root);
	(void)close(fd);
	return 0;
}

int recording_open(struct recording *r, struct err *e)
{
	r->host.root = r->opts->root;
	r->guard = guard_open(-1);
	r->disk = guard_open(-1);
	if (!r->guard || !r->disk)
		return err_set(e, ENOMEM, "threads");
	if (check_names(r, e) < 0 || choose_urls(r, e) < 0 ||
	    netns_open(&r->netns, &r->opts->netns, e) < 0 ||
	    slots_build(&r->slots, r->opts, r->guard, &r->netns, r->host.urls, e) < 0)
		return -1;
	privilege_drop(r->opts, &r->slots, r->opts->output ? r->opts->output : "");
	if (watch_open(&r->watch, r->opts, e) < 0)
		return -1;
	r->host.tasks = r->watch.tasks;
	r->host.tasks_n = r->watch.n;
	return 0;
}

static int open_bundle(struct recording *r, const struct clocks *start, struct err *e)
{
	struct buf stem = BUF_OVER(r->stem), name = BUF_OVER(r->name);
	int64_t room;

	stem_put(&stem, r->facts.host, start->real_ns);
	(void)buf_cstr(&stem);
	if (r->opts->output)
		buf_str(&name, r->opts->output);
	else
		buf_fmt(&name, "%s.nettape.tar.zst", r->stem);
	(void)buf_cstr(&name);
	r->output = output_open(r->name, r->opts->force, e);
	if (!r->output)
		return -1;
	room = output_room(r->output);
	if (room >= 0 && room < ROOM_LEAST)
		return err_set(e, ENOSPC, "%s needs at least %d KiB", r->name,
		               (int)(ROOM_LEAST / (int64_t)KIB));
	r->compress = compress_open(r->kind, (int)r->opts->level, output_put, r->output, e);
	if (!r->compress)
		return -1;
	r->snap.sink = sink_open(r->compress, r->stem, e);
	return r->snap.sink ? snap_init(&r->snap, e) : -1;
}

static int put_bundle_record(struct recording *r, const struct clocks *start, struct err *e)
{
	struct bundle_record b = {
		.facts = &r->facts,
		.opts = r->opts,
		.plan = &r->snap.plan,
		.start = *start,
		.slots = &r->slots,
		.host = &r->host,
		.argc = r->argc,
		.argv = r->argv,
	};
	struct span text = record_bundle(&r->snap.record, &b);

	if (!text.n)
		return err_set(e, ENOMEM, "bundle.json");
	if (sink_put(r->snap.sink, "bundle.json", text, start->real_ns, e) < 0)
		return -1;
	/* who reads at the other end of a pipe sees that there is something, before the first tick
	 */
	return sink_flush(r->snap.sink, e);
}

static void after_tick(const struct window *w, void *arg)
{
	struct recording *r = arg;
	int64_t now = now_ns();

	(void)w;
	if (now - r->watched_ns >= WATCH_PACE_NS) {
		r->watched_ns = now;
		watch_again(&r->watch);
		r->host.tasks_n = r->watch.n;
	}
	if (r->progress)
		r->progress(r, r->progress_arg);
}

static void waiting(const struct window *w, void *arg)
{
	struct recording *r = arg;

	(void)w;
	r->progress(r, r->progress_arg);
}

int recording_run(struct recording *r, struct err *e)
{
	struct clocks start = clocks_now();
	int result;

	facts_read(&r->facts, &r->host);
	r->watched_ns = now_ns();
	r->snap.slots = &r->slots;
	r->snap.host = &r->host;
	r->snap.plan = plan_of(r->opts->for_ns, r->opts->every_ns);
	r->window = (struct window){
		.snap = &r->snap,
		.guard = r->disk,
		.max_bytes = r->opts->max_size,
		.after_tick = after_tick,
		.waiting = r->progress && r->restless ? waiting : NULL,
		.after_tick_arg = r,
	};
	result = open_bundle(r, &start, e);
	if (result == 0)
		result = put_bundle_record(r, &start, e);
	if (result == 0) {
		r->window.output = r->output;
		r->window.compress = r->compress;
		r->window.stem = r->stem;
		result = window_run(&r->window, e);
	}
	if (result == 0)
		result = output_finish(r->output, r->hex, e);
	if (result < 0 && r->output)
		output_discard(r->output);
	return result;
}

bool recording_close(struct recording *r)
{
	bool hangs = r->snap.slots && snap_hangs(&r->snap);

	sink_free(r->snap.sink);
	compress_free(r->compress);
	output_free(r->output);
	if (hangs)
		return false;
	snap_free(&r->snap);
	slots_free(&r->slots);
	netns_close(&r->netns);
	guard_free(r->guard);
	guard_free(r->disk);
	watch_free(&r->watch);
	return true;
}
