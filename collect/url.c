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
	u->base = cut_path(rest);
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
