#!/usr/bin/env python3
"""giant.py DIR CPUS NICS: a dump of a host that large, with the columns of Linux 2.6.32.

No such machine is at hand; the forms are those of fs/proc/stat.c, net/core/dev.c,
kernel/softirq.c and Documentation/filesystems/proc.txt of that version.
"""
import os
import sys

top, cpus, nics = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def put(path, text):
    path = os.path.join(top, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as f:
        f.write(text)


def table(rows, cpu_width=11):
    """A head of CPUs, and rows of (name, tail) with a number for each CPU."""
    head = ' ' * 11 + ''.join(('CPU%d' % c).ljust(cpu_width) for c in range(cpus))
    lines = ['%4s:' % name + ''.join('%*d' % (cpu_width, 7 * c + i) for c in range(cpus)) + tail
             for i, (name, tail) in enumerate(rows)]
    return '\n'.join([head] + lines) + '\n'


names = ['eth%d' % i for i in range(nics)]
put('proc/version', 'Linux version 2.6.32-754.el6.x86_64 (builder@example) (gcc version 4.4.7) #1 SMP\n')
put('proc/sys/kernel/hostname', 'giant\n')
put('proc/sys/kernel/osrelease', '2.6.32-754.el6.x86_64\n')
put('proc/sys/net/core/netdev_max_backlog', '1000\n')
put('sys/devices/system/cpu/online', '0-%d\n' % (cpus - 1))
# without guest_nice, which came with 2.6.33
put('proc/stat', 'cpu  %s\n' % ' '.join(['1000000'] * 9) + ''.join(
    'cpu%d %s\n' % (c, ' '.join(['%d' % (1000 + c)] * 9)) for c in range(cpus)) +
    'ctxt 5\nbtime 1500000000\nprocesses 9\nprocs_running 1\nprocs_blocked 0\n')
# nine columns: received_rps came with 2.6.35, flow_limit with 3.10, backlog_len with 5.10
put('proc/net/softnet_stat', ''.join(
    '%08x %08x %08x 00000000 00000000 00000000 00000000 00000000 00000000\n' % (1000 + c, c % 3, c % 5)
    for c in range(cpus)))
put('proc/interrupts', table([('%d' % i, '   PCI-MSI-edge      eth%d-TxRx-0' % (i % nics)) for i in range(100)]))
put('proc/softirqs', table([(n, '') for n in ('HI', 'TIMER', 'NET_TX', 'NET_RX', 'SCHED', 'RCU')]))
put('proc/net/dev',
    'Inter-|   Receive                                                |  Transmit\n'
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n' +
    # no blank before a number that fills its column
    ''.join('%6s:%8d %7d    0    %d    0     0          0         0 %8d %7d    0    0    0     0       0          0\n'
            % (n, 123456789 + i, 1000 + i, i % 2, 23456789 + i, 900 + i) for i, n in enumerate(names)))
put('proc/net/snmp', 'Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails EstabResets CurrEstab '
    'InSegs OutSegs RetransSegs InErrs OutRsts\nTcp: 1 200 120000 -1 10 20 0 0 4 1000 1100 7 0 3\n')
for i, n in enumerate(names):
    put('sys/class/net/%s/mtu' % n, '1500\n')
    put('sys/class/net/%s/ifindex' % n, '%d\n' % (i + 2))
    put('sys/class/net/%s/flags' % n, '0x1003\n')
    put('sys/class/net/%s/address' % n, '02:00:00:00:%02x:%02x\n' % (i >> 8, i & 255))
