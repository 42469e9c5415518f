#!/usr/bin/env python3
"""Provokes faults for real, records them, and scores what the rules say of them.

usage: lab.py [--reps N] [--jobs N] [--only GLOB]... [--score FILE] [--retry] [--again] [--list]

Needs root, and BUILD, the folder of the programs (build).  Each scenario of scenarios/*.py
runs with its fault and without it.  LAB_GLOBAL=1 adds those that change the host.
Everything is kept below BUILD/lab/SCENARIO-SIDE-REP/, and --again judges that by the rules of
now.  The last line is "N passed, N failed".
"""
import argparse
import concurrent.futures
import datetime
import fnmatch
import glob
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import traceback

import judge
import model
import place
import score

PATIENCE = place.Patience()


def load_scenarios():
    for path in sorted(glob.glob(os.path.join(place.HERE, 'scenarios', '*.py'))):
        name = os.path.basename(path)[:-3]
        spec = importlib.util.spec_from_file_location('scenarios.' + name, path)
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return model.SCENARIOS


class Run:
    """One recording: a scenario with or without its fault."""

    def __init__(self, scenario, fault, rep):
        self.scenario, self.fault, self.rep = scenario, fault, rep
        self.name = f'{scenario.name}-{"fault" if fault else "quiet"}-{rep}'
        self.result, self.problem, self.skipped = None, None, None

    def record(self, build, folder, tag):
        shutil.rmtree(folder, ignore_errors=True)
        if self.scenario.alone and not PATIENCE.wait():
            raise place.Skip('the machine is busy with something else')
        with place.Lab(build, folder, tag) as lab:
            self.scenario.run(lab, self.fault)

    def judge(self, build, folder):
        lab = place.Lab(build, folder, '')
        if not os.path.exists(lab.bundle):
            raise place.Skip('not recorded')
        self.result = judge.judge(self.scenario, self.fault, judge.analyze(lab))
        with open(os.path.join(folder, 'result.json'), 'w', encoding='utf-8') as f:
            json.dump(self.result, f, indent=1)

    def go(self, build, tag, again):
        folder = os.path.join(build, 'lab', self.name)
        start = time.monotonic()
        try:
            if not again:
                self.record(build, folder, tag)
            self.judge(build, folder)
        except place.Skip as e:
            self.skipped = str(e)
        except Exception:  # whatever a scenario does wrong, the others go on
            self.problem = traceback.format_exc()
        print(self.line(time.monotonic() - start), flush=True)
        return self

    def ok(self):
        return self.skipped is not None or (self.result is not None and self.result['ok'])

    def line(self, seconds):
        head = f'{"ok" if self.ok() else "not ok"} - {self.name} ({seconds:.0f} s)'
        if self.skipped is not None:
            return f'{head} # SKIP {self.skipped}'
        if self.problem is not None:
            return head + '\n' + ''.join('# ' + line + '\n' for line in self.problem.splitlines())
        notes = [f'missed {e["pattern"]}' + (f' (not evaluated: {e["not_evaluated"]})' if e['not_evaluated'] else '')
                 for e in self.result['expected'] if not e['fired']]
        notes += [f'false alarm: {f["level"]} {f["rule"]} {f["entity"]}: {f["message"]}' for f in self.result['false_alarms']]
        return '\n'.join([head, *('#   ' + n for n in notes)])


def plan(scenarios, reps):
    """All runs: those that can share the machine, and those that want it alone."""
    runs = [Run(s, fault, rep) for rep in range(reps) for s in scenarios for fault in (True, False)]
    runs.sort(key=lambda r: not r.scenario.long)
    return [r for r in runs if not r.scenario.alone], [r for r in runs if r.scenario.alone]


def execute(shared, alone, build, jobs, again=False):
    runs = shared + alone
    tags = {id(r): f'{os.getpid()}-{i}' for i, r in enumerate(runs)}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        waiting = []
        for r in shared:
            waiting.append(pool.submit(r.go, build, tags[id(r)], again))
            time.sleep(0 if again else 0.2)  # so that not all their first ticks fall together
        concurrent.futures.wait(waiting)
    for r in alone:
        r.go(build, tags[id(r)], again)
    return runs


def rule_ids(build):
    out = subprocess.run([os.path.join(build, 'nettape-analyze'), '--list-rules'], capture_output=True, text=True, check=True)
    return [line.split()[0] for line in out.stdout.splitlines() if '/' in line.split(' ', 1)[0]]


def table_of(name):
    """tests/lab/NAME: lines of two columns and a text, '#' begins a comment."""
    with open(os.path.join(place.HERE, name), encoding='utf-8') as f:
        return [line.split(None, 1) for line in f.read().splitlines() if line and not line.startswith('#')]


def unexercised(build, scenarios):
    """Rules that no scenario of this run expects, with the reason that is written for them."""
    have = {p.rule for s in scenarios for p in s.expect}
    reasons = [(p.rule, 'changes the host: LAB_GLOBAL=1') for s in model.SCENARIOS for p in s.expect if s.needs_global]
    reasons += table_of('unexercised')
    for rule in rule_ids(build):
        if rule in have:
            continue
        why = next((text for pattern, text in reasons if fnmatch.fnmatchcase(rule, pattern)), 'NO REASON GIVEN')
        yield f'* {rule}: {why}'


def explanations():
    """(scenario, rule) to why it misses or fires there."""
    rows = [[first, *rest.split(None, 1)] for first, rest in table_of('explained')]
    return {(scenario, rule): text for scenario, rule, text in rows}


def synthetic(build):
    path = os.path.join(build, 'lab', 'synthetic.md')
    if not os.path.exists(path):
        return ['Not run.']
    with open(path, encoding='utf-8') as f:
        return f.read().splitlines()


def publish(path, runs, build, reps, scenarios):
    now = datetime.datetime.now(datetime.timezone.utc).strftime('%Y-%m-%d')
    head = score.heading(now, os.path.join(build, 'nettape-analyze'), reps, os.cpu_count())
    broken = [f'* {r.name}: {r.problem.splitlines()[-1]}' for r in runs if r.problem]
    skipped = sorted({f'* {r.scenario.name}: {r.skipped}' for r in runs if r.skipped})
    score.write(path, head, [r.result for r in runs if r.result], broken, skipped, list(unexercised(build, scenarios)),
                explanations(), synthetic(build))


def arguments():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('--reps', type=int, default=1)
    a.add_argument('--jobs', type=int, default=8 * os.cpu_count(), help='scenarios at once, of those that can share the machine')
    a.add_argument('--only', action='append', help='scenarios whose name matches')
    a.add_argument('--score', help='write the table there')
    a.add_argument('--retry', action='store_true', help='run what failed up to twice more, alone, and count the last')
    a.add_argument('--again', action='store_true', help='judge what was recorded before')
    a.add_argument('--list', action='store_true', help='the scenarios, and what they expect')
    return a.parse_args()


def listing(scenarios):
    for s in scenarios:
        marks = ' (alone)' * s.alone + ' (LAB_GLOBAL=1)' * s.needs_global
        print(f'{s.name}{marks}: {s.about}\n    expect {", ".join(map(str, s.expect)) or "nothing"}')


def retry(runs, build):
    for _ in range(2):
        again = [Run(r.scenario, r.fault, f'{r.rep}-again') for r in runs if not r.ok()]
        if not again:
            break
        print(f'# {len(again)} once more, alone', flush=True)
        execute([], again, build, 1)
        runs = [r for r in runs if r.ok()] + again
    return runs


def main():
    a = arguments()
    build = os.path.abspath(os.environ.get('BUILD', 'build'))
    scenarios = [s for s in load_scenarios() if not a.only or any(fnmatch.fnmatchcase(s.name, g) for g in a.only)]
    if a.list:
        return listing(scenarios)
    if os.geteuid() != 0:
        sys.exit('lab: namespaces and links need root')
    scenarios = [s for s in scenarios if not s.needs_global or os.environ.get('LAB_GLOBAL') == '1']
    runs = execute(*plan(scenarios, a.reps), build, os.cpu_count() if a.again else a.jobs, a.again)
    if a.score:
        publish(a.score, runs, build, a.reps, scenarios)
    if a.retry:
        runs = retry(runs, build)
    fired, should, false = score.totals([r.result for r in runs if r.result])
    print(f'# recall {score.share(fired, should)}, precision {score.share(fired, fired + false)}')
    failed = sum(not r.ok() for r in runs)
    print(f'{len(runs) - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
