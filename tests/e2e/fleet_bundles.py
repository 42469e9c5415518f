#!/usr/bin/env python3
"""fleet_bundles.py FOLDER N: bundles of N hosts that do not exist, web000.tar and so on.

What is wrong with which host stands in `plan`; fleet.sh expects it.
"""
import multiprocessing
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'gen'))
sys.dont_write_bytecode = True

import bundle  # noqa: E402
from world import START  # noqa: E402


def plan(i):
    """Faults of host i, and when its window begins."""
    faults = []
    if i % 4 == 0:
        faults.append('conntrack-full')
    if i % 10 == 1:
        faults.append('ring-overflow')
    if i == 7:
        faults.append('sysctl,key=net/core/somaxconn,value=17,last=17')
    if i == 9:
        faults.append('clock-unsynced')
    if i == 13:
        faults.append('time-squeeze,per_s=900')
    return faults, START + (86400 if i == 9 else i % 3)


def make(job):
    folder, i = job
    faults, start = plan(i)
    config = bundle.Config(seed=i + 1, ticks=8, cpus=2, interfaces=2, sockets=12, start=start, host=f'web{i:03d}')
    bundle.generate(config, faults, os.path.join(folder, f'web{i:03d}.tar'))


def main(folder, n):
    with multiprocessing.Pool(2) as pool:
        pool.map(make, [(folder, i) for i in range(n)])


if __name__ == '__main__':
    main(sys.argv[1], int(sys.argv[2]))
