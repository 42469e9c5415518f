/*
 * ethtool in the text of ethtool 6.1, by its ioctl (linux/ethtool.h); here are -S and -i:
 *
 * NIC statistics:
 *      rx_queue_0_drops: 0
 *
 * driver: virtio_net
 * version: 1.0.0
 *
 * Where the tool writes an error ("no stats available", "Operation not supported"), there
 * is no text but the capture's status and errno.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "collect/ethtool.h"
#include "collect/how.h"
#include "collect/path.h"
#include "collect/tool_io.h"

/* Readings of -S until names and values are of the same number. */
#define STATS_TRIES 3

int ethtool_ask(const struct ethtool *e, void *command)
{
	struct ifreq r = {.ifr_data = command};
	memcpy(r.ifr_name, e->name, sizeof r.ifr_name);
	return ioctl(e->fd, SIOCETHTOOL, &r) == 0 ? 0 : errno;
}

#define STRINGS_SIZE                                                                               \
	(sizeof(struct ethtool_gstrings) + (size_t)ETHTOOL_STRINGS_MAX * 2 * ETH_GSTRING_LEN)
#define VALUES_SIZE                                                                                \
	(sizeof(struct ethtool_stats) + (size_t)ETHTOOL_STRINGS_MAX * 2 * sizeof(uint64_t))

/* Only what the kernel writes into costs memory. */
static void *map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

static struct ethtool_gstrings *strings_of(const struct ethtool *e)
{
	if (!e->tables->strings)
		e->tables->strings = map(STRINGS_SIZE);
	return e->tables->strings;
}

static struct ethtool_stats *values_of(const struct ethtool *e)
{
	if (!e->tables->values)
		e->tables->values = map(VALUES_SIZE);
	return e->tables->values;
}

static void close_socket(struct ethtool_tables *t)
{
	if (t->fd)
		close(t->fd - 1);
	t->fd = 0;
}

static void tables_free(void *p)
{
	struct ethtool_tables *t = p;
	close_socket(t);
	if (t->strings)
		(void)munmap(t->strings, STRINGS_SIZE);
	if (t->values)
		(void)munmap(t->values, VALUES_SIZE);
	free(t);
}

/* ETHTOOL_GSSET_INFO is of 2.6.33; before it the driver information has some counts. */
static int count(const struct ethtool *e, enum ethtool_stringset set, size_t drvinfo_count,
                 uint32_t *n)
{
	union {
		struct ethtool_sset_info head;
		char room[sizeof(struct ethtool_sset_info) + sizeof(uint32_t)];
	} info = {
		.head = {.cmd = ETHTOOL_GSSET_INFO, .sset_mask = UINT64_C(1) << set}
        };
	int error = ethtool_ask(e, &info);
	*n = 0;
	if (!error && info.head.sset_mask)
		memcpy(n, info.room + sizeof info.head, sizeof *n);
	if (error != EOPNOTSUPP || !drvinfo_count)
		return error;
	struct ethtool_drvinfo drv = {.cmd = ETHTOOL_GDRVINFO};
	error = ethtool_ask(e, &drv);
	if (!error)
		memcpy(n, (const char *)&drv + drvinfo_count, sizeof *n);
	return error;
}

int ethtool_strings(const struct ethtool *e, enum ethtool_stringset set, size_t drvinfo_count,
                    struct ethtool_gstrings **strings, size_t *n)
{
	uint32_t want;
	int error = count(e, set, drvinfo_count, &want);
	*strings = NULL;
	if (error || want == 0)
		return error ? error : EOPNOTSUPP;
	if (want > ETHTOOL_STRINGS_MAX)
		return E2BIG;
	struct ethtool_gstrings *s = strings_of(e);
	if (!s)
		return ENOMEM;
	/* of the interface before, in case a driver writes fewer than it says */
	memset(s->data, 0, (size_t)want * ETH_GSTRING_LEN);
	s->cmd = ETHTOOL_GSTRINGS;
	s->string_set = set;
	s->len = want;
	error = ethtool_ask(e, s);
	if (error)
		return error;
	*strings = s;
	*n = s->len < ETHTOOL_STRINGS_MAX ? s->len : ETHTOOL_STRINGS_MAX;
	return 0;
}

struct span ethtool_string(const struct ethtool_gstrings *strings, size_t i)
{
	const char *p = (const char *)strings->data + i * ETH_GSTRING_LEN;
	return (struct span){p, strnlen(p, ETH_GSTRING_LEN)};
}

/* One reading of -S; names and values may be of different numbers when a ring came or went. */
static int read_stats(const struct ethtool *e, struct ethtool_gstrings **names, size_t *n,
                      struct ethtool_stats *values)
{
	int error = ethtool_strings(e, ETH_SS_STATS, offsetof(struct ethtool_drvinfo, n_stats),
	                            names, n);
	if (error)
		return error;
	values->cmd = ETHTOOL_GSTATS;
	values->n_stats = (uint32_t)*n;
	memset(values->data, 0, *n * sizeof values->data[0]);
	error = ethtool_ask(e, values);
	if (!error && values->n_stats != *n)
		error = EAGAIN;
	return error;
}

static enum capture_status put_stats(const struct ethtool *e, const struct ethtool_gstrings *names,
                                     size_t n, const struct ethtool_stats *values)
{
	struct buf *out = job_room(e->job, 32);
	if (!out)
		return CAPTURE_CUT;
	buf_str(out, "NIC statistics:\n");
	for (size_t i = 0; i < n; i++) {
		out = job_room(e->job, ETH_GSTRING_LEN + 32);
		if (!out)
			return CAPTURE_CUT;
		buf_str(out, "     ");
		buf_put(out, ethtool_string(names, i));
		buf_str(out, ": ");
		buf_u64(out, values->data[i]);
		buf_char(out, '\n');
	}
	return CAPTURE_OK;
}

static enum capture_status stats(const struct ethtool *e)
{
	struct ethtool_gstrings *names = NULL;
	size_t n = 0;
	int error = EAGAIN;
	struct ethtool_stats *values = values_of(e);
	if (!values)
		return tool_fail(e->error, ENOMEM, e->note, "");
	for (int i = 0; error == EAGAIN && i < STATS_TRIES; i++)
		error = read_stats(e, &names, &n, values);
	enum capture_status status;
	if (error == EOPNOTSUPP)
		status = tool_fail(e->error, error, e->note, "no stats available");
	else if (error == EAGAIN)
		status = tool_fail(e->error, error, e->note, "the driver changes its counters");
	else if (error)
		status = tool_fail(e->error, error, e->note, "");
	else
		status = put_stats(e, names, n, values);
	return status;
}

static void put_text(struct buf *out, const char *label, const char *text, size_t size)
{
	buf_str(out, label);
	buf_put(out, (struct span){text, strnlen(text, size)});
	buf_char(out, '\n');
}

static enum capture_status driver(const struct ethtool *e)
{
	struct ethtool_drvinfo d = {.cmd = ETHTOOL_GDRVINFO};
	int error = ethtool_ask(e, &d);
	if (error)
		return tool_fail(e->error, error, e->note, "");
	struct buf *out = job_room(e->job, 1024);
	if (!out)
		return CAPTURE_CUT;
	put_text(out, "driver: ", d.driver, sizeof d.driver);
	put_text(out, "version: ", d.version, sizeof d.version);
	put_text(out, "firmware-version: ", d.fw_version, sizeof d.fw_version);
	put_text(out, "expansion-rom-version: ", d.erom_version, sizeof d.erom_version);
	put_text(out, "bus-info: ", d.bus_info, sizeof d.bus_info);
	put_text(out, "supports-statistics: ", d.n_stats ? "yes" : "no", 3);
	put_text(out, "supports-test: ", d.testinfo_len ? "yes" : "no", 3);
	put_text(out, "supports-eeprom-access: ", d.eedump_len ? "yes" : "no", 3);
	put_text(out, "supports-register-dump: ", d.regdump_len ? "yes" : "no", 3);
	put_text(out, "supports-priv-flags: ", d.n_priv_flags ? "yes" : "no", 3);
	return CAPTURE_OK;
}

static const struct {
	struct span option;
	ethtool_show *show;
} options[] = {
	{SPAN_INIT("-S"), stats           },
	{SPAN_INIT("-i"), driver          },
	{SPAN_INIT("-k"), ethtool_features},
	{SPAN_INIT("-g"), ethtool_rings   },
	{SPAN_INIT("-c"), ethtool_coalesce},
	{SPAN_INIT("-l"), ethtool_channels},
	{SPAN_INIT("-a"), ethtool_pause   },
};

/* "-S eth0" or "eth0": the function, with *args what is left, the interface. */
static ethtool_show *option(struct span *args)
{
	struct span rest = span_trim(*args);
	struct span word;
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		struct span s = rest;
		if (!span_word(&s, &word) || !span_eq(word, options[i].option))
			continue;
		*args = span_trim(s);
		return options[i].show;
	}
	*args = rest;
	return ethtool_link;
}

enum capture_status tool_ethtool(struct job *j, struct span args, int *error, struct buf *note)
{
	struct ethtool e = {.job = j, .error = error, .note = note};
	ethtool_show *show = option(&args);
	if (j->host->root[0])
		return tool_fail(error, EOPNOTSUPP, note, "a dump has no driver to ask");
	if (args.n == 0 || args.n >= sizeof e.name)
		return tool_fail(error, ENODEV, note, "no interface's name");
	memcpy(e.name, args.p, args.n);
	e.tables = job_keep(j, sizeof *e.tables, tables_free);
	if (!e.tables)
		return tool_fail(error, ENOMEM, note, "");
	if (!e.tables->fd)
		e.tables->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) + 1;
	if (!e.tables->fd)
		return tool_fail(error, errno, note, "socket");
	e.fd = e.tables->fd - 1;
	enum capture_status status = show(&e);
	if (!fd_may_stay(e.fd))
		close_socket(e.tables);
	return status;
}
