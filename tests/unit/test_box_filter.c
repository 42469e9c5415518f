/*
 * The filter of system calls as the kernel would run it: each call of the table and what is
 * none, on the architecture that this is built for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "analyze/box_filter.h"

#define CODE_MAX 1000
#if defined(__x86_64__)
#define MACHINE  AUDIT_ARCH_X86_64
#define MACHINES 1
#elif defined(__aarch64__)
#define MACHINE  AUDIT_ARCH_AARCH64
#define MACHINES 1
#else
#define MACHINE  0
#define MACHINES 0
#endif

static struct sock_filter code[CODE_MAX];
static size_t code_n;

static uint32_t word_at(const struct seccomp_data *d, uint32_t offset)
{
	uint32_t w;

	assert_true(offset % 4 == 0 && offset + 4 <= sizeof(*d));
	memcpy(&w, (const char *)d + offset, sizeof(w));
	return w;
}

/* Classic BPF, as much of it as there is in the program; what it returns. */
static uint32_t judged(const struct seccomp_data *d)
{
	uint32_t a = 0;

	for (size_t i = 0; i < code_n; i++) {
		const struct sock_filter *c = &code[i];

		if (c->code == (BPF_LD | BPF_W | BPF_ABS))
			a = word_at(d, c->k);
		else if (c->code == (BPF_ALU | BPF_AND | BPF_K))
			a &= c->k;
		else if (c->code == (BPF_JMP | BPF_JEQ | BPF_K))
			i += a == c->k ? c->jt : c->jf;
		else if (c->code == (BPF_JMP | BPF_JGE | BPF_K))
			i += a >= c->k ? c->jt : c->jf;
		else if (c->code == (BPF_RET | BPF_K))
			return c->k;
		else
			fail_msg("instruction %u", c->code);
	}
	fail_msg("it runs off its end");
	return 0;
}

static uint32_t call(long nr, unsigned arg, uint64_t value)
{
	struct seccomp_data d = {.nr = (int)nr, .arch = MACHINE};

	d.args[arg] = value;
	return judged(&d);
}

static void take(enum box_calls calls, bool forks)
{
	code_n = box_filter_program(calls, forks, code, CODE_MAX);
}

#define NO (SECCOMP_RET_ERRNO | EPERM)
#define OK SECCOMP_RET_ALLOW

static void another_architecture_is_the_end(void **state)
{
	static const uint32_t others[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_S390X, 0,
	                                  MACHINE ^ 0x80000000U};

	(void)state;
	take(BOX_CALLS_MAKE, true);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct seccomp_data d = {.nr = (int)SYS_read, .arch = others[i]};

		assert_int_equal(judged(&d), SECCOMP_RET_KILL_PROCESS);
	}
}

static void the_32_bit_calls_of_x86_64_are_the_end(void **state)
{
	(void)state;
	take(BOX_CALLS_MAKE, true);
	assert_int_equal(call(0x40000000L | SYS_read, 0, 0), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(call(0x40000000L, 0, 0), SECCOMP_RET_KILL_PROCESS);
	assert_int_equal(call(-1, 0, 0), SECCOMP_RET_KILL_PROCESS);
}

static void what_reads_and_calculates_is_allowed(void **state)
{
	static const long calls[] = {SYS_read, SYS_write, SYS_close, SYS_fstat,     SYS_munmap,
	                             SYS_brk,  SYS_futex, SYS_lseek, SYS_exit_group};

	(void)state;
	for (int box = BOX_CALLS_MAKE; box <= BOX_CALLS_CALCULATE; box++) {
		take((enum box_calls)box, false);
		for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
			assert_int_equal(call(calls[i], 0, 0), OK);
	}
}

static void what_reaches_out_is_refused(void **state)
{
	static const long calls[] = {SYS_socket,
	                             SYS_connect,
	                             SYS_sendmsg,
	                             SYS_sendto,
	                             SYS_execve,
	                             SYS_execveat,
	                             SYS_ptrace,
	                             SYS_kill,
	                             SYS_tgkill,
	                             SYS_rt_sigqueueinfo,
	                             SYS_mount,
	                             SYS_unshare,
	                             SYS_setns,
	                             SYS_chroot,
	                             SYS_bpf,
	                             SYS_userfaultfd,
	                             SYS_perf_event_open,
	                             SYS_memfd_create,
	                             SYS_process_vm_readv,
	                             SYS_process_vm_writev,
	                             SYS_keyctl,
	                             SYS_add_key,
	                             SYS_shmget,
	                             SYS_msgget,
	                             SYS_mknodat,
	                             SYS_symlinkat,
	                             SYS_linkat,
	                             SYS_fchownat,
	                             SYS_utimensat,
	                             SYS_setuid,
	                             SYS_capset,
	                             SYS_personality,
	                             SYS_init_module,
	                             SYS_finit_module,
	                             SYS_kexec_load,
	                             SYS_reboot,
	                             SYS_inotify_init1,
	                             SYS_fanotify_init,
	                             SYS_open_by_handle_at,
	                             SYS_vmsplice,
	                             SYS_splice,
	                             SYS_sendfile,
	                             SYS_setsid,
	                             SYS_setpgid,
	                             SYS_sched_setaffinity,
	                             SYS_mlockall,
	                             SYS_timer_create,
	                             425 /* io_uring_setup */,
	                             426,
	                             427,
	                             434 /* pidfd_open */,
	                             438 /* pidfd_getfd */,
	                             424 /* pidfd_send_signal */,
	                             440 /* process_madvise */,
	                             442 /* mount_setattr */};

	(void)state;
	for (int box = BOX_CALLS_MAKE; box <= BOX_CALLS_CALCULATE; box++) {
		take((enum box_calls)box, true);
		for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
			if (call(calls[i], 0, 0) != NO)
				fail_msg("call %ld in box %d", calls[i], box);
	}
}

static void the_newest_forms_are_said_to_be_missing(void **state)
{
	static const long calls[] = {435 /* clone3 */, 437 /* openat2 */, 439 /* faccessat2 */};

	(void)state;
	take(BOX_CALLS_MAKE, true);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		assert_int_equal(call(calls[i], 0, 0), SECCOMP_RET_ERRNO | ENOSYS);
}

static void memory_is_never_to_be_run(void **state)
{
	(void)state;
	take(BOX_CALLS_MAKE, true);
	assert_int_equal(call(SYS_mmap, 2, PROT_READ | PROT_WRITE), OK);
	assert_int_equal(call(SYS_mmap, 2, PROT_READ | PROT_EXEC), NO);
	assert_int_equal(call(SYS_mprotect, 2, PROT_READ), OK);
	assert_int_equal(call(SYS_mprotect, 2, PROT_EXEC), NO);
	assert_int_equal(call(SYS_mprotect, 2, UINT64_C(0x100000000) | PROT_EXEC), NO);
	assert_int_equal(call(SYS_pkey_mprotect, 2, PROT_READ), NO);
}

static void files_are_written_where_that_was_asked_for(void **state)
{
	(void)state;
	take(BOX_CALLS_MAKE, false);
	assert_int_equal(call(SYS_openat, 2, O_WRONLY | O_CREAT), OK);
	assert_int_equal(call(SYS_unlinkat, 2, 0), OK);
	take(BOX_CALLS_READ, false);
	assert_int_equal(call(SYS_openat, 2, O_RDONLY | O_CLOEXEC | O_DIRECTORY), OK);
	assert_int_equal(call(SYS_openat, 2, O_WRONLY), NO);
	assert_int_equal(call(SYS_openat, 2, O_RDWR), NO);
	assert_int_equal(call(SYS_openat, 2, O_CREAT), NO);
	assert_int_equal(call(SYS_openat, 2, O_TMPFILE), NO);
	assert_int_equal(call(SYS_openat, 2, O_RDONLY | O_TRUNC), NO);
	assert_int_equal(call(SYS_unlinkat, 2, 0), NO);
	take(BOX_CALLS_CALCULATE, true);
	assert_int_equal(call(SYS_openat, 2, O_RDONLY), NO);
	assert_int_equal(call(SYS_prctl, 0, PR_SET_SECCOMP), NO);
}

static void processes_are_made_where_that_was_asked_for(void **state)
{
	(void)state;
	take(BOX_CALLS_MAKE, false);
	assert_int_equal(call(SYS_clone, 0, 17), NO);
	assert_int_equal(call(SYS_clone, 0, 0x3d0f00 /* a thread of glibc's */), OK);
	assert_int_equal(call(SYS_clone, 0, 0x7d0f00 /* and of musl's */), OK);
	assert_int_equal(call(SYS_clone, 0, 0x3d0f00 | CLONE_NEWUSER), NO);
	take(BOX_CALLS_READ, true);
	assert_int_equal(call(SYS_clone, 0, 17), OK);
	assert_int_equal(call(SYS_clone, 0, CLONE_NEWUSER), NO);
	assert_int_equal(call(SYS_clone, 0, CLONE_NEWNET | 17), NO);
	assert_int_equal(call(SYS_clone, 0, CLONE_PTRACE), NO);
	take(BOX_CALLS_CALCULATE, true);
	assert_int_equal(call(SYS_clone, 0, 17), NO);
}

static void descriptors_and_terminals_do_nothing_new(void **state)
{
	(void)state;
	take(BOX_CALLS_MAKE, true);
	assert_int_equal(call(SYS_fcntl, 1, F_GETFL), OK);
	assert_int_equal(call(SYS_fcntl, 1, F_SETFL), NO);
	assert_int_equal(call(SYS_fcntl, 1, F_SETOWN), NO);
	assert_int_equal(call(SYS_fcntl, 1, F_SETSIG), NO);
	assert_int_equal(call(SYS_fcntl, 1, F_SETLEASE), NO);
	assert_int_equal(call(SYS_ioctl, 1, TIOCGWINSZ), OK);
	assert_int_equal(call(SYS_ioctl, 1, TIOCSTI), NO);
	assert_int_equal(call(SYS_ioctl, 1, TIOCLINUX), NO);
	assert_int_equal(call(SYS_ioctl, 1, FIOASYNC), NO);
	assert_int_equal(call(SYS_prlimit64, 0, 0), OK);
	assert_int_equal(call(SYS_prlimit64, 0, 1), NO);
}

static void a_program_that_does_not_fit_is_none(void **state)
{
	(void)state;
	assert_int_equal(box_filter_program(BOX_CALLS_READ, true, code, 20), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_architecture_is_the_end),
		cmocka_unit_test(the_32_bit_calls_of_x86_64_are_the_end),
		cmocka_unit_test(what_reads_and_calculates_is_allowed),
		cmocka_unit_test(what_reaches_out_is_refused),
		cmocka_unit_test(the_newest_forms_are_said_to_be_missing),
		cmocka_unit_test(memory_is_never_to_be_run),
		cmocka_unit_test(files_are_written_where_that_was_asked_for),
		cmocka_unit_test(processes_are_made_where_that_was_asked_for),
		cmocka_unit_test(descriptors_and_terminals_do_nothing_new),
		cmocka_unit_test(a_program_that_does_not_fit_is_none),
	};

	return MACHINES ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
