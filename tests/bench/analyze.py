#!/usr/bin/env python3
"""analyze.py BUILD [--runs N] [--limit MINUTES] [--small] [--only NAME]...: what an analysis costs.

Ours is the whole of it: all rules, the text report.  The floor is libarchive alone, which reads the same file and throws
the bytes away.  Each round runs every program of a case once, --runs rounds (RUNS=, default 5); when a case has used its
share of --limit, its rounds end early and the table says how many there were.
BUNDLE=FILE is the five minutes (else a generated one), SOSREPORT=FILE a sosreport (else sos makes one), XSOS=FILE an xsos
script, SA=FILE an hour of sadc for orientation.
Bundles come of tests/gen and stay in BUILD/bench.  Prints medians and the goals, and writes BUILD/bench/analyze.json.
"""
import argparse
import glob
import hashlib
import math
import os
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
GEN = os.path.join(HERE, '..', 'gen')
sys.path.insert(0, os.path.join(HERE, 'lib'))

import bench  # noqa: E402
import giant_report  # noqa: E402

HOUR = {'ticks': 3600, 'cpus': 8, 'interfaces': 5, 'physical': 4, 'sockets': 2000, 'linkerd': 50}
GIANT = {'ticks': 60, 'cpus': 64, 'interfaces': 500, 'physical': 2, 'sockets': 20000}
FIVE_MINUTES = {'ticks': 301}
SMALL = {'ticks': 30, 'cpus': 4, 'interfaces': 8, 'sockets': 100}
MIB = 1 << 10  # KiB


def generated(folder, name, size):
    """The path of a bundle of that size; made anew when the generator has changed."""
    options = [f'--{key}={value}' for key, value in size.items()]
    digest = hashlib.sha256(' '.join(options).encode())
    for source in sorted(glob.glob(os.path.join(GEN, '*.py'))):
        with open(source, 'rb') as f:
            digest.update(f.read())
    path = os.path.join(folder, f'{name}-{digest.hexdigest()[:12]}.tar.zst')
    if not os.path.exists(path):
        begin = time.monotonic()
        subprocess.run([sys.executable, '-B', os.path.join(GEN, 'bundle.py'), '--seed=1', *options, '-o', path + '.part.zst'], check=True)
        os.rename(path + '.part.zst', path)
        print(f'generated {name} in {time.monotonic() - begin:.0f} s, {os.path.getsize(path) / 1e6:.1f} MB')
    return path


def sosreport(folder):
    """(path, why not): one of this host, of what our parsers and xsos read."""
    given = os.environ.get('SOSREPORT')
    if given:
        return given, None
    if not shutil.which('sos') or os.geteuid():
        return None, 'no sos here, or not root; SOSREPORT=FILE names one'
    into = os.path.abspath(os.path.join(folder, 'sos'))  # sos changes its folder
    shutil.rmtree(into, ignore_errors=True)
    os.makedirs(into)
    try:
        subprocess.run(['sos', 'report', '--batch', '--tmp-dir', into, '-o', 'networking,kernel,process,memory,host'], timeout=120,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    except (subprocess.SubprocessError, OSError) as e:
        return None, f'sos made none ({type(e).__name__}); SOSREPORT=FILE names one'
    found = sorted(glob.glob(os.path.join(into, 'sosreport-*.tar*')), key=len)
    return (found[0], None) if found else (None, 'sos left no archive; SOSREPORT=FILE names one')


class Bench:
    def __init__(self, a):
        self.build, self.runs, self.only = a.build, a.runs, a.only
        self.folder = os.path.join(a.build, 'bench')
        self.share = a.limit * 60 / 7  # seconds of one case
        self.cases, self.skipped = {}, {}

    def wants(self, name):
        return not self.only or name in self.only

    def ours(self, path, *more):
        return [os.path.join(self.build, 'nettape-analyze'), '--no-pager', '--fail-on', 'never', '-o', os.devnull, *more, path]

    def floor(self, path):
        return [os.path.join(self.build, 'tests/bench/reader'), path]

    def measure(self, case, programs, runs=None):
        """programs: names to argv, one after the other in each round.  Keeps and returns medians and spread."""
        got, until = {name: [] for name in programs}, time.monotonic() + self.share
        for i in range(runs or self.runs):
            if i and time.monotonic() > until:
                break
            for name, argv in programs.items():
                cpu, rss, wall, status = bench.cost(self.build, argv)
                if status and not name.startswith('xsos'):
                    sys.exit(f'analyze.py: status {status}: {" ".join(argv)}')
                got[name].append((wall, cpu, rss / MIB))
        self.cases[case] = {name: {what: bench.spread([v[i] for v in values]) for i, what in enumerate(('wall_s', 'cpu_s', 'rss_mib'))}
                            for name, values in got.items()}
        return self.cases[case]

    def skip(self, case, why):
        self.skipped[case] = why


def median(case, name, what='wall_s'):
    return case[name][what]['median']


def against_floor(b, goals, case, path, ratio=None):
    if not b.wants(case):
        return
    m = b.measure(case, {'ours': b.ours(path), 'floor': b.floor(path)})
    if ratio:
        goals.at_most(f'{case}: ours / floor', median(m, 'ours') / median(m, 'floor'), ratio)
        goals.at_most(f'{case}: peak memory', median(m, 'ours', 'rss_mib'), 256, 'MiB')
    else:
        goals.at_most(f'{case}: report', median(m, 'ours'), 0.3, 's')


def against_xsos(b, goals):
    case = 'sosreport'
    if not b.wants(case):
        return
    path, why = sosreport(b.folder)
    if not path:
        b.skip(case, why)
        return
    programs = {'ours': b.ours(path), 'floor': b.floor(path)}
    xsos = os.environ.get('XSOS')
    if xsos:  # it reads a folder
        into = os.path.join(b.folder, 'sos-unpacked')
        shutil.rmtree(into, ignore_errors=True)
        os.makedirs(into)
        subprocess.run(['tar', '-xf', path, '-C', into, '--no-same-owner'], check=False)
        programs['xsos'] = ['bash', xsos, '-a', next(iter(sorted(glob.glob(os.path.join(into, '*/')))), into)]
    else:
        b.skip('xsos', 'XSOS=FILE names its script')
    m = b.measure(case, programs)
    goals.at_least('sosreport: xsos / ours', median(m, 'xsos') / median(m, 'ours') if xsos else None, 20)


def giant_sosreport(b, goals):
    """As large as the one that xsos -a takes 65.6 s for: 500 interfaces, 2,000 processes, 20,000 sockets, 64 CPUs."""
    case = 'giant sosreport'
    if not b.wants(case):
        return
    if not shutil.which('zstd'):
        b.skip(case, 'no zstd here (make bench-deps)')
        return
    once = generated(b.folder, 'giant-once', {**GIANT, 'ticks': 2})
    path = once.replace('.tar.zst', '-sosreport.tar.xz')
    if not os.path.exists(path):
        giant_report.write(once, path)
    m = b.measure(case, {'ours': b.ours(path), 'floor': b.floor(path)})
    goals.at_most(f'{case}: ours', median(m, 'ours'), 1, 's')


def orientation(b):
    """What else reads an hour of this host: nothing is wanted of it."""
    sa = os.environ.get('SA')
    if not b.wants('sadf'):
        return
    if sa and shutil.which('sadf'):
        b.measure('sadf', {'sadf -d': ['sadf', '-d', sa, '--', '-A']})
    else:
        b.skip('sadf', 'SA=FILE names an hour of sadc' if shutil.which('sadf') else 'no sadf here (make bench-deps)')


def exponent(sizes, values):
    """Of the last two sizes: what start and end cost counts least there."""
    return math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])


def growth(b, goals, what, sizes, size_of):
    """Time by size, and memory with the store in a file: what does not lie in the store must not grow."""
    case = f'growth by {what}'
    if not b.wants('growth'):
        return
    db = os.path.join(b.folder, 'growth.db')
    programs = {str(n): b.ours(generated(b.folder, f'{what}-{n}', size_of(n)), '--db', db) for n in sizes}
    m = b.measure(case, programs, runs=min(3, b.runs))
    cpu = [median(m, str(n), 'cpu_s') for n in sizes]
    rss = [median(m, str(n), 'rss_mib') for n in sizes]
    goals.at_most(f'{case}, {sizes[-2]:,} to {sizes[-1]:,}: exponent of CPU time', exponent(sizes, cpu), 1.05)
    if what == 'snapshots':
        goals.at_most(f'{case}: memory of {sizes[-1]:,} / of {sizes[-2]:,}, the store in a file', rss[-1] / rss[-2], 1.05)
    if os.path.exists(db):
        os.remove(db)


def show(b):
    rows = []
    for case, programs in b.cases.items():
        for name, v in programs.items():
            floor = programs.get('floor')
            rows.append([f'{case}, {name}', f'{v["wall_s"]["median"]:.3f}', f'{v["wall_s"]["least"]:.3f}', f'{v["wall_s"]["most"]:.3f}',
                         f'{v["cpu_s"]["median"]:.3f}', f'{v["rss_mib"]["median"]:.1f}', str(v['wall_s']['runs']),
                         f'{v["wall_s"]["median"] / floor["wall_s"]["median"]:.1f}' if floor else '-'])
    bench.table('Analysis', ['', 'seconds', 'least', 'most', 'CPU s', 'MiB', 'runs', 'x floor'], rows)
    for case, why in b.skipped.items():
        print(f'  {case}: skipped: {why}')


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('build')
    a.add_argument('--runs', type=int, default=int(os.environ.get('RUNS', '5')))
    a.add_argument('--limit', type=float, default=20, help='minutes of measuring, generating apart')
    a.add_argument('--small', action='store_true', help='small bundles: to try this script')
    a.add_argument('--only', action='append', default=[], help='hour, giant, five-minutes, sosreport, giant sosreport, sadf or growth')
    a = a.parse_args()
    b, goals, machine, begin = Bench(a), bench.Goals(), bench.machine(), time.monotonic()
    os.makedirs(b.folder, exist_ok=True)
    print(bench.machine_line(machine))
    for case, size, ratio in (('hour', HOUR, 2), ('giant', GIANT, 2), ('five-minutes', FIVE_MINUTES, None)):
        if b.wants(case):
            given = os.environ.get('BUNDLE') if case == 'five-minutes' else None
            against_floor(b, goals, case, given or generated(b.folder, case, SMALL if a.small else size), ratio)
    against_xsos(b, goals)
    giant_sosreport(b, goals)
    orientation(b)
    growth(b, goals, 'snapshots', (30, 60, 120) if a.small else (60, 600, 3600, 36000), lambda n: {'ticks': n})
    growth(b, goals, 'CPUs', (1, 4, 8) if a.small else (1, 8, 64, 512), lambda n: {'ticks': 60, 'cpus': n})
    show(b)
    goals.show()
    spent = time.monotonic() - begin
    print(f'\n{spent:.0f} s in all')
    bench.keep(a.build, 'analyze', {'machine': machine, 'seconds': spent, 'cases': b.cases, 'skipped': b.skipped, 'goals': goals.rows})
    return 0


if __name__ == '__main__':
    sys.exit(main())
