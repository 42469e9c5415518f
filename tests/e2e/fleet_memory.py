#!/usr/bin/env python3
"""fleet_memory.py COMMAND...: runs it; prints the most memory in KiB that it had itself, and that one of its processes had."""
import os
import resource
import subprocess
import sys
import time


def high_water(pid):
    try:
        with open(f'/proc/{pid}/status', encoding='ascii', errors='replace') as f:
            return max((int(line.split()[1]) for line in f if line.startswith('VmHWM')), default=0)
    except OSError:
        return 0


def main(command):
    most = 0
    with open(os.devnull, 'wb') as sink:
        p = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
        while p.poll() is None:
            most = max(most, high_water(p.pid))
            time.sleep(0.01)
    print(most, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    return 0 if p.returncode in (0, 1) else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
