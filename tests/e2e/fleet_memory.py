#!/usr/bin/env python3
"""fleet_memory.py FILE COMMAND...: runs it, its status is ours; into FILE the most memory in KiB that it had itself, and
that one of its processes had."""
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


def main(path, command):
    most = 0
    p = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    while p.poll() is None:
        most = max(most, high_water(p.pid))
        time.sleep(0.01)
    with open(path, 'w', encoding='ascii') as f:
        print(most, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=f)
    return p.returncode


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2:]))
