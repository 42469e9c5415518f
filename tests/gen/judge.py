#!/usr/bin/env python3
"""judge.py BUILD [--json FILE] [--table FILE] [--only GLOB] [--keep DIR] [-j N]

Runs the synthetic scenarios: bundles from the generator, judged by BUILD/nettape-analyze.
Prints TAP; the table is in the form of the lab's, and counted apart from it.
"""
import argparse
import dataclasses
import fnmatch
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, '..', 'lab')


def module(folder, name):
    """tests/lab and this folder both have a judge.py: each of its modules is loaded by its path."""
    sys.path.insert(0, folder)
    try:
        return __import__(name)
    finally:
        sys.path.remove(folder)


model, score = module(LAB, 'model'), module(LAB, 'score')
bundle, scenarios = module(HERE, 'bundle'), module(HERE, 'scenarios')


def analyze(build, path):
    command = [os.path.join(build, 'nettape-analyze'), '--format', 'json', '--section', 'FINDINGS', '--fail-on', 'never', path]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return json.loads(done.stdout)


def report_of(job):
    """What the analyzer says of one bundle: (host, modifiers) is all that it depends on."""
    build, folder, key = job
    host, modifiers = key
    settings = dict(host)
    if 'kernel' in settings:
        settings['kernel'] = bundle.Kernel(settings['kernel'])
    path = os.path.join(folder, f'{abs(hash(key)):x}.tar')
    try:
        bundle.generate(bundle.Config(**settings), modifiers, path)
        report = analyze(build, path)
    except (RuntimeError, ValueError, OSError, subprocess.TimeoutExpired) as e:
        return key, None, str(e)
    if not os.environ.get('SYNTHETIC_KEEP'):
        os.unlink(path)
    return key, {'findings': report['findings'], 'not_evaluated': report['not_evaluated'],
                 'counts': report['counts']}, None


def keys(s):
    """The bundles of a scenario: with its faults, and its matched negative."""
    host = tuple(sorted(s.host.items()))
    return ((host, s.base + s.faults), True), ((host, s.base), False)


def known_rules(build):
    done = subprocess.run([os.path.join(build, 'nettape-analyze'), '--list-rules'], capture_output=True, text=True, check=True)
    return {line.split()[0] for line in done.stdout.splitlines() if line[:1].isalpha()}


def judge(s, fault, report, rules):
    """A result in the lab's form."""
    expect = [p for p in map(model.Pattern.of, s.expect) if p.rule in rules]
    allow = [model.Pattern.of(a) for a in s.allow]
    tolerated = [dataclasses.replace(p, level='info') for p in expect + allow] if fault else []
    findings = report['findings']
    why = {r['rule']: r['why'] for r in report['not_evaluated']}
    hits = {p: [f for f in findings if p.matches(f)] for p in expect}
    strangers = [f for f in findings if f['level'] != 'info' and not any(p.matches(f) for p in tolerated)]
    if not fault:  # an information that the fault should bring must not be there without it
        strangers += [f for p in expect if p.level == 'info' for f in hits[p] if f['level'] == 'info']
    return {
        'scenario': s.name, 'fault': fault,
        'expected': [{'pattern': str(p), 'rule': p.rule, 'fired': bool(hits[p]),
                      'not_evaluated': None if hits[p] else why.get(p.rule)} for p in (expect if fault else ())],
        'false_alarms': [{k: f[k] for k in ('rule', 'entity', 'level', 'message')} for f in strangers],
        'ok': not strangers and report['counts']['failed'] == 0 and (not fault or all(hits.values())),
    }


def tap(number, result, later):
    what = f'{result["scenario"]}, {"with its faults" if result["fault"] else "without"}'
    print(f'{"ok" if result["ok"] else "not ok"} {number} - {what}{later}')
    for e in result['expected']:
        if not e['fired']:
            print(f'# missed {e["pattern"]}' + (f': {e["not_evaluated"]}' if e['not_evaluated'] else ''))
    for f in result['false_alarms']:
        print(f'# false alarm {f["level"]} {f["rule"]} {f["entity"]}: {f["message"]}')


def table(results, missing):
    lines = [f'{len(results)} bundles of {len({r["scenario"] for r in results})} scenarios, of one seed each, made by `tests/gen`: '
             'they show that the rules do what they say on texts of', 'the kernel\'s form, not that a real fault looks like that.', '']
    lines += score.table(score.tally(results))
    problems = list(score.misses(results, {}))
    lines += ['', '### Misses and false alarms', '', *problems] if problems else ['', 'No misses, no false alarms.']
    if missing:
        lines += ['', 'Expected once the rule exists: ' + ', '.join(sorted(missing)) + '.']
    return '\n'.join(lines) + '\n'


def arguments(argv):
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument('build')
    a.add_argument('--json')
    a.add_argument('--table')
    a.add_argument('--only', default='*')
    a.add_argument('--list', action='store_true')
    a.add_argument('-j', type=int, default=os.cpu_count())
    return a.parse_args(argv)


def run(a, chosen):
    """{key: (report, error)}; each bundle once, though several scenarios have the same negative."""
    wanted = dict.fromkeys(key for s in chosen for key, _ in keys(s))
    with tempfile.TemporaryDirectory() as folder, multiprocessing.Pool(a.j) as pool:
        return {key: (report, error) for key, report, error in pool.imap_unordered(
            report_of, [(a.build, folder, key) for key in wanted])}


def put(path, text):
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text)


def main(argv):
    a = arguments(argv)
    chosen = [s for s in scenarios.ALL if fnmatch.fnmatchcase(s.name, a.only)]
    if a.list:
        for s in chosen:
            print(s.name, *s.base, *s.faults, '->', '; '.join(s.expect) or 'quiet')
        return 0
    rules = known_rules(a.build)
    missing = {p.rule for s in chosen for p in map(model.Pattern.of, s.expect) if p.rule not in rules}
    reports, results, bad = run(a, chosen), [], 0
    for s in chosen:
        for key, fault in keys(s):
            if fault and not s.faults:
                continue
            report, error = reports[key]
            number = len(results) + bad + 1
            if error:
                bad += 1
                print(f'not ok {number} - {s.name}\n# {error}')
                continue
            results.append(judge(s, fault, report, rules))
            later = sorted({p.rule for p in map(model.Pattern.of, s.expect)} & missing) if fault else []
            tap(number, results[-1], f' (but for {", ".join(later)}, not written yet)' if later else '')
    print(f'1..{len(results) + bad}')
    if a.json:
        put(a.json, json.dumps({'results': results, 'not_written': sorted(missing)}, indent=1) + '\n')
    if a.table:
        put(a.table, table(results, missing))
    return int(bad or not all(r['ok'] for r in results))


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
