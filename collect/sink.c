#include "collect/sink.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdbool.h>
#include <stdlib.h>

#include "schema/buf.h"
#include "schema/bundle.h"
#include "schema/timefmt.h"

struct sink {
	struct archive *tar;
	struct archive_entry *entry;
	struct compress *compress;
	struct err *e; /* of the call in progress: the callback's way out */
	bool dead;     /* nothing is written any more */
	uint64_t bytes;
	char stem[BUNDLE_NAME_MAX];
};

/* Never fails for libarchive, which would not give back all of its memory after that. */
static la_ssize_t write_tar(struct archive *a, void *arg, const void *p, size_t n)
{
	struct sink *s = arg;

	(void)a;
	if (!s->dead && compress_put(s->compress, p, n, s->e) < 0)
		s->dead = true;
	if (!s->dead)
		s->bytes += n;
	return (la_ssize_t)n;
}

static int tar_failed(struct sink *s, struct err *e)
{
	const char *why = archive_error_string(s->tar);

	return err_set(e, 0, "tar: %s", why ? why : "write failed");
}

static bool tar_open(struct sink *s)
{
	s->tar = archive_write_new();
	s->entry = archive_entry_new();
	return s->tar && s->entry &&
	       archive_write_set_format_pax_restricted(s->tar) == ARCHIVE_OK &&
	       archive_write_add_filter_none(s->tar) == ARCHIVE_OK &&
	       archive_write_set_bytes_per_block(s->tar, 0) == ARCHIVE_OK &&
	       archive_write_set_bytes_in_last_block(s->tar, 1) == ARCHIVE_OK &&
	       archive_write_open(s->tar, s, NULL, write_tar, NULL) == ARCHIVE_OK;
}

struct sink *sink_open(struct compress *c, const char *stem, struct err *e)
{
	struct sink *s = calloc(1, sizeof(*s));
	struct buf b;

	if (s) {
		b = BUF_OVER(s->stem);
		buf_str(&b, stem);
		(void)buf_cstr(&b);
		s->compress = c;
		s->e = e;
	}
	if (s && tar_open(s))
		return s;
	sink_free(s);
	(void)err_set(e, 0, "no memory for the archive");
	return NULL;
}

void sink_free(struct sink *s)
{
	if (!s)
		return;
	s->dead = true; /* freeing it would write the archive's end */
	if (s->tar)
		(void)archive_write_free(s->tar);
	archive_entry_free(s->entry);
	free(s);
}

int sink_put(struct sink *s, const char *name, struct span text, int64_t time_ns, struct err *e)
{
	char path[2 * BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(path);

	buf_fmt(&b, "%s/%s", s->stem, name);
	s->e = e;
	archive_entry_clear(s->entry);
	archive_entry_set_pathname(s->entry, buf_cstr(&b));
	archive_entry_set_filetype(s->entry, AE_IFREG);
	archive_entry_set_perm(s->entry, 0644);
	archive_entry_set_size(s->entry, (la_int64_t)text.n);
	/* whole seconds: parts of one would cost a pax header of 1 KiB each; tick.json has them */
	archive_entry_set_mtime(s->entry, (time_t)(time_ns / NS_PER_S), 0);
	if (archive_write_header(s->tar, s->entry) != ARCHIVE_OK ||
	    (text.n && archive_write_data(s->tar, text.p, text.n) != (la_ssize_t)text.n) ||
	    archive_write_finish_entry(s->tar) != ARCHIVE_OK)
		return tar_failed(s, e);
	return s->dead ? -1 : 0;
}

int sink_flush(struct sink *s, struct err *e)
{
	return compress_flush(s->compress, e);
}

int sink_finish(struct sink *s, struct err *e)
{
	s->e = e;
	if (archive_write_close(s->tar) != ARCHIVE_OK)
		return tar_failed(s, e);
	if (s->dead)
		return -1;
	return compress_finish(s->compress, e);
}

uint64_t sink_bytes(const struct sink *s)
{
	return s->bytes;
}
