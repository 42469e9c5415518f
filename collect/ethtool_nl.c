/*
 * Generic netlink: the number of the family "ethtool" is asked of the controller, then
 * the request goes to that number.  Documentation/networking/ethtool-netlink.rst.
 */
#include <errno.h>
#include <string.h>

#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>

#include "collect/ethtool_nl.h"
#include "collect/netlink.h"

/* Every request has its header as attribute 1. */
#define HEADER ETHTOOL_A_RINGS_HEADER
/* As NLA_HDRLEN and NLA_ALIGN, without their signed arithmetic. */
#define HEAD      sizeof(struct nlattr)
#define ALIGN4(n) (((size_t)(n) + 3) / 4 * 4)

struct request {
	struct nlmsghdr n;
	struct genlmsghdr g;
	unsigned char attrs[64];
};

/* Appends an attribute; the caller's text is short enough. */
static struct nlattr *put_attr(struct request *r, uint16_t type, const void *p, size_t n)
{
	struct nlattr *a = (struct nlattr *)(void *)((unsigned char *)r + r->n.nlmsg_len);
	a->nla_type = type;
	a->nla_len = (uint16_t)(HEAD + n);
	if (n)
		memcpy((unsigned char *)a + HEAD, p, n);
	r->n.nlmsg_len += (uint32_t)ALIGN4(a->nla_len);
	return a;
}

static struct request request_of(uint16_t family, uint8_t command)
{
	return (struct request){
		.n = {.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN), .nlmsg_type = family},
		.g = {.cmd = command,                         .version = 1        }
        };
}

static void attrs_of(const struct nlmsghdr *h, struct attr *attrs, size_t max)
{
	size_t head = NLMSG_LENGTH(GENL_HDRLEN);
	if (h->nlmsg_len < head)
		netlink_attrs(NULL, 0, attrs, max);
	else
		netlink_attrs((const char *)h + head, h->nlmsg_len - head, attrs, max);
}

static bool take_family(void *arg, const struct nlmsghdr *h)
{
	struct attr attrs[CTRL_ATTR_FAMILY_ID + 1];
	attrs_of(h, attrs, CTRL_ATTR_FAMILY_ID + 1);
	if (attrs[CTRL_ATTR_FAMILY_ID].n == sizeof(uint16_t))
		memcpy(arg, attrs[CTRL_ATTR_FAMILY_ID].p, sizeof(uint16_t));
	return true;
}

static bool take_answer(void *arg, const struct nlmsghdr *h)
{
	struct ethtool_nl *answer = arg;
	struct attr attrs[ETHTOOL_NL_ATTRS];
	attrs_of(h, attrs, ETHTOOL_NL_ATTRS);
	for (size_t i = 0; i < ETHTOOL_NL_ATTRS; i++) {
		answer->there[i] = attrs[i].n == 1 || attrs[i].n == sizeof(uint32_t);
		answer->v[i] = 0;
		if (attrs[i].n == 1)
			answer->v[i] = *(const uint8_t *)attrs[i].p;
		else if (answer->there[i])
			memcpy(&answer->v[i], attrs[i].p, sizeof(uint32_t));
	}
	return true;
}

int ethtool_nl_get(const char *name, uint8_t message, struct ethtool_nl *answer)
{
	static const char family_name[] = ETHTOOL_GENL_NAME;
	struct netlink nl;
	uint16_t family = 0;
	*answer = (struct ethtool_nl){0};
	int error = netlink_open(&nl, NETLINK_GENERIC);
	if (error)
		return error;
	struct request r = request_of(GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	(void)put_attr(&r, CTRL_ATTR_FAMILY_NAME, family_name, sizeof family_name);
	error = netlink_ask(&nl, &r.n, take_family, &family);
	if (!error && family == 0)
		error = ENOENT;
	if (!error) {
		r = request_of(family, message);
		struct nlattr *head = put_attr(&r, HEADER | NLA_F_NESTED, NULL, 0);
		struct nlattr *dev =
			put_attr(&r, ETHTOOL_A_HEADER_DEV_NAME, name, strlen(name) + 1);
		head->nla_len = (uint16_t)(HEAD + ALIGN4(dev->nla_len));
		error = netlink_ask(&nl, &r.n, take_answer, answer);
	}
	netlink_close(&nl);
	return error;
}
