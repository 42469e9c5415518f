"""Tables and memory of the whole host: each changes one of its limits and puts it back."""
from model import scenario
from place import Skip


def limit(lab, name, value):
    """Sets a sysctl of the host; it is put back when the scenario ends."""
    path = '/proc/sys/' + name.replace('.', '/')
    try:
        with open(path, encoding='ascii') as f:
            before = f.read()
        put(path, value)
    except OSError as e:
        raise Skip(f'{name}: {e}') from e
    lab.at_end(put, path, before)


def put(path, value):
    with open(path, 'w', encoding='ascii') as f:
        f.write(str(value))


@scenario(expect=['conntrack/near-full', 'conntrack/drops', 'root-cause/conntrack-full'], needs_global=True, alone=True,
          allow=['conntrack/churn', 'udp/sndbuf-errors', 'ip/*'])
def connection_tracking_full(lab, fault):
    """More flows than nf_conntrack_max."""
    here = lab.netns()
    here.nft('add table ip t; add chain ip t c { type filter hook output priority 0; }; '
             'add rule ip t c ct state new accept')
    limit(lab, 'net.netfilter.nf_conntrack_max', 400 if fault else 262144)
    here.python('sockets', 'spray', '127.0.0.1', 3000)
    lab.record(here)


@scenario(expect=['neighbour/table-full', 'info:neighbour/gc *'], needs_global=True, alone=True,
          allow=['neighbour/failed', 'ip/*', 'udp/*'])
def neighbour_table_full(lab, fault):
    """Datagrams to more neighbours than gc_thresh3 lets in."""
    here, there = lab.netns(), lab.netns()
    lab.veth(here, there)
    here.run('ip', 'addr', 'add', '10.77.255.254/16', 'dev', 'eth0')
    for name, value in (('gc_thresh1', 32), ('gc_thresh2', 64), ('gc_thresh3', 128)):
        limit(lab, 'net.ipv4.neigh.default.' + name, value if fault else 8192)
    there.run('ip', 'route', 'add', 'local', '10.77.0.0/17', 'dev', 'lo')
    there.run('ip', 'route', 'add', '10.77.128.0/17', 'dev', 'eth0')
    there.nft('add table ip t; add chain ip t c { type filter hook input priority 0; }; '
              'add rule ip t c udp dport 9 drop')
    here.python('sockets', 'scan', '10.77', 3000)
    lab.record(lab.host())


@scenario(expect=['tcp-memory/pressure'], needs_global=True, alone=True,
          allow=['tcp-memory/*', 'sockets/recvq-stuck *', 'sockets/sendq-stuck *', 'root-cause/receiver-not-reading *',
                 'tcp-retransmit/*', 'sysctl/tcp-mem-units', 'sysctl/changed'],
          load=['tcp-memory/zero-window', 'tcp-memory/peer-zero-window', 'sockets/recvq-stuck *', 'sockets/sendq-stuck *',
                'root-cause/receiver-not-reading *', 'tcp-listen/backlog-small *'])
def tcp_memory_short(lab, fault):
    """More in socket buffers than tcp_mem's pressure mark."""
    here = lab.netns()
    if fault:
        limit(lab, 'net.ipv4.tcp_mem', '500 1000 4000')
    here.python('sockets', 'deaf', '127.0.0.1', 4712, 64)
    lab.at(3, here.python, 'sockets', 'stuffed', '127.0.0.1', 4712, 20)
    lab.record(lab.host())


@scenario(expect=['tcp-memory/orphans'], needs_global=True, alone=True,
          allow=['tcp-memory/*', 'sockets/*', 'tcp-retransmit/*', 'sysctl/changed'],
          load=['tcp-memory/zero-window', 'tcp-memory/peer-zero-window', 'sockets/*', 'tcp-listen/backlog-small *',
                'root-cause/receiver-not-reading *'])
def too_many_orphans(lab, fault):
    """Connections closed with data that nobody takes, more than half of tcp_max_orphans."""
    here = lab.netns()
    if fault:
        limit(lab, 'net.ipv4.tcp_max_orphans', 30)
    here.python('sockets', 'deaf', '127.0.0.1', 4713, 64)
    lab.at(3, here.python, 'sockets', 'abandon', '127.0.0.1', 4713, 20)
    lab.record(lab.host())


@scenario(expect=['info:softirq/flow-limit *'], needs_global=True, alone=True,
          allow=['softirq/*', 'nic-drops/rx *', 'nic-drops/tx *', 'cpu/saturated', 'cpu/pressure', 'root-cause/softnet-* *',
                 'root-cause/single-core-* *', 'collection-quality/gaps'])
def flow_limit(lab, fault):
    """One large flow into a backlog whose CPU has a flow limit."""
    here, there = lab.netns(), lab.netns()
    _, far = lab.veth(here, there)
    limit(lab, 'net.core.flow_limit_cpu_bitmap', '3' if fault else '0')
    limit(lab, 'net.core.netdev_max_backlog', 300 if fault else 100000)
    there.write('/sys/class/net/eth0/queues/rx-0/rps_cpus', '2')
    here.tool('flood', far, 9, *(('on_ms=700', 'off_ms=1300') if fault else ('pps=2000',)), cpu=0)
    lab.record(there)
