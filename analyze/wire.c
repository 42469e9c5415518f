#include "analyze/wire.h"

#include <string.h>

#include "analyze/fleet_db.h"
#include "schema/buf.h"

#define TABLE_END 255
#define TABLES    16

/* A frame that is being built: what does not fit fails as a whole. */
static void put_raw(struct buf *b, const void *p, size_t n)
{
	buf_put(b, (struct span){p, n});
}

static void put_value(struct buf *b, struct stmt *row, int column)
{
	struct span text;
	uint32_t length;
	int64_t i;
	double r;

	switch (sqlite3_column_type(row->s, column)) {
	case SQLITE_INTEGER:
		i = stmt_get_i64(row, column);
		buf_char(b, 'i');
		put_raw(b, &i, sizeof(i));
		break;
	case SQLITE_FLOAT:
		r = stmt_get_real(row, column);
		buf_char(b, 'r');
		put_raw(b, &r, sizeof(r));
		break;
	case SQLITE_TEXT:
		text = stmt_get_span(row, column);
		length = (uint32_t)text.n;
		buf_char(b, 't');
		put_raw(b, &length, sizeof(length));
		buf_put(b, text);
		break;
	default:
		buf_char(b, 'n');
		break;
	}
}

static int send_frame(struct buf *b, FILE *out, struct err *e)
{
	uint32_t length = (uint32_t)b->n;

	if (b->cut)
		return err_set(e, 0, "a row of the summary is too long");
	(void)fwrite(&length, sizeof(length), 1, out);
	if (fwrite(b->p, 1, b->n, out) != b->n)
		return err_set(e, 0, "the summary cannot be sent");
	return 0;
}

static int send_table(sqlite3 *db, size_t table, struct buf *b, FILE *out, uint64_t *frames,
                      struct err *e)
{
	char sql[100];
	struct buf text = BUF_OVER(sql);
	struct stmt row;
	int rc;

	buf_fmt(&text, "SELECT * FROM %s", fleet_tables[table]);
	if (stmt_prepare(&row, db, buf_cstr(&text), e))
		return -1;
	while ((rc = stmt_row(&row, e)) == 1) {
		b->n = 0;
		buf_char(b, (char)table);
		for (int c = 0; c < sqlite3_column_count(row.s); c++)
			put_value(b, &row, c);
		if ((rc = send_frame(b, out, e)) < 0)
			break;
		++*frames;
	}
	stmt_done(&row);
	return rc;
}

int wire_send(sqlite3 *db, FILE *out, struct err *e)
{
	char frame[FLEET_COLUMNS_MAX * 4096];
	struct buf b = BUF_OVER(frame);
	uint64_t frames = 0;

	for (size_t i = 0; i < fleet_tables_count; i++)
		if (send_table(db, i, &b, out, &frames, e))
			return -1;
	b.n = 0;
	buf_char(&b, (char)TABLE_END);
	put_raw(&b, &frames, sizeof(frames));
	return send_frame(&b, out, e);
}

static bool take_raw(struct span *s, void *p, size_t n)
{
	if (s->n < n)
		return false;
	memcpy(p, s->p, n);
	*s = span_sub(*s, n, s->n);
	return true;
}

static bool take_u32(struct span *s, uint32_t *v)
{
	return take_raw(s, v, sizeof(*v));
}

/* Binds the value at the front of *s; false when it is none. */
static bool bind_value(struct stmt *q, struct span *s)
{
	uint32_t length;
	int64_t i;
	double r;
	char type;

	if (!take_raw(s, &type, 1))
		return false;
	switch (type) {
	case 'n':
		stmt_null(q);
		return true;
	case 'i':
		if (!take_raw(s, &i, sizeof(i)))
			return false;
		stmt_i64(q, i);
		return true;
	case 'r':
		if (!take_raw(s, &r, sizeof(r)))
			return false;
		stmt_real(q, r);
		return true;
	case 't':
		if (!take_u32(s, &length) || s->n < length)
			return false;
		stmt_span(q, span_sub(*s, 0, length));
		*s = span_sub(*s, length, s->n);
		return true;
	default:
		return false;
	}
}

/* An integer at the front, without taking it: of each row the first value is the bundle's id. */
static bool peek_id(struct span s, int64_t *id)
{
	char type;

	return take_raw(&s, &type, 1) && type == 'i' && take_raw(&s, id, sizeof(*id));
}

struct taking {
	struct stmt into[TABLES];
	sqlite3 *db;
	uint64_t frames;
	int64_t id;
	bool ended;
};

static int spoilt(struct err *e)
{
	return err_set(e, 0, "its summary is damaged");
}

static int take_row(struct taking *t, size_t table, struct span values, struct err *e)
{
	struct stmt *q = &t->into[table];
	int columns = sqlite3_bind_parameter_count(q->s);
	int64_t id;

	if (!peek_id(values, &id) || (table == 0) != (t->frames == 0))
		return spoilt(e); /* the bundle comes first, and only one */
	if (table == 0) {
		t->id = id;
		if (fleet_forget(t->db, id, e))
			return -1;
	} else if (id != t->id) {
		return spoilt(e);
	}
	for (int c = 0; c < columns; c++)
		if (!bind_value(q, &values))
			return spoilt(e);
	if (values.n)
		return spoilt(e);
	t->frames++;
	return stmt_run(q, e);
}

static int take_frame(struct taking *t, struct span frame, struct err *e)
{
	uint64_t frames;
	unsigned char table;

	if (t->ended || !take_raw(&frame, &table, 1))
		return spoilt(e);
	if (table < fleet_tables_count)
		return take_row(t, table, frame, e);
	if (table != TABLE_END || !take_raw(&frame, &frames, sizeof(frames)) || frame.n ||
	    frames != t->frames || frames == 0)
		return spoilt(e);
	t->ended = true;
	return 0;
}

static int take_all(struct taking *t, struct span bytes, struct err *e)
{
	uint32_t length;

	for (size_t i = 0; i < fleet_tables_count; i++)
		if (fleet_insert(&t->into[i], t->db, i, e))
			return -1;
	while (bytes.n) {
		if (!take_u32(&bytes, &length) || length > WIRE_FRAME_MAX || length > bytes.n)
			return spoilt(e);
		if (take_frame(t, span_sub(bytes, 0, length), e))
			return -1;
		bytes = span_sub(bytes, length, bytes.n);
	}
	return t->ended ? 0 : spoilt(e);
}

int wire_take(struct span bytes, sqlite3 *db, int64_t *id, struct err *e)
{
	struct taking t = {.db = db};
	int rc = take_all(&t, bytes, e);

	for (size_t i = 0; i < fleet_tables_count; i++)
		stmt_done(&t.into[i]);
	*id = t.id;
	return rc;
}
