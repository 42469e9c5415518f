#include "analyze/parse_filter.h"

#include "schema/buf.h"

#define RULE_TEXT_MAX 120 /* of a rule that drops: enough to find it */

void filter_open(struct filter_chain *c, struct span family, struct span table, struct span chain)
{
	struct buf b = BUF_OVER(c->text);

	buf_put(&b, family);
	buf_char(&b, ' ');
	buf_put(&b, table);
	buf_char(&b, '/');
	buf_put(&b, chain);
	c->rules = 0;
	c->entity = buf_span(&b);
	if (b.cut)
		c->entity.n = 0;
}

static bool loses_all(struct span policy)
{
	return span_eq(policy, SPAN("DROP")) || span_eq(policy, SPAN("drop"));
}

static void put_dropped(struct emit *out, struct span entity, uint64_t packets)
{
	out->point(out, &(struct point){.entity = entity,
	                                .name = SPAN("dropped"),
	                                .kind = KIND_COUNTER,
	                                .unit = UNIT_COUNT,
	                                .twice = TWICE_ADD,
	                                .type = VALUE_INT,
	                                .v.i = (int64_t)(packets & INT64_MAX)});
}

void filter_policy(const struct filter_chain *c, struct emit *out, struct span policy,
                   bool has_packets, uint64_t packets)
{
	if (c->entity.n == 0)
		return;
	emit_text(out, c->entity, SPAN("policy"), policy);
	if (has_packets && loses_all(policy))
		put_dropped(out, c->entity, packets);
}

void filter_rule(struct filter_chain *c, struct emit *out, bool loses, bool has_packets,
                 uint64_t packets, struct span text)
{
	char room[40];
	struct buf name = BUF_OVER(room);

	if (c->entity.n == 0)
		return;
	c->rules++;
	if (!loses || !has_packets)
		return;
	put_dropped(out, c->entity, packets);
	if (packets == 0)
		return;
	buf_fmt(&name, "dropped:%llu", (unsigned long long)c->rules);
	emit_u64(out, c->entity, buf_span(&name), KIND_COUNTER, UNIT_COUNT, packets);
	name.n = 0;
	buf_fmt(&name, "rule:%llu", (unsigned long long)c->rules);
	emit_text(out, c->entity, buf_span(&name), span_sub(text, 0, RULE_TEXT_MAX));
}

void filter_close(struct filter_chain *c, struct emit *out)
{
	if (c->entity.n)
		emit_u64(out, c->entity, SPAN("rules"), KIND_GAUGE, UNIT_COUNT, c->rules);
	c->entity = (struct span){0};
}
