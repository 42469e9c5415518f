#include "analyze/parse_unix.h"

#include <string.h>

#include "schema/buf.h"

#define PATH_MOST 110 /* sun_path has 108 bytes; ss writes "@" for a leading NUL */

static const struct span types[UNIX_TYPES] = {SPAN_INIT("stream"), SPAN_INIT("dgram"),
                                              SPAN_INIT("seqpacket")};

static const char *const states[UNIX_STATE_COUNT] = {
	[UNIX_UNCONNECTED] = "unconnected",
	[UNIX_CONNECTING] = "connecting",
	[UNIX_CONNECTED] = "connected",
	[UNIX_LISTEN] = "listen",
};

/* Columns of a path's row. */
enum { LISTENERS, WAITING, TOLD, BACKLOG };

void unix_open(struct unix_table *t)
{
	memset(t, 0, sizeof(*t));
}

static void take_path(struct unix_table *t, const struct unix_sock *s)
{
	struct tally_row *row = tally_at(&t->paths, span_sub(s->path, 0, PATH_MOST));

	if (!row)
		return;
	if (s->state == UNIX_CONNECTING) {
		row->count[WAITING]++;
		return;
	}
	row->count[LISTENERS]++;
	if (!s->has_queue)
		return;
	row->count[WAITING] += (uint64_t)s->queue;
	if (row->count[TOLD] == 0 || (uint64_t)s->backlog < row->count[BACKLOG])
		row->count[BACKLOG] = (uint64_t)s->backlog;
	row->count[TOLD] = 1;
}

void unix_take(struct unix_table *t, const struct unix_sock *s)
{
	for (size_t i = 0; i < UNIX_TYPES; i++)
		t->n[i][s->state] += span_eq(types[i], s->type);
	t->rows++;
	if (s->path.n && (s->state == UNIX_LISTEN || s->state == UNIX_CONNECTING))
		take_path(t, s);
}

static void put_counts(const struct unix_table *t, struct emit *out)
{
	for (size_t i = 0; i < UNIX_TYPES; i++)
		for (size_t j = 0; j < UNIX_STATE_COUNT; j++) {
			char text[40];
			struct buf name = BUF_OVER(text);

			if (t->n[i][j] == 0)
				continue;
			buf_put(&name, types[i]);
			buf_char(&name, '_');
			buf_str(&name, states[j]);
			emit_u64(out, (struct span){0}, buf_span(&name), KIND_GAUGE, UNIT_COUNT,
			         t->n[i][j]);
		}
}

void unix_put(const struct unix_table *t, struct emit *out)
{
	if (t->rows)
		emit_u64(out, (struct span){0}, SPAN("sockets"), KIND_GAUGE, UNIT_COUNT, t->rows);
	put_counts(t, out);
	for (size_t i = 0; i < t->paths.n; i++) {
		const struct tally_row *row = &t->paths.row[i];

		if (row->count[LISTENERS] == 0)
			continue;
		emit_u64(out, row->key, SPAN("queue"), KIND_GAUGE, UNIT_COUNT, row->count[WAITING]);
		if (row->count[TOLD])
			emit_u64(out, row->key, SPAN("backlog"), KIND_GAUGE, UNIT_COUNT,
			         row->count[BACKLOG]);
	}
	if (t->paths.left_out)
		out->note(out, 0, "more paths than are kept; the rest is only counted",
		          (struct span){0});
}
