"""IP, UDP, routes, neighbours, connection tracking, settings."""
from model import scenario


SHORT_S = 10  # enough for what is counted at a steady rate


@scenario(expect=['crit:udp/rcvbuf-errors UdpRcvbufErrors', 'info:udp/noports UdpNoPorts',
                  'info:ip/icmp-unreach IcmpInDestUnreachs', 'info:ip/icmp-unreach IcmpOutDestUnreachs',
                  'ip/no-route IpOutNoRoutes'])
def datagrams_nowhere(lab, fault):
    """Datagrams to a program that does not read them, to a closed port, and to where no route leads."""
    here, there = lab.netns(), lab.netns()
    _, far = lab.veth(here, there)
    here.run('ip', 'route', 'add', '198.51.100.0/24' if fault else 'default', 'via', far)
    here.python('sockets', 'inbox', '127.0.0.1', 9000, 4096, 0 if fault else 1)
    if not fault:
        here.python('sockets', 'inbox', '127.0.0.1', 9001, 4096, 1)
    for address, port, per_s in (('127.0.0.1', 9000, 50), ('127.0.0.1', 9001, 50), ('203.0.113.1', 9000, 10)):
        here.python('sockets', 'stream', address, port, per_s, 100)
    lab.record(here, seconds=SHORT_S)


@scenario(expect=['ip/fragments IpReasmFails'])
def fragments_lost(lab, fault):
    """Datagrams in three pieces over a path that loses one piece in ten."""
    here, there = lab.netns(), lab.netns()
    _, far, _ = lab.path(here, there, delay_ms=1, loss_ab=10 if fault else 0)
    there.sysctl('net.ipv4.ipfrag_time', 2)
    there.python('sockets', 'inbox', far, 9000, 1 << 20, 1)
    here.python('sockets', 'stream', far, 9000, 30, 4000)
    lab.record(there)


@scenario(expect=['ip/discards IpInHdrErrors'], allow=['info:ip/icmp-unreach'])
def routing_loop(lab, fault):
    """Two routers that send packets for an unknown network to each other until their TTL has ended."""
    here, there, host = lab.netns(), lab.netns(), lab.netns()
    near, far = lab.veth(here, there)
    gateway, _ = lab.veth(here, host, net=2, device='eth1')
    host.run('ip', 'route', 'add', 'default', 'via', gateway)
    for ns, via in ((here, far), (there, near)):
        ns.sysctl('net.ipv4.ip_forward', 1)
        ns.sysctl('net.ipv4.conf.all.send_redirects', 0)
        ns.run('ip', 'route', 'add', '203.0.113.0/24', 'via', via)
    if not fault:
        there.run('ip', 'route', 'replace', 'blackhole', '203.0.113.0/24')
    host.python('sockets', 'stream', '203.0.113.1', 9000, 20, 100)
    lab.record(there, seconds=SHORT_S)  # where a TTL of 64 ends


@scenario(expect=['sysctl/rp-filter'])
def asymmetric_route(lab, fault):
    """Packets come in on one link from addresses that the route back gives to another, under a strict rp_filter."""
    here, there = lab.netns(), lab.netns()
    near, _ = lab.veth(here, there)
    _, second = lab.veth(here, there, net=2, device='eth1')
    there.run('ip', 'addr', 'add', '10.9.0.2/32', 'dev', 'lo')
    there.sysctl('net.ipv4.conf.eth0.arp_announce', 2)
    here.run('ip', 'route', 'add', '10.9.0.0/24', 'via', second)
    for device in ('all', 'eth0'):
        here.sysctl(f'net.ipv4.conf.{device}.rp_filter', 1 if fault else 2)
    here.python('sockets', 'inbox', near, 9000, 1 << 20, 1)
    there.python('sockets', 'stream', near, 9000, 20, 100, '10.9.0.2')
    lab.record(here, seconds=SHORT_S)


@scenario(expect=['info:conntrack/invalid'])
def tracking_invalid(lab, fault):
    """Segments of connections that connection tracking has never seen begin, and is told not to pick up."""
    here, there = lab.netns(), lab.netns()
    near, _ = lab.veth(here, there)
    here.nft('add table ip lab; add chain ip lab in { type filter hook prerouting priority 0; };'
             'add rule ip lab in tcp dport 8080 ct state invalid,new drop')
    here.sysctl('net.netfilter.nf_conntrack_tcp_loose', 0 if fault else 1)
    there.tool('raw', '10.1.0.2', near, 2000, 8080, 'flags=16', 'size=100', 'step=100', 'pps=30')
    lab.record(here, seconds=SHORT_S)


@scenario(expect=['info:conntrack/churn'])
def tracking_lingers(lab, fault):
    """Closed connections are kept track of for two hours: 50 a second will fill the table."""
    here, there = lab.netns(), lab.netns()
    _, far = lab.veth(here, there)
    here.nft('add table ip lab; add chain ip lab in { type filter hook input priority 0; };'
             'add rule ip lab in ct state new accept')
    here.sysctl('net.netfilter.nf_conntrack_tcp_timeout_time_wait', 7200 if fault else 120)
    there.tool('backend', f'{far}:8080')
    here.tool('caller', f'{far}:8080,rate=50,once=client')
    lab.record(here, seconds=SHORT_S)


@scenario(expect=['neighbour/failed arp_cache'], alone=True, allow=['ip/*'])
def neighbours_absent(lab, fault):
    """Datagrams to 18 addresses of the own network that no host has; seen from the host, which counts for all."""
    here, there = lab.netns(), lab.netns()
    lab.veth(here, there)
    if not fault:
        for host in range(3, 21):
            there.run('ip', 'addr', 'add', f'10.1.0.{host}/24', 'dev', 'eth0')
    for seconds in (1, 5):  # an entry fails after three seconds
        lab.at(seconds, here.python, 'sockets', 'scan', '10.1', 20)
    lab.record(lab.host(), seconds=SHORT_S)
