#!/usr/bin/env python3
"""rules.py BUILD [--runs N] [--small]: how long all rules take on a giant bundle.

An hour at 1 s of 64 CPUs, 500 interfaces, 20,000 sockets and a linkerd of 100 clients, with some faults, made once by
tests/gen into BUILD/bench.  Prints medians and spread, and writes BUILD/bench/rules.json.
"""
import argparse
import hashlib
import json
import os
import re
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
GEN = os.path.join(HERE, '..', 'gen')
# What costs most is taken less often, as a collector that keeps to its budget would
PACES = {'tcp': 60, 'ss-summary': 60, 'tcp-info': 60, 'ethtool-S': 10, 'task-stat': 10, 'task-schedstat': 10,
         'task-status': 10, 'task-fds': 10}
FAULTS = ('conntrack-full,start=600,end=900', 'irq-single-cpu,start=1200,end=1500', 'steal,start=1800,end=2400',
          'qdisc-drops,start=2700,end=2800', 'backlog-drops,cpu=5,start=3000,end=3100', 'ksoftirqd-starved,cpu=9,start=3200,end=3300')
LINE = re.compile(r'nettape-analyze: (?:rule +([\d.]+) ms  (\S+)|(\w+) +([\d.]+) ms)')


def giant(folder, small):
    """The bundle's path; made anew when the generator has changed."""
    size = ('--ticks', '241', '--cpus', '8', '--interfaces', '40', '--sockets', '500', '--linkerd', '5') if small else \
        ('--ticks', '3600', '--cpus', '64', '--interfaces', '500', '--sockets', '20000', '--linkerd', '100')
    command = [sys.executable, '-B', os.path.join(GEN, 'bundle.py'), '--seed', '1', '--physical', '2', *size]
    command += [f'--pace={source}={pace}' for source, pace in PACES.items()]
    command += [f'--fault={fault}' for fault in FAULTS]
    digest = hashlib.sha256(' '.join(command[2:]).encode())
    for name in sorted(n for n in os.listdir(GEN) if n.endswith('.py')):
        with open(os.path.join(GEN, name), 'rb') as f:
            digest.update(f.read())
    path = os.path.join(folder, f'giant-{digest.hexdigest()[:12]}.tar.zst')
    if not os.path.exists(path):
        begin = time.monotonic()
        subprocess.run([*command, '-o', path + '.part.zst'], check=True)
        os.rename(path + '.part.zst', path)
        print(f'generated in {time.monotonic() - begin:.0f} s, {os.path.getsize(path) >> 20} MiB: {path}')
    return path


def measure(build, path):
    """(phases, rules): names to milliseconds, of one run."""
    done = subprocess.run([os.path.join(build, 'nettape-analyze'), '--timing', '--no-pager', '--fail-on', 'never',
                           '-o', os.devnull, path], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    phases, rules = {}, {}
    for ms, rule, phase, phase_ms in LINE.findall(done.stderr):
        if rule:
            rules[rule] = float(ms)
        else:
            phases[phase] = float(phase_ms)
    return phases, rules


def summary(runs):
    return {name: {'median': statistics.median(v), 'least': min(v), 'most': max(v)}
            for name in runs[0] for v in [[r[name] for r in runs]]}


def table(title, rows, most=None):
    print(f'\n{title:44} {"median ms":>10} {"least":>10} {"most":>10}')
    order = sorted(rows, key=lambda n: -rows[n]['median'])
    for name in order[:most]:
        r = rows[name]
        print(f'{name:44} {r["median"]:10.1f} {r["least"]:10.1f} {r["most"]:10.1f}')
    if most and len(order) > most:
        print(f'{"the other " + str(len(order) - most):44} {sum(rows[n]["median"] for n in order[most:]):10.1f}')


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('build')
    a.add_argument('--runs', type=int, default=3)
    a.add_argument('--small', action='store_true', help='a small bundle: to try this script')
    a = a.parse_args()
    folder = os.path.join(a.build, 'bench')
    os.makedirs(folder, exist_ok=True)
    path = giant(folder, a.small)
    phases, rules = zip(*[measure(a.build, path) for _ in range(a.runs)])
    result = {'bundle_bytes': os.path.getsize(path), 'runs': a.runs, 'cpus': os.cpu_count(),
              'load_average': os.getloadavg()[0], 'phases_ms': summary(phases), 'rules_ms': summary(rules)}
    table(f'{a.runs} runs, {len(rules[0])} rules', result['phases_ms'])
    table('rule', result['rules_ms'], 25)
    with open(os.path.join(folder, 'rules.json'), 'w', encoding='utf-8') as f:
        json.dump(result, f, indent=1)
        f.write('\n')
    return 0


if __name__ == '__main__':
    sys.exit(main())
