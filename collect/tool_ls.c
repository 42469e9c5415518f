/* ls PATH: the names in a folder, one a line, in byte order. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "collect/how.h"
#include "collect/path.h"
#include "collect/tool_io.h"

/* 0 or an errno. */
static int list(const struct host *h, struct span folder, struct names *names)
{
	char p[PATH_MAX];
	struct buf path = BUF_OVER(p);
	buf_put(&path, folder);
	if (path.n >= path.cap)
		return ENAMETOOLONG;
	return names_read(h, buf_cstr(&path), names) == 0 ? 0 : errno;
}

/*
 * /sys/class/net/eth0/device is the function that owns the vectors, but for virtio,
 * where it is the virtio device below the PCI function.
 */
static int list_parent(const struct host *h, struct span folder, struct names *names)
{
	char p[PATH_MAX];
	struct buf path = BUF_OVER(p);
	buf_put(&path, span_sub(folder, 0, folder.n - (sizeof "msi_irqs" - 1)));
	buf_str(&path, "../msi_irqs");
	return list(h, buf_span(&path), names);
}

static enum capture_status put(struct job *j, const struct names *names)
{
	for (size_t i = 0; i < names->n; i++) {
		struct buf *out = job_room(j, strlen(names->v[i]) + 1);
		if (!out)
			return CAPTURE_CUT;
		buf_str(out, names->v[i]);
		buf_char(out, '\n');
	}
	return CAPTURE_OK;
}

enum capture_status tool_ls(struct job *j, struct span args, int *error, struct buf *note)
{
	struct span folder = span_trim(args);
	struct names names = {0};
	int e = list(j->host, folder, &names);
	if (e == ENOENT && span_ends(folder, SPAN("/device/msi_irqs"))) {
		e = list_parent(j->host, folder, &names);
		if (!e)
			buf_str(note, "read from device/../msi_irqs");
	}
	if (e)
		return tool_fail(error, e, note, "");
	enum capture_status status = put(j, &names);
	names_free(&names);
	return status;
}
