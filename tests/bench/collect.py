#!/usr/bin/env python3
"""collect.py BUILD [PART...] [--runs N] [--ticks N] [--sockets N] [--alone] [--only NAME]...: what a tick costs.

The parts, all of them without a name; together they take 35 minutes:

  idle      CPU and bytes of a tick by every collector, on the host as it is
  sockets   the same with --sockets TCP sockets, of which a tenth changes each second
  rest      bytes of a tick with as many sockets that do nothing
  memory    peak RSS over 2,000 ticks, missed ticks and drift; 100,000 sockets
  start     from the start to the first byte
  growth    CPU of a tick over 100 to 100,000 sockets
  disturb   round trips over loopback and answers of a linkerd beside a collector

Each run of idle and sockets records the same --ticks seconds by every collector, their ticks spread over the second so
that they do not meet (--alone: one collector after the other).  CPU is user + system with all children, bytes are those
of the files, both by the tick between the fifth and the last but one (of what has children: beyond a run of five);
what start and end cost stands apart.  `floor` reads the same files
and dumps the sockets as `ss` does, and keeps nothing.  RUNS=N in the environment is --runs N.
Prints medians and the goals, and writes BUILD/bench/collect.json; a part that is not run keeps what it had there.
"""
import argparse
import concurrent.futures
import glob
import http.client
import io
import json
import math
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, 'lib'))

import bench  # noqa: E402

SHELL = '''
i=0
while [ $i -lt {ticks} ]; do
	date
	cat {files}
	ss {ss}
	ss -s
	for n in {interfaces}; do ethtool -S $n; done
	ifconfig -a
	i=$((i + 1))
	sleep {every}
done 2>/dev/null | gzip >{out}
'''
TYPED = ('netstat', 'snmp', 'softnet_stat', 'interrupts', 'softirqs', 'stat', 'meminfo', 'dev', 'sockstat')
SADC = next((p for p in ('/usr/lib/sysstat/sadc', '/usr/lib64/sa/sadc') if os.path.exists(p)), None)


def pseudo_files(build, folder):
    """What nettape-collect preads at every tick, by a recording of its own."""
    path = os.path.join(folder, 'first.tar')
    subprocess.run([os.path.join(build, 'nettape-collect'), '-q', '--no-http', '--for', '3s', '-o', path], check=True)
    with open(path, 'rb') as f, tarfile.open(fileobj=io.BytesIO(f.read())) as t:
        names = [n.split('/', 3)[3] for n in t.getnames() if n.split('/')[1:3] == ['snap', '1'] and n.count('/') > 3]
    return ['/' + n for n in names if n.startswith(('proc/', 'sys/')) and not n.split('/')[1].isdigit() and os.path.exists('/' + n)]


def shell(ticks, out, ss):
    files = [f'/proc/net/{n}' if os.path.exists(f'/proc/net/{n}') else f'/proc/{n}' for n in TYPED]
    script = SHELL.format(ticks=ticks, out=out, ss=ss, every=1, files=' '.join(files), interfaces=' '.join(os.listdir('/sys/class/net')))
    return ['sh', '-c', script]


def missing(*programs):
    lack = [p for p in programs if not shutil.which(p)]
    return f'no {", ".join(lack)} here (make bench-deps)' if lack else None


SHORT = 5  # ticks


def collectors(build, files, ticks):
    """By name: (argv for an output path, with sockets only, reason why it cannot be had)."""
    ours = [os.path.join(build, 'nettape-collect'), '-q', '--no-http', '--force', '--for', f'{ticks}s', '--every', '1s']
    each_tick = [w for source in ('tcp', 'ss-summary', 'task-threads') for w in ('--pace', source + '=1s')]
    floor = os.path.join(build, 'tests/bench/floor')
    return {
        'floor': (lambda o: [floor, str(ticks), '1000', 'plain', *files], False, None),
        'floor, tcp_info': (lambda o: [floor, str(ticks), '1000', 'info', *files], True, None),
        'nettape, ss -tan': (lambda o: [*ours, *each_tick, '--exclude', 'tcp-info', '-o', o + '.tar.zst'], False, None),
        'nettape, tcp_info': (lambda o: [*ours, *each_tick, '--pace', 'tcp-info=1s', '-o', o + '.tar.zst'], True, None),
        'nettape, defaults': (lambda o: [*ours, '-o', o + '.tar.zst'], False, None),
        'sadc': (lambda o: [SADC, '-S', 'XALL', '1', str(ticks), o], False, None if SADC else 'no sadc here (make bench-deps)'),
        'atop': (lambda o: ['atop', '-w', o, '1', str(ticks)], False, missing('atop')),
        'collectl': (lambda o: ['collectl', '-i1', f'-c{ticks}', '-scdjmnstCJN', '-f', o], False, missing('collectl')),
        'shell loop': (lambda o: shell(ticks, o + '.gz', '-tan'), False, missing('ss', 'ethtool', 'ifconfig', 'gzip')),
        'shell loop, tcp_info': (lambda o: shell(ticks, o + '.gz', '-tanmi'), True, missing('ss', 'ethtool', 'ifconfig', 'gzip')),
        'pmlogger': (lambda o: ['pmlogger', '-o', '-l', o + '.log', '-T', f'{ticks}s', '-t', '1s', '-c', o + '.conf', o], False, pmlogger_missing()),
    }


def pmlogger_missing():
    """It asks the kernel itself here, not pmcd, which would have to run."""
    return missing('pmlogger') or (None if os.path.exists('/var/lib/pcp/pmns/root') else 'pcp has no names of its metrics yet')


def bytes_of(out):
    return sum(os.path.getsize(p) for p in glob.glob(glob.escape(out) + '*') if not p.endswith(('.sha256', '.conf', '.log'))
               and os.path.isfile(p))


def child_of(parent):
    """Its only one; None when it has none."""
    for path in glob.glob('/proc/[0-9]*/stat'):
        try:
            with open(path, encoding='utf-8', errors='replace') as f:
                if int(f.read().rpartition(')')[2].split()[1]) == parent:
                    return int(path.split('/')[2])
        except OSError:  # it has ended meanwhile
            pass
    return None


def at_work_s(spend):
    """CPU seconds of the program that `spend` runs, to the nanosecond; None when it has ended."""
    child, total = child_of(spend), 0
    try:
        for path in glob.glob(f'/proc/{child}/task/*/schedstat'):
            with open(path, encoding='ascii') as f:
                total += int(f.read().split()[0])
    except OSError:
        return None
    return total / 1e9 if total else None


def one(build, argv, out, delay, first_s=None, last_s=None):
    """What a run took to its end; with first_s and last_s also what it took between these moments."""
    time.sleep(delay)
    with open(out + '.conf', 'w', encoding='ascii') as f:  # pmlogger's
        f.write('log mandatory on 1 second { network kernel.all.cpu mem }\n')
    between = {}
    with subprocess.Popen([os.path.join(build, 'tests/bench/spend'), *argv(out)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, errors='replace') as child:
        if first_s:
            time.sleep(first_s)
            cpu, size = at_work_s(child.pid), bytes_of(out)
            time.sleep(last_s - first_s)
            cpu_then = at_work_s(child.pid)
            if cpu is not None and cpu_then is not None:
                between = {'cpu_between': cpu_then - cpu, 'bytes_between': bytes_of(out) - size}
        said = child.stderr.read()
    cpu, rss, wall = re.findall(r'^spent (\d+) (\d+) (\d+)$', said, re.M)[-1]
    return {'cpu': int(cpu) / 1e6, 'rss': int(rss), 'wall': int(wall) / 1e6, 'status': child.returncode, 'bytes': bytes_of(out), **between}


def record(build, chosen, folder, alone, ticks):
    """{name: measured}; a tick each in its own part of the second."""
    when = (SHORT + 0.5, ticks - 1.5) if ticks > 2 * SHORT else (None, None)
    step = 1.0 / max(len(chosen), 1)
    outs = {name: os.path.join(folder, f'of-{i:02}') for i, name in enumerate(chosen)}
    if alone:
        return {name: one(build, argv, outs[name], 0, *when) for name, argv in chosen.items()}
    with concurrent.futures.ThreadPoolExecutor(len(chosen)) as pool:
        waiting = {name: pool.submit(one, build, argv, outs[name], i * step, *when) for i, (name, argv) in enumerate(chosen.items())}
        return {name: w.result() for name, w in waiting.items()}


def time_wait():
    with open('/proc/net/sockstat', encoding='ascii') as f:
        return int(re.search(r'^TCP:.* tw (\d+)', f.read(), re.M)[1])


class Holder:
    """TCP sockets on loopback for as long as it is entered; a process has 15,000 of them at most."""

    MOST = 15000

    def __init__(self, build, sockets, active, churn):
        n = max(1, math.ceil(sockets / self.MOST))
        self.argv = [os.path.join(build, 'tests/bench/holder'), *(str(v // n) for v in (sockets, active, churn))]
        self.n = n
        self.children = []

    def __enter__(self):
        until = time.monotonic() + 90  # those that were held before stay in TIME-WAIT for a minute, and are walked over, too
        while time_wait() > 50 and time.monotonic() < until:
            time.sleep(1)
        for _ in range(self.n):
            self.children.append(subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        if any(c.stdout.readline() != 'ready\n' for c in self.children):
            self.__exit__()
            sys.exit('holder did not get ready')
        return self

    def __exit__(self, *_):
        for c in self.children:
            c.stdin.close()
        for c in self.children:
            c.wait()


def run_once(a, with_sockets, ticks):
    have = collectors(a.build, a.files, ticks)
    chosen = {n: argv for n, (argv, only_sockets, why) in have.items()
              if not why and (with_sockets or not only_sockets) and (not a.only or n in a.only)}
    with tempfile.TemporaryDirectory(prefix='nettape-bench-') as folder:
        return record(a.build, chosen, folder, a.alone, ticks)


# They have no children: what they take between two moments is known to the nanosecond.
SINGLE = ('floor', 'nettape', 'sadc')


def per_tick(name, long, short, ticks, key):
    """Of each run.  A run less a short one has the noise of start and end, tens of ms, in it."""
    if name.startswith(SINGLE) and all(key + '_between' in x for x in long):
        return [x[key + '_between'] / (ticks - SHORT - 2) for x in long]
    return [(x[key] - y[key]) / (ticks - SHORT) for x, y in zip(long, short)]


def measure(a, with_sockets):
    """{name: what a tick costs, what start and end do, peak memory}"""
    pairs = [(run_once(a, with_sockets, a.ticks), run_once(a, with_sockets, SHORT)) for _ in range(a.runs)]
    result = {}
    for name in pairs[0][0]:
        long, short = [p[0][name] for p in pairs], [p[1][name] for p in pairs]
        if {m['status'] for m in long + short} - {0, 1}:
            print(f'{name}: exit statuses {[m["status"] for m in long + short]}', file=sys.stderr)
        cpu, size = per_tick(name, long, short, a.ticks, 'cpu'), per_tick(name, long, short, a.ticks, 'bytes')
        result[name] = {'ms': bench.spread([c * 1e3 for c in cpu]), 'bytes': bench.spread(size),
                        'start_ms': bench.spread([(s['cpu'] - c * SHORT) * 1e3 for s, c in zip(short, cpu)]),
                        'start_bytes': bench.spread([s['bytes'] - c * SHORT for s, c in zip(short, size)]),
                        'rss_kib': bench.spread([m['rss'] for m in long])}
    return result


def show(title, measured, base):
    rows = []
    for name, m in measured.items():
        ms, floor = m['ms'], measured.get(base)
        rows.append([name, f'{ms["median"]:.2f}', f'{ms["least"]:.2f}-{ms["most"]:.2f}',
                     f'{ms["median"] / floor["ms"]["median"]:.2f}' if floor else '-', f'{m["bytes"]["median"]:,.0f}',
                     f'{m["start_ms"]["median"]:.0f}', f'{m["start_bytes"]["median"]:,.0f}', f'{m["rss_kib"]["median"] / 1024:.1f}'])
    bench.table(title, ['collector', 'CPU ms/tick', 'spread', f'x {base}', 'bytes/tick', 'start+end ms', 'bytes', 'RSS MiB'], rows)


def ratio(measured, name, of, key='ms'):
    if name not in measured or of not in measured:
        return None
    return measured[name][key]['median'] / measured[of][key]['median']


def ours(build, out, *more):
    return [os.path.join(build, 'nettape-collect'), '-q', '--no-http', '--force', '-o', out, *more]


EACH_TICK = ('--exclude', 'tcp-info', '--pace', 'tcp={0}', '--pace', 'ss-summary={0}', '--pace', 'task-threads={0}')


def each_tick(every):
    return ['--every', every, *(w.format(every) for w in EACH_TICK)]


def records(path):
    """Its tick.json and end.json, in order; None where nothing can unpack zstd."""
    if not shutil.which('zstd'):
        return None
    with subprocess.Popen(['zstd', '-qdc', path], stdout=subprocess.PIPE) as unpack, tarfile.open(fileobj=unpack.stdout, mode='r|') as t:
        return [json.load(t.extractfile(m)) for m in t if os.path.basename(m.name) in ('tick.json', 'end.json')]


def resident_kib(pid):
    with open(f'/proc/{pid}/status', encoding='utf-8') as f:
        return next(int(line.split()[1]) for line in f if line.startswith('VmHWM'))


def ticks_of(path, every_ns):
    """How many were asked, taken, missed and recorded as missed; how far the first and last tens drift apart (ms)."""
    got = records(path)
    if not got:
        return None
    *ticks, end = got
    late = [t['monotonic_ns'] - ticks[0]['monotonic_ns'] - t['tick'] * every_ns for t in ticks]
    return {'asked': end['ticks_asked'], 'taken': end['ticks_taken'], 'missed': end['ticks_missed'],
            'recorded': sum(len(t['missed']) for t in ticks),
            'drift_ms': (statistics.median(late[-10:]) - statistics.median(late[:10])) / 1e6}


def part_memory(a, folder):
    """2,000 ticks with --sockets sockets, then 100,000 sockets."""
    ticks, every_ms, early_s = 2000, 50, 10
    out = os.path.join(folder, 'long.tar.zst')
    with Holder(a.build, a.sockets, a.sockets // 10, 10):
        with subprocess.Popen(ours(a.build, out, '--for', f'{ticks * every_ms}ms', *each_tick(f'{every_ms}ms'))) as child:
            time.sleep(early_s)
            early = resident_kib(child.pid)
            while child.poll() is None:
                time.sleep(0.5)
                try:
                    late = resident_kib(child.pid)
                except (OSError, StopIteration):
                    break
    result = {'early_kib': early, 'late_kib': late, 'ticks': ticks_of(out, every_ms * 10**6)}
    with Holder(a.build, 100000, 1000, 10):
        for name, more in (('many_kib', each_tick('3s')), ('many_defaults_kib', ['--every', '3s'])):
            _, result[name], _, _ = bench.cost(a.build, ours(a.build, os.path.join(folder, 'many.tar.zst'), '--for', '12s', *more))
    bench.table('Memory', ['', 'peak RSS MiB'], [
        [f'{a.sockets:,} sockets, after {early_s * 1000 // every_ms} ticks', f'{early / 1024:.1f}'],
        [f'{a.sockets:,} sockets, after {ticks:,} ticks', f'{late / 1024:.1f}'],
        ['100,000 sockets, ss -tan', f'{result["many_kib"] / 1024:.1f}'],
        ['100,000 sockets, with tcp_info', f'{result["many_defaults_kib"] / 1024:.1f}']])
    return result


def part_start(a, _):
    """Milliseconds from the start to the first byte of the bundle."""
    took = []
    for _ in range(4 * a.runs):
        begin = time.monotonic()
        with subprocess.Popen([os.path.join(a.build, 'nettape-collect'), '-q', '--for', '0.1s', '--every', '100ms', '-o', '-'],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
            child.stdout.read(1)
            took.append((time.monotonic() - begin) * 1e3)
            child.stdout.read()
    s = bench.spread(took)
    bench.table('From the start to the first byte', ['', 'ms', 'spread'],
                [['nettape', f'{s["median"]:.1f}', f'{s["least"]:.1f}-{s["most"]:.1f}']])
    return s


SIZES = (100, 1000, 10000, 100000)


def part_growth(a, folder):
    """CPU ms of a tick by the number of sockets.  A tick each 4 s: below, the largest would be thinned."""
    every_s, ticks, counted = 4, 7, 4
    result = {'sockets': list(SIZES), 'nettape': [], 'floor': []}
    floor = [os.path.join(a.build, 'tests/bench/floor'), str(ticks), str(every_s * 1000), 'plain', *a.files]
    for n in SIZES:
        with Holder(a.build, n, n // 10, 10), concurrent.futures.ThreadPoolExecutor(2) as pool:
            jobs = {'nettape': lambda out: ours(a.build, out + '.tar.zst', '--for', f'{ticks * every_s}s', *each_tick(f'{every_s}s')),
                    'floor': lambda _: floor}
            waiting = {name: pool.submit(one, a.build, argv, os.path.join(folder, name), i * every_s / 2, 1.5 * every_s,
                                         (1.5 + counted) * every_s) for i, (name, argv) in enumerate(jobs.items())}
            for name, w in waiting.items():
                result[name].append(w.result()['cpu_between'] / counted * 1e3)
    result['exponents'] = [math.log10(y / x) if x > 0 and y > 0 else None for x, y in zip(result['nettape'], result['nettape'][1:])]
    bench.table('Growth', ['sockets', 'nettape ms/tick', 'floor', 'ratio', 'exponent'],
                [[f'{n:,}', f'{x:.2f}', f'{f:.2f}', f'{x / f:.2f}', '-' if e is None else f'{e:.2f}']
                 for n, x, f, e in zip(SIZES, result['nettape'], result['floor'], [None, *result['exponents']])])
    return result


def round_trips(a, _):
    argv = [os.path.join(a.build, 'tests/bench/pingpong'), str(a.seconds), '500']
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return [float(v) for v in done.stdout.split()[1:4]]


def answers(a, port):
    """Microseconds that a linkerd's metrics take, asked each 10 ms, each over a connection of its own."""
    client, took = http.client.HTTPConnection('127.0.0.1', port, timeout=10), []
    due = time.monotonic()
    until = due + a.seconds
    while due < until:
        time.sleep(max(0, due - time.monotonic()))
        client.request('GET', '/admin/server_info')
        client.getresponse().read()
        took.append((time.monotonic() - due) * 1e6)
        client.close()  # head and body are two segments: over one connection the second waits 40 ms for an ACK
        due += 0.01
    took.sort()
    return [took[len(took) * q // 1000] for q in (500, 990, 999)]


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def beside(argv, measure_it):
    """What is measured while the command runs."""
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True) if argv else None
    try:
        time.sleep(1)
        return measure_it()
    finally:
        if child:
            os.killpg(child.pid, signal.SIGTERM)  # the loop of a shell goes on by itself
            child.wait()


def part_disturb(a, folder):
    """p50, p99, p999 in microseconds, with as many sockets as elsewhere, at rest."""
    port, result = free_port(), {}
    collect = [os.path.join(a.build, 'nettape-collect'), '-q', '--force', '-o', os.path.join(folder, 'd.tar.zst'), '--for', '1h',
               *each_tick('1s'), '--metrics', f'http://127.0.0.1:{port}']
    others = {'none': None, 'nettape': collect, 'shell loop': shell(100000, os.path.join(folder, 'd.gz'), '-tan'),
              'atop': None if missing('atop') else ['atop', '-w', os.path.join(folder, 'd.atop'), '1']}
    chosen = {n: argv for n, argv in others.items() if argv or n == 'none'}
    fake = subprocess.Popen([sys.executable, os.path.join(HERE, '../fake_linkerd.py'), f'tree={port}'], stdin=subprocess.PIPE,
                            stdout=subprocess.DEVNULL)
    with Holder(a.build, a.sockets, 0, 0):
        time.sleep(1)
        for what, how in (('round trip', round_trips), ('answer', answers)):
            got = {n: [] for n in chosen}
            for _ in range(a.runs):
                for n, argv in chosen.items():
                    got[n].append(beside(argv, lambda how=how: how(a, port)))
            result[what] = {n: [bench.spread([r[q] for r in runs]) for q in range(3)] for n, runs in got.items()}
    fake.stdin.close()
    fake.wait()
    for what, m in result.items():
        bench.table(f'Microseconds of a {what}', ['beside', 'p50', 'p99', 'spread', 'p999', 'spread'],
                    [[n, f'{q[0]["median"]:.0f}', *(w for s in q[1:] for w in (f'{s["median"]:.0f}', f'{s["least"]:.0f}-{s["most"]:.0f}'))]
                     for n, q in m.items()])
    return result


def part_idle(a, _):
    measured = measure(a, False)
    show('The host as it is', measured, 'floor')
    return measured


def part_sockets(a, _):
    with Holder(a.build, a.sockets, a.sockets // 10, 10):
        measured = measure(a, True)
    show(f'{a.sockets:,} TCP sockets, a tenth changes each second', measured, 'floor')
    return measured


def part_rest(a, _):
    with Holder(a.build, a.sockets, 0, 0):
        return measure(argparse.Namespace(**{**vars(a), 'runs': 1, 'only': ['nettape, ss -tan']}), False)


PARTS = {'idle': part_idle, 'sockets': part_sockets, 'rest': part_rest, 'memory': part_memory, 'start': part_start,
         'growth': part_growth, 'disturb': part_disturb}


def goals(m):
    """m: what each part measured."""
    g = bench.Goals()
    idle, busy, rest = (m.get(p, {}) for p in ('idle', 'sockets', 'rest'))
    g.at_most('idle: CPU against sadc', ratio(idle, 'nettape, ss -tan', 'sadc'), 1)
    g.at_least('idle: the shell loop against nettape', ratio(idle, 'shell loop', 'nettape, ss -tan'), 9)
    g.at_most('sockets: CPU against the floor', ratio(busy, 'nettape, ss -tan', 'floor'), 1)
    g.at_most('sockets: CPU with tcp_info against the floor', ratio(busy, 'nettape, tcp_info', 'floor, tcp_info'), 2)
    g.at_least('sockets: the shell loop against nettape', ratio(busy, 'shell loop', 'nettape, ss -tan'), 4)
    g.at_least('sockets: the shell loop with tcp_info against nettape', ratio(busy, 'shell loop, tcp_info', 'nettape, tcp_info'), 8)
    for what, part, name, limit in (('idle', idle, 'nettape, ss -tan', 0.5), ('sockets at rest', rest, 'nettape, ss -tan', 3),
                                    ('sockets', busy, 'nettape, ss -tan', 12), ('sockets, tcp_info', busy, 'nettape, tcp_info', 190)):
        g.at_most(f'{what}: bytes a tick', part[name]['bytes']['median'] / 1024 if name in part else None, limit, 'KiB')
    memory, ticks = m.get('memory'), (m.get('memory') or {}).get('ticks')
    g.at_most('sockets: peak RSS after 2,000 ticks', memory and memory['late_kib'] / 1024, 16, 'MiB')
    g.at_most('sockets: growth of it since tick 200', memory and memory['late_kib'] / memory['early_kib'], 1.02)
    g.at_most('100,000 sockets: peak RSS, ss -tan', memory and memory['many_kib'] / 1024, 64, 'MiB')
    g.at_most('100,000 sockets: peak RSS with tcp_info', memory and memory['many_defaults_kib'] / 1024, 64, 'MiB')
    g.at_most('ticks missed and not recorded', ticks and abs(ticks['asked'] - ticks['taken'] - ticks['recorded']), 0)
    g.at_most('drift over 2,000 ticks', ticks and abs(ticks['drift_ms']), 5, 'ms')
    g.at_most('start to first byte', m['start']['median'] if 'start' in m else None, 20, 'ms')
    g.at_most('growth: largest exponent', max(m['growth']['exponents']) if 'growth' in m else None, 1.05)
    for what, d in m.get('disturb', {}).items():
        for q, name in ((1, 'p99'), (2, 'p999')):
            g.at_most(f'{what}: {name} against the worst run alone', d['nettape'][q]['median'] / d['none'][q]['most'], 1)
    return g


def kept_parts(build):
    try:
        with open(os.path.join(build, 'bench/collect.json'), encoding='utf-8') as f:
            return json.load(f).get('parts', {})
    except (OSError, ValueError):
        return {}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('build')
    p.add_argument('parts', nargs='*', metavar='PART', help=', '.join(PARTS))
    p.add_argument('--runs', type=int, default=int(os.environ.get('RUNS') or 5))
    p.add_argument('--ticks', type=int, default=60)
    p.add_argument('--sockets', type=int, default=10000)
    p.add_argument('--seconds', type=int, default=5, help='of one measurement of disturb')
    p.add_argument('--alone', action='store_true', help='one collector after the other')
    p.add_argument('--only', action='append', help='these collectors')
    a = p.parse_args()
    if set(a.parts) - set(PARTS):
        p.error(f'parts are {", ".join(PARTS)}')
    bench.more_files()
    m = bench.machine()
    print(f'A tick of each collector: {bench.machine_line(m)}; {a.runs} runs of {a.ticks} ticks at 1 s')
    parts = kept_parts(a.build)
    with tempfile.TemporaryDirectory(prefix='nettape-bench-') as folder:
        a.files = pseudo_files(a.build, folder)
        for name, (_, _, why) in collectors(a.build, a.files, a.ticks).items():
            if why:
                print(f'skipped: {name}: {why}')
        for name in a.parts or PARTS:
            parts[name] = PARTS[name](a, folder)
            bench.keep(a.build, 'collect', {'machine': m, 'files': len(a.files), 'ticks': a.ticks, 'sockets': a.sockets, 'parts': parts})
    g = goals(parts)
    g.show()
    bench.keep(a.build, 'collect', {'machine': m, 'files': len(a.files), 'ticks': a.ticks, 'sockets': a.sockets, 'parts': parts,
                                    'goals': g.rows})


if __name__ == '__main__':
    main()
