#include "analyze/parse_ip.h"

#include <stdint.h>

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
