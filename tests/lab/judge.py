"""What the analyzer says of a scenario's bundle, held against what it should say."""
import json
import os
import subprocess

from model import Pattern


def analyze(lab):
    """The report of a recorded bundle, as JSON; findings that are folded count like others."""
    report = os.path.join(lab.dir, 'report.json')
    command = [os.path.join(lab.build, 'nettape-analyze'), '--format', 'json', '--fail-on', 'never', '--short-window',
               '-o', report, lab.bundle]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise RuntimeError(f'nettape-analyze: {done.stderr.strip()}')
    with open(report, encoding='utf-8') as f:
        return json.load(f)


def judge(scenario, fault, report):
    """A result: which expectations held, which findings nobody asked for."""
    findings = [f for f in report['findings'] if scenario.judges(f['rule'])]
    why = {r['rule']: r['why'] for r in report['not_evaluated']}
    hits = {str(p): [f for f in findings if p.matches(f)] for p in scenario.expect}
    known = scenario.load + (scenario.expect + scenario.allow if fault else ())
    any_level = [Pattern(p.rule, p.entity, 'info') for p in known]
    strangers = [f for f in findings if f['level'] != 'info' and not any(p.matches(f) for p in any_level)]
    if not fault:  # an information that the fault should bring must not be there without it
        strangers += [f for p in scenario.expect if p.level == 'info' for f in hits[str(p)] if f['level'] == 'info']
    return {
        'scenario': scenario.name,
        'fault': fault,
        'expected': [{'pattern': str(p), 'rule': p.rule, 'fired': bool(hits[str(p)]),
                      'not_evaluated': None if hits[str(p)] else why.get(p.rule)}
                     for p in (scenario.expect if fault else ())],
        'false_alarms': [{'rule': f['rule'], 'entity': f['entity'], 'level': f['level'], 'message': f['message']}
                         for f in strangers],
        'ok': not strangers and (not fault or all(hits.values())),
    }
