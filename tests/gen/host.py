"""Texts of what a host is and how it is set: sysctls, release, CPUs, clock source, routes, processes, groups."""

USER_HZ = 100
SYSCTL = {
    'net/core/somaxconn': '4096', 'net/core/netdev_max_backlog': '1000', 'net/core/netdev_budget': '300',
    'net/core/netdev_budget_usecs': '8000', 'net/core/rmem_max': '212992', 'net/core/wmem_max': '212992',
    'net/core/rmem_default': '212992', 'net/core/wmem_default': '212992', 'net/core/default_qdisc': 'fq_codel',
    'net/core/rps_sock_flow_entries': '0', 'net/core/dev_weight': '64', 'net/core/flow_limit_table_len': '4096',
    'net/ipv4/tcp_max_syn_backlog': '4096', 'net/ipv4/tcp_syncookies': '1', 'net/ipv4/tcp_abort_on_overflow': '0',
    'net/ipv4/tcp_rmem': '4096\t131072\t6291456', 'net/ipv4/tcp_wmem': '4096\t16384\t4194304',
    'net/ipv4/tcp_max_orphans': '65536', 'net/ipv4/tcp_max_tw_buckets': '65536', 'net/ipv4/tcp_fin_timeout': '60',
    'net/ipv4/tcp_tw_reuse': '2', 'net/ipv4/tcp_timestamps': '1', 'net/ipv4/tcp_sack': '1', 'net/ipv4/tcp_window_scaling': '1',
    'net/ipv4/tcp_dsack': '1', 'net/ipv4/tcp_congestion_control': 'cubic', 'net/ipv4/tcp_slow_start_after_idle': '1',
    'net/ipv4/tcp_retries2': '15', 'net/ipv4/tcp_syn_retries': '6', 'net/ipv4/tcp_synack_retries': '5',
    'net/ipv4/tcp_keepalive_time': '7200', 'net/ipv4/tcp_moderate_rcvbuf': '1', 'net/ipv4/tcp_mtu_probing': '0',
    'net/ipv4/tcp_early_retrans': '3', 'net/ipv4/tcp_recovery': '1', 'net/ipv4/tcp_reordering': '3', 'net/ipv4/tcp_ecn': '2',
    'net/ipv4/ip_local_port_range': '32768\t60999', 'net/ipv4/ip_forward': '1',
    'net/ipv4/neigh/default/gc_thresh1': '128', 'net/ipv4/neigh/default/gc_thresh2': '512',
    'net/ipv4/neigh/default/gc_thresh3': '1024', 'net/ipv6/neigh/default/gc_thresh1': '128',
    'net/ipv6/neigh/default/gc_thresh2': '512', 'net/ipv6/neigh/default/gc_thresh3': '1024',
    'net/ipv4/conf/all/rp_filter': '0', 'net/ipv4/conf/default/rp_filter': '0', 'net/ipv4/conf/eth0/rp_filter': '0',
    'net/netfilter/nf_conntrack_max': '262144', 'net/netfilter/nf_conntrack_buckets': '262144',
    'net/netfilter/nf_conntrack_tcp_timeout_established': '432000', 'net/netfilter/nf_conntrack_tcp_timeout_time_wait': '120',
    'vm/swappiness': '60', 'vm/min_free_kbytes': '67584', 'fs/file-max': '9223372036854775807', 'fs/nr_open': '1048576',
    'kernel/pid_max': '4194304', 'kernel/threads-max': '256000',
}
LIMITS = ''.join('%-26s%-21s%-21s%-10s\n' % row for row in (
    ('Limit', 'Soft Limit', 'Hard Limit', 'Units'), ('Max cpu time', 'unlimited', 'unlimited', 'seconds'),
    ('Max processes', '96350', '96350', 'processes'), ('Max open files', '1048576', '1048576', 'files'),
    ('Max locked memory', '8388608', '8388608', 'bytes')))


class Task:
    def __init__(self, pid, comm, cpu=None, share=0.0, group='/'):
        self.pid, self.comm, self.cpu, self.share, self.group = pid, comm, cpu, share, group
        self.run = self.wait = self.slices = 0.0


class Host:
    def __init__(self, world):
        self.w = world
        pages = world.cpus * 2**20
        sysctl = dict(SYSCTL, **{'net/ipv4/tcp_mem': f'{pages // 10}\t{pages // 8}\t{pages // 5}',
                                 'net/ipv4/udp_mem': f'{pages // 5}\t{pages // 4}\t{pages // 3}'})
        if not world.kernel >= (4, 12):
            sysctl['net/ipv4/tcp_tw_recycle'] = sysctl['net/ipv4/tcp_tw_reuse'] = '0'
            del sysctl['net/core/netdev_budget_usecs']
        world.sysctl.update(sysctl)
        self.tasks = [Task(11 + 6 * c, f'ksoftirqd/{c}', c, .001) for c in range(world.cpus)]
        self.tasks.append(Task(814, 'java' if world.config.linkerd else 'httpd', None, .3, '/system.slice/httpd.service'))
        self.throttled = world.table('cgroup', 'httpd', ('nr_periods', 'nr_throttled', 'throttled_usec', 'usage_usec', 'max', 'oom_kill'))
        self.memory = world.table('memory', 'httpd', ('current',))
        self.memory['current'] = 3e8

    def advance(self, dt):
        for t in self.tasks:
            used = t.share * dt * 1e9 * self.w.noise
            t.run += used
            t.wait += used * .02
            t.slices += 100 * dt * t.share + dt
        usage = .3 * dt * 1e6 * self.w.noise
        self.w.bump('cgroup', 'httpd', nr_periods=10 * dt if self.w.limits.get('cpu') else 0, usage_usec=usage)

    # -- processes

    def task_stat(self, t):
        ticks = int(t.run / 1e9 * USER_HZ)
        flags, cpu = ('69238848', t.cpu) if t.cpu is not None else ('4194560', 0)
        return (f'{t.pid} ({t.comm}) S {2 if t.cpu is not None else 1} 0 0 0 -1 {flags} 500 0 0 0 0 {ticks} 0 0 20 0 1 0 21 '
                f'{0 if t.cpu is not None else 400000000} {0 if t.cpu is not None else 20000} 18446744073709551615 0 0 0 0 0 0 0 '
                f'2147483647 0 1 0 0 17 {cpu} 0 0 0 0 0 0 0 0 0 0 0 0 0\n')

    def task_schedstat(self, t):
        return '%d %d %d\n' % (t.run, t.wait, t.slices)

    def task_status(self, t):
        cpus = f'{t.cpu}' if t.cpu is not None else f'0-{self.w.cpus - 1}'
        rss = '' if t.cpu is not None else 'VmHWM:\t   98000 kB\nVmRSS:\t   90000 kB\n'
        return (f'Name:\t{t.comm}\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t{t.pid}\nPid:\t{t.pid}\nPPid:\t1\n{rss}Threads:\t1\n'
                f'Cpus_allowed_list:\t{cpus}\nvoluntary_ctxt_switches:\t{int(t.slices * .9)}\n'
                f'nonvoluntary_ctxt_switches:\t{int(t.slices * .1)}\n')

    def task_fds(self, t):
        return '0\n' if t.cpu is not None else f'{min(self.w.config.sockets, 60000) // 2 + 20}\n'

    def task_cgroup(self, t):
        if self.w.cgroup2:
            return f'0::{t.group}\n'
        return f'4:memory:{t.group}\n2:cpu,cpuacct:{t.group}\n1:name=systemd:{t.group}\n'

    # -- control groups of the watched process

    def group_files(self):
        """(member, text) of the group's own limits, v1 or v2."""
        group, c = 'system.slice/httpd.service', self.throttled
        quota = self.w.limits.get('cpu')         # microseconds of 100 ms
        memory = self.w.limits.get('memory')     # bytes
        if self.w.cgroup2:
            base = f'sys/fs/cgroup/{group}'
            yield f'{base}/cpu.max', f'{quota or "max"} 100000\n'
            yield f'{base}/cpu.stat', ('usage_usec %d\nuser_usec %d\nsystem_usec %d\nnr_periods %d\nnr_throttled %d\nthrottled_usec %d\n'
                                       % (c['usage_usec'], c['usage_usec'] * .7, c['usage_usec'] * .3, c['nr_periods'],
                                          c['nr_throttled'], c['throttled_usec']))
            yield f'{base}/memory.max', f'{memory or "max"}\n'
            yield f'{base}/memory.high', 'max\n'
            yield f'{base}/memory.current', f'{int(self.memory["current"])}\n'
            yield f'{base}/memory.events', 'low 0\nhigh 0\nmax %d\noom %d\noom_kill %d\n' % (c['max'], c['oom_kill'], c['oom_kill'])
            yield f'{base}/pids.max', '4915\n'
            yield f'{base}/pids.current', '9\n'
            return
        base = f'sys/fs/cgroup/cpu/{group}'
        yield f'{base}/cpu.cfs_quota_us', f'{quota or -1}\n'
        yield f'{base}/cpu.cfs_period_us', '100000\n'
        yield f'{base}/cpu.shares', '1024\n'
        yield f'{base}/cpu.stat', 'nr_periods %d\nnr_throttled %d\nthrottled_time %d\n' % (
            c['nr_periods'], c['nr_throttled'], c['throttled_usec'] * 1000)
        base = f'sys/fs/cgroup/memory/{group}'
        yield f'{base}/memory.limit_in_bytes', f'{memory or 9223372036854771712}\n'
        yield f'{base}/memory.usage_in_bytes', f'{int(self.memory["current"])}\n'
        yield f'{base}/memory.failcnt', '%d\n' % c['max']
        yield f'{base}/memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill %d\n' % c['oom_kill']

    # -- at both ends

    def ends(self):
        w = self.w
        yield 'cmd/pgrep_-lx_irqbalance_tuned_numad_chronyd_ntpd_ptp4l_phc2sys_systemd-timesyn', ''.join(
            f'{pid} {name}\n' for pid, name in sorted(w.daemons.items()))
        unsynced = not w.synced
        yield 'cmd/adjtimex_--print', (
            f'         mode: 0\n       offset: {0 if unsynced else -31246}\n    frequency: 1200\n     maxerror: {16000000 if unsynced else 18500}\n'
            f'     esterror: {16000000 if unsynced else 250}\n       status: {64 if unsynced else 8193}\ntime_constant: 2\n    precision: 1\n'
            f'    tolerance: 32768000\n         tick: 10000\n return value = {5 if unsynced else 0}\n')
        for c in range(w.cpus if w.governor else 0):
            base = f'sys/devices/system/cpu/cpu{c}/cpufreq/'
            yield base + 'scaling_governor', w.governor + '\n'
            yield base + 'scaling_driver', 'acpi-cpufreq\n'
            yield base + 'scaling_max_freq', '2400000\n'
            yield base + 'cpuinfo_max_freq', '2400000\n'

    # -- once

    def once(self, net):
        w = self.w
        yield 'proc/version', f'Linux version {w.kernel.release} (build@example) (gcc) #1 SMP\n'
        yield 'proc/uptime', '86400.00 %.2f\n' % (86400.0 * w.cpus * .8)
        yield 'etc/os-release', 'PRETTY_NAME="Synthetic Linux 1"\nNAME="Synthetic Linux"\nVERSION_ID="1"\nID=synthetic\n'
        yield 'sys/devices/system/cpu/online', f'0-{w.cpus - 1}\n'
        per = w.cpus // w.nodes
        for n in range(w.nodes):
            yield f'sys/devices/system/node/node{n}/cpulist', f'{n * per}-{n * per + per - 1}\n'
        base = 'sys/devices/system/clocksource/clocksource0/'
        yield base + 'current_clocksource', w.clocksource + '\n'
        yield base + 'available_clocksource', w.clocksources + ' \n'
        yield 'sys/class/dmi/id/sys_vendor', 'Synthetic\n'
        yield 'sys/class/dmi/id/product_name', 'Generated host\n'
        yield 'proc/self/cgroup', '0::/user.slice\n' if w.cgroup2 else '2:cpu,cpuacct:/\n1:name=systemd:/\n'
        for nic in w.nics:
            for name, text in net.sysfs_queues(nic):
                yield f'sys/class/net/{nic.name}/queues/{name}', text
            if nic.physical:
                yield f'sys/class/net/{nic.name}/device/numa_node', f'{nic.node}\n'
                yield f'cmd/ls_.sys.class.net.{nic.name}.device.msi_irqs', net.msi_irqs(nic)
        yield from self._tables()

    def _tables(self):
        yield 'proc/net/route', ('Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
                                 'eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\n'
                                 'eth0\t0000000A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n')
        yield 'proc/net/arp', ('IP address       HW type     Flags       HW address            Mask     Device\n'
                               '10.0.0.1         0x1         0x2         02:00:00:00:ff:01     *        eth0\n')
        vlans = [n for n in self.w.nics if n.vlan]
        if vlans:
            yield 'proc/net/vlan/config', ('VLAN Dev name\t | VLAN ID\nName-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD\n' + ''.join(
                '%-15s| %d  | %s\n' % (n.name, n.vlan, n.parent) for n in vlans))
            for n in vlans:
                yield f'proc/net/vlan/{n.name}', (f'{n.name}  VID: {n.vlan}\t REORDER_HDR: 1  dev->priv_flags: 1\n'
                                                  f'         total frames received {int(n.c["rx_packets"]):>12}\n'
                                                  f'Device: {n.parent}\n')
