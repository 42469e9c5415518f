#!/usr/bin/env python3
"""fleet.py BUILD [--runs N] [--ticks N] [--hosts N,N,N]: many bundles, with one job and with two.

Bundles of hosts that do not exist (tests/gen), each of 4 CPUs, 3 interfaces and a linkerd of two clients; every tenth
and third of them has a fault.  Of each number of them -j1 and -j2 take turns, so that what else runs on the machine
meets both.  Memory is that of the largest process, the gathering one or one that reads a bundle: it must not grow with
their number.  Prints medians and the goals, and writes BUILD/bench/fleet.json.
"""
import argparse
import hashlib
import multiprocessing
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GEN = os.path.join(HERE, '..', 'gen')
sys.path[:0] = [os.path.join(HERE, 'lib'), GEN]
sys.dont_write_bytecode = True

import bench  # noqa: E402
import bundle  # noqa: E402


def make(job):
    folder, ticks, i = job
    path = os.path.join(folder, f'host{i:03d}.tar.zst')
    if not os.path.exists(path):
        faults = ['conntrack-full'] * (i % 3 == 0) + ['ring-overflow'] * (i % 10 == 1)
        config = bundle.Config(seed=i + 1, ticks=ticks, cpus=4, interfaces=3, sockets=40, linkerd=2, host=f'host{i:03d}')
        bundle.generate(config, faults, path + '.part.zst')
        os.rename(path + '.part.zst', path)
    return path


def bundles(build, ticks, n):
    """Paths of n bundles; made anew when the generator has changed."""
    digest = hashlib.sha256()
    for name in sorted(name for name in os.listdir(GEN) if name.endswith('.py')):
        with open(os.path.join(GEN, name), 'rb') as f:
            digest.update(f.read())
    folder = os.path.join(build, 'bench', f'fleet-{ticks}-{digest.hexdigest()[:12]}')
    os.makedirs(folder, exist_ok=True)
    with multiprocessing.Pool(os.cpu_count()) as pool:
        return pool.map(make, [(folder, ticks, i) for i in range(n)])


def measure(build, paths, jobs):
    cpu, rss, wall, status = bench.cost(build, [os.path.join(build, 'nettape-analyze'), '--no-pager', f'-j{jobs}', '-o', os.devnull, *paths])
    if status not in (0, 1):
        sys.exit(f'fleet.py: nettape-analyze ended with {status}')
    return {'wall_s': wall, 'cpu_s': cpu, 'rss_kib': rss}


def row(build, paths, runs):
    taken = {jobs: [] for jobs in (1, 2)}
    for _ in range(runs):
        for jobs in taken:
            taken[jobs].append(measure(build, paths, jobs))
    result = {'bundles': len(paths), 'bytes': sum(map(os.path.getsize, paths))}
    for jobs, v in taken.items():
        result[f'j{jobs}'] = {key: bench.spread([one[key] for one in v]) for key in v[0]}
    result['speedup'] = bench.spread([one['wall_s'] / two['wall_s'] for one, two in zip(taken[1], taken[2])])
    return result


def shown(r):
    one, two = r['j1'], r['j2']
    return [str(r['bundles']), f'{r["bytes"] / 2**20:.1f} MiB', f'{one["wall_s"]["median"]:.2f} s', f'{two["wall_s"]["median"]:.2f} s',
            f'{r["speedup"]["median"]:.2f} ({r["speedup"]["least"]:.2f} to {r["speedup"]["most"]:.2f})',
            f'{two["wall_s"]["median"] / r["bundles"] * 1e3:.0f} ms', f'{one["rss_kib"]["median"] / 1024:.1f} MiB',
            f'{two["rss_kib"]["median"] / 1024:.1f} MiB']


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('build')
    a.add_argument('--runs', type=int, default=3)
    a.add_argument('--ticks', type=int, default=61)
    a.add_argument('--hosts', default='10,50,200')
    a = a.parse_args()
    numbers = sorted(int(n) for n in a.hosts.split(','))
    machine = bench.machine()
    paths = bundles(a.build, a.ticks, numbers[-1])
    rows = [row(a.build, paths[:n], a.runs) for n in numbers]
    bench.table(f'Many bundles of {a.ticks} ticks, {a.runs} runs; {bench.machine_line(machine)}',
                ['bundles', 'size', '-j1', '-j2', '-j1 / -j2', 'a bundle, -j2', 'memory, -j1', 'memory, -j2'], [shown(r) for r in rows])
    goals = bench.Goals()
    goals.at_least(f'{numbers[-1]} bundles: -j2 is so many times as fast as -j1', rows[-1]['speedup']['median'], 1.6)
    goals.at_most(f'memory of {numbers[-1]} bundles beside that of {numbers[0]}',
                  rows[-1]['j2']['rss_kib']['median'] / rows[0]['j2']['rss_kib']['median'], 1.5)
    goals.show()
    bench.keep(a.build, 'fleet', {'machine': machine, 'runs': a.runs, 'ticks': a.ticks, 'fleets': rows, 'goals': goals.rows})
    return 0


if __name__ == '__main__':
    sys.exit(main())
