/*
 * An allow-list of system calls as a classic BPF program (Documentation/userspace-api/
 * seccomp_filter.rst).  What is not in the table fails with EPERM, so that a C library that
 * tries something new goes on without it; the newest forms of known calls fail with ENOSYS,
 * so that it takes the older one, whose arguments a filter can see.
 */
#include "analyze/box_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#ifdef MACHINE

#define INSTRUCTIONS_MAX 800
#define X32              0x40000000U /* calls of the 32-bit ABI of x86_64 */
#define OPEN_WRITES      ((uint32_t)(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | (O_TMPFILE & ~O_DIRECTORY)))
#define NAMESPACES                                                                                 \
	((uint32_t)(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |     \
	            CLONE_NEWNET | CLONE_NEWCGROUP | CLONE_PTRACE))
/* pthread_create(3), of glibc; musl adds a flag that means nothing any more */
#define THREAD                                                                                     \
	((uint32_t)(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |             \
	            CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID))
#define THREAD_MUSL (THREAD | (uint32_t)CLONE_DETACHED)

/* Allowed up to that box, when `mask` of argument `arg` is `value`; mask 0 = whatever it is. */
static const struct call {
	uint32_t nr;
	enum box_calls upto;
	unsigned arg;
	uint32_t mask, value;
	bool forks; /* only where processes may be made */
} calls[] = {
#define ALWAYS(name)  {.nr = (uint32_t)SYS_##name, .upto = BOX_CALLS_CALCULATE},
#define READING(name) {.nr = (uint32_t)SYS_##name, .upto = BOX_CALLS_READ},
#define MAKING(name)  {.nr = (uint32_t)SYS_##name, .upto = BOX_CALLS_MAKE},
#define IS(name, a, v)                                                                             \
	{(uint32_t)SYS_##name, BOX_CALLS_CALCULATE, (a), UINT32_MAX, (uint32_t)(v), false},
#define WITHOUT(name, a, m)                                                                        \
	{(uint32_t)SYS_##name, BOX_CALLS_CALCULATE, (a), (uint32_t)(m), 0, false},
#define R_WITHOUT(name, a, m) {(uint32_t)SYS_##name, BOX_CALLS_READ, (a), (uint32_t)(m), 0, false},
#define R_IS(name, a, v)                                                                           \
	{(uint32_t)SYS_##name, BOX_CALLS_READ, (a), UINT32_MAX, (uint32_t)(v), false},
#define FORK_WITHOUT(name, a, m)                                                                   \
	{(uint32_t)SYS_##name, BOX_CALLS_READ, (a), (uint32_t)(m), 0, true},
#include "analyze/box_calls.def"
};
#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* Tried first by new C libraries, with arguments in memory. */
static const uint32_t newer[] = {
#ifdef SYS_clone3
	(uint32_t)SYS_clone3,
#endif
#ifdef SYS_openat2
	(uint32_t)SYS_openat2,
#endif
#ifdef SYS_faccessat2
	(uint32_t)SYS_faccessat2,
#endif
};

struct program {
	struct sock_filter *code;
	size_t n, cap;
};

static void emit(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	if (p->n++ < p->cap)
		p->code[p->n - 1] = (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = k};
}

static void load(struct program *p, size_t offset)
{
	emit(p, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static void answer(struct program *p, uint32_t what)
{
	emit(p, BPF_RET | BPF_K, what, 0, 0);
}

/* The lower half of an argument: both architectures are little-endian. */
static size_t argument(unsigned i)
{
	return offsetof(struct seccomp_data, args) + i * sizeof(uint64_t);
}

static void allow(struct program *p, const struct call *c)
{
	if (!c->mask) {
		emit(p, BPF_JMP | BPF_JEQ | BPF_K, c->nr, 0, 1);
		answer(p, SECCOMP_RET_ALLOW);
		return;
	}
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, c->nr, 0, 5);
	load(p, argument(c->arg));
	emit(p, BPF_ALU | BPF_AND | BPF_K, c->mask, 0, 0);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, c->value, 0, 1);
	answer(p, SECCOMP_RET_ALLOW);
	load(p, offsetof(struct seccomp_data, nr));
}

static void build(struct program *p, enum box_calls upto, bool forks)
{
	load(p, offsetof(struct seccomp_data, arch));
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0);
	answer(p, SECCOMP_RET_KILL_PROCESS);
	load(p, offsetof(struct seccomp_data, nr));
	emit(p, BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1);
	answer(p, SECCOMP_RET_KILL_PROCESS);
	for (size_t i = 0; i < CALLS; i++)
		if (calls[i].upto >= upto && (forks || !calls[i].forks))
			allow(p, &calls[i]);
	for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++) {
		emit(p, BPF_JMP | BPF_JEQ | BPF_K, newer[i], 0, 1);
		answer(p, SECCOMP_RET_ERRNO | ENOSYS);
	}
	answer(p, SECCOMP_RET_ERRNO | EPERM);
}

size_t box_filter_program(enum box_calls upto, bool forks, struct sock_filter *code, size_t n)
{
	struct program p = {.code = code, .cap = n};

	build(&p, upto, forks);
	return p.n <= p.cap ? p.n : 0;
}

bool box_filter(enum box_calls upto, bool forks)
{
	struct sock_filter code[INSTRUCTIONS_MAX];
	struct sock_fprog prog = {.filter = code};

	prog.len = (unsigned short)box_filter_program(upto, forks, code, INSTRUCTIONS_MAX);
	return prog.len && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == 0;
}

#else

size_t box_filter_program(enum box_calls upto, bool forks, struct sock_filter *code, size_t n)
{
	(void)upto;
	(void)forks;
	(void)code;
	(void)n;
	return 0;
}

bool box_filter(enum box_calls upto, bool forks)
{
	(void)upto;
	(void)forks;
	return false;
}

#endif
