#include "analyze/bundle_read.h"

#include <stdlib.h>

#include "analyze/table.h"
#include "schema/buf.h"

struct bundle {
	struct entries *x;
	bool any;
	bool skim; /* the text of records alone */
	char name[BUNDLE_NAME_MAX + 1];
};

struct bundle *bundle_over(struct entries *x)
{
	struct bundle *b = must_alloc(sizeof(*b));

	b->x = x;
	return b;
}

struct bundle *bundle_open(const char *path, struct err *e)
{
	struct entries *x = entries_open(path, e);

	return x ? bundle_over(x) : NULL;
}

void bundle_close(struct bundle *b)
{
	if (!b)
		return;
	entries_close(b->x);
	free(b);
}

/* The name below the stem is kept; false for what is no member. */
static bool take_name(struct bundle *b, struct span name, struct bundle_member *m)
{
	struct buf kept = BUF_OVER(b->name);
	struct span stem;

	buf_put(&kept, name);
	if (kept.cut || !member_name_parse(buf_span(&kept), &m->name))
		return false;
	m->full = buf_span(&kept);
	return span_cut(&m->full, '/', &stem);
}

static bool is_record(const struct member_name *n)
{
	return n->place == MEMBER_BUNDLE || n->place == MEMBER_TICK || n->place == MEMBER_END;
}

/* False when the archive ends within it. */
static bool take_text(struct bundle *b, struct bundle_member *m)
{
	m->text = (struct span){0};
	m->cut = false;
	return (b->skim && !is_record(&m->name)) || entries_read(b->x, &m->text, &m->cut);
}

int bundle_next(struct bundle *b, struct bundle_member *m, struct err *e)
{
	struct entry en;
	int rc;

	while ((rc = entries_next(b->x, &en, e)) == 1) {
		if (en.folder)
			continue;
		if (!en.file || !take_name(b, en.name, m)) {
			entries_pass_over(b->x, en.name);
			continue;
		}
		if (!take_text(b, m))
			break;
		b->any = true;
		return 1;
	}
	if (rc < 0)
		return -1;
	return b->any ? 0 : err_set(e, 0, "not a bundle: no member of one in it");
}

void bundle_skim(struct bundle *b)
{
	b->skim = true;
}

const char *bundle_cut(const struct bundle *b)
{
	return entries_cut(b->x);
}

uint64_t bundle_passed_over(const struct bundle *b, struct span *first)
{
	return entries_passed_over(b->x, first);
}

const char *bundle_sha256(struct bundle *b)
{
	return entries_sha256(b->x);
}

bool bundle_is_folder(const struct bundle *b)
{
	return entries_is_folder(b->x);
}

uint64_t bundle_bytes(const struct bundle *b)
{
	return entries_bytes(b->x);
}
