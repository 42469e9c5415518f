/*
 * Counts allocations between the ticks of nettape-collect, for LD_PRELOAD.  A tick begins when its
 * timer is set.  At the end the file COUNT_ALLOC gets a line a tick, "TICK CALLS", and of the
 * first calls at or after tick COUNT_FROM where they came from.  Without glibc it does not link.
 */
#include <dlfcn.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/timerfd.h>

#define TICKS_MAX 20000
#define SHOWN_MAX 20
#define DEPTH     12

extern void *__libc_malloc(size_t n);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t n);

static atomic_int tick, shown;
static atomic_uint calls[TICKS_MAX];
static int show_from = TICKS_MAX;
static struct {
	void *at[DEPTH];
	int n, tick;
} from[SHOWN_MAX];
static _Thread_local bool inside;

static void count(void)
{
	int at = tick, i;

	if (inside || at >= TICKS_MAX)
		return;
	calls[at]++;
	if (at < show_from)
		return;
	i = shown++;
	if (i >= SHOWN_MAX)
		return;
	inside = true;
	from[i].n = backtrace(from[i].at, DEPTH);
	from[i].tick = at;
	inside = false;
}

void *malloc(size_t n)
{
	count();
	return __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	count();
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	count();
	return __libc_realloc(p, n);
}

void *mmap(void *p, size_t n, int protection, int flags, int fd, off_t at)
{
	static void *(*real)(void *, size_t, int, int, int, off_t);

	if (!real)
		real = dlsym(RTLD_NEXT, "mmap");
	count();
	return real(p, n, protection, flags, fd, at);
}

int timerfd_settime(int fd, int flags, const struct itimerspec *to, struct itimerspec *was)
{
	static int (*real)(int, int, const struct itimerspec *, struct itimerspec *);

	if (!real)
		real = dlsym(RTLD_NEXT, "timerfd_settime");
	tick++;
	return real(fd, flags, to, was);
}

/* It keeps its priority: a source that is late because others come first needs one more thread. */
int setpriority(__priority_which_t which, id_t who, int value)
{
	(void)which;
	(void)who;
	(void)value;
	return 0;
}

__attribute__((constructor)) static void begin(void)
{
	const char *v = getenv("COUNT_FROM");

	inside = true; /* the first backtrace loads a library */
	(void)backtrace(from[0].at, DEPTH);
	inside = false;
	if (v)
		show_from = 0;
	for (; v && *v >= '0' && *v <= '9'; v++)
		show_from = show_from * 10 + (*v - '0');
}

__attribute__((destructor)) static void end(void)
{
	const char *name = getenv("COUNT_ALLOC");
	FILE *f = name ? fopen(name, "w") : NULL;

	inside = true;
	if (!f)
		return;
	for (int i = 0; i <= tick && i < TICKS_MAX; i++)
		fprintf(f, "%d %u\n", i, calls[i]);
	fflush(f);
	for (int i = 0; i < shown && i < SHOWN_MAX; i++) {
		fprintf(f, "# tick %d\n", from[i].tick);
		fflush(f);
		backtrace_symbols_fd(from[i].at, from[i].n, fileno(f));
	}
	fclose(f);
}
