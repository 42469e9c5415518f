/*
 * A cgroup id is the file handle of its folder (kernel 5.5): open_by_handle_at(2)
 * below the mount of cgroup2 finds it, with CAP_DAC_READ_SEARCH.
 */
#include "collect/sock_names.h"

#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/path.h"
#include "schema/buf.h"
#include "schema/unit.h"

#define SLOTS 256
/* A longer path is looked up each time. */
#define PATH_KEPT 512
/* A line of /proc/mounts holds a path of at most PATH_MAX bytes, each as "\040" at worst. */
#define MOUNTS_CHUNK ((size_t)32 * KIB)

struct iface_slot {
	uint32_t index;
	char name[IF_NAMESIZE];
};

/* Direct-mapped caches: what falls on a slot in use replaces it. */
struct sock_names {
	struct iface_slot ifaces[SLOTS];
	uint64_t ids[SLOTS];   /* of control groups */
	size_t lengths[SLOTS]; /* of their paths; 0 = none is kept */
	char mount[256];       /* of cgroup2, or "" */
	int mount_fd;          /* -1 = not tried yet, or none */
	bool mount_tried;
	char longest[PATH_MAX];
	char paths[SLOTS][PATH_KEPT]; /* last: memory that is not used is none */
};

struct sock_names *sock_names_open(void)
{
	struct sock_names *names = calloc(1, sizeof(*names));

	if (names)
		names->mount_fd = -1;
	return names;
}

void sock_names_close(struct sock_names *names)
{
	if (!names)
		return;
	if (names->mount_fd >= 0)
		close(names->mount_fd);
	free(names);
}

void sock_names_forget(struct sock_names *names)
{
	memset(names->ifaces, 0, sizeof(names->ifaces));
	memset(names->lengths, 0, sizeof(names->lengths));
}

struct span sock_names_iface(struct sock_names *names, uint32_t index)
{
	struct iface_slot *slot = &names->ifaces[index % SLOTS];

	if (slot->index != index) {
		slot->index = index;
		if (!if_indextoname(index, slot->name)) {
			struct buf b = BUF_OVER(slot->name);

			buf_str(&b, "if");
			buf_u64(&b, index);
			buf_cstr(&b);
		}
	}
	return span_of(slot->name);
}

/* "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0" */
static bool take_mount(struct sock_names *names, struct span line)
{
	struct buf b = BUF_OVER(names->mount);
	struct span device;
	struct span path;
	struct span type;

	if (!span_word(&line, &device) || !span_word(&line, &path) || !span_word(&line, &type) ||
	    !span_eq(type, SPAN("cgroup2")))
		return false;
	buf_put(&b, path);
	names->mount_fd = open(buf_cstr(&b), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return names->mount_fd >= 0;
}

static void find_mount(struct sock_names *names)
{
	char chunk[MOUNTS_CHUNK];
	struct span text = {chunk, 0};
	struct span line;
	bool found = false;
	ssize_t n;
	int fd = open("/proc/mounts", O_RDONLY | O_CLOEXEC);

	names->mount_tried = true;
	if (fd < 0)
		return;
	while (!found && (n = read_again(fd, chunk + text.n, sizeof(chunk) - text.n)) > 0) {
		text = (struct span){chunk, text.n + (size_t)n};
		while (!found && span_cut(&text, '\n', &line))
			found = take_mount(names, line);
		memmove(chunk, text.p, text.n);
	}
	close(fd);
}

static int open_cgroup(const struct sock_names *names, uint64_t id)
{
	union {
		struct file_handle h;
		char bytes[sizeof(struct file_handle) + sizeof(id)];
	} u = {
		.h = {.handle_bytes = sizeof(id), .handle_type = 0xfe /* FILEID_KERNFS */}
        };

	if (names->mount_fd < 0)
		return -1;
	memcpy(u.bytes + sizeof(struct file_handle), &id, sizeof(id));
	return open_by_handle_at(names->mount_fd, &u.h, O_RDONLY | O_CLOEXEC);
}

static void find_cgroup(const struct sock_names *names, uint64_t id, struct buf *path)
{
	struct span mount = span_of(names->mount);
	char link[32];
	struct buf b = BUF_OVER(link);
	int fd = open_cgroup(names, id);
	ssize_t n = -1;

	if (fd >= 0) {
		buf_str(&b, "/proc/self/fd/");
		buf_u64(&b, (uint64_t)fd);
		n = readlink(buf_cstr(&b), path->p, path->cap);
		close(fd);
	}
	if (n < 0 || (size_t)n < mount.n) {
		buf_str(path, "unreachable:");
		buf_hex(path, id, 1);
	} else if ((size_t)n == mount.n) {
		buf_char(path, '/');
	} else {
		path->n = (size_t)n - mount.n;
		memmove(path->p, path->p + mount.n, path->n);
	}
}

struct span sock_names_cgroup(struct sock_names *names, uint64_t id)
{
	struct buf path = BUF_OVER(names->longest);
	size_t slot = id % SLOTS;

	if (names->lengths[slot] && names->ids[slot] == id)
		return (struct span){names->paths[slot], names->lengths[slot]};
	if (!names->mount_tried)
		find_mount(names);
	find_cgroup(names, id, &path);
	if (path.n <= PATH_KEPT) {
		names->ids[slot] = id;
		names->lengths[slot] = path.n;
		memcpy(names->paths[slot], path.p, path.n);
	}
	return buf_span(&path);
}
