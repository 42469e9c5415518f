#include "collect/compress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "schema/unit.h"

#define OUT_BYTES ((size_t)128 * KIB)
/* 1 to 16 MiB: below, the snapshot before is out of reach; above, a reader needs too much memory.
 */
#define WINDOW_LOG_MIN   20
#define WINDOW_LOG_FIRST 22
#define WINDOW_LOG_MAX   24
/* What is left when memory is short: a window of 128 KiB. */
#define WINDOW_LOG_LEAST 17
/*
 * Up to here level 1's own table of matches, made this large, still knows the snapshot before.
 * Above MANY_BYTES there is tcp_info: a line that changes everywhere has no long match, but many
 * short ones in a larger table.
 */
#define NEAR_BYTES  ((uint64_t)256 * KIB)
#define NEAR_HASHES 16
#define MANY_BYTES  ((uint64_t)2 * MIB)
#define MANY_HASHES 18
/* Of so many positions (2^n) one is remembered for long-distance matching. */
#define FAR_RATE       8
#define GZIP_WBITS     (15 + 16)
#define GZIP_LEVEL_MAX 9

struct compress {
	const struct codec *codec;
	compress_out *out;
	void *arg;
	ZSTD_CCtx *zstd;
	z_stream gzip;
	bool gzip_open;
	bool flushed; /* the stream begun has been flushed: a cut leaves a part of it */
	int window_log;
	bool far; /* long-distance matching: the snapshot before lies further back than level 1
	             looks */
	uLong crc, flushed_crc; /* of the gzip member so far, and up to its last flush */
	uint32_t n, flushed_n;  /* its bytes, modulo 2^32 as in its trailer */
	unsigned char buf[OUT_BYTES];
};

enum how_far { MORE, FLUSH, END };

struct codec {
	int (*open)(struct compress *c, int level);
	int (*put)(struct compress *c, const void *p, size_t n, enum how_far far, struct err *e);
	/* What ends a stream that stops at its last flush; returns how many bytes. */
	size_t (*end)(const struct compress *c, unsigned char end[COMPRESS_END_MAX]);
	/* Forgets the stream begun: the next byte begins another one. */
	void (*reset)(struct compress *c);
};

bool compress_kind_of(struct span name, enum compress_kind *kind)
{
	static const struct {
		struct span end;
		enum compress_kind kind;
	} ends[] = {
		{SPAN_INIT(".tar.gz"), COMPRESS_GZIP      },
                {SPAN_INIT(".tgz"),    COMPRESS_GZIP      },
		{SPAN_INIT(".tar"),    COMPRESS_NONE      },
                {SPAN_INIT(".xz"),     COMPRESS_KIND_COUNT},
		{SPAN_INIT(".bz2"),    COMPRESS_KIND_COUNT},
                {SPAN_INIT(".lz4"),    COMPRESS_KIND_COUNT},
		{SPAN_INIT(".zip"),    COMPRESS_KIND_COUNT},
	};

	*kind = COMPRESS_ZSTD;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (span_ends(name, ends[i].end)) {
			*kind = ends[i].kind;
			break;
		}
	return *kind != COMPRESS_KIND_COUNT;
}

/* zstd, RFC 8878 */

static bool zstd_set(struct compress *c, ZSTD_cParameter what, int v)
{
	return !ZSTD_isError(ZSTD_CCtx_setParameter(c->zstd, what, v));
}

/* 0 is the level's own value. */
static bool zstd_look(struct compress *c, int window_log, bool far, int hashes)
{
	c->window_log = window_log;
	c->far = far;
	return zstd_set(c, ZSTD_c_windowLog, window_log) &&
	       zstd_set(c, ZSTD_c_enableLongDistanceMatching, far) &&
	       zstd_set(c, ZSTD_c_ldmHashRateLog, far ? FAR_RATE : 0) &&
	       zstd_set(c, ZSTD_c_hashLog, hashes);
}

static int zstd_open(struct compress *c, int level)
{
	c->zstd = ZSTD_createCCtx();
	if (c->zstd && zstd_set(c, ZSTD_c_compressionLevel, level) &&
	    zstd_look(c, WINDOW_LOG_FIRST, true, 0))
		return 0;
	return -1;
}

/* zstd takes its memory when a frame begins: with less to be had the window gets smaller. */
static bool zstd_shrink(struct compress *c)
{
	if (c->window_log <= WINDOW_LOG_LEAST)
		return false;
	(void)ZSTD_CCtx_reset(c->zstd, ZSTD_reset_session_only);
	return zstd_set(c, ZSTD_c_windowLog, --c->window_log);
}

static int zstd_errno(size_t result)
{
	return ZSTD_getErrorCode(result) == ZSTD_error_memory_allocation ? ENOMEM : 0;
}

static int zstd_put(struct compress *c, const void *p, size_t n, enum how_far far, struct err *e)
{
	static const ZSTD_EndDirective ends[] = {
		[MORE] = ZSTD_e_continue, [FLUSH] = ZSTD_e_flush, [END] = ZSTD_e_end};
	ZSTD_inBuffer in = {p, n, 0};
	size_t left;

	do {
		ZSTD_outBuffer out = {c->buf, sizeof(c->buf), 0};

		left = ZSTD_compressStream2(c->zstd, &out, &in, ends[far]);
		if (ZSTD_getErrorCode(left) == ZSTD_error_memory_allocation && zstd_shrink(c))
			continue;
		if (ZSTD_isError(left))
			return err_set(e, zstd_errno(left), "zstd: %s", ZSTD_getErrorName(left));
		if (out.pos && c->out(c->arg, c->buf, out.pos, e) < 0)
			return -1;
	} while (in.pos < in.size || (far != MORE && left));
	return 0;
}

/* An empty raw block with the last-block bit; the frames have no checksum. */
static size_t zstd_end(const struct compress *c, unsigned char end[COMPRESS_END_MAX])
{
	static const unsigned char last_block[] = {1, 0, 0};

	(void)c;
	memcpy(end, last_block, sizeof(last_block));
	return sizeof(last_block);
}

static void zstd_reset(struct compress *c)
{
	(void)ZSTD_CCtx_reset(c->zstd, ZSTD_reset_session_only);
}

/* gzip, RFC 1952 */

static void gzip_reset(struct compress *c)
{
	(void)deflateReset(&c->gzip);
	c->crc = c->flushed_crc = crc32(0, NULL, 0);
	c->n = c->flushed_n = 0;
}

static int gzip_open(struct compress *c, int level)
{
	if (level > GZIP_LEVEL_MAX)
		level = GZIP_LEVEL_MAX;
	if (deflateInit2(&c->gzip, level, Z_DEFLATED, GZIP_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -1;
	c->gzip_open = true;
	c->crc = c->flushed_crc = crc32(0, NULL, 0);
	return 0;
}

static int gzip_run(struct compress *c, int flush, struct err *e)
{
	size_t n;

	do {
		c->gzip.next_out = c->buf;
		c->gzip.avail_out = sizeof(c->buf);
		(void)deflate(&c->gzip, flush);
		n = sizeof(c->buf) - c->gzip.avail_out;
		if (n && c->out(c->arg, c->buf, n, e) < 0)
			return -1;
	} while (c->gzip.avail_out == 0);
	return 0;
}

static int gzip_put(struct compress *c, const void *p, size_t n, enum how_far far, struct err *e)
{
	static const int flushes[] = {
		[MORE] = Z_NO_FLUSH, [FLUSH] = Z_SYNC_FLUSH, [END] = Z_FINISH};

	c->gzip.next_in = p;
	while (n) { /* zlib counts in 32 bits */
		uInt piece = n < MIB ? (uInt)n : MIB;

		c->crc = crc32(c->crc, c->gzip.next_in, piece);
		c->n += piece;
		c->gzip.avail_in = piece;
		if (gzip_run(c, Z_NO_FLUSH, e) < 0)
			return -1;
		n -= piece;
	}
	if (far != MORE && gzip_run(c, flushes[far], e) < 0)
		return -1;
	if (far == FLUSH) {
		c->flushed_crc = c->crc;
		c->flushed_n = c->n;
	}
	if (far == END)
		gzip_reset(c);
	return 0;
}

static void put_le32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

/* A sync flush ends on a byte: an empty last stored block, then CRC-32 and length. */
static size_t gzip_end(const struct compress *c, unsigned char end[COMPRESS_END_MAX])
{
	static const unsigned char last_block[] = {1, 0, 0, 0xff, 0xff};

	memcpy(end, last_block, sizeof(last_block));
	put_le32(end + sizeof(last_block), (uint32_t)c->flushed_crc);
	put_le32(end + sizeof(last_block) + 4, c->flushed_n);
	return sizeof(last_block) + 8;
}

/* none */

static int none_open(struct compress *c, int level)
{
	(void)c;
	(void)level;
	return 0;
}

static int none_put(struct compress *c, const void *p, size_t n, enum how_far far, struct err *e)
{
	(void)far;
	return n ? c->out(c->arg, p, n, e) : 0;
}

static size_t none_end(const struct compress *c, unsigned char end[COMPRESS_END_MAX])
{
	(void)c;
	(void)end;
	return 0;
}

static void none_reset(struct compress *c)
{
	(void)c;
}

static const struct codec codecs[COMPRESS_KIND_COUNT] = {
	[COMPRESS_ZSTD] = {zstd_open, zstd_put, zstd_end, zstd_reset},
	[COMPRESS_GZIP] = {gzip_open, gzip_put, gzip_end, gzip_reset},
	[COMPRESS_NONE] = {none_open, none_put, none_end, none_reset},
};

struct compress *compress_open(enum compress_kind kind, int level, compress_out *out, void *arg,
                               struct err *e)
{
	struct compress *c = calloc(1, sizeof(*c));

	if (c) {
		c->codec = &codecs[kind];
		c->out = out;
		c->arg = arg;
	}
	if (c && c->codec->open(c, level) == 0)
		return c;
	compress_free(c);
	(void)err_set(e, ENOMEM, "the compressor");
	return NULL;
}

void compress_free(struct compress *c)
{
	if (!c)
		return;
	(void)ZSTD_freeCCtx(c->zstd);
	if (c->gzip_open)
		(void)deflateEnd(&c->gzip);
	free(c);
}

int compress_put(struct compress *c, const void *p, size_t n, struct err *e)
{
	return c->codec->put(c, p, n, MORE, e);
}

/* What `flushed` says is of the bytes that were taken: nothing changes when they were not. */
int compress_flush(struct compress *c, struct err *e)
{
	if (c->codec->put(c, NULL, 0, FLUSH, e) < 0)
		return -1;
	c->flushed = true;
	return 0;
}

int compress_finish(struct compress *c, struct err *e)
{
	if (c->codec->put(c, NULL, 0, END, e) < 0)
		return -1;
	c->flushed = false;
	return 0;
}

size_t compress_end(const struct compress *c, unsigned char end[COMPRESS_END_MAX])
{
	return c->flushed ? c->codec->end(c, end) : 0;
}

int compress_restart(struct compress *c, struct err *e)
{
	unsigned char end[COMPRESS_END_MAX];
	size_t n = compress_end(c, end);

	c->codec->reset(c);
	c->flushed = false;
	return n ? c->out(c->arg, end, n, e) : 0;
}

int compress_fit(struct compress *c, uint64_t snapshot_bytes, struct err *e)
{
	bool near = snapshot_bytes <= NEAR_BYTES, many = snapshot_bytes > MANY_BYTES;
	bool far = !near && !many;
	int log = WINDOW_LOG_MIN, hashes = near ? NEAR_HASHES : many ? MANY_HASHES : 0;

	while (log < WINDOW_LOG_MAX && UINT64_C(1) << log < 2 * snapshot_bytes)
		log++;
	if (!c->zstd || (log == c->window_log && far == c->far))
		return 0;
	if (compress_finish(c, e) < 0)
		return -1;
	if (!zstd_look(c, log, far, hashes))
		return err_set(e, 0, "zstd: no window of 2^%d bytes", log);
	return 0;
}
