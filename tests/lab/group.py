"""Control groups of a run, of a v1 controller or in v2's tree."""
import glob
import os
import time

from place import Failed, Process, Skip

ROOT = '/sys/fs/cgroup'
PERIOD_US = 100000
EMPTY_S = 5  # until programs that were killed have left it


def put(path, value):
    with open(path, 'w', encoding='ascii') as f:
        f.write(str(value))


class Group:
    """One group, there until the scenario ends."""

    def __init__(self, lab, controller):
        v1 = [p for p in glob.glob(ROOT + '/*') if controller in os.path.basename(p).split(',')]
        self.v2 = not v1
        self.path = os.path.join(v1[0] if v1 else ROOT, 'nettape-lab-' + lab.tag)
        try:
            if self.v2:
                put(ROOT + '/cgroup.subtree_control', '+' + controller)
            os.mkdir(self.path)
        except OSError as e:
            raise Skip(f'no control group of {controller} can be made: {e}') from e
        lab.at_end(self.remove)

    def remove(self):
        for _ in range(EMPTY_S * 10):
            try:
                return os.rmdir(self.path)
            except OSError:
                time.sleep(0.1)
        raise Failed(f'{self.path} is still used')

    def set(self, name, value):
        put(os.path.join(self.path, name), value)

    def cpus(self, n):
        """So many CPUs' time; None = without a limit."""
        if self.v2:
            self.set('cpu.max', f'{"max" if n is None else int(n * PERIOD_US)} {PERIOD_US}')
        else:
            self.set('cpu.cfs_period_us', PERIOD_US)
            self.set('cpu.cfs_quota_us', -1 if n is None else int(n * PERIOD_US))
        return self

    def memory(self, size):
        self.set('memory.max' if self.v2 else 'memory.limit_in_bytes', size)
        return self

    def argv(self, *command):
        """The command, a member from its first instruction."""
        return ['sh', '-c', 'echo $$ >"$0" && exec "$@"', self.path + '/cgroup.procs', *map(str, command)]

    def start(self, ns, *command):
        return ns.lab.keep(Process(self.argv(*ns.argv(*command)), ns.lab.log(command[0])))
