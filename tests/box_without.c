/*
 * box_without landlock|seccomp|both COMMAND ARG...: runs it as on a kernel that lacks that: the
 * call that asks for it fails as there.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NR_LANDLOCK_CREATE 444

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
/* goes on where it is that, else behind `skip` instructions */
#define IS(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (skip))
#define FAIL(code)      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (code))
#define PASS            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static int refuse(struct sock_filter *code, unsigned short n)
{
	const struct sock_fprog program = {.len = n, .filter = code};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

static int without_landlock(void)
{
	struct sock_filter code[] = {LOAD(nr), IS(NR_LANDLOCK_CREATE, 1), FAIL(ENOSYS), PASS};

	return refuse(code, sizeof(code) / sizeof(code[0]));
}

static int without_seccomp(void)
{
	struct sock_filter code[] = {
		LOAD(nr), IS(SYS_prctl, 3), LOAD(args), IS(PR_SET_SECCOMP, 1), FAIL(EINVAL), PASS};

	return refuse(code, sizeof(code) / sizeof(code[0]));
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	const int both = strcmp(what, "both") == 0;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    ((both || strcmp(what, "landlock") == 0) && without_landlock() < 0) ||
	    ((both || strcmp(what, "seccomp") == 0) && without_seccomp() < 0)) {
		perror("box_without");
		return 2;
	}
	if (argc > 2)
		(void)execvp(argv[2], argv + 2);
	perror("box_without");
	return 2;
}
