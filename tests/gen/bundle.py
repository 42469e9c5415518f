#!/usr/bin/env python3
"""Makes a whole bundle of a host that does not exist.

bundle.py --seed 7 --ticks 60 --cpus 64 --interfaces 500 --sockets 20000 \\
          --fault conntrack-full,start=20 -o FILE.tar[.zst|.gz]

The same seed gives the same bytes.  A fault is NAME[,start=S][,end=S][,strength=X][,NAME=VALUE];
several may be given.  --list-faults says which there are.
"""
import argparse
import dataclasses
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import faults as known_faults  # noqa: E402
from kernel import Kernel  # noqa: E402
from recorder import Recorder  # noqa: E402
from world import START  # noqa: E402


@dataclasses.dataclass
class Config:
    seed: int = 1
    ticks: int = 61
    every: float = 1
    cpus: int = 8
    interfaces: int = 4
    physical: int = 1
    sockets: int = 60
    kernel: Kernel = dataclasses.field(default_factory=lambda: Kernel('6.1.0-18-amd64'))
    driver: str = 'ixgbe'
    linkerd: int = 0       # clients of a linkerd that answers; 0: there is none
    pps: float = None      # received by all physical interfaces
    start: int = START
    uid: int = 0
    note: str = ''
    host: str = 'synthetic'
    machine: str = None    # hash of its machine id; by its name when None, not recorded when ''
    paces: dict = dataclasses.field(default_factory=dict)


def generate(config, faults, path):
    """Writes the bundle; `faults` are texts as on the command line."""
    Recorder(config, [known_faults.parse(text) for text in faults]).run(path)


def parse(argv):
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, of, default, text in (
            ('seed', int, 1, 'of all that is random'), ('ticks', int, 61, 'snapshots'), ('every', float, 1, 'seconds between them'),
            ('cpus', int, 8, ''), ('interfaces', int, 4, 'lo, the physical ones, the rest veth'), ('physical', int, 1, 'NICs'),
            ('sockets', int, 60, 'TCP connections'), ('kernel', str, '6.1.0-18-amd64', 'release'),
            ('driver', str, 'ixgbe', 'ixgbe, ena or virtio_net'), ('pps', float, None, 'packets a second'), ('host', str, 'synthetic', 'its name'),
            ('machine', str, None, 'hash of its machine id'),
            ('start', int, START, 'unix time of the first snapshot'), ('linkerd', int, 0, 'clients of a linkerd; 0: there is none')):
        p.add_argument('--' + name, type=of, default=default, help=text)
    p.add_argument('--pace', action='append', default=[], metavar='SOURCE=SECONDS')
    p.add_argument('--fault', action='append', default=[], metavar='NAME[,PARAM=VALUE...]')
    p.add_argument('--list-faults', action='store_true')
    p.add_argument('-o', '--output', metavar='FILE')
    return p.parse_args(argv)


def main(argv):
    a = parse(argv)
    if a.list_faults:
        print(known_faults.describe())
        return 0
    if not a.output:
        sys.exit('bundle.py: -o FILE is missing')
    paces = {source: float(s) for source, _, s in (p.partition('=') for p in a.pace)}
    config = Config(a.seed, a.ticks, a.every, a.cpus, a.interfaces, a.physical, a.sockets, Kernel(a.kernel), a.driver,
                    a.linkerd, a.pps, start=a.start, paces=paces, host=a.host, machine=a.machine)
    try:
        generate(config, a.fault, a.output)
    except (ValueError, OSError) as e:
        sys.exit(f'bundle.py: {e}')
    return 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
