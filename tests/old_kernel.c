/*
 * old_kernel ERRNO COMMAND ARG...: runs the command where every system call that is newer
 * than Linux 2.6.32 fails with that errno, as do netlink's sock_diag and generic families.
 * ENOSYS (38) is what an old kernel says, EPERM (1) an old sandbox.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "schema/span.h"

#ifdef __x86_64__
/* The numbers were given in order of time: perf_event_open was the last of 2.6.32. */
#define FIRST_NEW      (SYS_perf_event_open + 1)
#define LOW(i)         (offsetof(struct seccomp_data, args) + 8 * (i))
#define LOAD(at)       BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (at))
#define IS(v, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (v), (yes), (no))

static int forbid(unsigned error)
{
	struct sock_filter code[] = {
		LOAD(offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_NEW, 7, 0),
		IS(SYS_socket, 0, 5),
		LOAD(LOW(0)),
		IS(AF_NETLINK, 0, 3),
		LOAD(LOW(2)),
		IS(NETLINK_SOCK_DIAG, 2, 0),
		IS(NETLINK_GENERIC, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
	};
	struct sock_fprog program = {.len = sizeof(code) / sizeof(*code), .filter = code};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}
#else
static int forbid(unsigned error)
{
	(void)error;
	errno = ENOTSUP;
	return -1;
}
#endif

int main(int argc, char **argv)
{
	uint64_t error;

	if (argc < 3 || !span_u64(span_of(argv[1]), 4095, &error))
		return 2;
	if (forbid((unsigned)error) != 0) {
		perror("old_kernel: seccomp");
		return 77;
	}
	execv(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
