"""Faults of CPUs, memory, control groups, clocks, settings, and of the recording itself."""
from faults import Fault


class Throttled(Fault):
    """The control group of the watched process uses up its CPU quota."""
    name, params = 'cgroup-throttled', {'v': 2, 'quota_us': 50000, 'share': .3}

    def host(self, w):
        w.cgroup2 = self.v == 2
        w.limits['cpu'] = self.quota_us

    def count(self, w, dt):
        w.bump('cgroup', 'httpd', nr_throttled=10 * dt * self.share, throttled_usec=10 * dt * self.share * 60000)


class CpuQuota(Fault):
    """No fault: the watched process has a CPU quota, and room in it."""
    name, params = 'cgroup-quota', {'v': 2, 'quota_us': 200000}

    def host(self, w):
        w.cgroup2 = self.v == 2
        w.limits['cpu'] = self.quota_us


class GroupMemory(Fault):
    """The control group of the watched process fills its memory limit."""
    name, params = 'cgroup-memory', {'v': 2, 'limit': 320000000, 'share': .99, 'events': 3.0, 'kills': 0.0}

    def host(self, w):
        w.cgroup2 = self.v == 2
        w.limits['memory'] = self.limit

    def count(self, w, dt):
        w.count['memory', 'httpd']['current'] = self.limit * self.share
        w.bump('cgroup', 'httpd', max=self.events * dt, oom_kill=self.kills * dt)


class Pressure(Fault):
    """Tasks stall for want of a resource: pressure stall information says so."""
    name, params = 'pressure', {'kind': 'memory', 'share': .3}

    def load(self, w):
        w.pressure[self.kind] = self.share * self.strength


class CpusBusy(Fault):
    """Programs use all CPUs, and wait for them."""
    name, params = 'cpus-busy', {'user': .85}

    def load(self, w):
        w.pressure['cpu'] = .8
        for cpu in range(w.cpus):
            w.use(cpu, user=self.user, system=.13)


class Steal(Fault):
    """Other guests take the CPU's time, ten seconds of each thirty; softirqs come late meanwhile."""
    name, params = 'steal', {'share': .2, 'squeeze': 15.0, 'probes': 6.0}

    def bad(self, w):
        return w.tick * w.config.every % 30 >= 20

    def load(self, w):
        if self.bad(w):
            for cpu in range(w.cpus):
                w.use(cpu, steal=self.share * self.strength)

    def count(self, w, dt):
        if self.bad(w):
            w.bump('softnet', 0, time_squeeze=self.squeeze * dt)
            w.bump('netstat', 'TcpExt', TCPLossProbes=self.probes * dt)
            w.bump('snmp', 'Tcp', RetransSegs=self.probes * dt)


class KsoftirqdStarved(Fault):
    """A program holds a CPU whose softirqs wait for it."""
    name, params = 'ksoftirqd-starved', {'cpu': 1, 'wait': .3, 'squeeze': 12.0}

    def load(self, w):
        w.use(self.cpu, user=.9, system=.05)

    def count(self, w, dt):
        w.parts.host.tasks[self.cpu].wait += self.wait * dt * 1e9
        w.bump('softnet', self.cpu, time_squeeze=self.squeeze * dt, dropped=dt)


class Swap(Fault):
    """Pages are read back from swap."""
    name, params = 'swap', {'per_s': 400.0}

    def count(self, w, dt):
        w.bump('vmstat', pswpin=self.per_s * dt, pswpout=self.per_s * dt * .5, pgmajfault=self.per_s * dt * .8)
        w.count['meminfo', '']['SwapFree'] = w.count['meminfo', '']['SwapTotal'] * .5


class OutOfMemory(Fault):
    """The kernel kills processes for want of memory."""
    name, params = 'oom', {'every': 15.0}

    def count(self, w, dt):
        w.bump('vmstat', oom_kill=dt / self.every)


class AllocStall(Fault):
    """Allocations have to free memory themselves."""
    name, params = 'alloc-stall', {'per_s': 20.0}

    def count(self, w, dt):
        n = self.per_s * dt
        w.bump('vmstat', allocstall=n, allocstall_normal=n, pgscan_direct=n * 40, pgsteal_direct=n * 32)


class MemoryLow(Fault):
    """Little of the memory is available."""
    name, params = 'memory-low', {'share': .02}

    def count(self, w, dt):
        mem = w.count['meminfo', '']
        mem['MemFree'] = mem['MemTotal'] * self.share * .8
        if 'MemAvailable' in mem:
            mem['MemAvailable'] = mem['MemTotal'] * self.share


class TcpMemory(Fault):
    """TCP's buffers reach the pressure limit of tcp_mem."""
    name, params = 'tcp-memory', {'share': 1.05}

    def count(self, w, dt):
        pressure = int(w.sysctl['net/ipv4/tcp_mem'].split()[1])
        w.count['sockstat', '']['tcp_mem'] = pressure * self.share
        w.bump('netstat', 'TcpExt', TCPMemoryPressures=.2 * dt, TCPMemoryPressuresChrono=150 * dt)


class Orphans(Fault):
    """Sockets that no process has any more near tcp_max_orphans; some are reset for that."""
    name, params = 'orphans', {'share': .8, 'aborts': 4.0}

    def count(self, w, dt):
        w.count['sockstat', '']['orphan'] = int(w.sysctl['net/ipv4/tcp_max_orphans']) * self.share
        w.bump('netstat', 'TcpExt', TCPAbortOnMemory=self.aborts * dt)


class TimeWaitOverflow(Fault):
    """More connections end than tcp_max_tw_buckets lets wait."""
    name, params = 'timewait-overflow', {'per_s': 5.0}

    def count(self, w, dt):
        w.bump('netstat', 'TcpExt', TCPTimeWaitOverflow=self.per_s * dt)


class UdpOverflow(Fault):
    """Datagrams find a socket's receive buffer full."""
    name, params = 'udp-overflow', {'per_s': 10.0}

    def count(self, w, dt):
        w.bump('snmp', 'Udp', RcvbufErrors=self.per_s * dt, InErrors=self.per_s * dt)


class ReversePath(Fault):
    """The reverse path filter drops what comes in another way."""
    name, params = 'rp-filter', {'per_s': 5.0}

    def begin(self, w):
        w.sysctl['net/ipv4/conf/all/rp_filter'] = '1'

    def count(self, w, dt):
        w.bump('netstat', 'TcpExt', IPReversePathFilter=self.per_s * dt)


class TwRecycle(Fault):
    """tcp_tw_recycle is on: clients behind one address are refused (kernels before 4.12)."""
    name, params = 'tw-recycle', {'per_s': 3.0}

    def begin(self, w):
        if 'net/ipv4/tcp_tw_recycle' not in w.sysctl:
            raise ValueError('tw-recycle: that kernel has no tcp_tw_recycle; --kernel 3.10.0')
        w.sysctl['net/ipv4/tcp_tw_recycle'] = '1'

    def count(self, w, dt):
        w.bump('netstat', 'TcpExt', PAWSPassive=self.per_s * dt, ListenDrops=self.per_s * dt)


class Setting(Fault):
    """A setting has a value, or another one (last) at the end: key with / for dots."""
    name, params = 'sysctl', {'key': '', 'value': '', 'last': ''}

    def begin(self, w):
        if self.value:
            w.sysctl[self.key] = self.value.replace('+', '\t')
        if self.last:
            w.sysctl_last[self.key] = self.last.replace('+', '\t')


class OpenFiles(Fault):
    """Nearly all file handles are taken."""
    name, params = 'open-files', {'share': .97}

    def count(self, w, dt):
        w.count['files', '']['open'] = w.cpus * 400000 * self.share


class ClockStep(Fault):
    """The wall clock jumps at `start`."""
    name, params = 'clock-step', {'seconds': 3.5}

    def load(self, w):
        w.clock_step = self.seconds


class ClockSource(Fault):
    """The kernel gave up the TSC."""
    name, params = 'clock-source', {'source': 'hpet'}

    def host(self, w):
        w.clocksource, w.clocksources = self.source, f'{self.source} acpi_pm'


class ClockUnsynced(Fault):
    """Nobody keeps the clock."""
    name = 'clock-unsynced'

    def host(self, w):
        w.synced = False
        w.daemons.pop(640)


class NoIrqBalance(Fault):
    """irqbalance does not run."""
    name = 'no-irqbalance'

    def host(self, w):
        w.daemons.pop(612)


class Governor(Fault):
    """CPUs have a governor that saves power."""
    name, params = 'governor', {'governor': 'ondemand'}

    def host(self, w):
        w.governor = self.governor


class NoMemoryForPackets(Fault):
    """Packets that were received into the emergency reserve are dropped."""
    name, params = 'skb-alloc', {'per_s': 2.0}

    def count(self, w, dt):
        w.bump('netstat', 'TcpExt', PFMemallocDrop=self.per_s * dt)


class MissedTicks(Fault):
    """Ticks from start to end are not taken."""
    name = 'missed-ticks'

    def begin(self, w):
        every = w.config.every
        w.parts.lost.update(t for t in range(w.config.ticks) if self.start <= t * every < self.end)


class LateTicks(Fault):
    """Ticks from start to end begin late."""
    name, params = 'late-ticks', {'seconds': .4}

    def begin(self, w):
        every = w.config.every
        w.parts.late.update({t: self.seconds for t in range(w.config.ticks) if self.start <= t * every < self.end})


class CounterReset(Fault):
    """A NIC's driver is loaded anew: its counters begin at zero."""
    name, params = 'nic-reset', {'nic': 'eth0'}

    def begin(self, w):
        self.done = False

    def count(self, w, dt):
        if not self.done:
            nic, self.done = w.nic[self.nic], True
            nic.c.update(dict.fromkeys(nic.c, 0.0))
            for queue in nic.rx_queue + nic.tx_queue:
                queue[:] = 0.0, 0.0


class Truncated(Fault):
    """The file breaks off inside the tick at `start`."""
    name = 'truncated'

    def begin(self, w):
        w.parts.cut = int(self.start / w.config.every)


class Missing(Fault):
    """A source cannot be read."""
    name, params = 'missing', {'source': '', 'status': 'absent', 'errno': 2}

    def begin(self, w):
        w.parts.failing[self.source] = self.status, self.errno


class NotRoot(Fault):
    """The recording was made without root; some sources are denied."""
    name = 'not-root'

    def host(self, w):
        w.config.uid = 1000

    def begin(self, w):
        for source in ('conntrack-stat', 'ethtool-S'):
            w.parts.failing[source] = 'denied', 13
