#include "collect/url.h"

#include "schema/bundle.h"

static bool printable(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

/* "host:9990", "[::1]:9990", "host" */
static bool parse_authority(struct span s, struct url *u)
{
	struct span host = s;
	uint64_t port;

	u->port = (struct span){s.p, 0};
	if (s.n && s.p[s.n - 1] != ']' && span_rcut(&s, ':', &host))
		u->port = s;
	u->host = host;
	if (u->port.n && (!span_u64(u->port, UINT16_MAX, &port) || port == 0))
		return false;
	return host.n && span_find(host, '@') == host.n &&
	       (host.p[0] == '[' || span_find(host, ':') == host.n);
}

/* What stands behind the server: nothing, '/', or the path of what is asked for. */
static struct span cut_path(struct span base)
{
	if (span_ends(base, SPAN("/admin/metrics.json")))
		base.n -= sizeof("/admin/metrics.json") - 1;
	if (span_ends(base, SPAN("/admin")))
		base.n -= sizeof("/admin") - 1;
	while (span_ends(base, SPAN("/")))
		base.n--;
	return base;
}

/* Letters, digits and a few signs: it becomes a member's name. */
static bool is_plain(struct span path)
{
	for (size_t i = 0; i < path.n; i++) {
		char c = path.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '/' || c == '_' || c == '-' || c == '.'))
			return false;
	}
	return span_search(path, SPAN("..")) == path.n && span_search(path, SPAN("//")) == path.n;
}

/* "http://host:9901/stats/prometheus?usedonly": base, path and query; false for any other path. */
static bool cut_prometheus(struct url *u)
{
	struct span rest = u->base, server;
	size_t query, slash;

	(void)span_skip(&rest, SPAN("http://"));
	slash = span_find(rest, '/');
	server = span_sub(u->base, 0, u->base.n - rest.n + slash);
	rest = span_sub(rest, slash, rest.n);
	query = span_find(rest, '?');
	u->path = span_sub(rest, 0, query);
	u->query = span_sub(rest, query, rest.n);
	if (span_ends(u->path, SPAN("/metrics")) || span_ends(u->path, SPAN("/prometheus"))) {
		u->base = server;
		return true;
	}
	u->path = u->query = (struct span){0};
	return false;
}

int url_parse(struct span text, struct url *u, struct err *e)
{
	struct span rest = text;

	*u = (struct url){0};
	if (text.n == 0 || !printable(text))
		return err_set(e, 0, "--metrics: not a URL");
	if (span_skip(&rest, SPAN("unix:"))) {
		(void)span_skip(&rest, SPAN("//"));
		u->socket = rest;
		u->base = SPAN("http://localhost");
		if (rest.n && *rest.p == '/')
			return 0;
		return err_set(e, 0, "--metrics: unix: needs an absolute path");
	}
	if (span_starts(rest, SPAN("https:")))
		return err_set(e, 0,
		               "--metrics: https is not spoken: give a port without TLS, or one "
		               "end of a tunnel to it (socat, stunnel)");
	u->base = rest;
	if (!cut_prometheus(u))
		u->base = cut_path(rest);
	if (!is_plain(u->path))
		return err_set(e, 0, "--metrics: a path of letters, digits, '_', '-' and '.': %.*s",
		               (int)text.n, text.p);
	if (!span_skip(&rest, SPAN("http://")) && span_search(rest, SPAN("://")) < rest.n)
		return err_set(e, 0, "--metrics: only http:// and unix:/PATH: %.*s", (int)text.n,
		               text.p);
	if (!parse_authority(span_sub(rest, 0, span_find(rest, '/')), u))
		return err_set(e, 0, "--metrics: not a server's name and port: %.*s", (int)text.n,
		               text.p);
	return 0;
}

void url_put_folder(struct buf *b, const struct url *u)
{
	if (u->socket.n) {
		buf_str(b, "unix_");
		command_name_put(b, u->socket);
		return;
	}
	command_name_put(b, u->host);
	buf_char(b, '_');
	if (u->port.n)
		buf_put(b, u->port);
	else
		buf_str(b, "80");
}
