/*
 * ethtool -k: ETHTOOL_GFEATURES (2.6.39) with the names of ETH_SS_FEATURES, older kernels
 * by one command a feature.
 *
 * Features for eth0:
 * rx-checksumming: on [fixed]
 * tx-checksumming: on
 *         tx-checksum-ipv4: off [fixed]
 */
#include <errno.h>
#include <stdlib.h>

#include "collect/ethtool.h"
#include "collect/tool_io.h"
#include "schema/span.h"

/* A kernel has 64 of them at present. */
#define FEATURES_MAX 1024
#define LINE_TEXT    128

/* The names that features had as a whole before the kernel told them apart. */
static const struct family {
	const char *name;
	struct span features; /* the kernel's own names of its parts */
	uint32_t get;         /* command of an old kernel, or 0 ... */
	uint32_t flag;        /* ... and the bit of ETHTOOL_GFLAGS */
} families[] = {
	{"rx-checksumming",              SPAN_INIT("rx-checksum"),             ETHTOOL_GRXCSUM, 0              },
	{"tx-checksumming",              SPAN_INIT("tx-checksum-*"),           ETHTOOL_GTXCSUM, 0              },
	{"scatter-gather",               SPAN_INIT("tx-scatter-gather*"),      ETHTOOL_GSG,     0              },
	{"tcp-segmentation-offload",     SPAN_INIT("tx-tcp*-segmentation"),    ETHTOOL_GTSO,    0              },
	{"udp-fragmentation-offload",    SPAN_INIT("tx-udp-fragmentation"),    ETHTOOL_GUFO,    0              },
	{"generic-segmentation-offload", SPAN_INIT("tx-generic-segmentation"), ETHTOOL_GGSO,    0              },
	{"generic-receive-offload",      SPAN_INIT("rx-gro"),                  ETHTOOL_GGRO,    0              },
	{"large-receive-offload",        SPAN_INIT("rx-lro"),                  0,               ETH_FLAG_LRO   },
	{"rx-vlan-offload",              SPAN_INIT("rx-vlan-hw-parse"),        0,               ETH_FLAG_RXVLAN},
	{"tx-vlan-offload",              SPAN_INIT("tx-vlan-hw-insert"),       0,               ETH_FLAG_TXVLAN},
	{"ntuple-filters",               SPAN_INIT("rx-ntuple-filter"),        0,               ETH_FLAG_NTUPLE},
	{"receive-hashing",              SPAN_INIT("rx-hashing"),              0,               ETH_FLAG_RXHASH},
};
#define FAMILIES (sizeof families / sizeof *families)

struct features {
	const struct ethtool_gstrings *names;
	size_t n;
	const struct ethtool_gfeatures *state;
	unsigned char family[FEATURES_MAX]; /* index, FAMILIES = of none */
};

static bool bit(const uint32_t *word, size_t i)
{
	return *word >> i % 32 & 1;
}

static const struct ethtool_get_features_block *block(const struct features *f, size_t i)
{
	return &f->state->features[i / 32];
}

static bool put_head(const struct ethtool *e)
{
	struct buf *out = job_room(e->job, LINE_TEXT);
	if (!out)
		return false;
	buf_fmt(out, "Features for %s:\n", e->name);
	return true;
}

static bool put_value(const struct ethtool *e, const char *indent, struct span name, bool on,
                      const char *remark)
{
	struct buf *out = job_room(e->job, LINE_TEXT);
	if (!out)
		return false;
	buf_str(out, indent);
	buf_put(out, name);
	buf_str(out, on ? ": on" : ": off");
	buf_str(out, remark);
	buf_char(out, '\n');
	return true;
}

static bool put_feature(const struct ethtool *e, const struct features *f, size_t i,
                        const char *indent, struct span name)
{
	const struct ethtool_get_features_block *b = block(f, i);
	bool on = bit(&b->active, i);
	const char *remark = "";
	if (!bit(&b->available, i) || bit(&b->never_changed, i))
		remark = " [fixed]";
	else if (bit(&b->requested, i) != on)
		remark = on ? " [requested off]" : " [requested on]";
	return put_value(e, indent, name, on, remark);
}

/* One line for a family of one, else a line for all of it and an indented one for each. */
static bool put_family(const struct ethtool *e, const struct features *f, size_t family)
{
	size_t members = 0;
	bool on = false;
	struct span name = span_of(families[family].name);
	for (size_t i = 0; i < f->n; i++) {
		if (f->family[i] != family)
			continue;
		members++;
		on = on || bit(&block(f, i)->active, i);
	}
	if (members > 1 && !put_value(e, "", name, on, ""))
		return false;
	for (size_t i = 0; i < f->n; i++) {
		if (f->family[i] != family)
			continue;
		if (!(members > 1 ? put_feature(e, f, i, "\t", ethtool_string(f->names, i))
		                  : put_feature(e, f, i, "", name)))
			return false;
	}
	return true;
}

static void sort_out(struct features *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct span name = ethtool_string(f->names, i);
		size_t at = 0;
		while (at < FAMILIES && !span_match(name, families[at].features, NULL))
			at++;
		f->family[i] = (unsigned char)at;
	}
}

static enum capture_status put_features(const struct ethtool *e, const struct features *f)
{
	if (!put_head(e))
		return CAPTURE_CUT;
	for (size_t i = 0; i < FAMILIES; i++)
		if (!put_family(e, f, i))
			return CAPTURE_CUT;
	for (size_t i = 0; i < f->n; i++) {
		struct span name = ethtool_string(f->names, i);
		if (f->family[i] == FAMILIES && name.n > 0 && !put_feature(e, f, i, "", name))
			return CAPTURE_CUT;
	}
	return CAPTURE_OK;
}

/* A kernel before 2.6.39: what each command says; one that it does not know says nothing. */
static enum capture_status old_features(const struct ethtool *e)
{
	struct ethtool_value flags = {.cmd = ETHTOOL_GFLAGS};
	bool has_flags = ethtool_ask(e, &flags) == 0;
	size_t known = 0;
	for (size_t i = 0; i < FAMILIES; i++) {
		const struct family *m = &families[i];
		struct ethtool_value v = {.cmd = m->get};
		bool there = m->get ? ethtool_ask(e, &v) == 0 : has_flags;
		if (!there)
			continue;
		if (known++ == 0 && !put_head(e))
			return CAPTURE_CUT;
		if (!put_value(e, "", span_of(m->name), m->get ? v.data : flags.data & m->flag, ""))
			return CAPTURE_CUT;
	}
	return known ? CAPTURE_OK : tool_fail(e->error, EOPNOTSUPP, e->note, "");
}

enum capture_status ethtool_features(const struct ethtool *e)
{
	struct features f = {0};
	struct ethtool_gstrings *names = NULL;
	int error = ethtool_strings(e, ETH_SS_FEATURES, 0, &names, &f.n);
	if (error == EOPNOTSUPP || error == EINVAL)
		return old_features(e);
	if (error)
		return tool_fail(e->error, error, e->note, "");
	if (f.n > FEATURES_MAX)
		f.n = FEATURES_MAX;
	size_t blocks = (f.n + 31) / 32;
	struct ethtool_gfeatures *state =
		calloc(1, sizeof *state + blocks * sizeof state->features[0]);
	enum capture_status status;
	if (state) {
		*state = (struct ethtool_gfeatures){.cmd = ETHTOOL_GFEATURES,
		                                    .size = (uint32_t)blocks};
		error = ethtool_ask(e, state);
	}
	f.names = names;
	f.state = state;
	if (!state || error) {
		status = tool_fail(e->error, state ? error : ENOMEM, e->note, "");
	} else {
		sort_out(&f);
		status = put_features(e, &f);
	}
	free(state);
	return status;
}
