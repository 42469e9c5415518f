/*
 * POSIX.1-2001, pax: a block of 512 bytes, numbers in octal, names of up to 100 bytes, or of 155
 * and 100 about a '/'.  A longer one stands in the record of a pax header before it:
 *
 *   STEM/snap/000000/proc/net/dev\0...0000644 \0 ... 00000002734 15300640251 013645\0 0 ...
 * ustar\000 214 path=STEM/snap/000000/sys/fs/cgroup/kubepods.slice/...\n
 *
 * The bytes are those that libarchive's "restricted pax" writes; it copies each entry with
 * some thirty allocations, which is why these few fields are written here.
 */
#include "collect/tar.h"

#include <string.h>

struct ustar {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100];
	char magic[6], version[2], uname[32], gname[32], major[8], minor[8], prefix[155], rest[12];
};
_Static_assert(sizeof(struct ustar) == TAR_BLOCK, "a header is one block");

/* `digits` octal digits; what ends the field is the caller's. */
static void put_octal(char *p, unsigned digits, uint64_t v)
{
	while (digits--) {
		p[digits] = (char)('0' + (v & 7));
		v >>= 3;
	}
}

static void put_text(char *p, struct span s)
{
	if (s.n)
		memcpy(p, s.p, s.n);
}

/* The '/' about which a name of more than 100 bytes is cut in two; name.n when it cannot be. */
static size_t split(struct span name)
{
	size_t from = name.n - sizeof(((struct ustar *)0)->name) - 1;
	size_t at = from + span_find(span_sub(name, from, name.n), '/');

	if (at == 0)
		at = 1 + span_find(span_sub(name, 1, name.n), '/');
	return at < sizeof(((struct ustar *)0)->prefix) + 1 && at + 1 < name.n ? at : name.n;
}

static bool fits(struct span name)
{
	return name.n <= sizeof(((struct ustar *)0)->name) || split(name) < name.n;
}

/* A name that does not fit is cut: the pax header before it has the whole. */
static void put_name(struct ustar *h, struct span name)
{
	size_t at = name.n > sizeof(h->name) ? split(name) : 0;

	if (name.n > sizeof(h->name) && at < name.n) {
		put_text(h->prefix, span_sub(name, 0, at));
		name = span_sub(name, at + 1, name.n);
	}
	put_text(h->name, span_sub(name, 0, sizeof(h->name)));
}

static void put_checksum(struct ustar *h)
{
	const unsigned char *p = (const unsigned char *)h;
	unsigned sum = 0;

	memset(h->checksum, ' ', sizeof(h->checksum));
	for (size_t i = 0; i < sizeof(*h); i++)
		sum += p[i];
	put_octal(h->checksum, 6, sum);
	h->checksum[6] = '\0';
}

static void put_block(struct buf *b, char type, struct span name, uint64_t size, int64_t time_s)
{
	struct ustar h = {
		.mode = "000644 ",
		.uid = "000000 ",
		.gid = "000000 ",
		.type = type,
		.magic = "ustar",
		.version = {'0', '0'},
		.major = "000000 ",
		.minor = "000000 ",
	};

	put_name(&h, name);
	put_octal(h.size, 11, size);
	h.size[11] = ' ';
	put_octal(h.mtime, 11, time_s > 0 ? (uint64_t)time_s : 0);
	h.mtime[11] = ' ';
	put_checksum(&h);
	buf_put(b, (struct span){(const char *)&h, sizeof(h)});
}

static size_t digits_of(size_t n)
{
	size_t digits = 1;

	for (; n > 9; n /= 10)
		digits++;
	return digits;
}

/* "LENGTH KEY=VALUE\n", LENGTH counting itself. */
static void put_record(struct buf *b, const char *key, struct span value)
{
	size_t n = strlen(key) + value.n + 3, length = n + digits_of(n);

	if (digits_of(length) > digits_of(n))
		length++;
	buf_u64(b, length);
	buf_char(b, ' ');
	buf_str(b, key);
	buf_char(b, '=');
	buf_put(b, value);
	buf_char(b, '\n');
}

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static void put_zeros(struct buf *b, size_t n)
{
	while (n--)
		buf_char(b, '\0');
}

/* A name in bytes that nobody has promised to be UTF-8 is taken as it is. */
static void put_pax(struct buf *b, struct span name, int64_t time_s)
{
	char text[TAR_NAME_MAX + 64];
	struct buf records = BUF_OVER(text);
	char short_name[sizeof(((struct ustar *)0)->name)];
	struct buf n = BUF_OVER(short_name);

	if (!is_ascii(name))
		put_record(&records, "hdrcharset", SPAN("BINARY"));
	put_record(&records, "path", name);
	buf_put(&n, span_sub(name, 0, span_find(name, '/')));
	n.n = n.n < 80 ? n.n : 80;
	buf_str(&n, "/PaxHeader");
	put_block(b, 'x', buf_span(&n), records.n, time_s);
	buf_put(b, buf_span(&records));
	put_zeros(b, tar_padding(records.n));
}

void tar_header(struct buf *b, struct span name, uint64_t size, int64_t time_s)
{
	if (!fits(name))
		put_pax(b, name, time_s);
	put_block(b, '0', name, size, time_s);
}

size_t tar_padding(uint64_t size)
{
	return (size_t)(-size % TAR_BLOCK);
}
