"""Interfaces and queues that drop packets on this host."""
import signal

from model import scenario

PORT = 8080
SHORT_S = 10  # enough for what is counted at a steady rate


@scenario(expect=['nic-drops/qdisc eth0:root', 'info:cgroup/net-limit eth0:root', 'tcp-retransmit/local-fail', 'udp/sndbuf-errors UdpSndbufErrors',
                  'root-cause/egress-queue-drops *'],
          allow=['tcp-retransmit/ratio', 'tcp-retransmit/tail', 'tcp-retransmit/lost-again', 'tcp-retransmit/syn',
                 'sockets/sendq-stuck', 'tcp-retransmit/backoff', 'sockets/syn-sent', 'ip/discards IpOutDiscards'])
def shaped(lab, fault):
    """A shaper of 2 Mbit/s with a short queue, ten uploads and a stream of datagrams."""
    here, there = lab.netns(), lab.netns()
    _, far = lab.veth(here, there)
    rate = ('2mbit', 'burst', '5k', 'limit', '6000') if fault else ('2gbit', 'burst', '1m', 'limit', '4m')
    here.run('tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', 'rate', *rate)
    there.tool('backend', f'{far}:{PORT}')
    there.python('sockets', 'inbox', far, 9000, 1 << 20, 1)
    here.tool('caller', f'{far}:{PORT},connections=10,rate=10,body=60000')
    here.python('sockets', 'stream', far, 9000, 100, 1000)
    lab.record(here)


@scenario(expect=['cgroup/veth-drops eth0', 'nic-drops/rx eth1'], allow=['udp/sndbuf-errors', 'ip/discards IpOutDiscards'])
def frames_too_long(lab, fault):
    """Two links whose ends disagree about the MTU: frames longer than the receiving end takes are dropped."""
    here, there, other = lab.netns(), lab.netns(), lab.netns()
    _, far = lab.veth(here, there, device='eth0')
    _, near = lab.veth(other, here, net=2, device='eth1')
    if fault:
        there.run('ip', 'link', 'set', 'eth0', 'mtu', 1000)
        here.run('ip', 'link', 'set', 'eth1', 'mtu', 1000)
    for ns, address in ((there, far), (here, near)):
        ns.python('sockets', 'inbox', address, 9000, 1 << 20, 1)
    here.python('sockets', 'stream', far, 9000, 100, 1200)
    other.python('sockets', 'stream', near, 9000, 100, 1200)
    lab.record(here, seconds=SHORT_S)


@scenario(expect=['nic-drops/tx path0'], allow=['udp/sndbuf-errors', 'ip/discards IpOutDiscards'])
def tunnel_stuck(lab, fault):
    """The program behind a tunnel's device, as of a VPN, does not take its packets any more."""
    here, there = lab.netns(), lab.netns()
    _, far, link = lab.path(here, there, max_len=1600)  # always the userspace link
    there.python('sockets', 'inbox', far, 9000, 1 << 20, 1)
    here.python('sockets', 'stream', far, 9000, 200, 100)
    if fault:
        lab.at(2, lambda: link.process.signal(signal.SIGSTOP))
    lab.record(here)


@scenario(expect=['info:nic-drops/unknown-proto eth0'])
def strange_frames(lab, fault):
    """Frames of a protocol that nobody here speaks, beside healthy traffic: drops that are no loss."""
    here, there = lab.netns(), lab.netns()
    _, far = lab.veth(here, there)
    there.tool('backend', f'{far}:{PORT}')
    here.tool('caller', f'{far}:{PORT},connections=4,rate=100')
    there.python('sockets', 'frames', 'eth0', '0x88cc', 20 if fault else 0)
    lab.record(here)


@scenario(expect=['info:collection-quality/counter-reset netdev', 'sysctl/tcp-features-off net.ipv4.tcp_sack',
                  'info:sysctl/changed net.ipv4.tcp_sack'], allow=['ip/no-route IpOutNoRoutes'])
def changed_meanwhile(lab, fault):
    """An interface is made anew, so that its counters begin again, and selective acknowledgements are switched off."""
    here, there = lab.netns(), lab.netns()
    lab.veth(here, there)
    _, far = lab.veth(here, there, net=2, device='eth1')
    here.python('sockets', 'stream', far, 9000, 50, 100)

    def change():
        here.run('ip', 'link', 'del', 'eth1')
        lab.veth(here, there, net=2, device='eth1')
        here.sysctl('net.ipv4.tcp_sack', 0)
    if fault:
        lab.at(4.5, change)
    lab.record(here, seconds=SHORT_S)
