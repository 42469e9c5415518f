/*
 * One GET from each admin URL.  linkerd: /admin/metrics.json?tree=1 (since 0.9.1)
 * nests the metrics by scope and says what is a counter; without it they are flat:
 *
 *   {"rt":{"http":{"server":{"0.0.0.0/4140":{"requests":{"counter":17}, ...
 *   {"rt/http/server/0.0.0.0/4140/requests":17, ...
 *
 * Of linkerd2-proxy, Envoy and others: Prometheus' text, at the path that was given.
 */
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "collect/how.h"
#include "collect/opts.h"
#include "collect/pool.h"
#include "collect/url.h"
#include "schema/timefmt.h"

#define URL_BYTES 2048
/* A server that is there takes a connection at once. */
#define CONNECT_MS 2000
/* So much before the source's deadline a transfer ends, to be recorded in time. */
#define SPARE_MS 250

/* One server, as one source knows it. */
struct peer {
	CURL *curl;
	bool flat;  /* it does not know the tree form */
	bool known; /* has answered well: a sick one is asked again */
	bool gone;  /* it was only tried, and is no linkerd */
};

/* What one GET came to. */
struct answer {
	CURLcode code;
	long http; /* status; 0 = what came was no HTTP */
	bool cut;  /* at the source's cap */
};

struct transfer {
	struct job *j;
	bool cut;
};

bool http_open(void)
{
	/* no TLS is spoken */
	return curl_global_init_mem(CURL_GLOBAL_NOTHING, pool_malloc, pool_free, pool_realloc,
	                            pool_strdup, pool_calloc) == CURLE_OK;
}

static void close_peer(void *p)
{
	struct peer *peer = p;

	if (peer->curl)
		curl_easy_cleanup(peer->curl);
	free(peer);
}

/* Takes the body as it comes; at the cap the transfer ends with what there is. */
static size_t take_body(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	size_t got = size * n, rest;
	const struct capture *c = &t->j->captures[t->j->n - 1];
	struct buf *b = job_room(t->j, got);

	if (b) {
		buf_put(b, (struct span){p, got});
		return got;
	}
	t->cut = true;
	rest = t->j->source->cap - (t->j->text.n - c->at);
	b = rest < got ? job_room(t->j, rest) : NULL;
	if (b)
		buf_put(b, (struct span){p, rest});
	return 0;
}

static CURL *handle(struct peer *p, const struct url *u, struct transfer *t)
{
	char socket[URL_BYTES];
	struct buf s = BUF_OVER(socket);

	/* one a transfer: up to 7.88 and later a handle remembers the last header of the answer
	 * before, and a header line that begins with a blank is then added to what was freed */
	if (p->curl)
		curl_easy_cleanup(p->curl);
	p->curl = curl_easy_init();
	if (!p->curl)
		return NULL;
	(void)curl_easy_setopt(p->curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(p->curl, CURLOPT_PROXY, ""); /* whatever http_proxy says */
	(void)curl_easy_setopt(p->curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(p->curl, CURLOPT_ACCEPT_ENCODING, "");
	(void)curl_easy_setopt(p->curl, CURLOPT_USERAGENT, "nettape-collect");
	/* so that the bytes of a TLS alert are seen for what they are */
	(void)curl_easy_setopt(p->curl, CURLOPT_HTTP09_ALLOWED, 1L);
	(void)curl_easy_setopt(p->curl, CURLOPT_WRITEFUNCTION, take_body);
	(void)curl_easy_setopt(p->curl, CURLOPT_WRITEDATA, t);
	if (u->socket.n) {
		buf_put(&s, u->socket);
		(void)curl_easy_setopt(p->curl, CURLOPT_UNIX_SOCKET_PATH, buf_cstr(&s));
	}
	return p->curl;
}

/* What is asked for, which is also what the member is called. */
static void path_put(struct buf *b, const struct job *j, const struct url *u)
{
	if (u->path.n)
		buf_put(b, u->path);
	else
		buf_str(b, j->source->what);
}

static bool is_prometheus(const struct source *s)
{
	return strcmp(s->id, "prometheus") == 0;
}

bool http_asks(const struct source *s, const char *url)
{
	struct err ignored = {0};
	struct url u;

	return url_parse(span_of(url), &u, &ignored) == 0 && (u.path.n > 0) == is_prometheus(s);
}

static struct answer get(struct job *j, struct peer *p, const struct url *u, const char *query,
                         int64_t until_ns)
{
	struct capture *c = &j->captures[j->n - 1];
	struct transfer t = {.j = j};
	struct answer a = {.code = CURLE_OUT_OF_MEMORY};
	CURL *curl = handle(p, u, &t);
	char text[URL_BYTES];
	struct buf b = BUF_OVER(text);
	int64_t left_ms = (until_ns - now_ns()) / NS_PER_MS;

	j->text.n = c->at;
	if (!curl)
		return a;
	if (left_ms < 1)
		return (struct answer){.code = CURLE_OPERATION_TIMEDOUT};
	buf_put(&b, u->base);
	path_put(&b, j, u);
	buf_put(&b, u->query);
	buf_str(&b, query);
	(void)curl_easy_setopt(curl, CURLOPT_URL, buf_cstr(&b));
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)left_ms);
	a.code = curl_easy_perform(curl);
	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &a.http);
	a.cut = t.cut;
	return a;
}

/* The first byte of the body that is no blank. */
static char first_byte(const struct job *j)
{
	const struct capture *c = &j->captures[j->n - 1];
	struct span body = span_trim(span_sub(buf_span(&j->text), c->at, j->text.n));

	return (char)(body.n ? *body.p : '\0');
}

static bool is_json(const struct job *j)
{
	char c = first_byte(j);

	return c == '{' || c == '[';
}

/* Prometheus' text begins with a comment or a name. */
static bool is_metrics(const struct job *j)
{
	char c = first_byte(j);

	return c == '#' || c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* NULL, or why a body is not what was asked for. */
static const char *misfit(const struct job *j)
{
	if (!is_prometheus(j->source))
		return is_json(j) ? NULL : "not JSON";
	if (first_byte(j) == '\0')
		return "no metrics";
	return is_metrics(j) ? NULL : "not Prometheus' text";
}

static bool complete(const struct answer *a)
{
	return a->code == CURLE_OK || a->cut;
}

static const char *const tls_note =
	"speaks TLS: give a port without it, or one end of a tunnel (socat, stunnel)";

/* An answer that came: what its status means. */
static void end_answered(struct job *j, const struct answer *a)
{
	char text[100];
	struct buf b = BUF_OVER(text);

	buf_fmt(&b, "HTTP %ld", a->http);
	if (a->http == 0) {
		/* a TLS record of type alert begins 0x15 0x03 */
		job_end(j, CAPTURE_ERROR, EPROTO, first_byte(j) == 0x15 ? tls_note : "not HTTP");
	} else if (a->http == 401 || a->http == 403) {
		buf_str(&b, ": the admin port forbids it; allow it in admin.securityConfig");
		job_end(j, CAPTURE_DENIED, EACCES, buf_cstr(&b));
	} else if (a->http == 404 || a->http == 410) {
		job_end(j, CAPTURE_ABSENT, ENOENT, buf_cstr(&b));
	} else if (a->http >= 300 && a->http < 400) {
		buf_str(&b, ": redirects are not followed; give that URL (without TLS)");
		job_end(j, CAPTURE_ERROR, EPROTO, buf_cstr(&b));
	} else if (a->http != 200) {
		job_end(j, CAPTURE_ERROR, EPROTO, buf_cstr(&b));
	} else if (misfit(j)) {
		job_end(j, CAPTURE_ERROR, EPROTO, misfit(j));
	} else {
		job_end(j, a->cut ? CAPTURE_CUT : CAPTURE_OK, 0, NULL);
	}
}

static void end_failed(struct job *j, CURLcode code)
{
	static const struct {
		CURLcode code;
		int error;
		const char *note;
	} why[] = {
		{CURLE_COULDNT_CONNECT,      ECONNREFUSED, "nobody listens there"                 },
		{CURLE_COULDNT_RESOLVE_HOST, ENOENT,       "no such host name"                    },
		{CURLE_OPERATION_TIMEDOUT,   ETIMEDOUT,    "no whole answer in time"              },
		{CURLE_GOT_NOTHING,          EPROTO,       "closed without an answer (is it TLS?)"},
		{CURLE_PARTIAL_FILE,         EPROTO,       "closed before the answer was whole"   },
		{CURLE_RECV_ERROR,           ECONNRESET,   "connection reset (is it TLS?)"        },
	};

	for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++)
		if (why[i].code == code) {
			job_end(j, status_of_errno(why[i].error), why[i].error, why[i].note);
			return;
		}
	job_end(j, CAPTURE_ERROR, EPROTO, curl_easy_strerror(code));
}

/* The tree first; a server that does not know it is asked for the flat form from then on. */
static struct answer get_metrics(struct job *j, struct peer *p, const struct url *u,
                                 int64_t until_ns)
{
	struct answer a;

	if (!p->flat) {
		a = get(j, p, u, "?tree=1", until_ns);
		if (!complete(&a) || a.http == 0 || (a.http == 200 && is_json(j)) ||
		    (a.http != 200 && a.http != 404 && a.http != 400))
			return a;
	}
	a = get(j, p, u, "", until_ns);
	p->flat = complete(&a) && a.http == 200 && is_json(j);
	return a;
}

static void ask(struct job *j, struct peer *p)
{
	int64_t until_ns = now_ns() + ((int64_t)j->source->deadline_ms - SPARE_MS) * NS_PER_MS;
	char name[BUNDLE_NAME_MAX];
	struct buf member = BUF_OVER(name);
	struct err e = {0};
	struct answer a;
	struct url u;

	if (p->gone || url_parse(span_of(j->url), &u, &e) < 0)
		return;
	buf_str(&member, "http/");
	url_put_folder(&member, &u);
	path_put(&member, j, &u);
	(void)job_begin(j, buf_span(&member));
	a = strcmp(j->source->what, "/admin/metrics.json") == 0 ? get_metrics(j, p, &u, until_ns)
	                                                        : get(j, p, &u, "", until_ns);
	if (complete(&a))
		end_answered(j, &a);
	else
		end_failed(j, a.code);
	p->known |= capture_status_good(j->captures[j->n - 1].status);
	p->gone = j->host->unasked_url && !p->known;
}

void how_http(struct job *j)
{
	struct peer *p = job_keep(j, sizeof(*p), close_peer);

	if (p)
		ask(j, p);
}
