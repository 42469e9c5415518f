/*
 * ifconfig -a in the text of net-tools 2.10:
 *
 * eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500
 *         inet 192.0.2.2  netmask 255.255.255.0  broadcast 192.0.2.255
 *         inet6 fe80::1  prefixlen 64  scopeid 0x20<link>
 *         ether 02:00:00:00:00:01  txqueuelen 1000  (Ethernet)
 *         RX packets 778  bytes 30170155 (28.7 MiB)
 *         RX errors 0  dropped 0  overruns 0  frame 0
 *         ...
 *
 * The names and the counters are those of /proc/net/dev, also of 15-character names, for
 * which net-tools 2.10 prints zeros; the IPv4 aliases ("eth0:1") are those of SIOCGIFCONF;
 * netdevice(7) describes the ioctls.  Of a dump there are the files alone.
 */
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect/how.h"
#include "collect/put.h"
#include "collect/tool_io.h"
#include "schema/unit.h"

#define IFACES_MAX 65536
#define FILE_MAX   (16 * MIB)
#define IFACE_TEXT 1024 /* more than all lines of one interface but its inet6 ones */
#define INET6_TEXT 160
#define HW_PRINTED 16 /* bytes of an address of unknown kind that net-tools prints ... */
#define HW_KNOWN   8  /* ... and those of them that are not always 0 */

/* The columns of /proc/net/dev, in its order since 2.2. */
enum column {
	RX_BYTES,
	RX_PACKETS,
	RX_ERRORS,
	RX_DROPPED,
	RX_FIFO,
	RX_FRAME,
	RX_COMPRESSED,
	RX_MULTICAST,
	TX_BYTES,
	TX_PACKETS,
	TX_ERRORS,
	TX_DROPPED,
	TX_FIFO,
	TX_COLLISIONS,
	TX_CARRIER,
	TX_COMPRESSED,
	COLUMN_COUNT
};

struct iface {
	char name[IFNAMSIZ];
	bool counted; /* listed in /proc/net/dev; aliases are not */
	uint64_t v[COLUMN_COUNT];
};

struct ifaces {
	struct iface *v;
	size_t n, cap;
};

/* What a kernel or a dump says of one interface. */
struct link {
	unsigned flags;
	unsigned type; /* ARPHRD_* */
	int64_t mtu;
	int64_t txqueuelen; /* -1 = unknown */
	unsigned char hw[HW_PRINTED];
	bool has_hw, has_ip;
	struct in_addr ip, mask, broadcast, destination;
	struct ifmap map;
};

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
	struct buf text = {0};
	int error = tool_read(h, "/proc/net/dev", FILE_MAX, &text);
	struct span s = buf_span(&text);
	struct span line;
	while (!error && span_line(&s, &line)) {
		struct iface f = {0};
		if (dev_line(line, &f) && !add(all, &f))
			error = ENOMEM;
	}
	free(text.p);
	return error;
}

static bool known(const struct ifaces *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].name, name) == 0)
			return true;
	return false;
}

/* The labels of IPv4 addresses that are no interface's name: aliases. */
static void read_aliases(int fd, struct ifaces *all)
{
	int size = 64 * (int)sizeof(struct ifreq);
	struct ifreq *v = NULL;
	struct ifconf c = {0};
	/* the kernel fills what there is room for: until it leaves some */
	for (; size < (int)(FILE_MAX); size *= 2) {
		struct ifreq *more = realloc(v, (size_t)size);
		if (!more)
			break;
		v = more;
		c = (struct ifconf){.ifc_len = size, .ifc_req = v};
		if (ioctl(fd, SIOCGIFCONF, &c) < 0)
			c.ifc_len = 0;
		if (c.ifc_len < size)
			break;
	}
	size_t n = v && c.ifc_len > 0 ? (size_t)c.ifc_len / sizeof *v : 0;
	for (size_t i = 0; i < n; i++) {
		struct iface f = {0};
		const char *name = v[i].ifr_name;
		size_t len = strnlen(name, sizeof v[i].ifr_name);
		if (memchr(name, ':', len) && set_name(&f, (struct span){name, len}) &&
		    !known(all, f.name))
			(void)add(all, &f);
	}
	free(v);
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

static bool ask(int fd, unsigned long request, const char *name, struct ifreq *r)
{
	memset(r, 0, sizeof *r);
	memcpy(r->ifr_name, name, IFNAMSIZ);
	return ioctl(fd, request, r) == 0;
}

static struct in_addr ask_ip(int fd, unsigned long request, const char *name)
{
	struct ifreq r;
	struct sockaddr_in in = {0};
	if (ask(fd, request, name, &r))
		memcpy(&in, &r.ifr_addr, sizeof in);
	return in.sin_addr;
}

static void live_ip(int fd, const char *name, struct link *l)
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
static bool live_link(int fd, const char *name, struct link *l)
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
		memcpy(l->hw, r.ifr_hwaddr.sa_data, HW_KNOWN);
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
static void sys_address(const struct host *h, const char *name, struct link *l)
{
	char p[128];
	struct buf path = BUF_OVER(p);
	struct buf text = {0};
	if (sys_path(&path, name, "address") && tool_read(h, path.p, 128, &text) == 0) {
		struct span s = span_trim(buf_span(&text));
		uint64_t byte;
		for (size_t i = 0; i < HW_KNOWN && span_hex(span_sub(s, i * 3, 2), 255, &byte); i++)
			l->hw[i] = (unsigned char)byte;
	}
	free(text.p);
}

/* IFF_RUNNING is not in the flags file: it is the state "up", or none that is known. */
static bool sys_running(const struct host *h, const char *name)
{
	char p[128];
	struct buf path = BUF_OVER(p);
	struct buf text = {0};
	bool running = false;
	if (sys_path(&path, name, "operstate") && tool_read(h, path.p, 64, &text) == 0) {
		struct span s = span_trim(buf_span(&text));
		running = span_eq(s, SPAN("up")) || span_eq(s, SPAN("unknown"));
	}
	free(text.p);
	return running;
}

static bool dump_link(const struct host *h, const char *name, struct link *l)
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

static const struct {
	unsigned flag;
	const char *name;
} flag_names[] = {
	{IFF_UP,          "UP"         },
	{IFF_BROADCAST,   "BROADCAST"  },
	{IFF_DEBUG,       "DEBUG"      },
	{IFF_LOOPBACK,    "LOOPBACK"   },
	{IFF_POINTOPOINT, "POINTOPOINT"},
	{IFF_NOTRAILERS,  "NOTRAILERS" },
	{IFF_RUNNING,     "RUNNING"    },
	{IFF_NOARP,       "NOARP"      },
	{IFF_PROMISC,     "PROMISC"    },
	{IFF_ALLMULTI,    "ALLMULTI"   },
	{IFF_SLAVE,       "SLAVE"      },
	{IFF_MASTER,      "MASTER"     },
	{IFF_MULTICAST,   "MULTICAST"  },
	{IFF_DYNAMIC,     "DYNAMIC"    },
};

static void put_head(struct buf *b, const char *name, const struct link *l)
{
	const char *before = "";
	buf_str(b, name);
	buf_str(b, ": flags=");
	buf_i64(b, (int16_t)l->flags); /* a short in the ioctl, and so printed */
	buf_char(b, '<');
	for (size_t i = 0; i < sizeof flag_names / sizeof *flag_names; i++) {
		if (!(l->flags & flag_names[i].flag))
			continue;
		buf_str(b, before);
		buf_str(b, flag_names[i].name);
		before = ",";
	}
	buf_str(b, ">  mtu ");
	buf_i64(b, l->mtu);
	buf_char(b, '\n');
}

static void put_address(struct buf *b, char *put(char *p, const void *addr), const void *addr)
{
	char text[PUT_MAX];
	buf_put(b, (struct span){text, (size_t)(put(text, addr) - text)});
}

static void put_ip(struct buf *b, const char *label, struct in_addr a)
{
	buf_str(b, label);
	put_address(b, put_ipv4, &a);
}

static void put_inet(struct buf *b, const struct link *l)
{
	if (!l->has_ip)
		return;
	put_ip(b, "        inet ", l->ip);
	put_ip(b, "  netmask ", l->mask);
	if (l->flags & IFF_BROADCAST)
		put_ip(b, "  broadcast ", l->broadcast);
	if (l->flags & IFF_POINTOPOINT)
		put_ip(b, "  destination ", l->destination);
	buf_char(b, '\n');
}

static const struct {
	unsigned bit;
	const char *name;
} scopes[] = {
	{0x20, "link"},
	{0x40, "site"},
	{0x10, "host"},
};

/* The scope is that of /proc/net/if_inet6: IPV6_ADDR_* of the kernel's net/ipv6.h. */
static void put_scope(struct buf *b, unsigned scope)
{
	const char *before = "";
	buf_str(b, "  scopeid 0x");
	buf_hex(b, scope, 1);
	buf_char(b, '<');
	if (scope & 0x80) {
		buf_str(b, "compat");
		before = ",";
		scope &= ~0x80U;
	}
	if (scope == 0) {
		buf_str(b, before);
		buf_str(b, "global");
	}
	for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++) {
		if (!(scope & scopes[i].bit))
			continue;
		buf_str(b, before);
		buf_str(b, scopes[i].name);
		before = ",";
	}
	buf_str(b, ">\n");
}

/* "fe80000000000000000000fffe000001 02 40 20 80     eth0": address, index, prefix, scope. */
static bool inet6_line(struct span line, const char *name, struct buf *b)
{
	struct span w[6];
	unsigned char a[16];
	uint64_t v;
	for (size_t i = 0; i < 6; i++)
		if (!span_word(&line, &w[i]))
			return false;
	if (!span_eq(w[5], span_of(name)) || w[0].n != 32)
		return false;
	for (size_t i = 0; i < 16; i++) {
		if (!span_hex(span_sub(w[0], i * 2, 2), 255, &v))
			return false;
		a[i] = (unsigned char)v;
	}
	uint64_t prefix;
	uint64_t scope;
	if (!span_hex(w[2], 128, &prefix) || !span_hex(w[3], 255, &scope))
		return false;
	buf_str(b, "        inet6 ");
	put_address(b, put_ipv6, a);
	buf_str(b, "  prefixlen ");
	buf_u64(b, prefix);
	put_scope(b, (unsigned)scope);
	return true;
}

/* The link layers that have a name of their own in net-tools. */
static const struct hw {
	unsigned type;
	unsigned bytes; /* of the address, 0 = none is printed */
	const char *name;
	const char *title;
} hws[] = {
	{ARPHRD_ETHER,    6, "ether",  "Ethernet"               },
	{ARPHRD_LOOPBACK, 0, "loop",   "Local Loopback"         },
	{ARPHRD_PPP,      0, "ppp",    "Point-to-Point Protocol"},
	{ARPHRD_TUNNEL,   0, "tunnel", "IPIP Tunnel"            },
	{ARPHRD_SIT,      0, "sit",    "IPv6-in-IPv4"           },
	{ARPHRD_SLIP,     0, "slip",   "Serial Line IP"         },
};

static void put_hw(struct buf *b, const struct link *l)
{
	static const struct hw other = {0, HW_PRINTED, "unspec", "UNSPEC"};
	const struct hw *hw = &other;
	for (size_t i = 0; i < sizeof hws / sizeof *hws; i++)
		if (hws[i].type == l->type)
			hw = &hws[i];
	buf_str(b, "        ");
	buf_str(b, hw->name);
	for (unsigned i = 0; i < hw->bytes; i++)
		buf_fmt(b, hw == &other ? "%c%02X" : "%c%02x",
		        i == 0 ? ' ' : (hw == &other ? '-' : ':'), l->hw[i]);
	if (l->txqueuelen >= 0) {
		buf_str(b, "  txqueuelen ");
		buf_i64(b, l->txqueuelen);
	}
	buf_fmt(b, "  (%s)\n", hw->title);
}

/* "30170155 (28.7 MiB)": one decimal, cut and not rounded. */
static void put_bytes(struct buf *b, uint64_t v)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	unsigned unit = 0;
	while (unit < 5 && v > UINT64_C(1) << (10 * (unit + 1)))
		unit++;
	unsigned shift = 10 * unit;
	uint64_t rest = v & ((UINT64_C(1) << shift) - 1);
	buf_u64(b, v);
	buf_fmt(b, " (%llu.%llu %s)\n", (unsigned long long)(v >> shift),
	        (unsigned long long)(rest * 10 >> shift), units[unit]);
}

static void put_counters(struct buf *b, const struct iface *f)
{
	static const char *const labels[] = {
		"        RX errors ", "  dropped ",         "  overruns ",
		"  frame ",           "        TX errors ", "  dropped ",
		" overruns ",         "  carrier ",         "  collisions ",
	};
	static const enum column rx[] = {RX_ERRORS, RX_DROPPED, RX_FIFO, RX_FRAME};
	static const enum column tx[] = {TX_ERRORS, TX_DROPPED, TX_FIFO, TX_CARRIER, TX_COLLISIONS};
	buf_fmt(b, "        RX packets %llu  bytes ", (unsigned long long)f->v[RX_PACKETS]);
	put_bytes(b, f->v[RX_BYTES]);
	for (size_t i = 0; i < 4; i++) {
		buf_str(b, labels[i]);
		buf_u64(b, f->v[rx[i]]);
	}
	buf_fmt(b, "\n        TX packets %llu  bytes ", (unsigned long long)f->v[TX_PACKETS]);
	put_bytes(b, f->v[TX_BYTES]);
	for (size_t i = 0; i < 5; i++) {
		buf_str(b, labels[4 + i]);
		buf_u64(b, f->v[tx[i]]);
	}
	buf_char(b, '\n');
}

/* What an old or an embedded NIC is wired to. */
static void put_map(struct buf *b, const struct link *l)
{
	const struct ifmap *m = &l->map;
	if (l->type >= 255 || !(m->irq || m->mem_start || m->dma || m->base_addr >= 0x100))
		return;
	buf_str(b, "        device ");
	if (m->irq)
		buf_fmt(b, "interrupt %d  ", m->irq);
	if (m->base_addr >= 0x100)
		buf_fmt(b, "base 0x%x  ", m->base_addr);
	if (m->mem_start)
		buf_fmt(b, "memory 0x%lx-%lx  ", m->mem_start, m->mem_end);
	if (m->dma)
		buf_fmt(b, "  dma 0x%x", m->dma);
	buf_char(b, '\n');
}

struct run {
	struct job *job;
	int fd; /* -1 with a dump */
	struct ifaces all;
	struct buf inet6; /* /proc/net/if_inet6 */
	enum capture_status status;
	int error;
};

static struct buf *room(struct run *r, size_t n)
{
	struct buf *b = job_room(r->job, n);
	if (!b)
		r->status = CAPTURE_CUT;
	return b;
}

static bool put_inet6(struct run *r, const char *name)
{
	struct span s = buf_span(&r->inet6);
	struct span line;
	while (span_line(&s, &line)) {
		struct buf *out = room(r, INET6_TEXT);
		if (!out)
			return false;
		(void)inet6_line(line, name, out);
	}
	return true;
}

static bool put_iface(struct run *r, const struct iface *f, const struct link *l)
{
	struct buf *out = room(r, IFACE_TEXT);
	if (!out)
		return false;
	put_head(out, f->name, l);
	put_inet(out, l);
	if (!put_inet6(r, f->name) || !(out = room(r, IFACE_TEXT)))
		return false;
	put_hw(out, l);
	if (f->counted)
		put_counters(out, f);
	put_map(out, l);
	buf_char(out, '\n');
	return true;
}

static void put_all(struct run *r)
{
	const struct host *h = r->job->host;
	size_t printed = 0;
	for (size_t i = 0; i < r->all.n; i++) {
		struct link l = {0};
		const struct iface *f = &r->all.v[i];
		/* one that went away meanwhile, or of which the dump has no folder */
		if (!(r->fd < 0 ? dump_link(h, f->name, &l) : live_link(r->fd, f->name, &l)))
			continue;
		if (!put_iface(r, f, &l))
			return;
		printed++;
	}
	if (printed == 0) {
		r->status = CAPTURE_ABSENT;
		r->error = ENODEV;
	}
}

enum capture_status tool_ifconfig(struct job *j, struct span args, int *error, struct buf *note)
{
	struct run r = {.job = j, .fd = -1, .status = CAPTURE_OK};
	bool live = j->host->root[0] == '\0';
	if (!span_eq(span_trim(args), SPAN("-a")))
		return tool_fail(error, EINVAL, note, "only ifconfig -a");
	if (live && (r.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return tool_fail(error, errno, note, "socket");
	r.error = read_dev(j->host, &r.all);
	if (r.error) {
		r.status = tool_fail(&r.error, r.error, note, "/proc/net/dev");
	} else {
		if (live)
			read_aliases(r.fd, &r.all);
		qsort(r.all.v, r.all.n, sizeof *r.all.v, by_name);
		/* a kernel without IPv6 has no such file */
		(void)tool_read(j->host, "/proc/net/if_inet6", FILE_MAX, &r.inet6);
		put_all(&r);
		if (!live)
			buf_str(note, r.status == CAPTURE_ABSENT ? "no sys/class/net in the dump"
			                                         : "a dump: no IPv4 addresses");
	}
	if (r.fd >= 0)
		close(r.fd);
	free(r.all.v);
	free(r.inet6.p);
	*error = r.error;
	return !live && r.status == CAPTURE_OK ? CAPTURE_FALLBACK : r.status;
}
