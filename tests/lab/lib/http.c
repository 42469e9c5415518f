#include "tests/lab/lib/http.h"

#include <strings.h>

#define HEAD_MAX 16384

static const struct {
	unsigned status;
	const char *reason;
} reasons[] = {
	{200, "OK"                 },
	{400, "Bad Request"        },
	{403, "Forbidden"          },
	{404, "Not Found"          },
	{502, "Bad Gateway"        },
	{503, "Service Unavailable"},
	{504, "Gateway Timeout"    },
};

static const char *reason_of(unsigned status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Status";
}

static bool same(struct span a, struct span b)
{
	return a.n == b.n && strncasecmp(a.p, b.p, a.n) == 0;
}

static bool start_line(struct span line, struct http_message *m)
{
	struct span first, second;
	uint64_t status;

	if (!span_word(&line, &first) || !span_word(&line, &second))
		return false;
	line = span_trim(line);
	if (span_starts(first, SPAN("HTTP/1."))) {
		m->keep_alive = !span_ends(first, SPAN("0"));
		if (!span_u64(second, 999, &status))
			return false;
		m->status = (unsigned)status;
		return true;
	}
	m->method = first;
	m->target = second;
	m->keep_alive = !span_ends(line, SPAN("1.0"));
	return span_starts(line, SPAN("HTTP/1."));
}

static bool header(struct span line, struct http_message *m, uint64_t *body)
{
	struct span name;

	if (!span_cut(&line, ':', &name))
		return false;
	line = span_trim(line);
	if (same(name, SPAN("content-length")))
		return span_u64(line, SIZE_MAX / 2, body);
	if (same(name, SPAN("transfer-encoding")))
		return false;
	if (same(name, SPAN("host")))
		m->host = span_sub(line, 0, span_find(line, ':'));
	if (same(name, SPAN("connection")))
		m->keep_alive = !same(line, SPAN("close")) &&
		                (m->keep_alive || same(line, SPAN("keep-alive")));
	return true;
}

enum http_got http_parse(struct span in, struct http_message *m)
{
	size_t head = span_search(in, SPAN("\r\n\r\n"));
	struct span text = span_sub(in, 0, head + 2), line;
	uint64_t body = 0;

	*m = (struct http_message){0};
	if (head == in.n)
		return in.n > HEAD_MAX ? HTTP_BAD : HTTP_PART;
	if (!span_line(&text, &line) || !start_line(line, m))
		return HTTP_BAD;
	while (span_line(&text, &line))
		if (!header(line, m, &body))
			return HTTP_BAD;
	if (in.n - head - 4 < body)
		return HTTP_PART;
	m->body = span_sub(in, head + 4, body);
	m->bytes = head + 4 + body;
	return HTTP_WHOLE;
}

void http_pass_on(struct bytes *out, struct span message, bool close)
{
	size_t head = span_search(message, SPAN("\r\n\r\n")) + 2;
	struct span text = span_sub(message, 0, head), line;

	while (span_line(&text, &line)) {
		if (same(span_sub(line, 0, span_find(line, ':')), SPAN("connection")))
			continue;
		bytes_put(out, line);
		bytes_put(out, SPAN("\r\n"));
	}
	if (close)
		bytes_put(out, SPAN("Connection: close\r\n"));
	bytes_put(out, span_sub(message, head, message.n));
}

void http_head_put(struct bytes *out, unsigned status, const char *type, size_t body,
                   bool keep_alive)
{
	bytes_fmt(out, "HTTP/1.1 %u %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n",
	          status, reason_of(status), type, body, keep_alive ? "" : "Connection: close\r\n");
}
