"""The machine as a whole: its softirq backlog, its CPUs, its control groups."""
import os

from group import Group
from model import scenario

CPU = 1  # takes the packets; the load is sent from CPU 0


def chain(lab, length, rps):
    """Namespaces one behind the other that forward to the last; packets enter on one CPU with RPS.

    Each hop is a pass through a backlog: what enters once is queued LENGTH times.
    """
    hops = [lab.netns() for _ in range(length + 1)]
    for i, (a, b) in enumerate(zip(hops, hops[1:])):
        _, far = lab.veth(a, b, net=i + 1, device=f'e{i}')
        a.run('ip', 'route', 'add', 'default', 'via', far)
        b.sysctl('net.ipv4.ip_forward', 1)
    if rps:
        hops[1].write('/sys/class/net/e0/queues/rx-0/rps_cpus', f'{1 << CPU:x}')
    return hops, f'10.{length}.0.2'


def hog(ns, cpu, nice=0):
    return ns.start('nice', '-n', nice, 'sh', '-c', 'while :; do :; done', cpu=cpu)


@scenario(expect=['softirq/backlog-drop cpu1', 'nic-drops/rx e0', 'cgroup/veth-drops *'], alone=True,
          allow=['softirq/backlog-depth cpu1', 'softirq/cpu-saturated cpu1', 'softirq/time-squeeze cpu1',
                 'softirq/ksoftirqd-starved cpu1', 'cpu/saturated', 'cpu/pressure', 'nic-drops/rx *', 'nic-drops/tx *',
                 'root-cause/softnet-nic-cpu-loss *', 'root-cause/single-core-nic *', 'collection-quality/gaps'])
def backlog_overrun(lab, fault):
    """Bursts of small datagrams through five forwarding hosts, all queued on one CPU by RPS."""
    hops, far = chain(lab, 5, rps=fault)
    hops[0].tool('flood', far, 9, *(('on_ms=800', 'off_ms=1200') if fault else ('pps=2000',)), cpu=0)
    lab.record(hops[1], seconds=10)


def bridge(lab, ports, gro='on'):
    """A sender, and a bridge with further ports; with GRO all far ends poll with NAPI.

    What the sender broadcasts is received on one CPU (RPS) and copied to each port there.
    """
    sender, here, far = lab.netns(), lab.netns(), lab.netns()
    here.run('ip', 'link', 'add', 'br0', 'type', 'bridge')
    here.run('ip', 'link', 'set', 'br0', 'up')
    for i in range(ports + 1):
        other = far if i else sender
        here.run('ip', 'link', 'add', f'p{i}', 'type', 'veth', 'peer', 'name', f'q{i}', 'netns', other.name)
        here.run('ip', 'link', 'set', f'p{i}', 'master', 'br0', 'up')
        other.run('ip', 'link', 'set', f'q{i}', 'up')
        for ns, device in ((here, f'p{i}'), (other, f'q{i}')):
            ns.run('ethtool', '-K', device, 'gro', gro)
            ns.run('ethtool', '-K', device, 'tso', 'off')
    sender.run('ip', 'addr', 'add', '10.9.0.1/24', 'broadcast', '10.9.0.255', 'dev', 'q0')
    here.run('ip', 'addr', 'add', '10.9.0.2/24', 'dev', 'br0')
    here.write('/sys/class/net/p0/queues/rx-0/rps_cpus', f'{1 << CPU:x}')
    return sender, here


@scenario(expect=['softirq/time-squeeze cpu1', 'softirq/cpu-saturated cpu1', 'root-cause/single-core-nic cpu1'], alone=True,
          allow=['softirq/backlog-drop cpu1', 'softirq/backlog-depth cpu1', 'cpu/saturated',
                 'cpu/pressure', 'softirq/ksoftirqd-starved cpu1', 'nic-drops/* *', 'collection-quality/gaps'])
def budget_overrun(lab, fault):
    """Broadcasts copied to eight interfaces, polled on one CPU: more than a poll may take."""
    sender, here = bridge(lab, 8)
    # a rate that does not fall in with the clock's ticks, by which the kernel samples the time of softirqs
    sender.tool('flood', '10.9.0.255', 9, *(() if fault else ('pps=433',)), cpu=0)
    lab.record(here, seconds=10)


@scenario(expect=['softirq/backlog-drop cpu1', 'root-cause/softnet-nic-cpu-loss *'], alone=True,
          allow=['tcp-retransmit/*', 'softirq/cpu-saturated cpu1', 'softirq/time-squeeze cpu1', 'softirq/backlog-depth cpu1',
                 'softirq/ksoftirqd-starved cpu1', 'nic-drops/rx *', 'nic-drops/tx *', 'cgroup/veth-drops *', 'cpu/saturated',
                 'cpu/pressure', 'root-cause/single-core-nic *', 'collection-quality/gaps'])
def backlog_loses_answers(lab, fault):
    """Bursts overrun the backlog that a program's answers pass, too."""
    sender, here = bridge(lab, 16, gro='off')
    sender.tool('backend', '10.9.0.1:8080')
    here.tool('caller', '10.9.0.1:8080,rate=300,connections=20', cpu=0)
    sender.tool('flood', '10.9.0.255', 9, *(('on_ms=600', 'off_ms=3400') if fault else ('pps=300',)), cpu=0)
    lab.record(here)


@scenario(expect=['softirq/ksoftirqd-starved cpu1', 'softirq/backlog-drop cpu1', 'softirq/backlog-depth cpu1',
                  'root-cause/ksoftirqd-starved cpu1'], alone=True,
          allow=['softirq/time-squeeze cpu1', 'softirq/cpu-saturated cpu1', 'cpu/saturated',
                 'cpu/pressure', 'nic-drops/rx *', 'nic-drops/tx *', 'cgroup/veth-drops *', 'collection-quality/gaps',
                 'root-cause/softnet-nic-cpu-loss *', 'root-cause/single-core-nic *'])
def ksoftirqd_starved(lab, fault):
    """Three busy programs on the CPU that takes the packets."""
    hops, far = chain(lab, 5, rps=True)
    for _ in range(3 if fault else 0):
        hog(hops[0], CPU)
    hops[0].tool('flood', far, 9, *(() if fault else ('pps=2000',)), cpu=0)
    lab.record(lab.host(), seconds=12)


@scenario(expect=['cpu/saturated', 'cpu/pressure'], alone=True, allow=['collection-quality/gaps'])
def all_cpus_busy(lab, fault):
    """Two busy programs on each CPU."""
    here = lab.netns()
    for cpu in range(os.cpu_count() if fault else 0):
        for _ in range(2):
            hog(here, cpu)
    lab.record(here, seconds=12)


@scenario(expect=['cgroup/cpu-throttled *'], allow=['cpu/linkerd-*', 'root-cause/cpu-throttle-latency *'])
def cpu_quota(lab, fault):
    """A program that wants a third of a CPU and may have a twentieth of one."""
    here, group = lab.netns(), Group(lab, 'cpu').cpus(0.05 if fault else None)
    busy = group.start(here, 'sh', '-c', 'while :; do i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; sleep 0.01; done')
    lab.record(here, '--pid', busy.pid)


@scenario(expect=['cgroup/memory-events *'], allow=['memory/*'])
def memory_limit(lab, fault):
    """A program that writes a file larger than the memory of its control group, again and again."""
    here, group = lab.netns(), Group(lab, 'memory').memory((16 if fault else 512) << 20)
    write = ('import sys, time\nwhile True:\n  with open(sys.argv[1], "wb") as f:\n'
             '    for _ in range(32):\n      f.write(bytes(1 << 20))\n      time.sleep(0.02)')
    busy = group.start(here, 'python3', '-c', write, os.path.join(lab.dir, 'file'))
    lab.record(here, '--pid', busy.pid)


@scenario(expect=['memory/oom'], alone=True, allow=['cgroup/memory-*', 'memory/*'])
def out_of_memory(lab, fault):
    """A program that grows past the memory of its control group."""
    here, group = lab.netns(), Group(lab, 'memory').memory((24 if fault else 512) << 20)
    grow = 'import sys, time; time.sleep(4); x = bytearray(64 << 20); time.sleep(3); del x; sys.stdin.read()'
    busy = group.start(here, 'python3', '-c', grow)
    lab.record(here, '--pid', busy.pid, seconds=10)
