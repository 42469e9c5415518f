"""Faults of NICs, interrupts, softirqs and the tables of the network stack."""
from faults import Fault
from world import Nic


def sent_again(w, segments):
    """TCP sends again what was lost; most of it fast."""
    w.bump('snmp', 'Tcp', RetransSegs=segments)
    w.bump('netstat', 'TcpExt', TCPFastRetrans=segments * .8, TCPSackRecovery=segments * .3, TCPLossProbes=segments * .2)


class ConntrackFull(Fault):
    """The connection tracking table is full; new packets are dropped, SYNs are sent again."""
    name, params = 'conntrack-full', {'limit': 65536, 'drops': 20.0}

    def begin(self, w):
        w.sysctl['net/netfilter/nf_conntrack_max'] = str(self.limit)
        w.count['limits', '']['conntrack_count'] = self.limit * .9

    def count(self, w, dt):
        w.count['limits', '']['conntrack_count'] = float(self.limit)
        lost = self.drops * self.strength * dt
        w.bump('conntrack', 0, drop=lost, early_drop=lost * .2)
        w.bump('snmp', 'Tcp', RetransSegs=lost, AttemptFails=lost * .1)
        w.bump('netstat', 'TcpExt', TCPSynRetrans=lost, TCPTimeouts=lost)


class ConntrackNear(Fault):
    """The connection tracking table fills to a share of its limit; nothing is dropped."""
    name, params = 'conntrack-near', {'limit': 65536, 'share': .85}

    def begin(self, w):
        w.sysctl['net/netfilter/nf_conntrack_max'] = str(self.limit)

    def count(self, w, dt):
        w.count['limits', '']['conntrack_count'] = self.limit * self.share * w.wobble(.02)


class ConntrackRace(Fault):
    """Two packets of a new flow race for its entry: the later one is dropped (DNS of containers)."""
    name, params = 'conntrack-race', {'per_s': 8.0}

    def count(self, w, dt):
        w.bump('conntrack', 1, insert_failed=self.per_s * dt, drop=self.per_s * dt)


class NeighbourFull(Fault):
    """More neighbours than gc_thresh3: entries are refused."""
    name, params = 'neighbour-full', {'fulls': 6.0}

    def count(self, w, dt):
        w.count['neigh', 'arp_cache']['entries'] = 1024.0
        w.bump('neigh', 'arp_cache', table_fulls=self.fulls * dt, forced_gc_runs=self.fulls * dt * 2, lookups=100 * dt)
        w.bump('snmp', 'Ip', OutDiscards=self.fulls * dt)


class NeighbourGc(Fault):
    """More neighbours than gc_thresh2: each new entry collects garbage first."""
    name, params = 'neighbour-gc', {'runs': 3.0}

    def count(self, w, dt):
        w.count['neigh', 'arp_cache']['entries'] = 700.0
        w.bump('neigh', 'arp_cache', forced_gc_runs=self.runs * dt, allocs=self.runs * dt, destroys=self.runs * dt)


class NeighbourFailed(Fault):
    """A next hop does not answer ARP."""
    name, params = 'neighbour-failed', {'per_s': 2.0}

    def count(self, w, dt):
        w.bump('neigh', 'arp_cache', res_failed=self.per_s * dt, unresolved_discards=self.per_s * dt)


class SingleCpu(Fault):
    """All interrupts of a NIC come to one CPU, which softirqs fill."""
    name, params = 'irq-single-cpu', {'nic': 'eth0', 'cpu': 2, 'softirq': .92, 'squeeze': 20.0}

    def load(self, w):
        w.irq_to[self.nic] = self.cpu
        w.use(self.cpu, softirq=self.softirq, user=.02, system=.02)

    def count(self, w, dt):
        w.bump('softnet', self.cpu, time_squeeze=self.squeeze * dt)


class QueuesPinned(Fault):
    """The first half of a NIC's queues interrupt one CPU."""
    name, params = 'irq-pinned', {'nic': 'eth0', 'cpu': 0}

    def host(self, w):
        nic = w.nic[self.nic]
        half = len(nic.irqs) // 2
        nic.irqs = [(irq, self.cpu if q < half else cpu) for q, (irq, cpu) in enumerate(nic.irqs)]


class QueuesFew(Fault):
    """A NIC of many queues uses one."""
    name, params = 'queues-few', {'nic': 'eth0', 'most': 8}

    def host(self, w):
        w.set_queues(w.nic[self.nic], 1, self.most)


class IrqAnyCpu(Fault):
    """No fault: interrupts of a NIC may go to any CPU, and the kernel chose."""
    name, params = 'irq-any-cpu', {'nic': 'eth0'}

    def host(self, w):
        w.nic[self.nic].any_cpu = True


class LocalNode(Fault):
    """No fault: the queues of a NIC are spread over the CPUs of its own NUMA node, the first."""
    name, params = 'irq-local', {'nic': 'eth0'}

    def host(self, w):
        nic = w.nic[self.nic]
        nic.irqs = [(irq, q % (w.cpus // w.nodes)) for q, (irq, _) in enumerate(nic.irqs)]


class OtherNode(LocalNode):
    """A NIC is at the second NUMA node, and its interrupts go to the first."""
    name = 'irq-other-node'

    def host(self, w):
        super().host(w)
        w.nic[self.nic].node = 1


class IrqStorm(Fault):
    """A NIC interrupts for each packet."""
    name, params = 'irq-storm', {'nic': 'eth0'}

    def host(self, w):
        nic = w.nic[self.nic]
        nic.irq_rate, nic.usecs = 1.0, 0


class RingOverflow(Fault):
    """Packets find no receive buffer in the NIC."""
    name, params = 'ring-overflow', {'nic': 'eth0', 'per_s': 40.0, 'ring': 4096}

    def host(self, w):
        w.nic[self.nic].ring = self.ring

    def count(self, w, dt):
        w.nic[self.nic].c['rx_missed'] += self.per_s * self.strength * dt


class RxErrors(Fault):
    """Frames come with a wrong checksum: cable, transceiver, switch port."""
    name, params = 'rx-errors', {'nic': 'eth0', 'per_s': 3.0}

    def count(self, w, dt):
        c = w.nic[self.nic].c
        c['rx_errors'] += self.per_s * dt
        c['rx_frame'] += self.per_s * dt


class Pause(Fault):
    """The NIC sends pause frames, since it is not emptied fast enough."""
    name, params = 'pause', {'nic': 'eth0', 'sent': 30.0, 'received': 0.0}

    def count(self, w, dt):
        extra = w.nic[self.nic].extra
        extra['tx_xoff'] = extra.get('tx_xoff', 0) + self.sent * dt
        extra['xoff'] = extra.get('xoff', 0) + self.received * dt


class QueueSkew(Fault):
    """One receive queue takes most packets: a single large flow, or a bad hash."""
    name, params = 'queue-skew', {'nic': 'eth0', 'share': .85}

    def load(self, w):
        w.nic[self.nic].skew = (1, self.share)


class CloudAllowance(Fault):
    """The cloud's hypervisor drops or delays what is beyond the machine's allowance (driver ena)."""
    name, params = 'cloud-allowance', {'nic': 'eth0', 'kind': 'conntrack', 'per_s': 15.0}

    def count(self, w, dt):
        extra = w.nic[self.nic].extra
        extra[self.kind] = extra.get(self.kind, 0) + self.per_s * dt


class LinkFlap(Fault):
    """The carrier went and came back."""
    name, params = 'link-flap', {'nic': 'eth0', 'times': 2}

    def begin(self, w):
        self.left = self.times

    def count(self, w, dt):
        if self.left and w.tick % 5 == 0:
            self.left -= 1
            w.nic[self.nic].carrier_changes += 2


class LinkDown(Fault):
    """The carrier goes and stays away."""
    name, params = 'link-down', {'nic': 'eth1'}

    def load(self, w):
        nic = w.nic[self.nic]
        if nic.up:
            nic.up = False
            nic.carrier_changes += 1


class Bond(Fault):
    """No fault: eth0 and eth1 are the slaves of bond0, active-backup."""
    name = 'bond'

    def host(self, w):
        first, second = w.nic['eth0'], w.nic['eth1']
        bond = w.add_nic(Nic('bond0', 300, 'bonding', speed=first.speed, pps=first.rx_pps))
        first.master = second.master = bond
        second.rx_pps = second.tx_pps = .5
        bond.slaves = lambda: (((first, 0), (second, int(not second.up))), first if first.up else second)


class Vlan(Fault):
    """No fault: eth0.100 has the traffic of VLAN 100 of eth0."""
    name = 'vlan'

    def host(self, w):
        parent = w.nic['eth0']
        nic = w.add_nic(Nic('eth0.100', 301, 'vlan', speed=parent.speed, pps=parent.rx_pps * .4))
        nic.vlan, nic.parent = 100, parent.name


class UnknownVlan(Fault):
    """Frames of a VLAN or protocol that nobody here has are dropped by the stack."""
    name, params = 'unknown-frames', {'nic': 'eth0', 'per_s': 20.0}

    def count(self, w, dt):
        c = w.nic[self.nic].c
        c['rx_packets'] += self.per_s * dt
        c['rx_bytes'] += self.per_s * 64 * dt
        c['rx_dropped'] += self.per_s * dt


class QdiscDrops(Fault):
    """The queue of a NIC towards the wire overflows."""
    name, params = 'qdisc-drops', {'nic': 'eth0', 'per_s': 25.0, 'tcp': 0.0}

    def count(self, w, dt):
        nic = w.nic[self.nic]
        nic.backlog = 400
        nic.c['qdisc_dropped'] += self.per_s * dt
        nic.c['qdisc_overlimits'] += self.per_s * dt
        sent_again(w, self.per_s * self.tcp * dt)


class VethDrops(Fault):
    """The other end of a veth does not take what is sent."""
    name, params = 'veth-drops', {'per_s': 10.0}

    def count(self, w, dt):
        nic = next(n for n in w.nics if n.driver == 'veth')
        nic.c['tx_dropped'] += self.per_s * dt


class Shaper(Fault):
    """A token bucket holds the NIC's packets back (a rate limit)."""
    name, params = 'shaper', {'nic': 'eth0', 'per_s': 100.0}

    def host(self, w):
        w.nic[self.nic].shaped = True

    def count(self, w, dt):
        w.nic[self.nic].c['qdisc_overlimits'] += self.per_s * dt


class BacklogDrops(Fault):
    """The backlog queue of one CPU overflows."""
    name, params = 'backlog-drops', {'cpu': 1, 'per_s': 50.0, 'tcp': 0.0}

    def count(self, w, dt):
        w.bump('softnet', self.cpu, dropped=self.per_s * self.strength * dt)
        w.nic['lo'].c['rx_dropped'] += self.per_s * self.strength * dt
        sent_again(w, self.per_s * self.tcp * dt)


class TimeSqueeze(Fault):
    """Softirqs of one CPU end with work left."""
    name, params = 'time-squeeze', {'cpu': 1, 'per_s': 30.0}

    def count(self, w, dt):
        w.bump('softnet', self.cpu, time_squeeze=self.per_s * dt)


class FlowLimit(Fault):
    """The flow limit drops packets of the largest flow of a CPU."""
    name, params = 'flow-limit', {'cpu': 1, 'per_s': 5.0}

    def count(self, w, dt):
        w.bump('softnet', self.cpu, flow_limit=self.per_s * dt, dropped=self.per_s * dt)
