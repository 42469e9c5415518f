#include "analyze/parse_prom_map.h"

#define CLIENT  "client"
#define SERVER  "server"
#define SERVICE "service"

#define VALUE(family_, where_, router_, scope_, id_, name_)                                        \
	{.family = SPAN_INIT(family_),                                                             \
	 .where = SPAN_INIT(where_),                                                               \
	 .router = SPAN_INIT(router_),                                                             \
	 .scope = SPAN_INIT(scope_),                                                               \
	 .id = SPAN_INIT(id_),                                                                     \
	 .name = SPAN_INIT(name_)},
#define BUCKETS(family_, where_, router_, scope_, id_, name_, scale_)                              \
	{.family = SPAN_INIT(family_),                                                             \
	 .where = SPAN_INIT(where_),                                                               \
	 .router = SPAN_INIT(router_),                                                             \
	 .scope = SPAN_INIT(scope_),                                                               \
	 .id = SPAN_INIT(id_),                                                                     \
	 .name = SPAN_INIT(name_),                                                                 \
	 .buckets = true,                                                                          \
	 .scale = (scale_)},
#define PROXY(prefix, who)
#define LACKS(who, rules, why)

const struct prom_line prom_lines[] = {
#include "analyze/prometheus.def"
};
const size_t prom_lines_count = sizeof(prom_lines) / sizeof(prom_lines[0]);

#undef VALUE
#undef BUCKETS
#undef PROXY
#undef LACKS
#define VALUE(family, where, router, scope, id, name)
#define BUCKETS(family, where, router, scope, id, name, scale)
#define PROXY(prefix_, who_) {SPAN_INIT(prefix_), who_},
#define LACKS(who, rules, why)

static const struct {
	struct span prefix;
	const char *who;
} proxies[] = {
#include "analyze/prometheus.def"
};

#undef PROXY
#undef LACKS
#define PROXY(prefix, who)
#define LACKS(who_, rules_, why_) {SPAN_INIT(who_), SPAN_INIT(rules_), why_},

static const struct {
	struct span who, rules;
	const char *why;
} lacks[] = {
#include "analyze/prometheus.def"
};

const char *prom_proxy(struct span family)
{
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++)
		if (span_starts(family, proxies[i].prefix))
			return proxies[i].who;
	return NULL;
}

const char *prom_lacks(struct span proxy, struct span rule)
{
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++)
		if (span_match(proxy, lacks[i].who, NULL) && span_match(rule, lacks[i].rules, NULL))
			return lacks[i].why;
	return NULL;
}

/* "a=b", "a=5*", "a+" */
static bool word_fits(struct span word, const struct prom_sample *s)
{
	struct span pattern = word, name;

	if (span_ends(word, SPAN("+")))
		return prom_label(s, span_sub(word, 0, word.n - 1)).n > 0;
	return span_cut(&pattern, '=', &name) && span_match(prom_label(s, name), pattern, NULL);
}

static bool fits(const struct prom_line *l, const struct prom_sample *s)
{
	struct span words = l->where, word;

	if (!span_eq(l->family, s->family) || l->buckets != (s->type == PROM_HISTOGRAM))
		return false;
	while (span_word(&words, &word))
		if (!word_fits(word, s))
			return false;
	return true;
}

const struct prom_line *prom_map(const struct prom_sample *s, size_t *at)
{
	while (*at < prom_lines_count) {
		const struct prom_line *l = &prom_lines[(*at)++];

		if (fits(l, s))
			return l;
	}
	return NULL;
}

bool prom_fill(struct span form, const struct prom_sample *s, struct buf *b)
{
	struct span head, names, name;

	while (span_cut(&form, '{', &head)) {
		struct span value = {0};

		buf_put(b, head);
		if (!span_cut(&form, '}', &names))
			return false;
		while (value.n == 0 && span_cut(&names, '|', &name))
			value = prom_label(s, name);
		if (value.n == 0)
			value = prom_label(s, names);
		if (value.n == 0)
			return false;
		buf_put(b, value);
	}
	buf_put(b, form);
	return !b->cut;
}
