"""Texts of interfaces: /proc/net/dev, ifconfig -a, tc -s qdisc, ethtool -S, sysfs, bonding, VLAN.

Sources: net/core/net-procfs.c, net-tools' lib/interface.c, iproute2's tc/q_fq_codel.c,
drivers' get_strings, drivers/net/bonding/bond_procfs.c, net/8021q/vlanproc.c.
"""
from cpu import queue_share

HEAD = ('Inter-|   Receive                                                |  Transmit\n'
        ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n')
FEATURES = ('rx-checksumming', 'tx-checksumming', 'scatter-gather', 'tcp-segmentation-offload',
            'generic-segmentation-offload', 'generic-receive-offload')


class Net:
    def __init__(self, world):
        self.w = world
        self.cache = {}  # (form, nic) -> (its counters, the text): most interfaces are quiet

    # -- counting

    def advance(self, dt):
        for nic in self.w.nics:
            if nic.up and (nic.rx_pps or nic.tx_pps):
                self._traffic(nic, dt)

    def _traffic(self, nic, dt):
        c = nic.c
        rx = nic.rx_pps * self.w.rx_factor[nic.name] * dt * self.w.noise
        tx = nic.tx_pps * dt * self.w.noise
        c['rx_packets'] += rx
        c['rx_bytes'] += rx * nic.size
        c['tx_packets'] += tx
        c['tx_bytes'] += tx * nic.size
        for q in range(nic.queues):
            part = rx * queue_share(nic, q)
            nic.rx_queue[q][0] += part
            nic.rx_queue[q][1] += part * nic.size
            nic.tx_queue[q][0] += tx / nic.queues
            nic.tx_queue[q][1] += tx * nic.size / nic.queues

    # -- texts of all interfaces

    def _each(self, form, render):
        texts = []
        for nic in self.w.nics:
            c = nic.c
            key = (c['rx_packets'], c['tx_packets'], c['rx_dropped'], c['rx_missed'], c['rx_errors'], c['qdisc_dropped'],
                   c['tx_dropped'], c['qdisc_overlimits'], nic.backlog, nic.up)
            known = self.cache.get((form, nic.name))
            if not known or known[0] != key:
                known = self.cache[form, nic.name] = key, render(nic)
            texts.append(known[1])
        return ''.join(texts)

    def netdev(self):
        head = '%6s:%8d ' if not self.w.kernel >= (3, 0) else '%6s: %7d '

        def line(nic):
            c = nic.c
            return (head + '%7d %4d %4d %4d %5d %10d %9d %8d %7d %4d %4d %4d %5d %7d %10d\n') % (
                nic.name, c['rx_bytes'], c['rx_packets'], c['rx_errors'], int(c['rx_dropped']) + int(c['rx_missed']), c['rx_fifo'],
                c['rx_frame'], 0, c['multicast'], c['tx_bytes'], c['tx_packets'], c['tx_errors'], c['tx_dropped'], c['tx_fifo'],
                0, c['tx_carrier'], 0)
        return HEAD + self._each('dev', line)

    def ifconfig(self):
        def block(nic):
            c = nic.c
            if nic.driver == 'lo':
                head = 'lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n        inet 127.0.0.1  netmask 255.0.0.0\n' \
                       '        loop  txqueuelen 1000  (Local Loopback)\n'
            else:
                flags = 'flags=4163<UP,BROADCAST,RUNNING,MULTICAST>' if nic.up else 'flags=4099<UP,BROADCAST,MULTICAST>'
                inet = f'        inet {address(nic)}  netmask 255.255.0.0  broadcast 10.0.255.255\n' if nic.physical else ''
                head = f'{nic.name}: {flags}  mtu {nic.mtu}\n{inet}        ether {nic.mac}  txqueuelen 1000  (Ethernet)\n'
            return head + (
                f'        RX packets {int(c["rx_packets"])}  bytes {int(c["rx_bytes"])} ({human(c["rx_bytes"])})\n'
                f'        RX errors {int(c["rx_errors"])}  dropped {int(c["rx_dropped"]) + int(c["rx_missed"])}'
                f'  overruns {int(c["rx_fifo"])}  frame {int(c["rx_frame"])}\n'
                f'        TX packets {int(c["tx_packets"])}  bytes {int(c["tx_bytes"])} ({human(c["tx_bytes"])})\n'
                f'        TX errors {int(c["tx_errors"])}  dropped {int(c["tx_dropped"])} overruns {int(c["tx_fifo"])}'
                f'  carrier {int(c["tx_carrier"])}  collisions 0\n\n')
        return self._each('ifconfig', block)

    def qdisc(self):
        return self._each('qdisc', self._qdiscs)

    def _qdiscs(self, nic):
        c = nic.c
        if not nic.physical:
            return f'qdisc noqueue 0: dev {nic.name} root refcnt 2 \n' + sent(0, 0, 0, 0, 0, 0)
        if nic.shaped:
            return (f'qdisc tbf 8001: dev {nic.name} root refcnt 2 rate 100Mbit burst 32Kb lat 50ms \n' +
                    sent(c['tx_bytes'], c['tx_packets'], c['qdisc_dropped'], c['qdisc_overlimits'], 0, nic.backlog))
        text = f'qdisc mq 0: dev {nic.name} root \n' + sent(c['tx_bytes'], c['tx_packets'], c['qdisc_dropped'],
                                                            c['qdisc_overlimits'], c['qdisc_requeues'], nic.backlog)
        for q, (packets, size) in enumerate(nic.tx_queue):
            first = not q  # what is dropped is dropped there
            text += (f'qdisc fq_codel 0: dev {nic.name} parent :{q + 1:x} limit 10240p flows 1024 quantum 1514 target 5ms '
                     'interval 100ms memory_limit 32Mb ecn drop_batch 64 \n' +
                     sent(size, packets, c['qdisc_dropped'] * first, c['qdisc_overlimits'] * first,
                          c['qdisc_requeues'] * first, nic.backlog * first) +
                     '  maxpacket 1514 drop_overlimit 0 new_flow_count 12 ecn_mark 0\n  new_flows_len 0 old_flows_len 0\n')
        return text

    # -- texts of one interface

    def ethtool_S(self, nic):
        stats = DRIVER_STATS.get(nic.driver)
        if not stats:
            return None
        return 'NIC statistics:\n' + ''.join(f'     {name}: {int(n)}\n' for name, n in stats(nic))

    def ethtool(self, nic):
        link = 'yes' if nic.up else 'no'
        speed = f'{nic.speed}Mb/s' if nic.up else 'Unknown!'
        duplex = 'Full' if nic.up else 'Unknown! (255)'
        return (f'Settings for {nic.name}:\n\tSupported ports: [ FIBRE ]\n\tSupported link modes:   {nic.speed}baseT/Full\n'
                f'\tSupported pause frame use: Symmetric\n\tSupports auto-negotiation: Yes\n\tSpeed: {speed}\n'
                f'\tDuplex: {duplex}\n\tAuto-negotiation: on\n\tPort: FIBRE\n\tPHYAD: 0\n\tTransceiver: internal\n'
                f'\tLink detected: {link}\n')

    def ethtool_i(self, nic):
        bus = f'0000:{nic.index:02x}:00.0' if nic.physical else ''
        return (f'driver: {nic.driver}\nversion: {self.w.kernel.release}\nfirmware-version: \nexpansion-rom-version: \n'
                f'bus-info: {bus}\nsupports-statistics: yes\nsupports-test: no\nsupports-eeprom-access: no\n'
                'supports-register-dump: no\nsupports-priv-flags: no\n')

    def ethtool_g(self, nic):
        def half(n):
            return f'RX:\t\t{n}\nRX Mini:\tn/a\nRX Jumbo:\tn/a\nTX:\t\t{n}\n'
        return (f'Ring parameters for {nic.name}:\nPre-set maximums:\n{half(nic.ring_max)}'
                f'Current hardware settings:\n{half(nic.ring)}')

    def ethtool_l(self, nic):
        def half(n):
            return f'RX:\t\tn/a\nTX:\t\tn/a\nOther:\t\t1\nCombined:\t{n}\n'
        return (f'Channel parameters for {nic.name}:\nPre-set maximums:\n{half(nic.queues_max)}'
                f'Current hardware settings:\n{half(nic.queues)}')

    def ethtool_k(self, nic):
        return f'Features for {nic.name}:\n' + ''.join(f'{f}: on\n' for f in FEATURES) + 'large-receive-offload: off\n'

    def ethtool_c(self, nic):
        return (f'Coalesce parameters for {nic.name}:\nAdaptive RX: off  TX: off\nstats-block-usecs: n/a\n\n'
                f'rx-usecs: {nic.usecs}\nrx-frames: n/a\n\ntx-usecs: 0\ntx-frames: n/a\n')

    def ethtool_a(self, nic):
        return f'Pause parameters for {nic.name}:\nAutonegotiate:\ton\nRX:\t\ton\nTX:\t\ton\n'

    def msi_irqs(self, nic):
        return ''.join(f'{irq}\n' for irq, _ in nic.irqs)

    def sysfs_link(self, nic):
        """(file, text) of /sys/class/net/NIC; None where reading fails with EINVAL."""
        running = '0x1003' if nic.driver != 'lo' else '0x9'
        loopback = nic.driver == 'lo'
        yield 'mtu', f'{nic.mtu}\n'
        yield 'speed', None if loopback or not nic.up else f'{nic.speed}\n'
        yield 'duplex', None if loopback or not nic.up else 'full\n'
        yield 'operstate', 'unknown\n' if loopback else 'up\n' if nic.up else 'down\n'
        yield 'carrier', '1\n' if nic.up else '0\n'
        if self.w.kernel >= (3, 13):
            yield 'carrier_changes', f'{nic.carrier_changes}\n'
        yield 'flags', running + '\n'
        yield 'tx_queue_len', '1000\n'
        yield 'ifindex', f'{nic.index}\n'
        yield 'iflink', f'{nic.index + (1000 if nic.driver == "veth" else 0)}\n'
        yield 'type', '772\n' if loopback else '1\n'
        yield 'address', ('00:00:00:00:00:00' if loopback else nic.mac) + '\n'

    def sysfs_queues(self, nic):
        mask = ','.join(['00000000'] * ((self.w.cpus + 31) // 32)) if self.w.cpus > 32 else '0' * ((self.w.cpus + 3) // 4)
        for q in range(max(nic.queues, 1)):
            yield f'rx-{q}/rps_cpus', mask + '\n'
            yield f'rx-{q}/rps_flow_cnt', '0\n'
            yield f'tx-{q}/tx_timeout', '0\n'

    def bonding(self, bond, slaves, active):
        text = (f'Ethernet Channel Bonding Driver: v{self.w.kernel.release}\n\nBonding Mode: fault-tolerance (active-backup)\n'
                f'Primary Slave: None\nCurrently Active Slave: {active.name}\nMII Status: {"up" if active.up else "down"}\n'
                'MII Polling Interval (ms): 100\nUp Delay (ms): 0\nDown Delay (ms): 0\nPeer Notification Delay (ms): 0\n')
        for nic, failures in slaves:
            speed = f'{nic.speed} Mbps' if nic.up else 'Unknown'
            text += (f'\nSlave Interface: {nic.name}\nMII Status: {"up" if nic.up else "down"}\nSpeed: {speed}\n'
                     f'Duplex: {"full" if nic.up else "Unknown"}\nLink Failure Count: {failures}\n'
                     f'Permanent HW addr: {nic.mac}\nSlave queue ID: 0\n')
        return text


def sent(size, packets, dropped, overlimits, requeues, backlog):
    return (' Sent %d bytes %d pkt (dropped %d, overlimits %d requeues %d) \n backlog %db %dp requeues %d\n'
            % (size, packets, dropped, overlimits, requeues, backlog * 1514, backlog, requeues))


def address(nic):
    return f'10.0.{nic.index >> 8 & 255}.{nic.index & 255}'


def human(n):
    """As net-tools says bytes."""
    for unit, size in (('TiB', 2**40), ('GiB', 2**30), ('MiB', 2**20), ('KiB', 2**10)):
        if n >= size:
            return '%.1f %s' % (n / size, unit)
    return '%.1f B' % n


def ixgbe(nic):
    c, x = nic.c, nic.extra
    yield from (('rx_packets', c['rx_packets']), ('tx_packets', c['tx_packets']), ('rx_bytes', c['rx_bytes']),
                ('tx_bytes', c['tx_bytes']), ('rx_pkts_nic', c['rx_packets']), ('tx_pkts_nic', c['tx_packets']),
                ('lsc_int', nic.carrier_changes), ('tx_busy', 0), ('non_eop_descs', 0), ('rx_errors', c['rx_errors']),
                ('tx_errors', c['tx_errors']), ('rx_dropped', c['rx_dropped']), ('tx_dropped', c['tx_dropped']),
                ('multicast', c['multicast']), ('broadcast', 0), ('rx_no_buffer_count', 0), ('collisions', 0),
                ('rx_over_errors', 0), ('rx_crc_errors', c['rx_frame']), ('rx_frame_errors', 0), ('hw_rsc_aggregated', 0),
                ('fdir_match', 0), ('fdir_miss', c['rx_packets'] * .3), ('rx_fifo_errors', c['rx_fifo']),
                ('rx_missed_errors', c['rx_missed']), ('tx_aborted_errors', 0), ('tx_carrier_errors', c['tx_carrier']),
                ('tx_timeout_count', 0), ('tx_restart_queue', 0), ('rx_length_errors', 0), ('rx_long_length_errors', 0),
                ('tx_flow_control_xon', x.get('tx_xoff', 0)), ('rx_flow_control_xon', x.get('xoff', 0)), ('tx_flow_control_xoff', x.get('tx_xoff', 0)),
                ('rx_flow_control_xoff', x.get('xoff', 0)), ('rx_csum_offload_errors', 0), ('alloc_rx_page', 4096),
                ('alloc_rx_page_failed', 0), ('alloc_rx_buff_failed', 0), ('rx_no_dma_resources', c['rx_missed']))
    for way, queues in (('tx', nic.tx_queue), ('rx', nic.rx_queue)):
        for q, (packets, size) in enumerate(queues):
            yield f'{way}_queue_{q}_packets', packets
            yield f'{way}_queue_{q}_bytes', size


def ena(nic):
    yield from (('tx_timeout', 0), ('suspend', 0), ('resume', 0), ('wd_expired', 0), ('interface_up', 1), ('interface_down', 0),
                ('admin_q_pause', 0))
    for name in ('bw_in', 'bw_out', 'pps', 'conntrack', 'linklocal'):
        yield f'{name}_allowance_exceeded', nic.extra.get(name, 0)
    yield 'conntrack_allowance_available', 136812
    for q in range(nic.queues):
        yield from ((f'queue_{q}_tx_cnt', nic.tx_queue[q][0]), (f'queue_{q}_tx_bytes', nic.tx_queue[q][1]),
                    (f'queue_{q}_tx_queue_stop', 0), (f'queue_{q}_tx_missed_tx', 0), (f'queue_{q}_rx_cnt', nic.rx_queue[q][0]),
                    (f'queue_{q}_rx_bytes', nic.rx_queue[q][1]), (f'queue_{q}_rx_refil_partial', 0),
                    (f'queue_{q}_rx_page_alloc_fail', 0), (f'queue_{q}_rx_empty_rx_ring', 0))


def virtio_net(nic):
    for q in range(nic.queues):
        yield from ((f'rx_queue_{q}_packets', nic.rx_queue[q][0]), (f'rx_queue_{q}_bytes', nic.rx_queue[q][1]),
                    (f'rx_queue_{q}_drops', 0), (f'rx_queue_{q}_xdp_packets', 0), (f'rx_queue_{q}_kicks', 9))
    for q in range(nic.queues):
        yield from ((f'tx_queue_{q}_packets', nic.tx_queue[q][0]), (f'tx_queue_{q}_bytes', nic.tx_queue[q][1]),
                    (f'tx_queue_{q}_xdp_tx', 0), (f'tx_queue_{q}_kicks', 9), (f'tx_queue_{q}_tx_timeouts', 0))


def veth(nic):
    yield 'peer_ifindex', nic.index + 1000
    for name in ('xdp_packets', 'xdp_bytes', 'drops', 'xdp_redirect', 'xdp_drops', 'xdp_tx', 'xdp_tx_errors'):
        yield f'rx_queue_0_{name}', 0


DRIVER_STATS = {'ixgbe': ixgbe, 'ena': ena, 'virtio_net': virtio_net, 'veth': veth}
