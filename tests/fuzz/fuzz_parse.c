/*
 * One harness for every parser: FUZZ_FORMAT=softnet in the environment picks it.
 * The input is the member, in a block of its exact size so that a sanitizer sees
 * one byte past its end; its length picks the member's glob.
 */
#include <stdlib.h>
#include <string.h>

#include "analyze/parse.h"
#include "tests/fuzz/input.h"

static size_t sum; /* what was emitted is read, so that a bad span is seen */

static void eat(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
}

static void point(struct emit *e, const struct point *p)
{
	(void)e;
	eat(p->entity);
	eat(p->name);
	if (p->type == VALUE_TEXT)
		eat(p->v.text);
}

static void sock(struct emit *e, const struct sock *s)
{
	(void)e;
	eat(s->local);
	eat(s->peer);
	eat(s->comm);
	eat(s->timer);
	eat(s->cong);
	if (s->state >= TCP_STATE_COUNT || s->lport > 65535 || s->pport > 65535)
		abort();
}

static void histogram(struct emit *e, const struct histogram *h)
{
	(void)e;
	eat(h->router);
	eat(h->scope);
	eat(h->id);
	eat(h->service);
	eat(h->metric);
}

static void endpoint(struct emit *e, const struct endpoint *p)
{
	(void)e;
	eat(p->router);
	eat(p->client);
	eat(p->peer);
}

static void irq(struct emit *e, const struct irq_line *l)
{
	(void)e;
	eat(l->irq);
	eat(l->name);
}

static void note(struct emit *e, size_t line, const char *why, struct span text)
{
	(void)e;
	sum += line + strlen(why);
	eat(text);
}

/* A member path that the glob matches: "cmd/ethtool_-S_x". */
static struct span path_of(const char *glob, char *room, size_t cap)
{
	struct buf b = {.p = room, .cap = cap};

	for (; *glob; glob++)
		buf_char(&b, *glob == '*' ? 'x' : *glob);
	return buf_span(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const unsigned online[] = {0, 1, 5};
	const struct parser_entry *entry = parser_by_format(span_of(getenv("FUZZ_FORMAT")));
	struct emit out = {.point = point,
	                   .sock = sock,
	                   .histogram = histogram,
	                   .endpoint = endpoint,
	                   .irq = irq,
	                   .note = note};
	struct input in = {
		.hints = {.online = online, .n_online = 3}
        };
	char path[256], *text = input_copy((struct span){(const char *)data, n});
	const char *glob;
	size_t globs = 0;

	if (!entry)
		abort();
	while (entry->parser->members[globs])
		globs++;
	glob = entry->parser->members[n % globs];
	in.text = (struct span){text, n};
	in.path = path_of(glob, path, sizeof(path));
	(void)span_match(in.path, span_of(glob), &in.arg);
	entry->parser->parse(&in, &out);
	free(text);
	return 0;
}
