"""Where a scenario happens: network namespaces, links between them, the programs in them.

Everything that is made here ends with the scenario, also when it fails.
"""
import contextlib
import os
import signal
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


class Skip(Exception):
    """This machine cannot do it; the text says why."""


class Failed(Exception):
    """The scenario itself went wrong: it says nothing about the rules."""


class Process:
    """A program of a scenario.  It ends when its standard input does, else it is killed."""

    def __init__(self, argv, log, stdout=None):
        self.argv, self.out = argv, stdout or log + '.out'
        with open(self.out, 'wb') as out, open(log + '.err', 'ab') as err:
            self.popen = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=out, stderr=err,
                                          start_new_session=True)

    @property
    def pid(self):
        return self.popen.pid

    def output(self):
        with open(self.out, encoding='utf-8', errors='replace') as f:
            return f.read()

    def wait_for(self, text, seconds=10):
        """Until it has printed TEXT."""
        end = time.monotonic() + seconds
        while text not in self.output():
            if self.popen.poll() is not None or time.monotonic() > end:
                raise Failed(f'{self.argv}: no "{text}" from it')
            time.sleep(0.02)
        return self

    def tell(self, line):
        self.popen.stdin.write(line.encode() + b'\n')
        self.popen.stdin.flush()

    def signal(self, number):
        os.kill(self.pid, number)

    def end(self, seconds=3):
        """Closes its standard input, waits, kills; what it printed."""
        with contextlib.suppress(OSError):
            self.popen.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGCONT)
        try:
            self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()
        return self.output()


class Netns:
    """A network namespace of its own, loopback up."""

    def __init__(self, lab, name):
        self.lab, self.name = lab, name
        self.path = '/run/netns/' + name

    def argv(self, *command, cpu=None):
        pin = [] if cpu is None else ['-c', str(cpu)]
        return [self.lab.program('inside'), *pin, self.path, *map(str, command)]

    def run(self, *command, check=True):
        """A short command; its output.  Failed when it fails and check is set."""
        done = subprocess.run(self.argv(*command), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=30, check=False)
        if check and done.returncode != 0:
            raise Failed(f'{" ".join(map(str, command))}: {done.stderr.strip()}')
        return done.stdout

    def start(self, *command, cpu=None, ready=None):
        """A program that lives as long as the scenario; waits until it printed READY."""
        process = self.lab.keep(Process(self.argv(*command, cpu=cpu), self.lab.log(command[0])))
        return process.wait_for(ready) if ready else process

    def python(self, tool, *arguments, cpu=None, ready='ready'):
        """tests/lab/TOOL.py, likewise."""
        return self.start('python3', os.path.join(HERE, tool + '.py'), *arguments, cpu=cpu, ready=ready)

    def tool(self, name, *arguments, cpu=None, ready='ready'):
        """build/tests/lab/NAME, likewise."""
        return self.start(self.lab.program(name), *arguments, cpu=cpu, ready=ready)

    def sysctl(self, name, value):
        """Of this namespace; NAME as in sysctl(8)."""
        self.write('/proc/sys/' + name.replace('.', '/'), value)

    def write(self, path, value):
        """Into a file below /proc or /sys, seen from this namespace."""
        self.run('sh', '-c', 'printf %s "$1" >"$0"', path, value)

    def nft(self, rules):
        """Packet filter rules, in nft's words."""
        self.run('nft', rules)


class Lab:
    """One run of one scenario."""

    def __init__(self, build, folder, tag):
        self.build, self.dir, self.tag = build, folder, tag
        self.bundle = os.path.join(folder, 'bundle.tar.zst')
        self.recorder, self._began = None, 0
        self._ends = contextlib.ExitStack()
        self._due = []
        self._count = 0
        os.makedirs(folder, exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._ends.close()

    def program(self, name):
        return os.path.join(self.build, 'tests/lab', name)

    def log(self, command):
        self._count += 1
        return os.path.join(self.dir, f'{self._count:02}-{os.path.basename(str(command))}')

    def keep(self, process):
        self._ends.callback(process.end)
        return process

    def at_end(self, function, *arguments):
        """Called when the scenario is over, last one first: what it changed is put back."""
        self._ends.callback(function, *arguments)

    def at(self, seconds, function, *arguments):
        """Has it called so long after the recording has begun."""
        self._due.append((seconds, function, arguments))

    def host(self):
        """The namespace we are in: some limits of the host can be read from there alone."""
        here = Netns(self, '-')
        here.path = '-'
        return here

    def netns(self):
        self._count += 1
        ns = Netns(self, f'lab-{self.tag}-{self._count}')
        done = subprocess.run(['ip', 'netns', 'add', ns.name], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Skip('no network namespaces here: ' + done.stderr.strip())
        self._ends.callback(subprocess.run, ['ip', 'netns', 'del', ns.name], check=False, capture_output=True)
        ns.run('ip', 'link', 'set', 'lo', 'up')
        return ns

    def veth(self, a, b, net=1, device='eth0'):
        """An Ethernet link; a is 10.NET.0.1 at it, b is 10.NET.0.2.  The two addresses."""
        peer = f'v{self._count}p'
        self._count += 1
        a.run('ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', peer, 'netns', b.name)
        b.run('ip', 'link', 'set', peer, 'name', device)
        return self._addresses(a, b, net, device)

    def _addresses(self, a, b, net, device):
        for ns, host in ((a, 1), (b, 2)):
            ns.run('ip', 'addr', 'add', f'10.{net}.0.{host}/24', 'dev', device)
            ns.run('ip', 'link', 'set', device, 'up')
        return f'10.{net}.0.1', f'10.{net}.0.2'

    def path(self, a, b, net=1, device='path0', **settings):
        """A link with delay_ms=, jitter_ms=, loss_ab=, loss_ba= (%), reorder= (%), max_len=.

        netem where the kernel has it, else the userspace link, which alone knows max_len.
        Returns the two addresses and the link, whose set(loss_ab=100) changes it.
        """
        kind = NetemPath if netem(self) and 'max_len' not in settings else TunPath
        link = kind(self, a, b, net, device, settings)
        return (*self._addresses(a, b, net, device), link)

    def record(self, ns, *options, seconds=15, every='1s', user=None, wait=True):
        """Records in that namespace, as that user (a number): the window that is judged.

        Returns when it is over, with wait=False at once.
        """
        collect = os.path.join(self.build, 'nettape-collect')
        who = [] if user is None else ['setpriv', f'--reuid={user}', f'--regid={user}', '--clear-groups']
        command = ns.argv(*who, collect, '-q', '--force', '--for', f'{seconds}s', '--every', every,
                          '--pace', 'tcp=1s', '--pace', 'tcp-info=1s', '--pace', 'ss-summary=1s',
                          '--pace', 'metrics=1s', '--pace', 'client-state=1s', '--pace', 'group*=1s', '-o', self.bundle, *options)
        self.recorder = self.keep(Process(command, self.log('collect')))
        self._began = time.monotonic()
        if wait:
            self.recorded(seconds + 30)

    def recorded(self, seconds=60):
        """Does what is due meanwhile, and waits for the recording's end."""
        for after, function, arguments in sorted(self._due, key=lambda d: d[0]):
            time.sleep(max(self._began + after - time.monotonic(), 0))
            function(*arguments)
        try:
            status = self.recorder.popen.wait(seconds)
        except subprocess.TimeoutExpired as e:
            raise Failed('the recording does not end') from e
        if status != 0 and os.path.exists(self.bundle + '.part'):  # it was killed: this is what is left
            os.rename(self.bundle + '.part', self.bundle)
        if status != 0 and not os.path.exists(self.bundle):
            raise Failed(f'nettape-collect: exit status {status}')


class TunPath:
    """build/tests/lab/lossy between two tun devices."""

    def __init__(self, lab, a, b, net, device, settings):
        del net
        if not os.path.exists('/dev/net/tun'):
            raise Skip('neither netem nor /dev/net/tun here')
        words = [f'{k}={v}' for k, v in settings.items()]
        log = lab.log('lossy')
        self.process = lab.keep(Process([lab.program('lossy'), a.path, device, b.path, device, *words], log))
        self.process.wait_for('ready')

    def set(self, **settings):
        for k, v in settings.items():
            self.process.tell(f'{k}={v}')


class NetemPath:
    """netem on both ends of a veth."""

    def __init__(self, lab, a, b, net, device, settings):
        del net
        peer = device + 'p'
        a.run('ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', peer, 'netns', b.name)
        b.run('ip', 'link', 'set', peer, 'name', device)
        self.ends, self.device, self.settings = (a, b), device, {}
        self.set(**settings)

    def set(self, **settings):
        self.settings.update(settings)
        s = self.settings
        for ns, loss in zip(self.ends, ('loss_ab', 'loss_ba')):
            delay = [f'{s.get("delay_ms", 0)}ms', f'{s.get("jitter_ms", 0)}ms']
            words = ['delay', *delay, 'loss', f'{s.get(loss, 0)}%']
            if s.get('reorder'):
                words += ['reorder', f'{s["reorder"]}%']
            ns.run('tc', 'qdisc', 'replace', 'dev', self.device, 'root', 'netem', 'limit', '20000', *words)


def busy_share(seconds=0.5):
    """Of all CPU time over that long, the share that was not idle."""
    before, after = cpu_times(), (time.sleep(seconds), cpu_times())[1]
    spent = [b - a for a, b in zip(before, after)]
    return 1 - (spent[3] + spent[4]) / max(sum(spent), 1)


def cpu_times():
    with open('/proc/stat', encoding='ascii') as f:
        return [int(n) for n in f.readline().split()[1:9]]


class Patience:
    """Waiting for a machine with little else to do: so many seconds in all, then no more."""

    def __init__(self, seconds=180, most=0.15):
        self.left, self.most = seconds, most

    def wait(self):
        """False when the machine is still busy."""
        began = time.monotonic()
        while busy_share() > self.most:
            if time.monotonic() - began > self.left:
                break
        else:
            return True
        self.left = max(self.left - (time.monotonic() - began), 0)
        return False


_netem = []


def netem(lab):
    """Does this kernel have netem?  Asked once."""
    if not _netem:
        ns = lab.netns()
        command = ns.argv('tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms')
        _netem.append(subprocess.run(command, capture_output=True, check=False).returncode == 0)
    return _netem[0]
