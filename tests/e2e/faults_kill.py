#!/usr/bin/env python3
"""SIGKILL at random moments, by us and by the kernel when a memory control group is full."""
import os
import random
import signal
import subprocess
import sys
import time

from faults import LIVE, LONG, ROOT, SANITIZED, Bundle, clean, end, environment, finish, number, report, skip, start, tap, until

KINDS = ('tar.zst', 'tar.gz', 'tar')


def record(name, **more):
    clean(name)
    return start('--for', '1h', '--every', '20ms', '-q', '-o', name, *LIVE, env=environment(name), **more)


def judge(name, finished):
    """At most the tick in flight is missing; what is there is whole."""
    if os.path.exists(name):
        return ['there is a file of the final name']
    if not os.path.exists(name + '.part'):
        return ['%d finished ticks are gone' % finished] if finished else []
    b = Bundle(name + '.part')
    faults = b.faults[:]
    if b.end:
        faults.append('there is an end')
    if not finished <= len(b.ticks) <= finished + 1:
        faults.append('%d ticks can be read, %d were finished' % (len(b.ticks), finished))
    if finished and not (b.bundle and b.bundle['ticks_asked'] == 180001):
        faults.append('no bundle.json')
    return faults


def analyzed(name, finished):
    status, text = report(name + '.part')
    if finished and (status != 0 or 'was cut' not in text):
        return ['analyze: status %d, %s' % (status, text[-300:])]
    return []


def first_tick():
    """How long it takes."""
    begin = time.monotonic()
    p = record('probe.tar')
    until(20, lambda: number('ticks') > 0)
    p.kill()
    finish(p)
    return time.monotonic() - begin


def kills(times):
    seed = int(os.environ.get('SEED') or time.time_ns() % 1000000)
    moments = random.Random(seed)
    longest = 3 * first_tick() + 0.3
    faults, counts = [], []
    for i in range(times):
        name = 'killed.' + KINDS[i % len(KINDS)]
        p = record(name)
        time.sleep(moments.uniform(0, longest))
        p.kill()
        finish(p)
        finished = number('ticks')
        counts.append(finished)
        found = judge(name, finished)
        if i % 4 == 0 and os.path.exists(name + '.part'):
            found += analyzed(name, finished)
        faults += ['kill %d, .%s: %s' % (i, KINDS[i % len(KINDS)], f) for f in found]
    if not any(counts):
        faults.append('never a tick')
    tap('SIGKILL at %d random moments, after 0 to %d ticks: each finished tick can be read (SEED=%d)'
        % (times, max(counts), seed), faults)


HOG = '''
import sys, time
open('/proc/self/oom_score_adj', 'w').write('0')
held = []
def lives():
    try:
        with open('/proc/%s/stat' % sys.argv[1]) as f:
            return f.read().rsplit(')', 1)[1].split()[0] not in 'ZX'
    except OSError:
        return False
while lives():
    held.append(b'x' * (1 << 20))
    time.sleep(0.02)
time.sleep(30)
'''


def memory_group():
    """A new control group, and the files of its limit and its members."""
    v1, v2 = '/sys/fs/cgroup/memory', '/sys/fs/cgroup'
    controllers = v2 + '/cgroup.subtree_control'
    for top, limit in (v1, 'memory.limit_in_bytes'), (v2, 'memory.max'):
        folder = '%s/nettape-test-%d' % (top, os.getpid())
        if top == v2 and not (os.path.exists(controllers) and 'memory' in open(controllers).read().split()):
            continue
        try:
            os.mkdir(folder)
            if os.path.exists(folder + '/' + limit):
                return folder, folder + '/' + limit
            os.rmdir(folder)
        except OSError:
            pass
    return None, None


def put(path, text):
    with open(path, 'w') as f:
        f.write(text)


def out_of_memory():
    if SANITIZED:
        return skip('out of memory', 'the sanitizer takes more than the group has')
    folder, limit = memory_group() if ROOT else (None, None)
    if not folder:
        return skip('out of memory', 'no control group of the memory controller can be made')
    join = lambda: put(folder + '/cgroup.procs', str(os.getpid()))  # noqa: E731
    hogs = []
    try:
        put(limit, str(64 << 20))
        if os.path.exists(folder + '/memory.swap.max'):
            put(folder + '/memory.swap.max', '0')
        p = record('oom.tar.zst', preexec_fn=join)
        until(20, lambda: number('ticks') > 2)
        # two: oom_score_adj 800 is as much as 80 % of the memory, which one alone may have
        hogs = [subprocess.Popen([sys.executable, '-c', HOG, str(p.pid)], preexec_fn=join, stderr=subprocess.DEVNULL)
                for _ in range(2)]
        # the next one may follow at once: little comes free
        until(20, lambda: p.poll() is not None or any(hog.poll() is not None for hog in hogs))
        first = p.poll() is not None
        p.kill()
        rc = finish(p)[0]
        faults = judge('oom.tar.zst', number('ticks')) + analyzed('oom.tar.zst', number('ticks'))
        if rc != -signal.SIGKILL or number('ticks') < 3:
            faults.append('exit status %d after %d ticks' % (rc, number('ticks')))
        tap('out of memory in a control group: it is killed first, each finished tick can be read',
            faults + ([] if first else ['another process went first']))
    finally:
        for hog in hogs:
            hog.kill()
            hog.wait()
        until(5, lambda: not open(folder + '/cgroup.procs').read())
        os.rmdir(folder)


kills(200 if LONG else 12)
out_of_memory()
end()
