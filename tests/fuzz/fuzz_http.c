/*
 * What a server answers the collector.  Parts of the input are the answers to one
 * connection after another; it is the byte before the first mark that tells whether
 * linkerd or Prometheus' text was asked for.  The server is a thread of its own.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "collect/how.h"
#include "tests/fuzz/input.h"

#define CAP 4096 /* bytes: so that it is reached */

static struct {
	pthread_mutex_t lock;
	struct span answers; /* that were not given yet */
	int fd;              /* that listens; 0 = there is none yet */
	char url[64];
} server = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Reads the request, so that closing the connection does not reset it. */
static void take_request(int fd)
{
	char text[4096];
	size_t n = 0;
	ssize_t got;

	while (n < sizeof(text) && (got = recv(fd, text + n, sizeof(text) - n, 0)) > 0) {
		n += (size_t)got;
		if (span_ends((struct span){text, n}, SPAN("\r\n\r\n")))
			return;
	}
}

static void *serve(void *ignored)
{
	for (;;) {
		int fd = accept4(server.fd, NULL, NULL, SOCK_CLOEXEC);
		struct span answer = {0};
		char *copy;

		take_request(fd);
		(void)pthread_mutex_lock(&server.lock);
		(void)input_part(&server.answers, &answer);
		copy = input_copy(answer);
		(void)pthread_mutex_unlock(&server.lock);
		(void)!send(fd, copy, answer.n, MSG_NOSIGNAL);
		free(copy);
		(void)close(fd);
	}
	return ignored;
}

static void stop(void)
{
	(void)unlink(server.url + SPAN("unix:").n);
}

/* At a path of its own, once. */
static void open_server(void)
{
	struct sockaddr_un here = {.sun_family = AF_UNIX};
	struct buf url = BUF_OVER(server.url);
	pthread_t thread;

	if (server.fd)
		return;
	buf_fmt(&url, "unix:/tmp/nettape-fuzz-%d", (int)getpid());
	memcpy(here.sun_path, buf_cstr(&url) + SPAN("unix:").n, url.n - SPAN("unix:").n);
	server.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	stop();
	if (!http_open() || bind(server.fd, (struct sockaddr *)&here, sizeof(here)) != 0 ||
	    listen(server.fd, 64) != 0 || pthread_create(&thread, NULL, serve, NULL) != 0)
		abort();
	(void)atexit(stop);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const pages[] = {"/admin/metrics.json", "/client_state.json", "/**"};
	struct span answers = {(const char *)data, n}, head = {0};
	struct source s = {.id = "metrics", .how = SOURCE_HTTP, .cap = CAP, .deadline_ms = 8000};
	const struct host h = {.root = ""};
	struct kept kept = {0};
	struct job j = {.kept = &kept};
	size_t page;

	open_server();
	(void)input_part(&answers, &head);
	page = head.n ? (unsigned char)head.p[0] % 3 : 0;
	s.what = pages[page];
	if (page == 2)
		s.id = "prometheus";
	(void)pthread_mutex_lock(&server.lock);
	server.answers = answers;
	(void)pthread_mutex_unlock(&server.lock);
	job_reset(&j, &s, &h);
	j.prefix = "";
	j.url = server.url;
	how_http(&j);
	if (j.n != 1 || j.captures[0].n > CAP)
		abort();
	job_free(&j);
	if (kept.p)
		kept.free(kept.p);
	return 0;
}
