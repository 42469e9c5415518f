#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "collect/compress.h"
#include "collect/digest.h"

struct bytes {
	unsigned char p[1 << 20];
	size_t n, limit;
};

static int put(void *arg, const void *p, size_t n, struct err *e)
{
	struct bytes *b = arg;

	if (b->n + n > b->limit)
		return err_set(e, 28, "full");
	memcpy(b->p + b->n, p, n);
	b->n += n;
	return 0;
}

/* What a reader gets, of a stream that may end anywhere; several streams are one text. */
static size_t unzstd(const struct bytes *b, unsigned char *out, size_t cap)
{
	ZSTD_DCtx *d = ZSTD_createDCtx();
	ZSTD_inBuffer in = {b->p, b->n, 0};
	ZSTD_outBuffer to = {out, cap, 0};

	while (in.pos < in.size) {
		size_t r = ZSTD_decompressStream(d, &to, &in);

		assert_false(ZSTD_isError(r));
	}
	ZSTD_freeDCtx(d);
	return to.pos;
}

static size_t ungzip(const struct bytes *b, unsigned char *out, size_t cap)
{
	z_stream z = {.next_out = out, .avail_out = (uInt)cap};
	unsigned char *in = malloc(b->n + 1);
	int r = Z_OK;

	memcpy(in, b->p, b->n);
	z.next_in = in;
	z.avail_in = (uInt)b->n;
	assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
	while (z.avail_in && (r == Z_OK || r == Z_STREAM_END)) {
		if (r == Z_STREAM_END)
			assert_int_equal(inflateReset(&z), Z_OK);
		r = inflate(&z, Z_SYNC_FLUSH);
	}
	assert_true(r == Z_OK || r == Z_STREAM_END); /* no bad CRC, no bad length */
	inflateEnd(&z);
	free(in);
	return cap - z.avail_out;
}

static size_t copy(const struct bytes *b, unsigned char *out, size_t cap)
{
	assert_true(b->n <= cap);
	memcpy(out, b->p, b->n);
	return b->n;
}

typedef size_t reader(const struct bytes *b, unsigned char *out, size_t cap);
static reader *const readers[COMPRESS_KIND_COUNT] = {unzstd, ungzip, copy};

static struct bytes out;
static unsigned char text[1 << 20];

static void reads_as(enum compress_kind kind, const char *want)
{
	size_t n = readers[kind](&out, text, sizeof(text));

	assert_int_equal(n, strlen(want));
	assert_memory_equal(text, want, n);
}

static struct compress *begin(enum compress_kind kind)
{
	struct err e = {0};
	struct compress *c;

	out.n = 0;
	out.limit = sizeof(out.p);
	c = compress_open(kind, 1, put, &out, &e);
	assert_non_null(c);
	return c;
}

static void what_was_flushed_can_be_read(void **state)
{
	(void)state;
	for (int k = 0; k < COMPRESS_KIND_COUNT; k++) {
		struct compress *c = begin((enum compress_kind)k);
		struct err e = {0};

		assert_int_equal(compress_put(c, "first ", 6, &e), 0);
		assert_int_equal(compress_flush(c, &e), 0);
		reads_as((enum compress_kind)k, "first ");
		assert_int_equal(compress_put(c, "second", 6, &e), 0);
		assert_int_equal(compress_flush(c, &e), 0);
		reads_as((enum compress_kind)k, "first second");
		assert_int_equal(compress_finish(c, &e), 0);
		reads_as((enum compress_kind)k, "first second");
		compress_free(c);
	}
}

static void a_stream_cut_at_its_flush_can_be_mended(void **state)
{
	(void)state;
	for (int k = 0; k < COMPRESS_KIND_COUNT; k++) {
		struct compress *c = begin((enum compress_kind)k);
		struct err e = {0};
		size_t mark;

		assert_int_equal(compress_put(c, "kept ", 5, &e), 0);
		assert_int_equal(compress_flush(c, &e), 0);
		mark = out.n;
		out.limit = mark; /* the disk is full */
		(void)compress_put(c, "lost", 4, &e);
		(void)compress_flush(c, &e);
		assert_int_equal(e.code, 28); /* of the one or the other */
		e = (struct err){0};
		out.n = mark;
		out.limit = sizeof(out.p);
		assert_int_equal(compress_restart(c, &e), 0);
		assert_int_equal(compress_put(c, "end", 3, &e), 0);
		assert_int_equal(compress_finish(c, &e), 0);
		reads_as((enum compress_kind)k, "kept end");
		compress_free(c);
	}
}

/* As strict readers see it: a stream without its end is an error there. */
static void with_its_end_a_flushed_stream_is_whole(void **state)
{
	(void)state;
	for (int k = COMPRESS_ZSTD; k <= COMPRESS_GZIP; k++) {
		struct compress *c = begin((enum compress_kind)k);
		struct err e = {0};
		unsigned char end[COMPRESS_END_MAX];
		uLongf n = sizeof(text);
		size_t got;

		assert_int_equal(compress_end(c, end), 0);
		assert_int_equal(compress_put(c, "a tick", 6, &e), 0);
		assert_int_equal(compress_flush(c, &e), 0);
		got = compress_end(c, end);
		assert_true(got > 0);
		memcpy(out.p + out.n, end, got);
		if (k == COMPRESS_ZSTD) {
			n = ZSTD_decompress(text, sizeof(text), out.p, out.n + got);
		} else {
			z_stream z = {.next_in = out.p, .avail_in = (uInt)(out.n + got)};

			z.next_out = text;
			z.avail_out = sizeof(text);
			assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
			assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
			n = z.total_out;
			inflateEnd(&z);
		}
		assert_int_equal(n, 6);
		assert_memory_equal(text, "a tick", 6);
		/* and the stream goes on as if nothing had been */
		assert_int_equal(compress_put(c, " more", 5, &e), 0);
		assert_int_equal(compress_finish(c, &e), 0);
		assert_int_equal(compress_end(c, end), 0);
		reads_as((enum compress_kind)k, "a tick more");
		compress_free(c);
	}
}

static void a_cut_between_two_frames_needs_no_mending(void **state)
{
	struct compress *c = begin(COMPRESS_ZSTD);
	struct err e = {0};
	size_t mark;

	(void)state;
	assert_int_equal(compress_put(c, "one ", 4, &e), 0);
	assert_int_equal(compress_flush(c, &e), 0);
	assert_int_equal(compress_fit(c, 1, &e), 0); /* a smaller window: a frame of its own */
	mark = out.n;
	assert_int_equal(compress_put(c, "lost", 4, &e), 0);
	out.n = mark;
	assert_int_equal(compress_restart(c, &e), 0);
	assert_int_equal(compress_put(c, "two", 3, &e), 0);
	assert_int_equal(compress_finish(c, &e), 0);
	reads_as(COMPRESS_ZSTD, "one two");
	compress_free(c);
}

static void a_larger_snapshot_gets_a_larger_window(void **state)
{
	static const struct {
		uint64_t bytes;
		int log;
	} cases[] = {
		{1000,                20},
		{(uint64_t)600 << 10, 21},
		{(uint64_t)3 << 20,   23},
		{(uint64_t)1 << 30,   24},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct compress *c = begin(COMPRESS_ZSTD);
		struct err e = {0};
		ZSTD_DCtx *d = ZSTD_createDCtx();
		ZSTD_outBuffer to = {text, sizeof(text), 0};
		ZSTD_inBuffer in = {out.p, 0, 0};
		size_t r;

		assert_int_equal(compress_flush(c, &e), 0);
		assert_int_equal(compress_fit(c, cases[i].bytes, &e), 0);
		in.src = out.p + out.n;
		assert_int_equal(compress_put(c, "x", 1, &e), 0);
		in.size = out.n;
		assert_int_equal(compress_flush(c, &e), 0);
		in.size = (size_t)(out.p + out.n - (const unsigned char *)in.src);
		/* a reader that allows less refuses it */
		assert_false(ZSTD_isError(
			ZSTD_DCtx_setParameter(d, ZSTD_d_windowLogMax, cases[i].log - 1)));
		r = ZSTD_decompressStream(d, &to, &in);
		assert_true(ZSTD_isError(r));
		ZSTD_freeDCtx(d);
		compress_free(c);
	}
}

static void the_snapshot_before_is_found_again(void **state)
{
	struct compress *c = begin(COMPRESS_ZSTD);
	static unsigned char noise[300 << 10];
	struct err e = {0};
	uint32_t x = 1;
	size_t first;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++) {
		x = x * 1664525 + 1013904223;
		noise[i] = (unsigned char)(x >> 24);
	}
	assert_int_equal(compress_put(c, noise, sizeof(noise), &e), 0);
	assert_int_equal(compress_flush(c, &e), 0);
	first = out.n;
	assert_int_equal(compress_put(c, noise, sizeof(noise), &e), 0);
	assert_int_equal(compress_flush(c, &e), 0);
	assert_true(first > sizeof(noise) * 9 / 10);
	assert_true(out.n - first < first / 20);
	compress_free(c);
}

static void kinds_go_by_name(void **state)
{
	enum compress_kind k;

	(void)state;
	assert_true(compress_kind_of(SPAN("a.tar.gz"), &k) && k == COMPRESS_GZIP);
	assert_true(compress_kind_of(SPAN("a.tgz"), &k) && k == COMPRESS_GZIP);
	assert_true(compress_kind_of(SPAN("a.tar"), &k) && k == COMPRESS_NONE);
	assert_true(compress_kind_of(SPAN("a.tar.zst"), &k) && k == COMPRESS_ZSTD);
	assert_true(compress_kind_of(SPAN("case"), &k) && k == COMPRESS_ZSTD);
	assert_true(compress_kind_of(SPAN("-"), &k) && k == COMPRESS_ZSTD);
	assert_false(compress_kind_of(SPAN("a.tar.xz"), &k));
}

static void digests_can_go_back(void **state)
{
	struct digest *d = digest_open();
	char hex[DIGEST_HEX];

	(void)state;
	digest_put(d, "abc", 3);
	digest_mark(d);
	digest_put(d, "lost", 4);
	digest_back(d);
	digest_hex(d, hex);
	/* FIPS 180-2, B.1 */
	assert_string_equal(hex,
	                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_free(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_flushed_can_be_read),
		cmocka_unit_test(a_stream_cut_at_its_flush_can_be_mended),
		cmocka_unit_test(with_its_end_a_flushed_stream_is_whole),
		cmocka_unit_test(a_cut_between_two_frames_needs_no_mending),
		cmocka_unit_test(a_larger_snapshot_gets_a_larger_window),
		cmocka_unit_test(the_snapshot_before_is_found_again),
		cmocka_unit_test(kinds_go_by_name),
		cmocka_unit_test(digests_can_go_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
