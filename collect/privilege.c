/*
 * capabilities(7).  The system calls themselves, for neither libc wraps capset(2).
 */
#include "collect/privilege.h"

#include <linux/capability.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "collect/how.h"

/* The kernel has 41 and keeps them in 64 bits. */
#define CAPS_MAX 64

struct asked {
	const struct opts *opts;
	const struct slots *slots;
	const char *name; /* the output's */
};

static bool on_live_host(const struct asked *a)
{
	return a->opts->root[0] == '\0';
}

static bool for_files(const struct asked *a)
{
	(void)a;
	return true;
}

static bool for_netns(const struct asked *a)
{
	return on_live_host(a) && a->opts->netns.n > 0;
}

static bool for_commands(const struct asked *a)
{
	return a->opts->runs.n > 0;
}

static bool takes(const struct asked *a, const char *what)
{
	for (size_t i = 0; i < a->slots->n; i++)
		if (strcmp(a->slots->v[i].source.what, what) == 0)
			return true;
	return false;
}

static bool for_admin_tools(const struct asked *a)
{
	return on_live_host(a) && (takes(a, "ethtool %i") || takes(a, "ss -tanmieo"));
}

/* Whether the output's folder is one that its own mode would not let us write to. */
static bool is_foreign(const char *name, bool *sticky)
{
	char path[BUNDLE_NAME_MAX];
	struct buf b = BUF_OVER(path);
	const char *slash = strrchr(name, '/');
	struct stat st;

	if (strcmp(name, "-") == 0)
		return false;
	if (slash)
		buf_put(&b, (struct span){name, (size_t)(slash - name) + 1});
	else
		buf_str(&b, ".");
	if (stat(buf_cstr(&b), &st) != 0)
		return false; /* nor will it be opened */
	*sticky = (st.st_mode & S_ISVTX) != 0;
	return st.st_uid != geteuid() || (st.st_mode & (S_IWUSR | S_IXUSR)) != (S_IWUSR | S_IXUSR);
}

/* And unix sockets of an admin port, which take the right to write. */
static bool for_output(const struct asked *a)
{
	bool sticky = false;

	for (size_t i = 0; i < a->opts->urls.n; i++)
		if (strncmp(a->opts->urls.v[i], "unix:", 5) == 0)
			return true;
	return is_foreign(a->name, &sticky);
}

static bool for_overwriting(const struct asked *a)
{
	bool sticky = false;

	return a->opts->force && is_foreign(a->name, &sticky) && sticky;
}

/*
 * Which capability buys what, tried in tests/e2e/privilege.sh where a host allows.  What
 * stands in no row is never kept.
 */
static const struct {
	unsigned cap;
	bool (*needed)(const struct asked *a);
} table[] = {
  /* owners, a listener's process, task-fds: links of other users' /proc/PID/fd */
	{CAP_SYS_PTRACE,      on_live_host   },
 /* the same folders, mode 0500; --root: the files of a dump */
	{CAP_DAC_READ_SEARCH, for_files      },
 /* ethtool: Wake-on (ETHTOOL_GWOL); tcp-info: fwmark, tcp-ulp (INET_DIAG_MARK, _ULP_INFO) */
	{CAP_NET_ADMIN,       for_admin_tools},
 /* --netns: setns(2) */
	{CAP_SYS_ADMIN,       for_netns      },
 /* -o in a folder of another user; --metrics unix: */
	{CAP_DAC_OVERRIDE,    for_output     },
 /* --force over another user's file in such a folder that is sticky */
	{CAP_FOWNER,          for_overwriting},
 /* --run: to end what has changed its user */
	{CAP_KILL,            for_commands   },
};

static uint64_t needed(const struct asked *a)
{
	uint64_t keep = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].needed(a))
			keep |= (uint64_t)1 << table[i].cap;
	return keep;
}

/* No exec gives back what is not kept.  Takes CAP_SETPCAP; without, no_new_privs does it. */
static void shut(uint64_t keep)
{
	for (unsigned long cap = 0; cap < CAPS_MAX; cap++)
		if (!(keep >> cap & 1) && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

static void reduce(uint64_t keep, bool inherit)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &head, sets) != 0)
		return;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		sets[i].permitted &= (uint32_t)(keep >> 32 * i);
		sets[i].effective &= sets[i].permitted;
		if (!inherit)
			sets[i].inheritable = 0;
	}
	(void)syscall(SYS_capset, &head, sets);
}

void privilege_drop(const struct opts *o, const struct slots *slots, const char *name)
{
	struct asked a = {.opts = o, .slots = slots, .name = name};
	uint64_t keep = needed(&a);

	if (!for_commands(&a))
		shut(keep);
	reduce(keep, for_commands(&a));
}
