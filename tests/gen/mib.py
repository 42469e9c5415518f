"""Texts of counters without a place: netstat, snmp, snmp6, sockstat, meminfo, vmstat, conntrack, neighbours.

Sources: net/ipv4/proc.c, net/ipv6/proc.c, fs/proc/meminfo.c, mm/vmstat.c,
net/netfilter/nf_conntrack_standalone.c, net/core/neighbour.c.
"""
import kernel as k

GIB = 2**20  # kB
TCP = {  # a second, of a host of moderate load; the rest of TcpExt stands still
    'TCPHPHits': 40, 'TCPPureAcks': 60, 'TCPHPAcks': 90, 'DelayedACKs': 5, 'TCPOrigDataSent': 200, 'TCPDelivered': 200,
    'TCPAutoCorking': 5, 'TCPRcvCoalesce': 10, 'TCPBacklogCoalesce': 1, 'TCPKeepAlive': .3,
}
VM = {'pgfault': 900, 'pgfree': 1200, 'pgalloc_normal': 1200, 'pgactivate': 20, 'pgpgin': 5, 'pgpgout': 60, 'nr_dirtied': 15,
      'nr_written': 14, 'numa_hit': 1200, 'numa_local': 1200}


class Mib:
    def __init__(self, world):
        self.w, kern = world, world.kernel
        self.tcp_ext = world.table('netstat', 'TcpExt', kern.names(k.TCP_EXT))
        self.ip_ext = world.table('netstat', 'IpExt', kern.names(k.IP_EXT))
        self.snmp = {p: world.table('snmp', p, kern.names(t)) for p, t in k.SNMP.items()}
        self.snmp['IcmpMsg'] = {'InType3': 4.0, 'OutType3': 4.0}
        self.snmp6 = world.table('snmp6', '', kern.names(k.SNMP6))
        self.mem = world.table('meminfo', '', kern.names(k.MEMINFO))
        self.vm = world.table('vmstat', '', kern.names(k.VMSTAT))
        self.neigh = world.table('neigh', 'arp_cache', kern.names(k.NEIGH))
        self.neigh6 = world.table('neigh', 'ndisc_cache', kern.names(k.NEIGH))
        self.sock = world.table('sockstat', '', ('tcp_mem', 'udp_mem', 'orphan', 'tw', 'inuse', 'alloc'))
        self.sock.update(tcp_mem=300.0, udp_mem=4.0)
        self.conntrack = [world.table('conntrack', c, kern.names(k.CONNTRACK)) for c in range(world.cpus)]
        self.files = world.table('files', '', ('open',))
        self.files['open'] = 2000.0
        self.neigh['entries'], self.neigh6['entries'] = 12.0, 4.0
        self.tables = world.table('limits', '', ('conntrack_count',))
        self.tables['conntrack_count'] = 800.0
        self.conntrack_seen = True
        self._fill()

    def _fill(self):
        """Values since boot, so that no counter begins at zero; never a finding."""
        self.snmp['Ip'].update(Forwarding=1.0 if self.w.config.interfaces > 8 else 2.0, DefaultTTL=64.0, InReceives=1e7,
                               InDelivers=1e7, OutRequests=9e6, OutNoRoutes=20.0)
        self.snmp['Tcp'].update(RtoAlgorithm=1.0, RtoMin=200.0, RtoMax=120000.0, MaxConn=-1.0, ActiveOpens=4e5, PassiveOpens=5e5,
                                AttemptFails=2e3, EstabResets=3e3, InSegs=9e6, OutSegs=1e7, RetransSegs=900.0, OutRsts=4e3)
        self.tcp_ext.update(ListenOverflows=983.0, ListenDrops=983.0, TW=3e5, TCPTimeouts=640.0)
        total = self.w.cpus * 4 * GIB
        self.mem.update(MemTotal=total, MemFree=total * .5, Buffers=.02 * total, Cached=.2 * total, Active=.2 * total,
                        Inactive=.1 * total, AnonPages=.15 * total, Mapped=.02 * total, Shmem=.001 * total, Slab=.03 * total,
                        SReclaimable=.02 * total, SUnreclaim=.01 * total, KernelStack=9e3, PageTables=2e4, CommitLimit=total * .5,
                        Committed_AS=.2 * total, VmallocTotal=34359738367.0, Hugepagesize=2048.0, Dirty=900.0,
                        SwapTotal=4.0 * GIB, SwapFree=4.0 * GIB, DirectMap4k=3e5)
        if 'MemAvailable' in self.mem:
            self.mem['MemAvailable'] = total * .7
        self.vm.update(nr_free_pages=total / 8, nr_file_pages=total / 20, nr_anon_pages=total / 27, pgfault=1e9)

    # -- counting

    def advance(self, dt):
        w, n = self.w, self.w.noise
        rx = sum(nic.rx_pps * w.rx_factor[nic.name] for nic in w.nics if nic.up) * dt * n
        tx = sum(nic.tx_pps for nic in w.nics if nic.up) * dt * n
        busy = max(rx / 1000, dt)
        for name, rate in TCP.items():
            if name in self.tcp_ext:
                self.tcp_ext[name] += rate * busy * n
        w.bump('snmp', 'Ip', InReceives=rx, InDelivers=rx * .98, OutRequests=tx, OutTransmits=tx)
        w.bump('snmp', 'Tcp', InSegs=rx * .95, OutSegs=tx * .95, ActiveOpens=w.opens * dt, PassiveOpens=w.opens * dt)
        w.bump('snmp', 'Udp', InDatagrams=rx * .02, OutDatagrams=tx * .02)
        w.bump('netstat', 'IpExt', InOctets=rx * 680, OutOctets=tx * 680, InNoECTPkts=rx)
        w.bump('netstat', 'TcpExt', TW=w.opens * dt)
        w.bump('snmp6', '', Ip6InReceives=.2 * dt, Ip6InDelivers=.2 * dt, Ip6InOctets=16 * dt, Ip6OutRequests=.1 * dt)
        for name, rate in VM.items():
            if name in self.vm:
                self.vm[name] += rate * dt * n
        w.bump('neigh', 'arp_cache', lookups=20 * dt, hits=19 * dt, allocs=.02 * dt, destroys=.02 * dt)
        for row in self.conntrack:
            row['found'] += .05 * dt

    # -- texts

    @staticmethod
    def _pairs(tables):
        return ''.join('%s: %s\n%s: %s\n' % (p, ' '.join(t), p, ' '.join([str(int(v)) for v in t.values()]))
                       for p, t in tables.items())

    def netstat(self):
        return self._pairs({'TcpExt': self.tcp_ext, 'IpExt': self.ip_ext})

    def snmp_file(self):
        order = ('Ip', 'Icmp', 'IcmpMsg', 'Tcp', 'Udp', 'UdpLite')
        return self._pairs({p: self.snmp[p] for p in order})

    def snmp6_file(self):
        return ''.join(['%-32s\t%d\n' % item for item in self.snmp6.items()])

    def sockstat(self):
        s = self.sock
        return (f'sockets: used {int(s["alloc"]) + 120}\nTCP: inuse {int(s["inuse"])} orphan {int(s["orphan"])} tw {int(s["tw"])} '
                f'alloc {int(s["alloc"])} mem {int(s["tcp_mem"])}\nUDP: inuse 6 mem {int(s["udp_mem"])}\nUDPLITE: inuse 0\n'
                'RAW: inuse 0\nFRAG: inuse 0 memory 0\n')

    def sockstat6(self):
        return 'TCP6: inuse 2\nUDP6: inuse 1\nUDPLITE6: inuse 0\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n'

    def meminfo(self):
        return ''.join(['%-16s%8d\n' % (n + ':', v) if n.startswith('HugePages_') else '%-16s%8d kB\n' % (n + ':', v)
                        for n, v in self.mem.items()])

    def vmstat(self):
        return ''.join(['%s %d\n' % item for item in self.vm.items()])

    def conntrack_stat(self):
        names = list(self.conntrack[0])
        count = int(self.tables['conntrack_count'])
        lines = ['entries  ' + ' '.join(names[1:])]
        lines += [' '.join(['%08x' % (count if n == 'entries' else int(row[n]) & 0xffffffff) for n in names])
                  for row in self.conntrack]
        return '\n'.join(lines) + '\n'

    def conntrack_count(self):
        return f'{int(self.tables["conntrack_count"])}\n'

    def neigh_stat(self, table):
        counters = self.w.count['neigh', table]
        lines = ['entries  ' + ' '.join(list(counters)[1:])]
        for cpu in range(self.w.cpus):  # all that counts, counts on the first CPU
            lines.append(' '.join(['%08x' % (int(v) if n == 'entries' or not cpu else 0) for n, v in counters.items()]))
        return '\n'.join(lines) + '\n'

    def file_nr(self):
        return f'{int(self.files["open"])}\t0\t{self.w.cpus * 400000}\n'
