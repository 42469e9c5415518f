/*
 * box_probe boxed|free DIR INPUT: tries what a program that was taken over would try, in the
 * box of the analyzer or outside of it.  DIR is the folder of its output, INPUT its input.
 * One line each: what, and "works" or why not.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "analyze/box.h"
#include "schema/buf.h"

static char dir_file[512], dir_renamed[512];
static const char *input;
static pid_t sleeper;

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

static int start_program(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		(void)execl("/bin/true", "true", (char *)NULL);
		_exit(errno);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WEXITSTATUS(status);
	return status == 0 ? 0 : -1;
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

static int new_namespace(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(unshare(CLONE_NEWNS) < 0 ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	errno = WEXITSTATUS(status);
	return status == 0 ? 0 : -1;
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
	{"read /etc/passwd",               open_passwd      },
	{"read /proc/self/environ",        open_proc        },
	{"list /",			 list_root        },
	{"write in /tmp",                  write_elsewhere  },
	{"write the input",                write_input      },
	{"make a TCP socket",              make_socket      },
	{"make a local socket",            make_local_socket},
	{"exec a program",                 start_program    },
	{"ptrace a process",               trace            },
	{"signal a process",               signal_other     },
	{"make a namespace",               new_namespace    },
	{"map memory to write and run",    run_memory       },
	{"make a FIFO in the output",      make_device      },
	{"make a link in the output",      make_link        },
	{"map 4 TiB",		      hold_memory      },
	{"+read the input",                read_input       },
	{"+make a file where output goes", write_output     },
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

static void name(char *into, size_t n, const char *dir, const char *file)
{
	struct buf b = {.p = into, .cap = n};

	buf_fmt(&b, "%s/%s", dir, file);
	(void)buf_cstr(&b);
}

int main(int argc, char **argv)
{
	struct box held = {.text = "free"};
	const char *reads[1], *makes[1];

	if (argc != 4)
		return 2;
	reads[0] = input = argv[3];
	makes[0] = argv[2];
	name(dir_file, sizeof(dir_file), argv[2], "probe");
	name(dir_renamed, sizeof(dir_renamed), argv[2], "probe2");
	sleeper = start_sleeper();
	if (strcmp(argv[1], "boxed") == 0)
		box_enter(
			&(struct box_want){
				.reads = reads, .reads_n = 1, .makes = makes, .makes_n = 1},
			&held);
	(void)printf("box: %s\n", held.text);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int rc = attempts[i].go();

		(void)printf("%s: %s\n", attempts[i].what, rc < 0 ? strerror(errno) : "works");
	}
	(void)fflush(stdout);
	/* in the box nobody else can be ended: it does so itself */
	(void)kill(sleeper, SIGKILL);
	return 0;
}
