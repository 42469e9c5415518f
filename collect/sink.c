#include "collect/sink.h"

#include <errno.h>
#include <stdlib.h>

#include "collect/tar.h"
#include "schema/buf.h"
#include "schema/bundle.h"
#include "schema/timefmt.h"

struct sink {
	struct compress *compress;
	uint64_t bytes;
	char stem[BUNDLE_NAME_MAX];
};

struct sink *sink_open(struct compress *c, const char *stem, struct err *e)
{
	struct sink *s = calloc(1, sizeof(*s));
	struct buf b;

	if (!s) {
		(void)err_set(e, ENOMEM, "the archive");
		return NULL;
	}
	b = BUF_OVER(s->stem);
	buf_str(&b, stem);
	(void)buf_cstr(&b);
	s->compress = c;
	return s;
}

void sink_free(struct sink *s)
{
	free(s);
}

static int put(struct sink *s, const void *p, size_t n, struct err *e)
{
	if (n && compress_put(s->compress, p, n, e) < 0)
		return -1;
	s->bytes += n;
	return 0;
}

static int put_zeros(struct sink *s, size_t n, struct err *e)
{
	static const char zeros[TAR_END];

	return put(s, zeros, n, e);
}

/* Whole seconds: parts of one would cost a pax header of 1 KiB each; tick.json has them. */
int sink_put(struct sink *s, const char *name, struct span text, int64_t time_ns, struct err *e)
{
	char path[TAR_NAME_MAX], header[TAR_HEADER_MAX];
	struct buf p = BUF_OVER(path), h = BUF_OVER(header);

	buf_str(&p, s->stem);
	buf_char(&p, '/');
	buf_str(&p, name);
	tar_header(&h, buf_span(&p), text.n, time_ns / NS_PER_S);
	if (put(s, h.p, h.n, e) < 0 || put(s, text.p, text.n, e) < 0)
		return -1;
	return put_zeros(s, tar_padding(text.n), e);
}

int sink_flush(struct sink *s, struct err *e)
{
	return compress_flush(s->compress, e);
}

int sink_finish(struct sink *s, struct err *e)
{
	if (put_zeros(s, TAR_END, e) < 0)
		return -1;
	return compress_finish(s->compress, e);
}

uint64_t sink_bytes(const struct sink *s)
{
	return s->bytes;
}
