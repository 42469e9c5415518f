"""What a scenario is: a load, a fault, and the findings that the fault must bring."""
import fnmatch
from dataclasses import dataclass, field

LEVELS = ('info', 'warn', 'crit')

# Rules about the whole machine: judged only where nothing else runs beside the scenario.
HOST_WIDE = ('cpu/*', 'memory/*', 'softirq/*', 'irq-balance/*', 'clock/*', 'limits/file-max', 'limits/pids',
             'linkerd-backend/latency-spike', 'collection-quality/self-load', 'collection-quality/gaps', 'root-cause/softnet-*',
             'root-cause/ksoftirqd-*', 'root-cause/single-core-*', 'root-cause/steal-*')

SCENARIOS = []


@dataclass(frozen=True)
class Pattern:
    """'[LEVEL:]RULE [ENTITY] [~ TEXT]', rule and entity with *, TEXT a part of the message.

    LEVEL is the least one, warn if it is not said.
    """
    rule: str
    entity: str = '*'
    level: str = 'warn'
    says: str = ''

    @classmethod
    def of(cls, text):
        text, _, says = text.partition(' ~ ')
        rule, _, entity = text.partition(' ')
        level, colon, rest = rule.partition(':')
        return cls(rest if colon else rule, entity or '*', level if colon else 'warn', says)

    def matches(self, finding):
        return (fnmatch.fnmatchcase(finding['rule'], self.rule)
                and fnmatch.fnmatchcase(finding['entity'], self.entity.replace('[', '[[]'))
                and LEVELS.index(finding['level']) >= LEVELS.index(self.level) and self.says in finding['message'])

    def __str__(self):
        level = '' if self.level == 'warn' else self.level + ':'
        return level + self.rule + ('' if self.entity == '*' else ' ' + self.entity) + (self.says and ' ~ ' + self.says)


@dataclass(frozen=True)
class Scenario:
    name: str
    run: object         # run(lab, fault): sets up, records; with fault False the matched negative
    expect: tuple       # must fire with the fault, must not without it
    allow: tuple        # may fire with the fault
    load: tuple         # may fire with and without it: the load alone brings it
    alone: bool         # nothing else may run beside it
    needs_global: bool  # changes the host: only with LAB_GLOBAL=1
    long: bool          # takes so long that it begins first
    about: str = field(compare=False, default='')

    def judges(self, rule):
        return self.alone or not host_wide(rule)


def host_wide(rule):
    return any(fnmatch.fnmatchcase(rule, p) for p in HOST_WIDE)


def scenario(expect, allow=(), load=(), alone=False, needs_global=False, long=False):
    """Registers the decorated function as a scenario of its name."""
    def register(function):
        s = Scenario(name=function.__name__.replace('_', '-'), run=function,
                     expect=tuple(map(Pattern.of, expect)), allow=tuple(map(Pattern.of, allow)),
                     load=tuple(map(Pattern.of, load)), alone=alone, needs_global=needs_global, long=long,
                     about=' '.join((function.__doc__ or '').split()))
        for p in s.expect:
            if not s.judges(p.rule):
                raise ValueError(f'{s.name}: {p.rule} is about the whole machine: alone=True')
        if any(o.name == s.name for o in SCENARIOS):
            raise ValueError(f'two scenarios are called {s.name}')
        SCENARIOS.append(s)
        return function
    return register
