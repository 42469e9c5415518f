/*
 * Time that passes while nettape-collect works, and is skipped while it sleeps, for LD_PRELOAD:
 * what it records over a day is recorded in as long as the work of a day takes.  Its
 * clocks are the host's, ahead by what was skipped: setting an absolute timer moves them
 * to that time, and the timer is due.  Deadlines of waiting threads are the host's again.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

static _Atomic int64_t skipped_ns;

static int64_t ns_of(const struct timespec *t)
{
	return (int64_t)t->tv_sec * NS_PER_S + t->tv_nsec;
}

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
}

int clock_gettime(clockid_t id, struct timespec *t)
{
	static int (*real)(clockid_t, struct timespec *);
	int r;

	if (!real)
		real = dlsym(RTLD_NEXT, "clock_gettime");
	r = real(id, t);
	if (r == 0 && id != CLOCK_PROCESS_CPUTIME_ID && id != CLOCK_THREAD_CPUTIME_ID)
		*t = timespec_of(ns_of(t) + skipped_ns);
	return r;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *to, struct itimerspec *was)
{
	static int (*real)(int, int, const struct itimerspec *, struct itimerspec *);
	const struct itimerspec at_once = {.it_value = {.tv_nsec = 1}};
	struct timespec now;
	int64_t left;

	if (!real)
		real = dlsym(RTLD_NEXT, "timerfd_settime");
	if (!(flags & TFD_TIMER_ABSTIME) || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		return real(fd, flags, to, was);
	left = ns_of(&to->it_value) - ns_of(&now);
	if (left > 0)
		skipped_ns += left;
	return real(fd, 0, &at_once, was);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                           const struct timespec *until)
{
	static int (*real)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
	struct timespec host = timespec_of(ns_of(until) - skipped_ns);

	if (!real)
		real = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	return real(cond, lock, &host);
}
