#!/usr/bin/env python3
"""collect.py BUILD [--runs N] [--ticks N] [--sockets N] [--alone] [--only NAME]...: what a tick costs.

Each run records the same --ticks seconds by every collector, their ticks spread over the second so that they do not
meet (--alone: one collector after the other).  First on the host as it is, then with --sockets TCP sockets, of which
a tenth changes each second.  CPU is user + system with all children, bytes are those of the files, both by the tick
beyond a run of five: what start and end cost stands apart.  `floor` reads the same files and dumps the sockets as `ss`
does, and keeps nothing.
Prints medians and the goals, and writes BUILD/bench/collect.json.
"""
import argparse
import concurrent.futures
import glob
import io
import os
import shutil
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
        'pmlogger': (lambda o: ['pmlogger', '-T', f'{ticks}s', '-t', '1s', '-c', o + '.conf', o], False, pmlogger_missing()),
    }


def pmlogger_missing():
    if missing('pmlogger', 'pminfo'):
        return missing('pmlogger', 'pminfo')
    alive = subprocess.run(['pminfo', '-f', 'pmcd.version'], capture_output=True, timeout=20, check=False).returncode == 0
    return None if alive else 'pmcd does not run'


def bytes_of(out):
    return sum(os.path.getsize(p) for p in glob.glob(glob.escape(out) + '*') if not p.endswith(('.sha256', '.conf'))
               and os.path.isfile(p))


def one(build, argv, out, delay):
    time.sleep(delay)
    with open(out + '.conf', 'w', encoding='ascii') as f:  # pmlogger's
        f.write('log mandatory on 1 second { network kernel.all.cpu mem }\n')
    cpu, rss, wall, status = bench.cost(build, argv(out))
    return {'cpu': cpu, 'rss': rss, 'wall': wall, 'status': status, 'bytes': bytes_of(out)}


def record(build, chosen, folder, alone):
    """{name: measured}; a tick each in its own part of the second."""
    step = 1.0 / max(len(chosen), 1)
    outs = {name: os.path.join(folder, f'of-{i}') for i, name in enumerate(chosen)}
    if alone:
        return {name: one(build, argv, outs[name], 0) for name, argv in chosen.items()}
    with concurrent.futures.ThreadPoolExecutor(len(chosen)) as pool:
        waiting = {name: pool.submit(one, build, argv, outs[name], i * step) for i, (name, argv) in enumerate(chosen.items())}
        return {name: w.result() for name, w in waiting.items()}


class Holder:
    """TCP sockets on loopback for as long as it is entered."""

    def __init__(self, build, sockets, active, churn):
        self.argv = [os.path.join(build, 'tests/bench/holder'), str(sockets), str(active), str(churn)]

    def __enter__(self):
        self.child = subprocess.Popen(self.argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.child.stdout.readline() != 'ready\n':
            sys.exit('holder did not get ready')
        return self

    def __exit__(self, *_):
        self.child.stdin.close()
        self.child.wait()


def run_once(a, with_sockets, ticks):
    have = collectors(a.build, a.files, ticks)
    chosen = {n: argv for n, (argv, only_sockets, why) in have.items()
              if not why and (with_sockets or not only_sockets) and (not a.only or n in a.only)}
    with tempfile.TemporaryDirectory(prefix='nettape-bench-') as folder:
        return record(a.build, chosen, folder, a.alone)


def per_tick(long, short, ticks, key):
    return [(x[key] - y[key]) / (ticks - SHORT) for x, y in zip(long, short)]


def measure(a, with_sockets):
    """{name: what a tick costs, what start and end do, peak memory}"""
    pairs = [(run_once(a, with_sockets, a.ticks), run_once(a, with_sockets, SHORT)) for _ in range(a.runs)]
    result = {}
    for name in pairs[0][0]:
        long, short = [p[0][name] for p in pairs], [p[1][name] for p in pairs]
        if {m['status'] for m in long + short} - {0, 1}:
            print(f'{name}: exit statuses {[m["status"] for m in long + short]}', file=sys.stderr)
        cpu, size = per_tick(long, short, a.ticks, 'cpu'), per_tick(long, short, a.ticks, 'bytes')
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


def goals(idle, busy, rest):
    g = bench.Goals()
    g.at_most('idle: CPU against sadc', ratio(idle, 'nettape, ss -tan', 'sadc'), 1)
    g.at_least('idle: the shell loop against nettape', ratio(idle, 'shell loop', 'nettape, ss -tan'), 9)
    g.at_most('sockets: CPU against the floor', ratio(busy, 'nettape, ss -tan', 'floor'), 1)
    g.at_most('sockets: CPU with tcp_info against the floor', ratio(busy, 'nettape, tcp_info', 'floor, tcp_info'), 2)
    g.at_least('sockets: the shell loop against nettape', ratio(busy, 'shell loop', 'nettape, ss -tan'), 4)
    g.at_least('sockets: the shell loop with tcp_info against nettape', ratio(busy, 'shell loop, tcp_info', 'nettape, tcp_info'), 8)
    for what, m, name, limit in (('idle', idle, 'nettape, ss -tan', 0.5), ('sockets at rest', rest, 'nettape, ss -tan', 3),
                                 ('sockets', busy, 'nettape, ss -tan', 12), ('sockets, tcp_info', busy, 'nettape, tcp_info', 190)):
        g.at_most(f'{what}: bytes a tick', m[name]['bytes']['median'] / 1024 if name in m else None, limit, 'KiB')
    g.at_most('sockets: peak RSS', busy['nettape, ss -tan']['rss_kib']['median'] / 1024 if busy else None, 16, 'MiB')
    return g


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('build')
    p.add_argument('--runs', type=int, default=5)
    p.add_argument('--ticks', type=int, default=60)
    p.add_argument('--sockets', type=int, default=10000)
    p.add_argument('--alone', action='store_true', help='one collector after the other')
    p.add_argument('--only', action='append', help='these collectors')
    a = p.parse_args()
    bench.more_files()
    m = bench.machine()
    print(f'A tick of each collector: {bench.machine_line(m)}; {a.runs} runs of {a.ticks} ticks at 1 s')
    with tempfile.TemporaryDirectory(prefix='nettape-bench-') as folder:
        files = pseudo_files(a.build, folder)
    a.files = files
    for name, (_, _, why) in collectors(a.build, files, a.ticks).items():
        if why:
            print(f'skipped: {name}: {why}')
    idle = measure(a, False)
    show('The host as it is', idle, 'floor')
    with Holder(a.build, a.sockets, a.sockets // 10, 10):
        busy = measure(a, True)
    show(f'{a.sockets:,} TCP sockets, a tenth changes each second', busy, 'floor')
    with Holder(a.build, a.sockets, 0, 0):
        rest = measure(argparse.Namespace(**{**vars(a), 'runs': 1, 'only': ['nettape, ss -tan']}), False)
    g = goals(idle, busy, rest)
    g.show()
    bench.keep(a.build, 'collect', {'machine': m, 'files': len(files), 'ticks': a.ticks, 'sockets': a.sockets, 'idle': idle,
                                    'busy': busy, 'rest': rest, 'goals': g.rows})


if __name__ == '__main__':
    main()
