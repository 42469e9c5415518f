"""The host that is pretended: its parts, their counters, and the load of a tick.

Everything that a text shows stands in `World.count`, by (source, entity), as floats that
only grow by `bump`, or are set where the kernel has a gauge.  The texts read it, the
faults move it: what several files show of one thing agrees.
"""
import random

NS = 10**9
SHARES = ('user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal')
BUSY = {'user': .12, 'nice': 0, 'system': .05, 'iowait': .002, 'irq': .002, 'softirq': .015, 'steal': 0}
START = 1790000000  # unix seconds of the first tick


class Nic:
    """One interface: what the kernel counts of it, by queue where it has queues."""

    def __init__(self, name, index, driver='ixgbe', queues=0, speed=10000, pps=0.0):
        self.name, self.index, self.driver, self.speed = name, index, driver, speed
        self.queues = queues
        self.rx_pps = self.tx_pps = pps
        self.size = 700  # bytes of a packet
        self.mtu = 65536 if name == 'lo' else 1500
        self.up = True
        self.ring, self.ring_max, self.queues_max = 4096, 4096, max(queues, 1)
        self.node = 0
        self.master = self.parent = None
        self.vlan = None
        self.skew = None   # (queue, share) of what is received
        self.usecs = 8     # interrupts are held back that long
        self.irq_rate = 0  # per packet; 0: of a NIC with coalescing
        self.carrier_changes = 2
        self.c = dict.fromkeys(('rx_packets', 'rx_bytes', 'rx_errors', 'rx_dropped', 'rx_missed', 'rx_fifo', 'rx_frame',
                                'multicast', 'tx_packets', 'tx_bytes', 'tx_errors', 'tx_dropped', 'tx_fifo', 'tx_carrier',
                                'qdisc_dropped', 'qdisc_overlimits', 'qdisc_requeues'), 0.0)
        self.shaped = False  # by a tbf, in place of its queues' fq_codel
        self.backlog = 0   # packets that wait in the qdisc
        self.extra = {}    # further counters of the driver, as ethtool -S prints them
        self.rx_queue = [[0.0, 0.0] for _ in range(queues)]
        self.tx_queue = [[0.0, 0.0] for _ in range(queues)]
        self.irqs = []     # (irq, CPU) by queue
        self.any_cpu = False  # they may go to any: nobody has set where

    @property
    def physical(self):
        return self.driver not in ('lo', 'veth', 'bonding', 'vlan')

    @property
    def mac(self):
        return '02:00:00:00:%02x:%02x' % (self.index >> 8 & 255, self.index & 255)


class World:
    def __init__(self, config):
        self.config = config
        self.kernel = config.kernel
        self.random = random.Random(f'nettape {config.seed}').random
        self.cpus = config.cpus
        self.nodes = 2 if config.cpus >= 16 else 1
        self.count = {}
        self.clock_step = 0.0  # seconds by which the wall clock is off
        self.clocksource, self.clocksources = 'tsc', 'tsc hpet acpi_pm'
        self.tick = 0
        self.sysctl = {}
        self.sysctl_last = {}
        self.cgroup2 = False
        self.daemons = {612: 'irqbalance', 640: 'chronyd'}
        self.synced = True
        self.governor = 'performance'
        self.limits = {}       # of the group of the watched process
        self.nics = list(self._nics())
        self.nic = {n.name: n for n in self.nics}
        self._irqs()
        self.reset_load()

    # -- parts

    def _nics(self):
        c = self.config
        yield Nic('lo', 1, 'lo', pps=50)
        pps = c.pps if c.pps is not None else 300.0 * min(c.cpus, 16)
        for i in range(c.physical):
            yield Nic(f'eth{i}', 2 + i, c.driver, queues=min(c.cpus, 16), pps=pps / c.physical)
        for i in range(max(c.interfaces - 1 - c.physical, 0)):
            name = 'veth%07x' % int(self.random() * 2**28)
            yield Nic(name, 10 + i, 'veth', speed=10000, pps=pps / 100 if i % 12 == 0 else 0.0)

    def _irqs(self):
        irq = 30
        for nic in self.nics:
            if nic.physical and not nic.irqs:
                nic.irqs = [(irq + q, q % self.cpus) for q in range(nic.queues)]
                irq += nic.queues
        self.irq_end = irq

    def set_queues(self, nic, queues, most):
        """As ethtool -L does, before anything is counted."""
        nic.queues, nic.queues_max = queues, most
        nic.irqs = nic.irqs[:queues]
        del nic.rx_queue[queues:], nic.tx_queue[queues:]

    def add_nic(self, nic):
        self.nics.append(nic)
        self.nic[nic.name] = nic
        return nic

    # -- the load of one tick, which faults may change before it is counted

    def reset_load(self):
        self.noise = .95 + .1 * self.random()
        self.share = [dict(BUSY) for _ in range(self.cpus)]
        self.pressure = {'cpu': .004, 'memory': 0.0, 'io': .001, 'irq': 0.0}
        self.rx_factor = dict.fromkeys(self.nic, 1.0)
        self.irq_to = {}      # nic -> CPU that takes all its interrupts
        self.opens = 1.0      # connections a second, each way

    def use(self, cpu, **shares):
        """That CPU spends these shares of its time; idle is what is left."""
        self.share[cpu].update(shares)

    def table(self, source, entity='', names=()):
        return self.count.setdefault((source, entity), dict.fromkeys(names, 0.0))

    def bump(self, source, entity='', /, **amounts):
        table = self.count[source, entity]
        for name, amount in amounts.items():
            if name in table:  # else this kernel does not count it
                table[name] += amount

    def wobble(self, width=.1):
        return 1 + width * (self.random() - .5)
