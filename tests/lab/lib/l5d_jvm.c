/* What the JVM tells of itself.  A pause is a real one: nothing of the proxy runs. */
#include <dirent.h>
#include <err.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "schema/timefmt.h"
#include "schema/unit.h"
#include "tests/lab/lib/l5d.h"

#define SLICE_NS ((int64_t)20 * NS_PER_MS)

static void sleep_ns(int64_t ns)
{
	struct timespec t = {.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};

	while (nanosleep(&t, &t) != 0)
		;
}

void jvm_stop_the_world(struct proxy *p, int64_t ns)
{
	if (ns > 0)
		sleep_ns(ns);
	p->loop.now = clock_now();
}

static void collect_garbage(void *of)
{
	struct proxy *p = of;
	int64_t ms = p->s.gc_pause / NS_PER_MS;

	jvm_stop_the_world(p, p->s.gc_pause);
	p->gc_ms += (double)ms;
	p->safepoint_ms += (double)ms;
	p->gc_cycles++;
	p->safepoints++;
	metric_add(p->pauses, ms);
	timer_set(&p->loop, &p->gc, p->loop.now + p->s.gc_every);
}

static void reach_safepoint(void *of)
{
	struct proxy *p = of;

	jvm_stop_the_world(p, p->s.safepoint_pause);
	p->safepoint_ms += (double)p->s.safepoint_pause / NS_PER_MS;
	p->safepoints++;
	timer_set(&p->loop, &p->safepoint, p->loop.now + p->s.safepoint_every);
}

/* An event loop that has too much to do. */
static _Noreturn void *burn(void *of)
{
	const struct proxy *p = of;
	int64_t busy = (int64_t)(p->s.burn * (double)SLICE_NS);

	(void)prctl(PR_SET_NAME, "finagle/netty4-1", 0, 0, 0);
	for (;;) {
		for (int64_t end = clock_now() + busy; clock_now() < end;)
			;
		if (busy < SLICE_NS)
			sleep_ns(SLICE_NS - busy);
	}
}

static double open_files(void)
{
	double n = -3; /* ".", "..", and the folder itself */
	DIR *d = opendir("/proc/self/fd");

	if (!d)
		return 0;
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

void jvm_gauges(struct proxy *p)
{
	struct rlimit files = {0};
	double age_ms = (double)(p->s.age + p->loop.now - p->born) / NS_PER_MS;

	(void)getrlimit(RLIMIT_NOFILE, &files);
	const struct {
		const char *name;
		double value;
	} gauges[] = {
		{"uptime",                      age_ms				      },
		{"start_time",                  (double)time(NULL) * 1000 - age_ms          },
		{"num_cpus",                    (double)p->s.num_cpus                       },
		{"fd_count",                    open_files()                                },
		{"fd_limit",                    (double)files.rlim_cur                      },
		{"thread/count",                40					  },
		{"thread/daemon_count",         30					  },
		{"heap/max",                    (double)p->s.heap_max                       },
		{"heap/committed",              (double)p->s.heap_max                       },
		{"heap/used",                   (double)(p->s.heap_max + p->s.heap_used) / 2},
		{"mem/postGC/used",             (double)p->s.heap_used                      },
		{"mem/allocations/eden/bytes",  age_ms * 10000                              },
		{"gc/msec",                     p->gc_ms				    },
		{"gc/cycles",                   p->gc_cycles                                },
		{"gc/ParNew/msec",              p->gc_ms                                    },
		{"gc/ParNew/cycles",            p->gc_cycles                                },
		{"gc/ConcurrentMarkSweep/msec", 0                                           },
		{"safepoint/total_time_millis", p->safepoint_ms                             },
		{"safepoint/count",             p->safepoints                               },
	};
	struct metric *jvm = metric_scope(p->root, "jvm");
	for (size_t i = 0; i < sizeof(gauges) / sizeof(gauges[0]); i++)
		metric_set(metric_at(jvm, gauges[i].name, METRIC_GAUGE), gauges[i].value);
}

void jvm_begin(struct proxy *p)
{
	pthread_t thread;

	p->pauses = metric_at(p->root, "jvm/gc/ParNew/pause_msec", METRIC_STAT);
	p->gc = (struct timer){.due = collect_garbage, .of = p};
	p->safepoint = (struct timer){.due = reach_safepoint, .of = p};
	if (p->s.gc_every > 0)
		timer_set(&p->loop, &p->gc, p->loop.now + p->s.gc_every);
	if (p->s.safepoint_every > 0)
		timer_set(&p->loop, &p->safepoint, p->loop.now + p->s.safepoint_every);
	if (p->s.burn > 0 && pthread_create(&thread, NULL, burn, p))
		errx(3, "no thread");
}
