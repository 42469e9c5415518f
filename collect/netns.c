#include "collect/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "schema/bundle.h"

bool netns_takes(const struct source *s)
{
	struct span what = span_of(s->what);

	if (span_eq(what, SPAN("/proc/net/softnet_stat")) ||
	    span_eq(what, SPAN("/proc/net/stat/rt_cache")))
		return false; /* below /proc/net, yet of the CPUs: the same in every namespace */
	if (s->how == SOURCE_FILE)
		return span_starts(what, SPAN("/proc/net/")) ||
		       span_starts(what, SPAN("/proc/sys/net/"));
	if (s->how == SOURCE_HTTP)
		return true;
	/* /sys/class/net is that of the mount, not of the thread; daemons and clock are the host's
	 */
	return s->how == SOURCE_TOOL && !span_starts(what, SPAN("ls ")) &&
	       !span_starts(what, SPAN("pgrep ")) && !span_starts(what, SPAN("adjtimex "));
}

/* A process's number, a name as `ip netns` keeps them, or a path. */
static int open_ns(struct span name)
{
	static const char *const folders[] = {"/run/netns/", "/var/run/netns/"};
	char path[512];
	struct buf b = BUF_OVER(path);
	uint64_t pid;
	int fd = -1;

	if (span_u64(name, INT32_MAX, &pid)) {
		buf_fmt(&b, "/proc/%d/ns/net", (int)pid);
		return open(buf_cstr(&b), O_RDONLY | O_CLOEXEC);
	}
	if (span_find(name, '/') < name.n) {
		buf_put(&b, name);
		return open(buf_cstr(&b), O_RDONLY | O_CLOEXEC);
	}
	for (size_t i = 0; fd < 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
		b.n = 0;
		buf_str(&b, folders[i]);
		buf_put(&b, name);
		fd = open(buf_cstr(&b), O_RDONLY | O_CLOEXEC);
	}
	return fd;
}

static int add(struct netns_list *l, struct span name, struct err *e)
{
	struct netns *ns = &l->v[l->n];
	struct buf b = BUF_OVER(ns->prefix);

	ns->fd = open_ns(name);
	if (ns->fd < 0)
		return err_set(e, errno, "--netns: %.*s (ip netns, lsns -t net list them)",
		               (int)name.n, name.p);
	l->n++;
	ns->guard = guard_open(ns->fd);
	if (!ns->guard)
		return err_set(e, ENOMEM, "--netns");
	buf_str(&b, "netns/");
	command_name_put(&b, span_sub(name, 0, 64));
	buf_char(&b, '/');
	(void)buf_cstr(&b);
	return 0;
}

int netns_open(struct netns_list *l, const struct opts_list *names, struct err *e)
{
	for (size_t i = 0; i < names->n; i++)
		if (add(l, span_of(names->v[i]), e) < 0)
			return -1;
	return 0;
}

void netns_close(struct netns_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		guard_free(l->v[i].guard);
		(void)close(l->v[i].fd);
	}
	l->n = 0;
}
