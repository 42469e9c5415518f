#include "analyze/entries.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyze/digest.h"
#include "analyze/folder.h"
#include "analyze/table.h"
#include "schema/buf.h"
#include "schema/bundle.h"

#define BLOCK (256 * (size_t)KIB)
/* What is read and what is skipped together: a day of 10,000 sockets stays below. */
#define TOTAL_MAX   (UINT64_C(64) * 1024 * MIB)
#define ENTRIES_MAX UINT64_C(50000000)
#define EMPTY_MAX   UINT64_C(1000000) /* in a row; nobody writes so many */
/* What nobody reads is unpacked up to here, then only as long as enough bytes of the archive make
 * it. */
#define UNREAD_MAX   (UINT64_C(1) * 1024 * MIB)
#define UNREAD_RATIO 500
#define DEPTH_MAX    2 /* a report within a collection of reports */

struct entries {
	int fd; /* of an archive, else -1 */
	struct archive *archive[DEPTH_MAX];
	unsigned depth; /* archives that are open, less one */
	struct folder *folder;
	unsigned char block[BLOCK];
	struct digest *digest;
	char hex[DIGEST_HEX]; /* "" until the end */
	uint64_t bytes, total, count, empty, unread, passed_over;
	char first_passed_over[128];
	char cut[200];
	bool any, done, again;
	bool inner; /* only what the archive within it has is given */
	struct entry last;
	char *text; /* of the entry, grows up to BUNDLE_MEMBER_MAX */
	size_t text_cap;
};

static la_ssize_t on_read(struct archive *a, void *data, const void **block)
{
	struct entries *x = data;
	ssize_t n;

	do
		n = read(x->fd, x->block, sizeof(x->block));
	while (n < 0 && errno == EINTR);
	*block = x->block;
	if (n < 0) {
		archive_set_error(a, errno, "read");
		return -1;
	}
	if (!x->inner)
		digest_put(x->digest, (struct span){(const char *)x->block, (size_t)n});
	x->bytes += (uint64_t)n;
	return n;
}

/* The bytes of an archive within an archive. */
static la_ssize_t on_read_outer(struct archive *a, void *data, const void **block)
{
	struct entries *x = data;
	struct archive *outer = x->archive[x->depth - 1];
	size_t n = 0;
	la_int64_t at;
	int rc = archive_read_data_block(outer, block, &n, &at);

	if (rc == ARCHIVE_EOF)
		return 0;
	if (rc < ARCHIVE_WARN) {
		archive_set_error(a, archive_errno(outer), "%s", archive_error_string(outer));
		return -1;
	}
	if (x->inner)
		digest_put(x->digest, (struct span){*block, n});
	return (la_ssize_t)n;
}

/* What of the inner archive nobody read: padding, for its digest. */
static void drain(struct entries *x)
{
	const void *block;
	size_t n;
	la_int64_t at;

	while (archive_read_data_block(x->archive[0], &block, &n, &at) == ARCHIVE_OK)
		digest_put(x->digest, (struct span){block, n});
}

static int (*const filters[])(struct archive *) = {
	archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
	archive_read_support_filter_xz,   archive_read_support_filter_lzma,
	archive_read_support_filter_lzip, archive_read_support_filter_zstd,
	archive_read_support_filter_lz4,  archive_read_support_filter_compress,
};

/* At the first bytes: it is something else, or did not arrive whole. */
static int no_bundle(struct archive *a, struct err *e)
{
	return err_set(e, 0,
	               "not a bundle: %s; its FILE.sha256 tells whether it arrived whole "
	               "(sha256sum -c), --dump FILE reads a single text",
	               archive_error_string(a));
}

static int open_archive(struct entries *x, archive_read_callback *from, struct err *e)
{
	struct archive *a = archive_read_new();

	if (!a)
		return err_set(e, ENOMEM, "archive");
	x->archive[x->depth] = a;
	/* by name: libarchive's "all" would run programs of the host for some */
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		(void)filters[i](a);
	(void)archive_read_support_format_tar(a);
	if (archive_read_open(a, x, NULL, from, NULL) != ARCHIVE_OK)
		return no_bundle(a, e);
	return 0;
}

static int next_archived(struct entries *x, struct entry *en, struct err *e);

/*
 * "all.tar/sosreport-web.tar.xz" where all.tar is a file: opens that, and *inner is what stands
 * behind it.  A path as it is has none.
 */
static int open_path(const char *path, const char **inner)
{
	char text[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	*inner = NULL;
	if (fd >= 0 || errno != ENOTDIR)
		return fd;
	for (size_t n = strlen(path); fd < 0 && n-- > 1;) {
		struct buf b = BUF_OVER(text);

		if (path[n] != '/')
			continue;
		buf_put(&b, (struct span){path, n});
		fd = b.cut ? -1 : open(buf_cstr(&b), O_RDONLY | O_CLOEXEC);
		*inner = path + n + 1;
		if (fd < 0 && errno != ENOTDIR)
			break;
	}
	return fd;
}

/* Goes into the archive of that name, as if nothing were around it. */
static int enter_inner(struct entries *x, const char *inner, struct err *e)
{
	int rc;

	while ((rc = next_archived(x, &x->last, e)) == 1)
		if (x->last.file && span_eq(x->last.name, span_of(inner))) {
			x->inner = true;
			digest_close(x->digest);
			x->digest = digest_open();
			return entries_enter(x, e);
		}
	return rc < 0 ? -1 : err_set(e, 0, "no %.100s in it", inner);
}

static bool encrypted(const char *path)
{
	struct span name = span_of(path);

	return span_ends(name, SPAN(".gpg")) || span_ends(name, SPAN(".pgp"));
}

struct entries *entries_open(const char *path, struct err *e)
{
	struct entries *x = must_alloc(sizeof(*x));
	const char *inner = NULL;
	struct stat st;
	int rc;

	x->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open_path(path, &inner);
	x->digest = digest_open();
	if (x->fd < 0 || fstat(x->fd, &st) < 0) {
		rc = err_set(e, errno, "open %s", path);
	} else if (S_ISDIR(st.st_mode)) {
		x->folder = folder_open(x->fd, path, e);
		rc = x->folder ? 0 : -1;
	} else if (encrypted(path)) {
		rc = err_set(e, 0, "not a bundle: it is encrypted; decrypt it first (gpg -d)");
	} else {
		rc = open_archive(x, on_read, e);
		if (rc == 0 && inner)
			rc = enter_inner(x, inner, e);
	}
	if (rc < 0) {
		entries_close(x);
		return NULL;
	}
	return x;
}

void entries_close(struct entries *x)
{
	if (!x)
		return;
	for (unsigned i = DEPTH_MAX; i-- > 0;)
		if (x->archive[i])
			(void)archive_read_free(x->archive[i]);
	folder_close(x->folder);
	digest_close(x->digest);
	if (x->fd > STDIN_FILENO)
		(void)close(x->fd);
	free(x->text);
	free(x);
}

static void note_cut(struct entries *x, const char *why)
{
	struct buf cut = BUF_OVER(x->cut);

	buf_str(&cut, why ? why : "unexpected end");
	(void)buf_cstr(&cut);
	x->done = true;
}

/* Back to the archive around the one that ended. */
static void leave(struct entries *x)
{
	(void)archive_read_free(x->archive[x->depth]);
	x->archive[x->depth--] = NULL;
}

static void take_header(struct entries *x, struct archive_entry *h, struct entry *en)
{
	const char *name = archive_entry_pathname(h);
	la_int64_t size = archive_entry_size(h);

	*en = (struct entry){
		.name = span_of(name ? name : "(no name)"),
		.file = archive_entry_filetype(h) == AE_IFREG && !archive_entry_hardlink(h),
		.folder = archive_entry_filetype(h) == AE_IFDIR,
		.size = size > 0 ? (uint64_t)size : 0,
		.mtime_s = archive_entry_mtime_is_set(h) ? archive_entry_mtime(h) : 0,
		.depth = x->depth,
	};
	x->empty = en->size ? 0 : x->empty + 1;
	if (x->total < TOTAL_MAX)
		x->total += en->size < TOTAL_MAX ? en->size : TOTAL_MAX;
}

/* The rest of an entry that is too large to be read whole, which may be a bomb. */
static void pass_rest(struct entries *x)
{
	const void *block;
	size_t n;
	la_int64_t at;

	while (archive_read_data_block(x->archive[x->depth], &block, &n, &at) == ARCHIVE_OK) {
		x->unread += n;
		if (x->unread > UNREAD_MAX && x->unread / UNREAD_RATIO > x->bytes) {
			note_cut(x, "a few bytes that unpack to gigabytes: what follows them is "
			            "not read");
			return;
		}
	}
}

static int next_archived(struct entries *x, struct entry *en, struct err *e)
{
	struct archive_entry *h;

	if (x->any && x->last.depth == x->depth && x->last.size > BUNDLE_MEMBER_MAX)
		pass_rest(x);
	while (!x->done) {
		struct archive *a = x->archive[x->depth];
		int rc = archive_read_next_header(a, &h);

		if (rc == ARCHIVE_EOF && x->inner && x->depth) {
			drain(x);
			x->done = true;
		} else if (rc == ARCHIVE_EOF && x->depth == 0) {
			x->done = true;
		} else if (rc == ARCHIVE_EOF) {
			leave(x);
		} else if (rc < ARCHIVE_WARN && !x->any) {
			return no_bundle(a, e);
		} else if (rc < ARCHIVE_WARN) {
			note_cut(x, archive_error_string(a));
		} else if (++x->count > ENTRIES_MAX || x->total > TOTAL_MAX) {
			note_cut(x, "more than a bundle can hold");
		} else if (x->empty >= EMPTY_MAX) {
			note_cut(x, "a million entries in a row hold nothing: what follows them is "
			            "not read");
		} else {
			take_header(x, h, en);
			x->any = true;
			return 1;
		}
	}
	return 0;
}

static int next_in_folder(struct entries *x, struct entry *en)
{
	const char *name = folder_next(x->folder);

	if (!name)
		return 0;
	*en = (struct entry){.name = span_of(name),
	                     .file = true,
	                     .size = folder_size(x->folder),
	                     .mtime_s = folder_mtime(x->folder)};
	return 1;
}

int entries_next(struct entries *x, struct entry *en, struct err *e)
{
	int rc = 1;

	if (!x->again)
		rc = x->folder ? next_in_folder(x, &x->last) : next_archived(x, &x->last, e);
	x->again = false;
	if (rc == 1)
		*en = x->last;
	return rc;
}

void entries_again(struct entries *x)
{
	x->again = true;
}

static void room_for(struct entries *x, size_t n)
{
	if (n <= x->text_cap)
		return;
	while (x->text_cap < n)
		x->text_cap = x->text_cap ? x->text_cap * 2 : 64 * (size_t)KIB;
	x->text = must_grow(x->text, x->text_cap);
}

static bool read_archived(struct entries *x, struct span *text, bool *cut)
{
	la_ssize_t got;
	size_t n = 0;

	for (;;) {
		room_for(x, n + 64 * (size_t)KIB);
		got = archive_read_data(x->archive[x->depth], x->text + n, x->text_cap - n);
		if (got <= 0)
			break;
		n += (size_t)got;
		if (n >= BUNDLE_MEMBER_MAX) {
			*cut = true;
			break; /* what is left of it the next header passes over */
		}
	}
	*text = (struct span){x->text, n};
	if (got < 0)
		note_cut(x, archive_error_string(x->archive[x->depth]));
	return got >= 0;
}

bool entries_read(struct entries *x, struct span *text, bool *cut)
{
	size_t n;

	*cut = false;
	if (!x->folder)
		return read_archived(x, text, cut);
	*cut = x->last.size > BUNDLE_MEMBER_MAX;
	n = *cut ? BUNDLE_MEMBER_MAX : (size_t)x->last.size;
	room_for(x, n + 1);
	*text = (struct span){x->text, folder_read(x->folder, x->text, n)};
	x->bytes += text->n;
	digest_of(*text, folder_digest(x->folder));
	return true;
}

int entries_enter(struct entries *x, struct err *e)
{
	if (x->folder || x->depth + 1 == DEPTH_MAX)
		return err_set(e, 0, "an archive within %s", x->folder ? "a folder" : "an archive");
	x->depth++;
	if (open_archive(x, on_read_outer, e) == 0)
		return 0;
	leave(x);
	return -1;
}

void entries_pass_over(struct entries *x, struct span name)
{
	struct buf first = BUF_OVER(x->first_passed_over);

	if (x->passed_over++ == 0) {
		buf_put(&first, name);
		(void)buf_cstr(&first);
	}
}

uint64_t entries_passed_over(const struct entries *x, struct span *first)
{
	*first = span_of(x->first_passed_over);
	return x->passed_over;
}

const char *entries_cut(const struct entries *x)
{
	return x->cut;
}

/* Of a folder what sha256sum prints for its files stands for them. */
static void digest_folder(struct entries *x)
{
	const char *name, *hex;

	while ((hex = folder_next_digest(x->folder, &name))) {
		digest_put(x->digest, span_of(hex));
		digest_put(x->digest, SPAN("  "));
		digest_put(x->digest, span_of(name));
		digest_put(x->digest, SPAN("\n"));
	}
}

const char *entries_sha256(struct entries *x)
{
	const void *block;

	if (x->hex[0])
		return x->hex;
	if (x->folder)
		digest_folder(x);
	else
		while (on_read(x->archive[0], x, &block) > 0) /* what lies behind its end */
			;
	digest_end(x->digest, x->hex);
	return x->hex;
}

bool entries_is_folder(const struct entries *x)
{
	return x->folder != NULL;
}

uint64_t entries_bytes(const struct entries *x)
{
	return x->bytes;
}
