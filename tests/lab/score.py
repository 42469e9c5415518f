"""From results to the table: per rule recall and precision, with Wilson's intervals."""
import collections
import math
import platform
import subprocess

Z = 1.96  # 95 %


def wilson(k, n):
    """The interval of a share k of n, in percent."""
    if n == 0:
        return None
    p, z2 = k / n, Z * Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return 100 * max(middle - half, 0), 100 * min(middle + half, 1)


def share(k, n):
    if n == 0:
        return '-'
    low, high = wilson(k, n)
    return f'{k / n:.2f} ({low:.0f}-{high:.0f} %)'


class Tally:
    """Of one rule over all runs."""

    def __init__(self):
        self.scenarios, self.should, self.fired, self.false, self.unjudged = set(), 0, 0, 0, 0


def tally(results):
    rules = collections.defaultdict(Tally)
    for r in results:
        for e in r['expected']:
            t = rules[e['rule']]
            t.scenarios.add(r['scenario'])
            t.should += 1
            t.fired += e['fired']
            t.unjudged += e['not_evaluated'] is not None
        for f in r['false_alarms']:
            rules[f['rule']].false += 1
    return rules


def totals(results):
    rules = tally(results).values()
    return (sum(t.fired for t in rules), sum(t.should for t in rules), sum(t.false for t in rules))


def version(parts, *command):
    """The first so many parts, between commas, of what it says."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return ','.join((done.stdout + done.stderr).strip().split(',')[:parts]) or 'unknown'


def heading(when, analyze, reps, cpus):
    kernel = '.'.join(platform.release().split('-')[0].split('.')[:2])
    return [
        '# Score of the lab', '',
        f'{when}, Linux {kernel}, {cpus} CPUs, {version(1, analyze, "--version")}, {version(2, "ip", "-V")}; {reps} repetitions.', '',
        'Made by `make lab`. Faults are real, in network namespaces of one machine; linkerd is an imitation (README.md),',
        'so what a linkerd rule is worth on a real linkerd is not shown here. Every fault has its matched negative: the',
        'same load without it. A false alarm is a finding at warn or crit that the scenario neither expects nor allows.', '']


def table(rules):
    lines = ['| rule | scenarios | should fire | fired | false alarms | not evaluated | recall (95 %) | precision (95 %) |',
             '|---|---|---|---|---|---|---|---|']
    for name in sorted(rules):
        t = rules[name]
        lines.append(f'| {name} | {len(t.scenarios)} | {t.should} | {t.fired} | {t.false} | {t.unjudged} '
                     f'| {share(t.fired, t.should)} | {share(t.fired, t.fired + t.false)} |')
    return lines


def misses(results, explained):
    """Each kind of miss and false alarm once, how often, and the explanation that was written for it."""
    seen = collections.Counter()
    for r in results:
        side = 'with the fault' if r['fault'] else 'without the fault'
        for e in r['expected']:
            if not e['fired']:
                why = f' (not evaluated: {e["not_evaluated"]})' if e['not_evaluated'] else ''
                seen[r['scenario'], e['rule'], f'missed {e["pattern"]}{why}'] += 1
        for f in r['false_alarms']:
            seen[r['scenario'], f['rule'], f'{side}: false alarm {f["level"]} {f["rule"]} {f["entity"]}'] += 1
    for (scenario, rule, what), n in sorted(seen.items()):
        why = explained.get((scenario, rule), 'not explained yet')
        yield f'* {scenario}: {what}, {n} times. {why}'


def write(path, head, results, broken, skipped, unexercised, explained, synthetic):
    """SCORE.md."""
    fired, should, false = totals(results)
    lines = head + [
        f'**Recall {share(fired, should)}, precision {share(fired, fired + false)}** over '
        f'{len({r["scenario"] for r in results})} scenarios and {len(results)} recordings.', '']
    lines += table(tally(results))
    for title, items in (('Misses and false alarms', list(misses(results, explained))),
                         ('Scenarios that went wrong themselves', broken),
                         ('Skipped', skipped),
                         ('Rules that no scenario exercises', unexercised)):
        lines += ['', f'## {title}', '', *(items or ['None.'])]
    lines += ['', '## Synthetic bundles', '', 'Scored apart: made by `tests/gen`, never counted above.', '', *synthetic]
    with open(path, 'w', encoding='utf-8') as f:
        f.write('\n'.join(lines) + '\n')
