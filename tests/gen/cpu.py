"""Texts of CPUs: stat, softnet_stat, softirqs, interrupts, schedstat, loadavg, pressure, cpuinfo.

Sources: fs/proc/stat.c, net/core/net-procfs.c, fs/proc/softirqs.c, kernel/irq/proc.c,
arch/x86/kernel/irq.c, kernel/sched/stats.c, kernel/sched/psi.c.
"""
from kernel import SOFTIRQS
from world import NS, SHARES

HZ = 100
ARCH_ROWS = (('NMI', 'Non-maskable interrupts', 0), ('LOC', 'Local timer interrupts', 250), ('SPU', 'Spurious interrupts', 0),
             ('PMI', 'Performance monitoring interrupts', 0), ('IWI', 'IRQ work interrupts', .5),
             ('RTR', 'APIC ICR read retries', 0), ('RES', 'Rescheduling interrupts', 90),
             ('CAL', 'Function call interrupts', 30), ('TLB', 'TLB shootdowns', 5), ('TRM', 'Thermal event interrupts', 0),
             ('THR', 'Threshold APIC interrupts', 0), ('MCE', 'Machine check exceptions', 0),
             ('MCP', 'Machine check polls', .003))
SOFTNET = ('processed', 'dropped', 'time_squeeze', 'received_rps', 'flow_limit')
SOFTIRQ_BASE = {'TIMER': 180.0, 'SCHED': 150.0, 'RCU': 160.0, 'HRTIMER': .2, 'TASKLET': .5, 'BLOCK': 2.0, 'NET_TX': .5}


class Cpu:
    def __init__(self, world):
        self.w = world
        self.busy = [dict.fromkeys(SHARES, 1e5) for _ in range(world.cpus)]
        self.arch = {label: [0.0] * world.cpus for label, _, _ in ARCH_ROWS}
        self.irq = {}          # irq -> {cpu: count}
        self.row = {}          # irq -> (count, its line): most do not move
        self.psi = {}
        self.domains = ''.join('domain%d %s %s\n' % (d, 'f' * max(world.cpus // 4, 1), ' '.join(['0'] * 36)) for d in range(2))
        for c in range(world.cpus):
            world.table('softnet', c, SOFTNET + ('backlog_len',))
            world.table('softirqs', c, SOFTIRQS)
            world.table('schedstat', c, ('run', 'wait', 'slices'))
        world.table('stat', '', ('ctxt', 'processes', 'procs_running', 'procs_blocked'))
        for kind in ('cpu', 'memory', 'io', 'irq'):
            world.table('pressure', kind, ('some', 'full'))
            self.psi[kind] = [[0.0] * 3, [0.0] * 3]

    # -- counting

    def advance(self, dt):
        self._shares(dt)
        for nic in self.w.nics:
            self._packets(nic, dt)
        for label, _, rate in ARCH_ROWS:
            row = self.arch[label]
            if rate:
                for c in range(self.w.cpus):
                    row[c] += rate * dt * self.w.noise
        self._pressure(dt)
        self.w.bump('stat', ctxt=900 * self.w.cpus * dt * self.w.noise, processes=3 * dt)
        stat = self.w.count['stat', '']
        stat['procs_running'] = 1 + sum(s['user'] + s['system'] > .9 for s in self.w.share)

    def _shares(self, dt):
        for c, share in enumerate(self.w.share):
            noise = self.w.wobble(.4)
            used = 0.0
            busy = self.busy[c]
            for name, value in share.items():
                value = value if value > .5 or name in ('steal', 'irq', 'softirq') else value * noise
                busy[name] += value * dt * HZ
                used += value
            busy['idle'] += max(1 - used, 0) * dt * HZ
            soft = self.w.count['softirqs', c]
            for name, rate in SOFTIRQ_BASE.items():
                soft[name] += rate * dt * noise
            sched = self.w.count['schedstat', c]
            run = min(used, 1) * dt * NS
            sched['run'] += run
            sched['wait'] += run * .02
            sched['slices'] += 400 * dt * noise

    def _packets(self, nic, dt):
        """Received packets: interrupts, softirqs and softnet rows of the CPUs that take them."""
        packets = nic.rx_pps * self.w.rx_factor[nic.name] * dt * self.w.noise
        if not packets:
            return
        if not nic.irqs:  # lo and veth: the backlog of whichever CPU sent
            cpu = nic.index % self.w.cpus
            self.w.count['softnet', cpu]['processed'] += packets
            self.w.count['softirqs', cpu]['NET_RX'] += packets * .9
            return
        rate = nic.irq_rate or .6
        for q, (irq, cpu) in enumerate(nic.irqs):
            cpu = self.w.irq_to.get(nic.name, cpu)
            part = packets * queue_share(nic, q)
            self.w.count['softnet', cpu]['processed'] += part
            self.w.count['softirqs', cpu]['NET_RX'] += part * rate
            counts = self.irq.setdefault(irq, {})
            counts[cpu] = counts.get(cpu, 0.0) + part * rate

    def _pressure(self, dt):
        for kind, share in self.w.pressure.items():
            table = self.w.count['pressure', kind]
            for i, (name, part) in enumerate((('some', share), ('full', share * .6 if kind != 'cpu' else 0.0))):
                table[name] += part * dt * 1e6
                for k, window in enumerate((10, 60, 300)):
                    mean = self.psi[kind][i]
                    mean[k] += (100 * part - mean[k]) * min(dt / window, 1)

    # -- texts

    def stat(self):
        lines, total = [], [0] * 10
        tail = (0, 0) if self.w.kernel >= (2, 6, 33) else (0,)
        for c, busy in enumerate(self.busy):
            v = [int(busy[n]) for n in SHARES]
            total = [a + b for a, b in zip(total, v)]
            lines.append('cpu%d %s' % (c, ' '.join(map(str, (*v, *tail)))))
        by_irq = {irq: int(sum(n.values())) for irq, n in self.irq.items()}
        intr = sum(by_irq.values()) + int(sum(map(sum, self.arch.values())))
        soft = [sum(int(self.w.count['softirqs', c][n]) for c in range(self.w.cpus)) for n in SOFTIRQS]
        s = self.w.count['stat', '']
        return ('cpu  %s\n%s\nintr %d %s\nctxt %d\nbtime %d\nprocesses %d\nprocs_running %d\nprocs_blocked %d\nsoftirq %d %s\n' % (
            ' '.join(map(str, (*total, *tail))), '\n'.join(lines), intr,
            ' '.join(str(by_irq.get(i, 0)) for i in range(self.w.irq_end + 8)), s['ctxt'], self.w.config.start - 86400,
            s['processes'], s['procs_running'], s['procs_blocked'], sum(soft), ' '.join(map(str, soft))))

    def softnet(self):
        columns = self.w.kernel.softnet_columns()
        lines = []
        for c in range(self.w.cpus):
            t = self.w.count['softnet', c]
            n = [int(t[name]) & 0xffffffff for name in SOFTNET]
            backlog = int(t['backlog_len'])
            row = [n[0], n[1], n[2], 0, 0, 0, 0, 0, 0, n[3], n[4], backlog, c, backlog, 0]
            lines.append(' '.join(['%08x'] * columns) % tuple(row[:columns]))
        return '\n'.join(lines) + '\n'

    def softirqs(self):
        w = self.w
        lines = ['                    ' + ''.join('CPU%-8d' % c for c in range(w.cpus))]
        for name in SOFTIRQS:
            shown = 'BLOCK_IOPOLL' if name == 'IRQ_POLL' and not w.kernel >= (4, 5) else name
            lines.append('%12s:' % shown + ''.join([' %10u' % (int(w.count['softirqs', c][name]) & 0xffffffff)
                                                    for c in range(w.cpus)]))
        return '\n'.join(lines) + '\n'

    def interrupts(self):
        w = self.w
        old = not w.kernel >= (4, 0)
        lines = ['           ' + ''.join('CPU%-8d' % c for c in range(w.cpus))]
        for nic in w.nics:
            for q, (irq, _) in enumerate(nic.irqs):
                lines.append(self._irq_line(nic, q, irq, old))
        for label, name, _ in ARCH_ROWS:
            lines.append(f'{label:>3}: ' + ''.join(['%10u ' % n for n in self.arch[label]]) + f'  {name}')
        return '\n'.join(lines) + '\nERR:          0\nMIS:          0\n'

    def _irq_line(self, nic, q, irq, old):
        counts = self.irq.get(irq, {})
        key = sum(counts.values())
        if self.row.get(irq, (None,))[0] != key:
            cells = ['         0 '] * self.w.cpus
            for cpu, n in counts.items():
                cells[cpu] = '%10u ' % (int(n) & 0xffffffff)
            chip = '   PCI-MSI-edge   ' if old else '  PCI-MSI %d-edge   ' % (524288 + irq)
            names = {'virtio_net': f'virtio0-input.{q}', 'ena': f'{nic.name}-Tx-Rx-{q}'}
            self.row[irq] = key, '%3d: ' % irq + ''.join(cells) + chip + '   ' + names.get(nic.driver, f'{nic.name}-TxRx-{q}')
        return self.row[irq][1]

    def schedstat(self):
        version = 17 if self.w.kernel >= (6, 14) else 16 if self.w.kernel >= (6, 11) else 15
        lines = [f'version {version}', 'timestamp %d' % (4295000000 + self.w.tick * 250)]
        for c in range(self.w.cpus):
            t = self.w.count['schedstat', c]
            lines.append('cpu%d 0 0 0 0 0 0 %d %d %d\n%s' % (c, t['run'], t['wait'], t['slices'], self.domains[:-1]))
        return '\n'.join(lines) + '\n'

    def loadavg(self):
        busy = sum(s['user'] + s['system'] for s in self.w.share)
        return '%.2f %.2f %.2f %d/%d %d\n' % (busy, busy * .98, busy * .95, self.w.count['stat', '']['procs_running'],
                                              300 + self.w.cpus * 8, 20000 + self.w.tick)

    def pressure_file(self, kind):
        """None where this kernel has none."""
        if not self.w.kernel >= (4, 20) or (kind == 'irq' and not self.w.kernel >= (6, 1)):
            return None
        kinds = ['full'] if kind == 'irq' else ['some'] if kind == 'cpu' and not self.w.kernel >= (5, 13) else ['some', 'full']
        table = self.w.count['pressure', kind]
        return ''.join('%s avg10=%.2f avg60=%.2f avg300=%.2f total=%d\n' % (k, *self.psi[kind][k == 'full'], table[k])
                       for k in kinds)

    def cpuinfo(self):
        per = self.w.cpus // self.w.nodes or 1
        return ''.join(f'processor\t: {c}\nvendor_id\t: GenuineIntel\nmodel name\t: Synthetic CPU @ 2.40GHz\n'
                       f'cpu MHz\t\t: 2400.000\nphysical id\t: {c // per}\nsiblings\t: {per}\ncore id\t\t: {c % per}\n'
                       f'cpu cores\t: {per}\n\n' for c in range(self.w.cpus))


def queue_share(nic, q):
    """Of what a NIC receives."""
    if not nic.skew:
        return 1 / nic.queues
    queue, share = nic.skew
    return share if q == queue else (1 - share) / (nic.queues - 1)
