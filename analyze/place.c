#include "analyze/place.h"

#include <string.h>

#include "schema/buf.h"
#include "schema/source.h"

/* A linkerd is told by its address: "127.0.0.1_9990" is "127.0.0.1:9990". */
static struct span address_of(struct place *p, struct span arg)
{
	struct buf b = BUF_OVER(p->address);
	struct span rest = arg, host;

	if (span_rcut(&rest, '_', &host)) {
		buf_put(&b, host);
		buf_char(&b, ':');
		buf_put(&b, rest);
	} else {
		buf_put(&b, arg);
	}
	return buf_span(&b);
}

/* One of several linkerds within a namespace: "blue/127.0.0.1:9990". */
static struct span joined(struct place *p, struct span netns, struct span address)
{
	struct buf b = BUF_OVER(p->both);

	buf_put(&b, netns);
	buf_char(&b, '/');
	buf_put(&b, address);
	return buf_span(&b);
}

static size_t slot_of(struct span path)
{
	uint32_t h = 0;

	for (size_t i = 0; i < path.n; i++)
		h = (h ^ (unsigned char)path.p[i]) * UINT32_C(16777619);
	return (h ^ h >> 16) & (PLACE_MEMOS - 1);
}

static const struct parser_entry *parser_of(struct place_memo *memo, struct span path,
                                            struct span *arg)
{
	const size_t i = slot_of(path);

	if (path.n == 0 || path.n > PLACE_MEMO_MAX)
		return parser_by_member(path, arg);
	if (!span_eq((struct span){memo->slot[i].path, memo->slot[i].n}, path)) {
		memo->slot[i].entry = parser_by_member(path, arg);
		memo->slot[i].n = (unsigned char)path.n;
		memo->slot[i].arg_at = (unsigned char)(arg->n ? arg->p - path.p : 0);
		memo->slot[i].arg_n = (unsigned char)arg->n;
		memcpy(memo->slot[i].path, path.p, path.n);
	}
	*arg = span_sub(path, memo->slot[i].arg_at, memo->slot[i].arg_n);
	return memo->slot[i].entry;
}

void place_find(struct place *p, struct place_memo *memo, struct span key, struct span netns,
                struct span path, bool by_address)
{
	struct span arg = {0};

	p->key = key;
	p->entry = parser_of(memo, path, &arg);
	p->entity = arg;
	p->scope = netns;
	if (!span_starts(path, SPAN("http/")))
		return;
	p->entity = address_of(p, arg);
	if (by_address)
		p->scope = netns.n ? joined(p, netns, p->entity) : p->entity;
}

const char *place_source(const struct place *p)
{
	return p->entry ? p->entry->parser->source : NULL;
}

bool place_is_repeated(const struct place *p, struct span netns)
{
	return netns.n && p->entry && span_eq(span_of(p->entry->parser->source), SPAN("softnet"));
}

bool place_split(struct span member, struct span *netns, struct span *path)
{
	*path = member;
	*netns = (struct span){0};
	if (!span_skip(path, SPAN("host/")))
		(void)span_skip(path, SPAN("last/"));
	return !span_skip(path, SPAN("netns/")) || span_cut(path, '/', netns);
}

bool place_is_setting(struct span path)
{
	const struct source *s = source_by_member(path);

	if (!s || s->when != SOURCE_TICK)
		return s != NULL;
	return s->pace_s > 0 && (s->how == SOURCE_FILE || s->how == SOURCE_GROUP);
}
