#include "analyze/bundle_read.h"

#include <stdlib.h>

#include "analyze/ahead.h"
#include "analyze/table.h"
#include "schema/buf.h"

struct bundle {
	struct entries *x;
	struct ahead *ahead; /* while it is there, what follows is its own */
	bool any;
	bool skim; /* the text of records alone */
	char name[BUNDLE_NAME_MAX + 1];

	/* the caller's */
	uint64_t bytes, passed_over; /* when the last member given was read */
	bool ended;
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
	ahead_end(b->ahead);
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

static int read_member(void *user, struct bundle_member *m, struct err *e)
{
	struct bundle *b = user;
	struct span first;
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
		m->bytes = entries_bytes(b->x);
		m->passed_over = entries_passed_over(b->x, &first);
		b->any = true;
		return 1;
	}
	if (rc < 0)
		return -1;
	return b->any ? 0 : err_set(e, 0, "not a bundle: no member of one in it");
}

/* Nobody reads on: the entries are the caller's. */
static struct entries *settled(struct bundle *b)
{
	ahead_end(b->ahead);
	b->ahead = NULL;
	return b->x;
}

int bundle_next(struct bundle *b, struct bundle_member *m, struct err *e)
{
	struct span first;
	int rc;

	if (b->ended)
		return 0;
	if (!b->ahead)
		b->ahead = ahead_begin(read_member, b);
	rc = ahead_next(b->ahead, m, e);
	if (rc == 1) {
		b->bytes = m->bytes;
		b->passed_over = m->passed_over;
		return 1;
	}
	b->ended = true;
	b->bytes = entries_bytes(settled(b));
	b->passed_over = entries_passed_over(b->x, &first);
	return rc;
}

void bundle_skim(struct bundle *b)
{
	b->skim = true;
}

const char *bundle_cut(const struct bundle *b)
{
	return b->ended ? entries_cut(b->x) : "";
}

uint64_t bundle_passed_over(struct bundle *b, struct span *first)
{
	(void)entries_passed_over(settled(b), first);
	return b->passed_over;
}

const char *bundle_sha256(struct bundle *b)
{
	const char *hex = entries_sha256(settled(b));

	b->bytes = entries_bytes(b->x);
	return hex;
}

bool bundle_is_folder(const struct bundle *b)
{
	return entries_is_folder(b->x);
}

uint64_t bundle_bytes(const struct bundle *b)
{
	return b->bytes;
}
