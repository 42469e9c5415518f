#include "analyze/parse_ip.h"

#include <stdint.h>

bool ip_line(struct span *text, struct span *line)
{
	struct span whole = *text;
	size_t at;

	if (!span_line(text, line))
		return false;
	at = span_search(*line, SPAN("\\ "));
	if (at < line->n) {
		*text = span_sub(whole, at + 1, whole.n);
		line->n = at;
	}
	return true;
}

bool ip_brief_line(struct span line, struct ip_brief *b)
{
	static const struct span states[] = {
		SPAN_INIT("UP"),      SPAN_INIT("DOWN"),       SPAN_INIT("UNKNOWN"),
		SPAN_INIT("DORMANT"), SPAN_INIT("NOTPRESENT"), SPAN_INIT("LOWERLAYERDOWN"),
		SPAN_INIT("TESTING"),
	};

	*b = (struct ip_brief){.rest = line};
	if (line.n == 0 || line.p[0] == ' ' || !span_word(&b->rest, &b->name) ||
	    !span_word(&b->rest, &b->state))
		return false;
	b->name.n = span_find(b->name, '@');
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (span_eq(b->state, states[i]))
			return b->name.n > 0;
	return false;
}

bool ip_device_line(struct span line, struct ip_device *d)
{
	struct span rest = line, index, name, flags;
	size_t at = span_search(line, SPAN(": <"));

	if (!span_cut(&rest, ':', &index) || !span_u64(index, UINT32_MAX, &(uint64_t){0}) ||
	    !span_skip(&rest, SPAN(" ")) || at == line.n)
		return false;
	at -= (size_t)(rest.p - line.p);
	name = span_sub(rest, 0, at);
	rest = span_sub(rest, at + 3, rest.n);
	if (name.n == 0 || !span_cut(&rest, '>', &flags))
		return false;
	*d = (struct ip_device){.index = index,
	                        .name = span_sub(name, 0, span_find(name, '@')),
	                        .flags = flags,
	                        .rest = rest};
	return d->name.n > 0;
}

struct span ip_word_behind(struct span text, struct span key)
{
	struct span word;

	while (span_word(&text, &word))
		if (span_eq(word, key) && span_word(&text, &word))
			return word;
	return (struct span){0};
}
