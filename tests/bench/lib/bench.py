"""What the benchmarks share: a command's cost, medians and spread, tables, goals, the machine's name."""
import json
import os
import platform
import re
import resource
import statistics
import subprocess
import time


def cost(build, argv):
    """(CPU seconds with children, peak RSS in KiB of the largest, wall seconds, status) of a command, to its end."""
    done = subprocess.run([os.path.join(build, 'tests/bench/spend'), *argv], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True, errors='replace', check=False)
    cpu, rss, wall = re.findall(r'^spent (\d+) (\d+) (\d+)$', done.stderr, re.M)[-1]
    return int(cpu) / 1e6, int(rss), int(wall) / 1e6, done.returncode


def spread(values):
    return {'median': statistics.median(values), 'least': min(values), 'most': max(values), 'runs': len(values)}


def machine():
    with open('/proc/cpuinfo', encoding='utf-8', errors='replace') as f:
        model = next((line.split(':', 1)[1].strip() for line in f if line.startswith('model name')), platform.machine())
    return {'cpus': os.cpu_count(), 'model': model, 'kernel': platform.release().split('-')[0], 'date': time.strftime('%Y-%m-%d'),
            'load_average': os.getloadavg()[0]}


def machine_line(m):
    return f'{m["cpus"]} CPUs ({m["model"]}), Linux {m["kernel"]}, {m["date"]}, load average {m["load_average"]:.1f} at the start'


def table(title, columns, rows):
    """rows: lists of texts, the first one to the left."""
    widths = [max(len(r[i]) for r in [columns, *rows]) for i in range(len(columns))]
    print(f'\n{title}')
    for r in [columns, *rows]:
        print('  ' + '  '.join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(r, widths))))


class Goals:
    """What was wanted, what was measured, met or not."""

    def __init__(self):
        self.rows = []

    def at_most(self, what, value, limit, unit=''):
        self._add(what, value, limit, unit, '<=', value is not None and value <= limit)

    def at_least(self, what, value, limit, unit=''):
        self._add(what, value, limit, unit, '>=', value is not None and value >= limit)

    def _add(self, what, value, limit, unit, sign, met):
        self.rows.append({'what': what, 'measured': value, 'goal': f'{sign} {limit:g} {unit}'.strip(),
                          'met': None if value is None else met})

    def show(self):
        said = {True: 'met', False: 'NOT MET', None: 'not measured'}
        table('Goals', ['', 'measured', 'goal', ''],
              [[r['what'], '-' if r['measured'] is None else f'{r["measured"]:.3g}', r['goal'], said[r['met']]] for r in self.rows])


def keep(build, name, result):
    folder = os.path.join(build, 'bench')
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name + '.json'), 'w', encoding='utf-8') as f:
        json.dump(result, f, indent=1)
        f.write('\n')


def more_files():
    """As many open files as this process may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
