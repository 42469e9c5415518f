/*
 * box_probe free|boxed|sealed|calculating DIR INPUT: tries what a program that was taken over
 * would try, outside of the analyzer's box or in it: with a folder for output and processes, with
 * neither, as a rule of strangers.  DIR is the folder of its output, INPUT its input; what its
 * caller left open is descriptor 9.  One line each: what, and "works" or why not.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyze/box.h"
#include "schema/buf.h"

static char dir_file[512], dir_renamed[512];
static const char *input;
static const char *dir;
static pid_t sleeper;
static int pair[2], terminal, input_fd; /* opened before the box */

#define INHERITED 9

static int opened(int fd)
{
	if (fd >= 0)
		(void)close(fd);
	return fd;
}

static int open_passwd(void)
{
	return opened(open("/etc/passwd", O_RDONLY));
}

static int open_proc(void)
{
	return opened(open("/proc/self/environ", O_RDONLY));
}

static int list_root(void)
{
	return opened(open("/", O_RDONLY | O_DIRECTORY));
}

static int write_elsewhere(void)
{
	int fd = opened(open("/tmp/nettape-box-probe", O_WRONLY | O_CREAT, 0600));

	if (fd >= 0)
		(void)unlink("/tmp/nettape-box-probe");
	return fd;
}

static int write_input(void)
{
	return opened(open(input, O_WRONLY));
}

static int make_socket(void)
{
	return opened(socket(AF_INET, SOCK_STREAM, 0));
}

static int make_local_socket(void)
{
	return opened(socket(AF_UNIX, SOCK_STREAM, 0));
}

/* In a process of its own, since it may be the end of it. */
static int in_child(int (*go)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(go() < 0 ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : ECANCELED;
	return status == 0 ? 0 : -1;
}

static int exec_true(void)
{
	return execl("/bin/true", "true", (char *)NULL);
}

static int start_program(void)
{
	return in_child(exec_true);
}

static int execat_true(void)
{
	static char name[] = "true";
	char *argv[] = {name, NULL}, *none[] = {NULL};

	return (int)syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv, none, 0);
}

static int start_program_at(void)
{
	return in_child(execat_true);
}

static int nothing(void)
{
	return 0;
}

static int make_process(void)
{
	return in_child(nothing);
}

/* The calls of other ABIs on the same machine. */
static int old_call(void)
{
#ifdef __x86_64__
	long rc = 20; /* getpid of i386 */

	__asm__ volatile("int $0x80" : "+a"(rc) : : "memory", "r8", "r9", "r10", "r11");
	return rc > 0 ? 0 : -1;
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int call_as_32_bit(void)
{
	return in_child(old_call);
}

static int x32_call(void)
{
	return syscall(0x40000000L | SYS_getpid) > 0 ? 0 : -1;
}

static int call_as_x32(void)
{
	return in_child(x32_call);
}

static int new_user(void)
{
	return unshare(CLONE_NEWUSER);
}

static int new_user_namespace(void)
{
	return in_child(new_user);
}

static int new_mounts(void)
{
	return unshare(CLONE_NEWNS);
}

static int new_namespace(void)
{
	return in_child(new_mounts);
}

static int clone_newest(void)
{
	uint64_t args[11] = {0};
	long pid;

	args[4] = SIGCHLD;
	pid = syscall(435 /* clone3 */, args, sizeof(args));
	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid((pid_t)pid, NULL, 0) == pid ? 0 : -1;
}

/* Called with what fits, so that it is the box that says no. */
static int make_ring(void)
{
	uint32_t params[30] = {0};

	return opened((int)syscall(425 /* io_uring_setup */, 1, params));
}

static int open_newest(void)
{
	uint64_t how[3] = {O_RDONLY, 0, 0};

	return opened((int)syscall(437 /* openat2 */, AT_FDCWD, "/etc/passwd", how, sizeof(how)));
}

static int make_memory_file(void)
{
	return opened((int)syscall(SYS_memfd_create, "probe", 0));
}

static int load_bpf(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

	return opened((int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static int fault_in_user_space(void)
{
	return opened((int)syscall(SYS_userfaultfd, O_CLOEXEC));
}

static int count_events(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE,
	                               .size = sizeof(attr),
	                               .config = PERF_COUNT_SW_CPU_CLOCK};

	return opened((int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
}

static int watch_files(void)
{
	return opened((int)syscall(SYS_inotify_init1, 0));
}

static int hold_process(void)
{
	return opened((int)syscall(434 /* pidfd_open */, sleeper, 0));
}

static int share_memory(void)
{
	long id = syscall(SYS_shmget, IPC_PRIVATE, 4096, IPC_CREAT | 0600);

	if (id >= 0)
		(void)syscall(SYS_shmctl, id, IPC_RMID, NULL);
	return (int)id;
}

static int keep_key(void)
{
	return (int)syscall(SYS_add_key, "user", "probe", "x", 1, -1 /* of the thread */);
}

static int read_other_memory(void)
{
	char mine[8];
	struct iovec to = {mine, sizeof(mine)}, from = {mine, sizeof(mine)};

	return (int)syscall(SYS_process_vm_readv, sleeper, &to, 1, &from, 1, 0);
}

static int write_other_memory(void)
{
	char mine[8] = "";
	struct iovec to = {mine, sizeof(mine)}, from = {mine, sizeof(mine)};

	return (int)syscall(SYS_process_vm_writev, sleeper, &to, 1, &from, 1, 0);
}

static int open_memory_of(const char *whose)
{
	char path[64];
	struct buf b = BUF_OVER(path);

	buf_fmt(&b, "/proc/%s/mem", whose);
	return opened(open(buf_cstr(&b), O_RDWR));
}

static int open_own_memory(void)
{
	return open_memory_of("self");
}

static int open_other_memory(void)
{
	char pid[24];
	struct buf b = BUF_OVER(pid);

	buf_i64(&b, sleeper);
	return open_memory_of(buf_cstr(&b));
}

static int mount_over(void)
{
	if (mount("none", dir, "tmpfs", 0, "size=64k") < 0)
		return -1;
	return umount2(dir, MNT_DETACH);
}

static int change_root(void)
{
	return chroot("/");
}

static int write_inherited(void)
{
	return write(INHERITED, "x", 1) == 1 ? 0 : -1;
}

static int send_message(void)
{
	char byte = 'x';
	struct iovec v = {&byte, 1};
	struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};

	return sendmsg(pair[0], &m, 0) == 1 ? 0 : -1;
}

/* The kernel would send it for us: what comes into a pipe can be told by any signal. */
static int signal_by_pipe(void)
{
	int fd[2], rc;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return -1;
	rc = fcntl(fd[0], F_SETOWN, sleeper);
	if (rc == 0)
		rc = fcntl(fd[0], F_SETFL, O_ASYNC);
	(void)close(fd[0]);
	(void)close(fd[1]);
	return rc;
}

static int type_into_terminal(void)
{
	return ioctl(terminal, TIOCSTI, "x");
}

static int signal_parent(void)
{
	return kill(getppid(), 0);
}

static int raise_limits(void)
{
	struct rlimit r = {RLIM_INFINITY, RLIM_INFINITY};

	return setrlimit(RLIMIT_AS, &r);
}

static int make_runnable(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int rc = p == MAP_FAILED ? -1 : mprotect(p, 4096, PROT_READ | PROT_EXEC);

	if (p != MAP_FAILED)
		(void)munmap(p, 4096);
	return rc;
}

static int run_file(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, input_fd, 0);

	return p == MAP_FAILED ? -1 : munmap(p, 4096);
}

static int change_mode(void)
{
	return fchmod(input_fd, 0600);
}

static int change_times(void)
{
	return futimens(input_fd, NULL);
}

static int leave_group(void)
{
	return setpgid(0, 0);
}

static int trace(void)
{
	int status;

	if (ptrace(PTRACE_ATTACH, sleeper, NULL, NULL) < 0)
		return -1;
	(void)waitpid(sleeper, &status, 0);
	return (int)ptrace(PTRACE_DETACH, sleeper, NULL, NULL);
}

static int signal_other(void)
{
	return kill(sleeper, 0);
}

static int run_memory(void)
{
	void *p = mmap(NULL, 1, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
	               0);

	if (p == MAP_FAILED)
		return -1;
	return munmap(p, 1);
}

static int make_device(void)
{
	if (mkfifo(dir_renamed, 0600) < 0)
		return -1;
	return unlink(dir_renamed);
}

static int make_link(void)
{
	if (symlink("/etc/passwd", dir_renamed) < 0)
		return -1;
	return unlink(dir_renamed);
}

static int hold_memory(void)
{
	void *p = mmap(NULL, (size_t)1 << 42, PROT_READ,
	               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return -1;
	return munmap(p, (size_t)1 << 42);
}

static int read_input(void)
{
	return opened(open(input, O_RDONLY));
}

static int write_output(void)
{
	int fd = opened(open(dir_file, O_WRONLY | O_CREAT, 0600));

	return fd < 0 || rename(dir_file, dir_renamed) < 0 ? -1 : unlink(dir_renamed);
}

static const struct attempt {
	const char *what;
	int (*go)(void);
} attempts[] = {
	{"read /etc/passwd",                   open_passwd        },
	{"read /proc/self/environ",            open_proc          },
	{"list /",			     list_root          },
	{"write in /tmp",                      write_elsewhere    },
	{"write the input",                    write_input        },
	{"make a TCP socket",                  make_socket        },
	{"make a local socket",                make_local_socket  },
	{"exec a program",                     start_program      },
	{"ptrace a process",                   trace              },
	{"signal a process",                   signal_other       },
	{"make a namespace",                   new_namespace      },
	{"map memory to write and run",        run_memory         },
	{"make a FIFO in the output",          make_device        },
	{"make a link in the output",          make_link          },
	{"map 4 TiB",			  hold_memory        },
	{"execveat a program",                 start_program_at   },
	{"call as 32-bit",                     call_as_32_bit     },
	{"call as x32",			call_as_x32        },
	{"make a user namespace",              new_user_namespace },
	{"make a process by clone3",           clone_newest       },
	{"make a ring of calls",               make_ring          },
	{"read /etc/passwd by openat2",        open_newest        },
	{"make a file in memory",              make_memory_file   },
	{"load BPF",			   load_bpf           },
	{"handle page faults",                 fault_in_user_space},
	{"count events",                       count_events       },
	{"watch files change",                 watch_files        },
	{"hold a process",                     hold_process       },
	{"share memory",                       share_memory       },
	{"keep a key",			 keep_key           },
	{"peek into a process",                read_other_memory  },
	{"poke into a process",                write_other_memory },
	{"write /proc/self/mem",               open_own_memory    },
	{"write /proc/PID/mem",                open_other_memory  },
	{"mount over the output",              mount_over         },
	{"change the root folder",             change_root        },
	{"write to what the caller left open", write_inherited    },
	{"send a message on a socket",         send_message       },
	{"signal a process by a pipe",         signal_by_pipe     },
	{"signal the parent",                  signal_parent      },
	{"type into the terminal",             type_into_terminal },
	{"lift the limits",                    raise_limits       },
	{"make memory runnable",               make_runnable      },
	{"map a file to run",                  run_file           },
	{"change the mode of its input",       change_mode        },
	{"change the times of its input",      change_times       },
	{"leave its group of processes",       leave_group        },
	{"make a process",                     make_process       },
	{"+read the input",                    read_input         },
	{"+make a file where output goes",     write_output       },
};

/* Somebody else to do harm to. */
static pid_t start_sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		(void)alarm(60);
		(void)pause();
		_exit(0);
	}
	return pid;
}

static void name(char *into, size_t n, const char *folder, const char *file)
{
	struct buf b = {.p = into, .cap = n};

	buf_fmt(&b, "%s/%s", folder, file);
	(void)buf_cstr(&b);
}

static void open_before(void)
{
	(void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
	terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	input_fd = open(input, O_RDONLY | O_CLOEXEC);
	sleeper = start_sleeper();
}

static void enter(const char *mode, struct box *held)
{
	const bool boxed = strcmp(mode, "boxed") == 0;
	struct box_want want = {.reads = &input, .reads_n = 1, .forks = boxed};

	if (boxed) {
		want.makes = &dir;
		want.makes_n = 1;
	}
	if (strcmp(mode, "free") != 0)
		box_enter(&want, held);
	if (strcmp(mode, "calculating") == 0)
		box_calculate(20, (size_t)64 << 20);
}

int main(int argc, char **argv)
{
	struct box held = {.text = "free"};

	if (argc != 4)
		return 2;
	dir = argv[2];
	input = argv[3];
	name(dir_file, sizeof(dir_file), dir, "probe");
	name(dir_renamed, sizeof(dir_renamed), dir, "probe2");
	open_before();
	enter(argv[1], &held);
	(void)printf("box: %s\n", held.text);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int rc = (fflush(stdout), attempts[i].go());

		(void)printf("%s: %s\n", attempts[i].what, rc < 0 ? strerror(errno) : "works");
	}
	(void)fflush(stdout);
	/* in the box nobody else can be ended: it does so itself */
	(void)kill(sleeper, SIGKILL);
	return 0;
}
