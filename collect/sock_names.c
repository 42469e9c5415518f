/*
 * A cgroup id is the file handle of its folder (kernel 5.5): open_by_handle_at(2)
 * below the mount of cgroup2 finds it, with CAP_DAC_READ_SEARCH.
 */
#include "collect/sock_names.h"

#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "schema/buf.h"

#define SLOTS 256

struct iface_slot {
	uint32_t index;
	char name[IF_NAMESIZE];
};

struct cgroup_slot {
	uint64_t id;
	char *path; /* owned */
};

/* Both are direct-mapped caches: what falls on a slot in use replaces it. */
struct sock_names {
	struct iface_slot ifaces[SLOTS];
	struct cgroup_slot cgroups[SLOTS];
	char mount[256]; /* of cgroup2, or "" */
	int mount_fd;    /* -1 = not tried yet, or none */
	bool mount_tried;
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
	for (size_t i = 0; i < SLOTS; i++)
		free(names->cgroups[i].path);
	if (names->mount_fd >= 0)
		close(names->mount_fd);
	free(names);
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

/* /proc/mounts: "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0" */
static void find_mount(struct sock_names *names)
{
	FILE *f = fopen("/proc/mounts", "re");
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	names->mount_tried = true;
	if (!f)
		return;
	while (names->mount_fd < 0 && (n = getline(&text, &cap, f)) > 0) {
		struct span line = {text, (size_t)n};
		struct buf b = BUF_OVER(names->mount);
		struct span device;
		struct span path;
		struct span type;

		if (!span_word(&line, &device) || !span_word(&line, &path) ||
		    !span_word(&line, &type) || !span_eq(type, SPAN("cgroup2")))
			continue;
		buf_put(&b, path);
		names->mount_fd = open(buf_cstr(&b), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	free(text);
	fclose(f);
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
	struct cgroup_slot *slot = &names->cgroups[id % SLOTS];

	if (!slot->path || slot->id != id) {
		char text[PATH_MAX];
		struct buf path = BUF_OVER(text);

		if (!names->mount_tried)
			find_mount(names);
		find_cgroup(names, id, &path);
		free(slot->path);
		slot->id = id;
		slot->path = strndup(path.p, path.n);
	}
	return slot->path ? span_of(slot->path) : SPAN("?");
}
