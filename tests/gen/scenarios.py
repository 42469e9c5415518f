"""The synthetic scenarios: what one machine in a test cannot give, made by the generator.

Each is a host, `base` (modifiers that are no fault), `faults`, and what that must bring:
	expect  '[LEVEL:]RULE [ENTITY]' fires with the faults, at warn or at least LEVEL, and not without them
	allow   may fire with the faults, as a consequence
Everything else at warn or crit is a false alarm, with the faults and without: the matched
negative is the same host of the same seed without them.  A scenario without faults is a
host that must be quiet.  A rule that does not exist yet is not expected yet.
"""
from dataclasses import dataclass, field

EL6, EL7, EL8, EL9 = '2.6.32-754.el6.x86_64', '3.10.0-1160.el7.x86_64', '4.18.0-553.el8.x86_64', '5.14.0-503.el9.x86_64'
RECEIVE = ('softirq/*', 'irq-balance/*', 'nic-drops/queue-skew', 'root-cause/softnet-*')


@dataclass(frozen=True)
class Synthetic:
    name: str
    expect: tuple = ()
    faults: tuple = ()
    allow: tuple = ()
    base: tuple = ()
    host: dict = field(default_factory=dict)


def case(name, expect='', faults='', allow=(), base='', **host):
    """Expectations separated by ';', modifiers by blanks."""
    return Synthetic(name, tuple(e.strip() for e in expect.split(';') if e.strip()), tuple(faults.split()), tuple(allow),
                     tuple(base.split()), host)


TABLES = (
    case('conntrack-full', 'crit:conntrack/near-full; crit:conntrack/drops; root-cause/conntrack-full', 'conntrack-full',
         ('tcp-retransmit/*', 'root-cause/remote-syn-drop')),
    case('conntrack-full-el7', 'crit:conntrack/near-full; crit:conntrack/drops', 'conntrack-full',
         ('tcp-retransmit/*', 'root-cause/*'), kernel=EL7),
    case('conntrack-near-full', 'conntrack/near-full', 'conntrack-near'),
    case('conntrack-nearly-all', 'crit:conntrack/near-full', 'conntrack-near,share=.97'),
    case('conntrack-race', 'conntrack/drops', 'conntrack-race'),
    case('neighbour-table-full', 'crit:neighbour/table-full arp_cache', 'neighbour-full', ('ip/discards',)),
    case('neighbour-gc', 'info:neighbour/gc arp_cache', 'neighbour-gc'),
    case('neighbour-failed', 'neighbour/failed arp_cache', 'neighbour-failed'),
    case('timewait-overflow', 'sockets/timewait-overflow', 'timewait-overflow'),
    case('open-files', 'crit:limits/file-max', 'open-files'),
    case('tw-recycle', 'crit:sysctl/tw-recycle', 'tw-recycle', ('tcp-listen/drops-other',), kernel=EL7),
    case('tw-recycle-el6', 'crit:sysctl/tw-recycle', 'tw-recycle', ('tcp-listen/drops-other',), kernel=EL6),
    case('rp-filter', 'sysctl/rp-filter', 'rp-filter'),
    case('udp-overflow', 'udp/rcvbuf-errors', 'udp-overflow'),
)

RECEIVING = (
    case('irq-single-cpu', 'crit:irq-balance/single-cpu eth0; softirq/cpu-saturated cpu2; softirq/netrx-imbalance; '
         'root-cause/single-core-nic', 'irq-single-cpu', RECEIVE, pps=20000),
    case('irq-single-cpu-el7', 'crit:irq-balance/single-cpu eth0; softirq/cpu-saturated cpu2', 'irq-single-cpu',
         RECEIVE + ('root-cause/single-core-nic',), pps=20000, kernel=EL7),
    case('irq-queues-pinned', 'irq-balance/queue-pinned eth0', 'irq-pinned', pps=20000),
    case('irq-queues-few', 'info:irq-balance/queues-few eth0; irq-balance/rps-off eth0',
         'queues-few irq-single-cpu,squeeze=0,cpu=0', RECEIVE + ('root-cause/single-core-nic',), pps=20000),
    case('irq-rps-off', 'irq-balance/rps-off eth0', 'queues-few,most=1 irq-single-cpu,squeeze=0,cpu=0',
         RECEIVE + ('root-cause/single-core-nic',), driver='virtio_net', pps=20000),
    case('irq-other-node', 'info:irq-balance/numa eth0', 'irq-other-node', cpus=16, pps=30000, base='irq-local'),
    case('irq-nobody-spreads', 'info:irq-balance/daemon eth0', 'irq-single-cpu no-irqbalance irq-any-cpu',
         RECEIVE + ('root-cause/single-core-nic',), pps=20000),
    case('irq-storm', 'info:irq-balance/storm eth0', 'irq-storm', cpus=4, pps=250000),
    case('ksoftirqd-starved', 'crit:softirq/ksoftirqd-starved cpu1; root-cause/ksoftirqd-starved', 'ksoftirqd-starved',
         ('softirq/*', 'root-cause/softnet-*')),
    case('backlog-drops', 'crit:softirq/backlog-drop cpu1', 'backlog-drops', ('nic-drops/rx lo', 'root-cause/*')),
    case('backlog-drops-el6', 'crit:softirq/backlog-drop cpu1', 'backlog-drops', ('nic-drops/rx lo', 'root-cause/*'), kernel=EL6),
    case('backlog-loss', 'crit:softirq/backlog-drop cpu1; root-cause/softnet-nic-cpu-loss', 'backlog-drops,tcp=.5,start=20,end=40',
         ('nic-drops/rx lo', 'tcp-retransmit/*')),
    case('time-squeeze', 'softirq/time-squeeze cpu1', 'time-squeeze'),
    case('flow-limit', 'info:softirq/flow-limit cpu1', 'flow-limit', ('softirq/backlog-drop cpu1', 'root-cause/*'), kernel=EL8),
)

NICS = (
    case('ring-overflow', 'crit:nic-drops/ring-overflow eth0; nic-drops/rx eth0', 'ring-overflow'),
    case('ring-small', 'nic-drops/ring-overflow eth0; nic-drops/ring-small eth0', 'ring-overflow,ring=512', ('nic-drops/rx eth0',)),
    case('rx-errors', 'crit:nic-drops/rx-errors eth0', 'rx-errors'),
    case('pause-sent', 'nic-drops/pause eth0', 'pause'),
    case('pause-received', 'info:nic-drops/pause eth0', 'pause,sent=0,received=30'),
    case('queue-skew', 'nic-drops/queue-skew eth0', 'queue-skew', ('softirq/netrx-imbalance',), pps=20000),
    case('cloud-conntrack', 'crit:nic-drops/cloud-allowance eth0', 'cloud-allowance', driver='ena'),
    case('cloud-bandwidth', 'nic-drops/cloud-allowance eth0', 'cloud-allowance,kind=bw_in', driver='ena'),
    case('link-flap', 'crit:nic-drops/link-flap eth0', 'link-flap'),
    case('bond-slave-down', 'nic-drops/link-flap eth1', 'link-down,start=20', physical=2, base='bond'),
    case('bond-active-down', 'nic-drops/link-flap eth0', 'link-down,nic=eth0,start=20', physical=2, base='bond'),
    case('vlan-unknown-frames', 'info:nic-drops/unknown-proto eth0', 'unknown-frames', base='vlan'),
    case('veth-drops', 'cgroup/veth-drops veth*', 'veth-drops', ('nic-drops/tx veth*',)),
    case('shaper', 'info:cgroup/net-limit eth0*', 'shaper'),
    case('qdisc-drops', 'nic-drops/qdisc eth0*', 'qdisc-drops', ('root-cause/egress-queue-drops', 'tcp-retransmit/local-fail')),
    case('egress-loss', 'nic-drops/qdisc eth0*; root-cause/egress-queue-drops', 'qdisc-drops,tcp=1,start=20,end=40',
         ('tcp-retransmit/*',)),
)

HOSTS = (
    case('steal', 'cpu/steal; root-cause/steal-noisy-neighbour', 'steal', ('softirq/time-squeeze', 'tcp-retransmit/*'),
         ticks=121),
    case('cpus-busy', 'crit:cpu/pressure; crit:cpu/saturated', 'cpus-busy'),
    case('cpus-busy-el7', 'crit:cpu/saturated', 'cpus-busy', kernel=EL7),
    case('pressure-cpu', 'cpu/pressure', 'pressure,kind=cpu'),
    case('pressure-memory', 'memory/pressure', 'pressure,kind=memory'),
    case('swap', 'memory/swap', 'swap'),
    case('oom', 'crit:memory/oom', 'oom'),
    case('alloc-stall', 'memory/alloc-stall', 'alloc-stall'),
    case('alloc-stall-el7', 'memory/alloc-stall', 'alloc-stall', kernel=EL7),
    case('memory-low', 'crit:memory/low', 'memory-low'),
    case('tcp-memory', 'tcp-memory/pressure', 'tcp-memory'),
    case('tcp-memory-over', 'crit:tcp-memory/pressure', 'tcp-memory,share=1.7'),
    case('orphans', 'crit:tcp-memory/orphans', 'orphans'),
    case('orphans-near', 'tcp-memory/orphans', 'orphans,aborts=0'),
    case('cgroup2-throttled', 'cgroup/cpu-throttled system.slice/httpd.service', 'cgroup-throttled', ('root-cause/cpu-throttle-latency',)),
    case('cgroup1-throttled', 'cgroup/cpu-throttled system.slice/httpd.service', 'cgroup-throttled,v=1',
         ('root-cause/cpu-throttle-latency',), kernel=EL7),
    case('cgroup2-memory', 'cgroup/memory-events system.slice/httpd.service', 'cgroup-memory'),
    case('cgroup2-memory-kill', 'crit:cgroup/memory-events system.slice/httpd.service', 'cgroup-memory,kills=.1'),
    case('cgroup1-memory', 'cgroup/memory-events system.slice/httpd.service', 'cgroup-memory,v=1', kernel=EL7),
    case('skb-alloc', 'crit:memory/skb-alloc', 'skb-alloc'),
)

RECORDINGS = (
    case('clock-step', 'clock/step', 'clock-step,start=20'),
    case('clock-source', 'clock/source', 'clock-source'),
    case('missed-ticks', 'collection-quality/gaps; clock/stall', 'missed-ticks,start=20,end=28'),
    case('clock-unsynced', 'info:clock/unsynced', 'clock-unsynced'),
    case('counters-reset', 'info:collection-quality/counter-reset netdev', 'nic-reset,start=30'),
    case('truncated', 'collection-quality/truncated', 'truncated,start=40'),
    case('not-root', 'info:collection-quality/not-root', 'not-root'),
    case('setting-changed', 'info:sysctl/changed net.core.somaxconn', 'sysctl,key=net/core/somaxconn,last=2048'),
)

QUIET = (
    *(case('quiet-' + name, kernel=kernel) for name, kernel in (
        ('el6', EL6), ('el7', EL7), ('el8', EL8), ('el9', EL9), ('6.12', '6.12.0'), ('6.18', '6.18.0'))),
    case('quiet-cloud', driver='ena', pps=20000),
    case('quiet-virtio', driver='virtio_net', base='queues-few,most=1', pps=2000),
    case('quiet-numa', cpus=16, pps=60000, base='irq-local'),
    case('quiet-many-veth', interfaces=80),
    case('quiet-many-sockets', sockets=3000),
    case('quiet-bond', physical=2, base='bond'),
    case('quiet-vlan', base='vlan', pps=8000),
    case('quiet-quota', base='cgroup-quota'),
    case('quiet-quota-v1', base='cgroup-quota,v=1', kernel=EL8),
    case('quiet-ten-seconds', every=10),
    case('quiet-linkerd', linkerd=6, sockets=200, ticks=241),
    case('quiet-governor', base='governor no-irqbalance'),
)

ALL = TABLES + RECEIVING + NICS + HOSTS + RECORDINGS + QUIET
