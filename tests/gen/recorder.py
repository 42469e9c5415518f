"""Runs a world through its ticks and writes what a collector would have taken of it."""
import hashlib

from archive import Archive, Captures, record
from cpu import Cpu
from host import LIMITS, Host
from linkerd import BASE, Linkerd
from mib import Mib
from net import Net
from sockets import Sockets
from world import NS, World

# Seconds between two captures, where it is not each tick: schema/source.def
PACES = {'tcp': 5, 'ss-summary': 5, 'tcp-info': 10, 'group': 10, 'metrics': 10, 'client-state': 10}
MONOTONIC = 100000 * NS


class Recorder:
    def __init__(self, config, faults=()):
        self.config = config
        self.world = w = World(config)
        for fault in faults:
            fault.host(w)
        self.cpu, self.net, self.mib, self.sockets, self.host = Cpu(w), Net(w), Mib(w), Sockets(w), Host(w)
        self.linkerd = Linkerd(w, self.sockets)
        w.parts = self
        self.faults = faults
        self.paces = {**PACES, **config.paces}
        self.lost = set()      # ticks that are not taken
        self.failing = {}      # source -> (status, errno)
        self.cut = None        # the tick inside which the file ends
        self.late = {}         # tick -> seconds
        for fault in faults:
            fault.begin(w)
        self.plan = list(self._plan())

    # -- what is taken

    def _plan(self):
        """(source, member, what makes its text), in the order of capture."""
        c, m, s = self.cpu, self.mib, self.sockets
        yield from (
            ('stat', 'proc/stat', c.stat), ('softnet', 'proc/net/softnet_stat', c.softnet),
            ('softirqs', 'proc/softirqs', c.softirqs), ('interrupts', 'proc/interrupts', c.interrupts),
            ('netdev', 'proc/net/dev', self.net.netdev), ('netstat', 'proc/net/netstat', m.netstat),
            ('snmp', 'proc/net/snmp', m.snmp_file), ('snmp6', 'proc/net/snmp6', m.snmp6_file),
            ('sockstat', 'proc/net/sockstat', m.sockstat), ('sockstat6', 'proc/net/sockstat6', m.sockstat6),
            ('loadavg', 'proc/loadavg', c.loadavg), ('meminfo', 'proc/meminfo', m.meminfo),
            ('vmstat', 'proc/vmstat', m.vmstat), ('schedstat', 'proc/schedstat', c.schedstat))
        for kind in ('cpu', 'memory', 'io', 'irq'):
            yield f'pressure-{kind}', f'proc/pressure/{kind}', lambda kind=kind: c.pressure_file(kind)
        yield 'conntrack-stat', 'proc/net/stat/nf_conntrack', lambda: m.conntrack_stat() if m.conntrack_seen else None
        yield ('conntrack-count', 'proc/sys/net/netfilter/nf_conntrack_count',
               lambda: m.conntrack_count() if m.conntrack_seen else None)
        yield 'arp-cache', 'proc/net/stat/arp_cache', lambda: m.neigh_stat('arp_cache')
        yield 'ndisc-cache', 'proc/net/stat/ndisc_cache', lambda: m.neigh_stat('ndisc_cache')
        yield 'file-nr', 'proc/sys/fs/file-nr', m.file_nr
        for t in self.host.tasks:
            for name, make in (('stat', self.host.task_stat), ('schedstat', self.host.task_schedstat),
                               ('status', self.host.task_status)):
                yield f'task-{name}', f'proc/{t.pid}/{name}', lambda make=make, t=t: make(t)
            yield 'task-fds', f'proc/{t.pid}/fd', lambda t=t: self.host.task_fds(t)
        for nic in self.world.nics:
            yield 'ethtool-S', f'cmd/ethtool_-S_{nic.name}', lambda nic=nic: self.net.ethtool_S(nic)
        yield from (('ifconfig', 'cmd/ifconfig_-a', self.net.ifconfig), ('qdisc', 'cmd/tc_-s_qdisc', self.net.qdisc),
                    ('listener', 'cmd/ss_-ltnm', s.ltnm), ('tcp', 'cmd/ss_-tan', s.tan),
                    ('ss-summary', 'cmd/ss_-s', s.summary), ('tcp-info', 'cmd/ss_-tanmieo', s.info),
                    ('metrics', f'{BASE}/admin/metrics.json', self.linkerd.metrics),
                    ('client-state', f'{BASE}/client_state.json', self.linkerd.client_state))

    def _due(self, source, tick, last):
        pace = self.paces.get(source, 0)
        return not pace or not tick or last or tick * self.config.every % pace < self.config.every

    def _ends(self):
        """What is taken at both ends: (member, text), text None where it fails."""
        for name, value in sorted(self.world.sysctl.items()):
            yield f'proc/sys/{name}', value + '\n'
        yield from self.host.ends()
        net = self.net
        for nic in self.world.nics:
            for name, text in net.sysfs_link(nic):
                yield f'sys/class/net/{nic.name}/{name}', text
            if nic.driver in ('lo', 'vlan', 'bonding'):
                continue
            yield f'cmd/ethtool_-i_{nic.name}', net.ethtool_i(nic)
            yield f'cmd/ethtool_-k_{nic.name}', net.ethtool_k(nic)
            yield f'cmd/ethtool_{nic.name}', net.ethtool(nic)
            if nic.physical:
                for letter, make in (('g', net.ethtool_g), ('l', net.ethtool_l), ('c', net.ethtool_c), ('a', net.ethtool_a)):
                    yield f'cmd/ethtool_-{letter}_{nic.name}', make(nic)
            for irq, cpu in nic.irqs:
                cpu = self.world.irq_to.get(nic.name, cpu)
                yield f'proc/irq/{irq}/smp_affinity_list', f'0-{self.world.cpus - 1}\n' if nic.any_cpu else f'{cpu}\n'
                if self.world.kernel >= (4, 15):
                    yield f'proc/irq/{irq}/effective_affinity_list', f'{cpu}\n'
                yield f'proc/irq/{irq}/node', f'{nic.node}\n'
        for bond in (n for n in self.world.nics if n.driver == 'bonding'):
            yield f'proc/net/bonding/{bond.name}', net.bonding(bond, *bond.slaves())

    # -- the run

    def run(self, path):
        c, w = self.config, self.world
        self.archive = Archive(path, 'synthetic-20260921T133320Z')
        self._put('bundle.json', self._bundle(), c.start)
        taken, missed = 0, []
        for tick in range(c.ticks):
            self._advance(tick)
            if tick in self.lost and 0 < tick < c.ticks - 1:
                missed.append(tick)
                continue
            if self.cut == tick:
                self._cut()
                return
            self._tick(tick, missed)
            taken, missed = taken + 1, []
        self._end(taken)
        self.archive.close()

    def _advance(self, tick):
        w, every = self.world, self.config.every
        w.tick = tick
        w.reset_load()
        now = tick * every
        active = [f for f in self.faults if f.active(now)]
        for f in active:
            f.load(w)
        if tick:
            for part in (self.cpu, self.net, self.mib, self.sockets, self.host, self.linkerd):
                part.advance(every)
            for f in active:
                f.count(w, every)

    def _put(self, name, text, at):
        self.archive.put(name, text, int(at))

    def _clocks(self, tick, late=0.0):
        passed = int((tick * self.config.every + late) * NS)
        return {'realtime_ns': self.config.start * NS + passed + int(self.world.clock_step * NS),
                'monotonic_ns': MONOTONIC + passed, 'boottime_ns': MONOTONIC + passed}

    def _take(self, caps, place, member, text, at, failed=None):
        if text is None or failed:
            caps.add(place[0] + member, *(('absent', 0, 2) if not failed else (failed[0], 0, failed[1])))
            return
        caps.add(place[0] + member, 'ok', len(text))
        self._put(place[1] + member, text, at)

    def _tick(self, tick, missed):
        c, last, caps = self.config, tick == self.config.ticks - 1, Captures()
        at = c.start + tick * c.every
        folder = f'snap/{tick:06d}/'
        for source, member, make in self.plan:
            if self._due(source, tick, last):
                failed = self.failing.get(source)
                self._take(caps, ('', folder), member, None if failed else make(), at, failed)
        if self._due('group', tick, last):
            for member, text in self.host.group_files():
                self._take(caps, ('', folder), member, text, at)
        if not tick or last:
            self._take(caps, ('', folder), 'cmd/ss_-tanp', self.sockets.tanp(), at)
            for t in self.host.tasks:
                self._take(caps, ('', folder), f'proc/{t.pid}/limits', LIMITS, at)
                self._take(caps, ('', folder), f'proc/{t.pid}/cgroup', self.host.task_cgroup(t), at)
        if not tick:
            for member, text in (*self._ends(), *self.host.once(self.net), ('proc/cpuinfo', self.cpu.cpuinfo()),
                                 (f'{BASE}/admin/server_info', self.linkerd.server_info())):
                self._take(caps, ('host/', 'host/'), member, text, at)
        late = self.late.get(tick, 50e-6)
        head = {'tick': tick, **self._clocks(tick, late), 'late_ns': int(late * NS), 'missed': missed}
        if last:
            head['last'] = True
        self._put(folder + 'tick.json', record(head) + ',\n' + caps.text(), at)

    def _bundle(self):
        c = self.config
        tasks = [{'pid': t.pid, 'comm': t.comm} for t in self.host.tasks]
        machine = hashlib.sha256(c.host.encode()).hexdigest()[:16] if c.machine is None else c.machine
        head = {'format': 1, 'tool': 'nettape-collect', 'version': 'synthetic', 'host': c.host,
                'kernel': c.kernel.release, 'arch': 'x86_64', 'boot_id': '00000000-0000-4000-8000-%012d' % c.seed, 'machine_hash': machine, 'cpus': c.cpus,
                'page_size': 4096, 'dump': False, 'uid': c.uid, 'capabilities': '000001ffffffffff' if not c.uid else '0' * 16,
                'netns': 4026531833, **self._clocks(0), 'window_ns': int((c.ticks - 1) * c.every * NS),
                'interval_ns': int(c.every * NS), 'ticks_asked': c.ticks, 'note': c.note, 'options': [], 'metrics': ['http://127.0.0.1:9990'],
                'metrics_asked': False, 'tasks': tasks, 'sources': []}
        return record(head) + '}\n'

    def _end(self, taken):
        c, caps = self.config, Captures()
        at = c.start + c.ticks * c.every
        self.world.sysctl.update(self.world.sysctl_last)
        for member, text in self._ends():
            self._take(caps, ('last/', 'last/'), member, text, at)
        self._take(caps, ('last/', 'last/'), 'proc/uptime', '%.2f %.2f\n' % (86400 + at - c.start, 86400.0 * c.cpus * .8), at)
        head = {'reason': 'complete', 'detail': '', **self._clocks(c.ticks - 1, .01), 'ticks_asked': c.ticks, 'ticks_taken': taken,
                'ticks_late': len(self.late), 'ticks_missed': c.ticks - taken, 'user_ns': 5000000 * taken, 'sys_ns': 3000000 * taken,
                'max_rss_bytes': 18141184, 'raw_bytes': self.archive.bytes, 'written_bytes': self.archive.bytes // 50}
        self._put('end.json', record(head) + ',\n' + caps.text(), at)

    def _cut(self):
        """The file ends in the middle of a member, as that of a collector that was killed."""
        text = self.cpu.stat()
        self.archive.put_part(f'snap/{self.world.tick:06d}/proc/stat', text, self.config.start)

