"""Faults: named changes of the pretended host, each from `start` to `end`, which add up.

A fault is a class with a docstring and parameters; of its methods
	host(w)       changes what the host has, before its files are made
	begin(w)      changes settings and first values
	load(w)       changes the load of a tick, before it is counted
	count(w, dt)  adds to counters, sets gauges
"""
KNOWN = {}


class Fault:
    name = None
    params = {}

    def __init__(self, **given):
        self.start, self.end = float(given.pop('start', 0)), float(given.pop('end', 'inf'))
        self.strength = float(given.pop('strength', 1))
        for param, default in self.params.items():
            value = given.pop(param, default)
            setattr(self, param, type(default)(value))
        if given:
            raise ValueError(f'fault {self.name}: no parameter {next(iter(given))}')

    def __init_subclass__(cls):
        if cls.name:
            KNOWN[cls.name] = cls

    def active(self, now):
        return self.start <= now < self.end

    def host(self, w):
        pass

    def begin(self, w):
        pass

    def load(self, w):
        pass

    def count(self, w, dt):
        pass


def parse(text):
    """NAME[,PARAM=VALUE...]: that fault."""
    name, *rest = text.split(',')
    if name not in KNOWN:
        raise ValueError(f'no fault {name}; --list-faults says which there are')
    return KNOWN[name](**dict(item.split('=', 1) for item in rest))


def describe():
    lines = []
    for name, cls in sorted(KNOWN.items()):
        params = ''.join(f',{p}={v}' for p, v in cls.params.items())
        lines.append(f'{name}{params}\n    {cls.__doc__.splitlines()[0]}')
    return '\n'.join(lines)


import faults_host  # noqa: E402,F401  (they register themselves)
import faults_net  # noqa: E402,F401
