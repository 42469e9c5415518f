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
 * Counters are right also for 15-character names, of which net-tools 2.10 prints zeros.  Of a
 * dump there are /proc/net/dev, if_inet6 and /sys/class/net, but no IPv4 addresses.
 */
#include <errno.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "collect/how.h"
#include "collect/iface.h"
#include "collect/put.h"
#include "collect/tool_io.h"

#define FILE_MAX   ((size_t)16 << 20)
#define IFACE_TEXT 1024 /* more than all lines of one interface but its inet6 ones */
#define INET6_TEXT 160

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

static void put_head(struct buf *b, const char *name, const struct iface_link *l)
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

static void put_inet(struct buf *b, const struct iface_link *l)
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

static void put_hw(struct buf *b, const struct iface_link *l)
{
	static const struct hw other = {0, IFACE_HW_MAX, "unspec", "UNSPEC"};
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
static void put_map(struct buf *b, const struct iface_link *l)
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

/* Used again by each run. */
struct memory {
	struct ifaces all;
	struct kept_file inet6_file; /* /proc/net/if_inet6 */
	struct buf inet6;
};

static void memory_free(void *p)
{
	struct memory *m = p;
	ifaces_free(&m->all);
	kept_close(&m->inet6_file);
	free(m->inet6.p);
	free(m);
}

struct run {
	struct job *job;
	int fd; /* -1 with a dump */
	struct memory *memory;
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
	struct span s = buf_span(&r->memory->inet6);
	struct span line;
	while (span_line(&s, &line)) {
		if (!span_ends(line, span_of(name)))
			continue;
		struct buf *out = room(r, INET6_TEXT);
		if (!out)
			return false;
		(void)inet6_line(line, name, out);
	}
	return true;
}

static bool put_iface(struct run *r, const struct iface *f, const struct iface_link *l)
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
	size_t printed = 0;
	for (size_t i = 0; i < r->memory->all.n; i++) {
		struct iface_link l;
		const struct iface *f = &r->memory->all.v[i];
		if (!iface_link(r->job->host, r->fd, f->name, &l))
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
	r.memory = job_keep(j, sizeof *r.memory, memory_free);
	if (!r.memory)
		return tool_fail(error, ENOMEM, note, "");
	if (live && (r.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
		return tool_fail(error, errno, note, "socket");
	r.error = ifaces_read(j->host, r.fd, &r.memory->all);
	if (r.error) {
		r.status = tool_fail(&r.error, r.error, note, "/proc/net/dev");
	} else {
		/* a kernel without IPv6 has no such file */
		(void)kept_read(&r.memory->inet6_file, j->host, "/proc/net/if_inet6", FILE_MAX,
		                &r.memory->inet6);
		put_all(&r);
	}
	if (!live && !r.error)
		buf_str(note, "a dump: no IPv4 addresses");
	else if (!live && r.error == ENODEV)
		buf_str(note, "no sys/class/net in the dump");
	if (r.fd >= 0)
		close(r.fd);
	*error = r.error;
	return !live && r.status == CAPTURE_OK ? CAPTURE_FALLBACK : r.status;
}
