/*
 * /proc/net/dev has the names and the counters, also of 15-character names; SIOCGIFCONF the
 * aliases ("eth0:1"); the rest is netdevice(7)'s ioctls, or /sys/class/net of a dump.
 */
#include <errno.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "collect/iface.h"
#include "collect/sort.h"
#include "collect/tool_io.h"
#include "schema/span.h"

#define IFACES_MAX 65536
#define FILE_MAX   ((size_t)16 << 20)

static bool add(struct ifaces *all, const struct iface *f)
{
	if (all->n == IFACES_MAX)
		return false;
	if (all->n == all->cap) {
		size_t cap = all->cap ? all->cap * 2 : 32;
		struct iface *v = realloc(all->v, cap * sizeof *v);
		if (!v)
			return false;
		all->v = v;
		all->cap = cap;
	}
	all->v[all->n++] = *f;
	return true;
}

static bool set_name(struct iface *f, struct span name)
{
	if (name.n == 0 || name.n >= sizeof f->name)
		return false;
	memcpy(f->name, name.p, name.n);
	f->name[name.n] = '\0';
	return true;
}

/* "  eth0:8144002186412 10129721832 0 ...": no blank behind the colon on 2.6.32. */
static bool dev_line(struct span line, struct iface *f)
{
	struct span name;
	struct span word;
	if (!span_rcut(&line, ':', &name) || !set_name(f, span_trim(name)))
		return false;
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (!span_word(&line, &word) || !span_u64(word, UINT64_MAX, &f->v[i]))
			return false;
	f->counted = true;
	return true;
}

static int read_dev(const struct host *h, struct ifaces *all)
{
	int error = kept_read(&all->dev, h, "/proc/net/dev", FILE_MAX, &all->text);
	struct span s = buf_span(&all->text);
	struct span line;
	while (!error && span_line(&s, &line)) {
		struct iface f = {0};
		if (dev_line(line, &f) && !add(all, &f))
			error = ENOMEM;
	}
	return error;
}

static bool more_requests(struct ifaces *all)
{
	size_t n = all->requests_n ? all->requests_n * 2 : 64;
	struct ifreq *more =
		n < FILE_MAX / sizeof *more ? reallocarray(all->requests, n, sizeof *more) : NULL;
	if (!more)
		return false;
	all->requests = more;
	all->requests_n = n;
	return true;
}

/* The labels of IPv4 addresses that are no interface's name: aliases. */
static void read_aliases(int fd, struct ifaces *all)
{
	size_t n;
	if (all->requests_n == 0 && !more_requests(all))
		return;
	/* the kernel fills what there is room for: until it leaves some */
	do {
		struct ifconf c = {.ifc_len = (int)(all->requests_n * sizeof *all->requests),
		                   .ifc_req = all->requests};
		if (ioctl(fd, SIOCGIFCONF, &c) < 0)
			c.ifc_len = 0;
		n = (size_t)c.ifc_len / sizeof *all->requests;
	} while (n == all->requests_n && more_requests(all));
	for (size_t i = 0; i < n; i++) {
		struct iface f = {0};
		const char *name = all->requests[i].ifr_name;
		size_t len = strnlen(name, IFNAMSIZ);
		if (memchr(name, ':', len) && set_name(&f, (struct span){name, len}))
			(void)add(all, &f);
	}
}

/* What ifconfig sorts by: "eth10:2" is "eth", 10, "2"; a name without a number comes first. */
struct key {
	struct span text, alias;
	uint64_t number; /* + 1; 0 = none */
};

static struct key key_of(struct span name)
{
	struct key k = {0};
	struct span rest = name;
	if (span_cut(&rest, ':', &k.text))
		k.alias = rest;
	else
		k.text = name;
	size_t n = k.text.n;
	while (n > 0 && k.text.p[n - 1] >= '0' && k.text.p[n - 1] <= '9')
		n--;
	if (span_u64(span_sub(k.text, n, k.text.n), UINT64_MAX - 1, &k.number))
		k.number++;
	k.text.n = n;
	return k;
}

static int compare(struct span a, struct span b)
{
	struct key x = key_of(a);
	struct key y = key_of(b);
	int order = span_cmp(x.text, y.text);
	if (order == 0 && x.number != y.number)
		order = x.number < y.number ? -1 : 1;
	return order;
}

/* eth2 before eth10, and an alias behind its interface. */
static int by_name(const void *a, const void *b)
{
	struct span x = span_of(((const struct iface *)a)->name);
	struct span y = span_of(((const struct iface *)b)->name);
	int order = compare(x, y);
	if (order == 0)
		order = compare(key_of(x).alias, key_of(y).alias);
	return order ? order : span_cmp(x, y);
}

/* C libraries differ in the type of a request, but every SIOC fits in both. */
static bool ask(int fd, uint16_t request, const char *name, struct ifreq *r)
{
	memset(r, 0, sizeof *r);
	memcpy(r->ifr_name, name, IFNAMSIZ);
	return ioctl(fd, request, r) == 0;
}

static struct in_addr ask_ip(int fd, uint16_t request, const char *name)
{
	struct ifreq r;
	struct sockaddr_in in = {0};
	if (ask(fd, request, name, &r))
		memcpy(&in, &r.ifr_addr, sizeof in);
	return in.sin_addr;
}

static void live_ip(int fd, const char *name, struct iface_link *l)
{
	struct ifreq r;
	if (!ask(fd, SIOCGIFADDR, name, &r) || r.ifr_addr.sa_family != AF_INET)
		return;
	l->has_ip = true;
	l->ip = ask_ip(fd, SIOCGIFADDR, name);
	l->mask = ask_ip(fd, SIOCGIFNETMASK, name);
	l->broadcast = ask_ip(fd, SIOCGIFBRDADDR, name);
	l->destination = ask_ip(fd, SIOCGIFDSTADDR, name);
}

/* False when the interface went away. */
static bool live_link(int fd, const char *name, struct iface_link *l)
{
	struct ifreq r;
	if (!ask(fd, SIOCGIFFLAGS, name, &r))
		return false;
	l->flags = (unsigned short)r.ifr_flags;
	if (ask(fd, SIOCGIFMTU, name, &r))
		l->mtu = r.ifr_mtu;
	l->txqueuelen = ask(fd, SIOCGIFTXQLEN, name, &r) ? r.ifr_qlen : -1;
	l->type = ARPHRD_VOID;
	if (ask(fd, SIOCGIFHWADDR, name, &r)) {
		l->type = r.ifr_hwaddr.sa_family;
		memcpy(l->hw, r.ifr_hwaddr.sa_data, IFACE_HW_KNOWN);
	}
	if (ask(fd, SIOCGIFMAP, name, &r))
		l->map = r.ifr_map;
	live_ip(fd, name, l);
	return true;
}

/* /sys/class/net/NAME/FILE; false when NAME could lead out of the folder. */
static bool sys_path(struct buf *path, const char *name, const char *file)
{
	path->n = 0;
	buf_str(path, "/sys/class/net/");
	buf_str(path, name);
	buf_char(path, '/');
	buf_str(path, file);
	(void)buf_cstr(path);
	return !strchr(name, '/') && name[0] != '.';
}

static uint64_t sys_number(const struct host *h, const char *name, const char *file, uint64_t other)
{
	char p[128];
	struct buf path = BUF_OVER(p);
	uint64_t v;
	return sys_path(&path, name, file) && tool_read_number(h, path.p, &v) ? v : other;
}

/* "02:00:00:00:00:01" */
static void sys_address(const struct host *h, const char *name, struct iface_link *l)
{
	char p[128];
	struct buf path = BUF_OVER(p);
	char memory[128];
	struct buf text = BUF_OVER(memory);
	if (sys_path(&path, name, "address") && tool_read(h, path.p, text.cap, &text) == 0) {
		struct span s = span_trim(buf_span(&text));
		uint64_t byte;
		for (size_t i = 0;
		     i < IFACE_HW_KNOWN && span_hex(span_sub(s, i * 3, 2), 255, &byte); i++)
			l->hw[i] = (unsigned char)byte;
	}
}

/* IFF_RUNNING is not in the flags file: it is the state "up", or none that is known. */
static bool sys_running(const struct host *h, const char *name)
{
	char p[128];
	struct buf path = BUF_OVER(p);
	char memory[64];
	struct buf text = BUF_OVER(memory);
	bool running = false;
	if (sys_path(&path, name, "operstate") && tool_read(h, path.p, text.cap, &text) == 0) {
		struct span s = span_trim(buf_span(&text));
		running = span_eq(s, SPAN("up")) || span_eq(s, SPAN("unknown"));
	}
	return running;
}

static bool dump_link(const struct host *h, const char *name, struct iface_link *l)
{
	uint64_t flags = sys_number(h, name, "flags", UINT64_MAX);
	if (flags == UINT64_MAX)
		return false;
	l->flags = (unsigned)flags & 0xffff;
	if ((flags & IFF_UP) && sys_running(h, name))
		l->flags |= IFF_RUNNING;
	l->mtu = (int64_t)sys_number(h, name, "mtu", 0);
	l->txqueuelen = (int64_t)sys_number(h, name, "tx_queue_len", UINT64_MAX);
	l->type = (unsigned)sys_number(h, name, "type", ARPHRD_VOID);
	sys_address(h, name, l);
	return true;
}

bool iface_link(const struct host *h, int fd, const char *name, struct iface_link *l)
{
	*l = (struct iface_link){0};
	return fd < 0 ? dump_link(h, name, l) : live_link(fd, name, l);
}

/* An alias with more addresses than one was listed for each of them. */
static void drop_doubles(struct ifaces *all)
{
	size_t n = 0;
	for (size_t i = 0; i < all->n; i++)
		if (n == 0 || strcmp(all->v[n - 1].name, all->v[i].name) != 0)
			all->v[n++] = all->v[i];
	all->n = n;
}

int ifaces_read(const struct host *h, int fd, struct ifaces *all)
{
	all->n = 0;
	int error = read_dev(h, all);
	if (!error && fd >= 0)
		read_aliases(fd, all);
	if (!error) {
		sort(all->v, all->n, sizeof *all->v, by_name);
		drop_doubles(all);
	}
	return error;
}

void ifaces_free(struct ifaces *all)
{
	kept_close(&all->dev);
	free(all->v);
	free(all->text.p);
	free(all->requests);
	*all = (struct ifaces){0};
}
