#include "analyze/bundle_read.h"

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

#define BLOCK (256 * (size_t)KIB)
/* What all members together may come to: a day of 10,000 sockets stays below. */
#define TOTAL_MAX   (UINT64_C(64) * 1024 * MIB)
#define ENTRIES_MAX UINT64_C(50000000)

struct bundle {
	int fd; /* of an archive, else -1 */
	struct archive *archive;
	struct folder *folder;
	unsigned char block[BLOCK];
	struct digest *digest;
	char hex[DIGEST_HEX]; /* "" until the end */
	uint64_t bytes, total, entries, passed_over;
	char first_passed_over[128];
	char cut[200];
	bool any, done;
	char *text; /* of the member, grows up to BUNDLE_MEMBER_MAX */
	size_t text_cap;
	char name[BUNDLE_NAME_MAX + 1];
};

static la_ssize_t on_read(struct archive *a, void *data, const void **block)
{
	struct bundle *b = data;
	ssize_t n;

	do
		n = read(b->fd, b->block, sizeof(b->block));
	while (n < 0 && errno == EINTR);
	*block = b->block;
	if (n < 0) {
		archive_set_error(a, errno, "read");
		return -1;
	}
	digest_put(b->digest, (struct span){(const char *)b->block, (size_t)n});
	b->bytes += (uint64_t)n;
	return n;
}

static int (*const filters[])(struct archive *) = {
	archive_read_support_filter_gzip, archive_read_support_filter_bzip2,
	archive_read_support_filter_xz,   archive_read_support_filter_lzma,
	archive_read_support_filter_lzip, archive_read_support_filter_zstd,
	archive_read_support_filter_lz4,  archive_read_support_filter_compress,
};

static int open_archive(struct bundle *b, struct err *e)
{
	b->archive = archive_read_new();
	if (!b->archive)
		return err_set(e, ENOMEM, "archive");
	/* by name: libarchive's "all" would run programs of the host for some */
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		(void)filters[i](b->archive);
	(void)archive_read_support_format_tar(b->archive);
	if (archive_read_open(b->archive, b, NULL, on_read, NULL) != ARCHIVE_OK)
		return err_set(e, 0, "not a bundle: %s", archive_error_string(b->archive));
	return 0;
}

struct bundle *bundle_open(const char *path, struct err *e)
{
	struct bundle *b = must_alloc(sizeof(*b));
	struct stat st;
	int rc;

	b->digest = digest_open();
	b->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (b->fd < 0 || fstat(b->fd, &st) < 0) {
		(void)err_set(e, errno, "open %s", path);
		bundle_close(b);
		return NULL;
	}
	if (S_ISDIR(st.st_mode)) {
		b->folder = folder_open(b->fd, e);
		rc = b->folder ? 0 : -1;
	} else {
		rc = open_archive(b, e);
	}
	if (rc < 0) {
		bundle_close(b);
		return NULL;
	}
	return b;
}

void bundle_close(struct bundle *b)
{
	if (!b)
		return;
	if (b->archive)
		(void)archive_read_free(b->archive);
	folder_close(b->folder);
	digest_close(b->digest);
	if (b->fd > STDIN_FILENO)
		(void)close(b->fd);
	free(b->text);
	free(b);
}

static void pass_over(struct bundle *b, const char *name)
{
	struct buf first = BUF_OVER(b->first_passed_over);

	if (b->passed_over++ == 0) {
		buf_str(&first, name ? name : "(no name)");
		(void)buf_cstr(&first);
	}
}

static void note_cut(struct bundle *b, const char *why)
{
	struct buf cut = BUF_OVER(b->cut);

	buf_str(&cut, why ? why : "unexpected end");
	(void)buf_cstr(&cut);
	b->done = true;
}

static void room_for(struct bundle *b, size_t n)
{
	if (n <= b->text_cap)
		return;
	while (b->text_cap < n)
		b->text_cap = b->text_cap ? b->text_cap * 2 : 64 * (size_t)KIB;
	b->text = must_grow(b->text, b->text_cap);
}

/* The data of the entry; false when the archive ends within it. */
static bool read_text(struct bundle *b, struct bundle_member *m)
{
	la_ssize_t got;
	size_t n = 0;

	m->cut = false;
	for (;;) {
		room_for(b, n + 64 * (size_t)KIB);
		got = archive_read_data(b->archive, b->text + n, b->text_cap - n);
		if (got <= 0)
			break;
		n += (size_t)got;
		b->total += (uint64_t)got;
		if (n >= BUNDLE_MEMBER_MAX) {
			m->cut = true;
			(void)archive_read_data_skip(b->archive);
			break;
		}
	}
	m->text = (struct span){b->text, n};
	return got >= 0;
}

/* The name below the stem is kept; false for what is no member. */
static bool read_name(struct bundle *b, const char *name, struct bundle_member *m)
{
	struct buf kept = BUF_OVER(b->name);
	struct span stem;

	buf_str(&kept, name ? name : "");
	if (kept.cut || !member_name_parse(buf_span(&kept), &m->name)) {
		pass_over(b, name);
		return false;
	}
	m->full = buf_span(&kept);
	return span_cut(&m->full, '/', &stem);
}

static int next_archived(struct bundle *b, struct bundle_member *m, struct err *e)
{
	struct archive_entry *entry;

	while (!b->done) {
		int rc = archive_read_next_header(b->archive, &entry);

		if (rc == ARCHIVE_EOF) {
			b->done = true;
			break;
		}
		if (rc < ARCHIVE_WARN) {
			if (!b->any)
				return err_set(e, 0, "not a bundle: %s",
				               archive_error_string(b->archive));
			note_cut(b, archive_error_string(b->archive));
			break;
		}
		if (++b->entries > ENTRIES_MAX || b->total > TOTAL_MAX) {
			note_cut(b, "more than a bundle can hold");
			break;
		}
		if (archive_entry_filetype(entry) == AE_IFDIR)
			continue;
		if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry)) {
			pass_over(b, archive_entry_pathname(entry));
			continue;
		}
		if (!read_name(b, archive_entry_pathname(entry), m))
			continue;
		if (!read_text(b, m)) {
			note_cut(b, archive_error_string(b->archive));
			break;
		}
		b->any = true;
		return 1;
	}
	if (!b->any)
		return err_set(e, 0, "not a bundle: no member of one in it");
	return 0;
}

static int next_in_folder(struct bundle *b, struct bundle_member *m, struct err *e)
{
	const char *name;
	size_t n;

	while ((name = folder_next(b->folder))) {
		if (!read_name(b, name, m))
			continue;
		if (folder_size(b->folder) > BUNDLE_MEMBER_MAX)
			n = BUNDLE_MEMBER_MAX;
		else
			n = (size_t)folder_size(b->folder);
		room_for(b, n + 1);
		m->cut = folder_size(b->folder) > BUNDLE_MEMBER_MAX;
		m->text = (struct span){b->text, folder_read(b->folder, b->text, n)};
		b->bytes += m->text.n;
		digest_of(m->text, folder_digest(b->folder));
		b->any = true;
		return 1;
	}
	return b->any ? 0 : err_set(e, 0, "not a bundle: no member of one in the folder");
}

int bundle_next(struct bundle *b, struct bundle_member *m, struct err *e)
{
	return b->folder ? next_in_folder(b, m, e) : next_archived(b, m, e);
}

const char *bundle_cut(const struct bundle *b)
{
	return b->cut;
}

uint64_t bundle_passed_over(const struct bundle *b, struct span *first)
{
	*first = span_of(b->first_passed_over);
	return b->passed_over;
}

/* Of a folder what sha256sum prints for its members stands for them. */
static void digest_folder(struct bundle *b)
{
	const char *name, *hex;

	while ((hex = folder_next_digest(b->folder, &name))) {
		digest_put(b->digest, span_of(hex));
		digest_put(b->digest, SPAN("  "));
		digest_put(b->digest, span_of(name));
		digest_put(b->digest, SPAN("\n"));
	}
}

const char *bundle_sha256(struct bundle *b)
{
	const void *block;

	if (b->hex[0])
		return b->hex;
	if (b->folder)
		digest_folder(b);
	else
		while (on_read(b->archive, b, &block) > 0) /* what lies behind the archive's end */
			;
	digest_end(b->digest, b->hex);
	return b->hex;
}

bool bundle_is_folder(const struct bundle *b)
{
	return b->folder != NULL;
}

uint64_t bundle_bytes(const struct bundle *b)
{
	return b->bytes;
}
