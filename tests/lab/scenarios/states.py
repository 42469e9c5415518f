"""Connections by their states: TIME-WAIT, CLOSE-WAIT, FIN-WAIT, and ports that run out."""
import time

from model import scenario

LINKERD = 4140  # some rules are about its port alone; nothing serves its metrics here
NO_METRICS = ['collection-quality/l5d-missing']


def churn(lab, once, server='', port=8080, client='rate=100,connections=50'):
    """A connection per request over an Ethernet link, closed first by ONCE, or kept when it is None."""
    here, there = lab.netns(), lab.netns()
    _, far = lab.veth(here, there)
    there.tool('backend', f'{far}:{port}{server}')
    here.tool('caller', f'{far}:{port},{client}' + (f',once={once}' if once else ''))
    return here, there


@scenario(expect=[f'sockets/timewait-share 10.1.0.2:{LINKERD}'], load=NO_METRICS,
          allow=['root-cause/no-connection-reuse *'])
def server_closes(lab, fault):
    """A server that closes after each answer keeps the TIME-WAIT sockets."""
    _, there = churn(lab, 'server' if fault else None, server=',close' if fault else '', port=LINKERD)
    lab.record(there)


@scenario(expect=['crit:sockets/ephemeral-ports 10.1.0.2:8080', 'sysctl/port-range', 'root-cause/ephemeral-exhaustion *'])
def client_closes(lab, fault):
    """A client that closes first keeps the TIME-WAIT sockets, until its 1001 local ports are used up."""
    here, _ = churn(lab, 'client' if fault else None)
    here.sysctl('net.ipv4.ip_local_port_range', '40000 41000')
    here.sysctl('net.ipv4.tcp_tw_reuse', 0)
    lab.record(here)


@scenario(expect=['sockets/timewait-overflow'])
def timewait_overflow(lab, fault):
    """net.ipv4.tcp_max_tw_buckets allows 50, and 100 connections a second leave a TIME-WAIT each."""
    here, _ = churn(lab, 'client')
    here.sysctl('net.ipv4.tcp_max_tw_buckets', 50 if fault else 65536)
    lab.record(here, seconds=10)


@scenario(expect=['sockets/close-wait 127.0.0.1:8080'])
def close_wait_leak(lab, fault):
    """A server that never closes, and 30 clients that have gone."""
    here = lab.netns()
    here.python('sockets', 'hold' if fault else 'accept', '127.0.0.1', 8080, *(() if fault else (64,)))
    here.python('sockets', 'knock', '127.0.0.1', 8080, 30, 200, ready='held').end()
    lab.record(here, seconds=10)


@scenario(expect=['sockets/fin-states'], allow=['tcp-retransmit/tail', 'tcp-retransmit/backoff', 'tcp-retransmit/lost-again'])
def peers_vanish(lab, fault):
    """150 connections that are closed while nothing gets through to the other end any more."""
    here, there = lab.netns(), lab.netns()
    _, far, link = lab.path(here, there, delay_ms=1)
    there.python('sockets', 'accept', far, 8080, 256)
    clients = here.python('sockets', 'knock', far, 8080, 150, 300, ready='held')
    if fault:
        link.set(loss_ab=100, loss_ba=100)
        clients.end()
    lab.record(here, seconds=10)


@scenario(expect=[f'info:sockets/peer-concentration 10.1.0.2:{LINKERD}'], load=NO_METRICS)
def one_caller(lab, fault):
    """All of 160 connections come from one address, or evenly from eight."""
    here, there = lab.netns(), lab.netns()
    _, far = lab.veth(here, there)
    for host in range(10, 18):
        here.run('ip', 'addr', 'add', f'10.1.0.{host}/24', 'dev', 'eth0')
    there.tool('backend', f'{far}:{LINKERD}')
    here.tool('caller', f'{far}:{LINKERD},idle=160,connections=1,rate=1,source=10.1.0.10,sources={1 if fault else 8}')
    lab.record(there, seconds=10)


@scenario(expect=['info:sockets/idle-many 127.0.0.1:8080'], long=True)
def idle_connections(lab, fault):
    """600 connections that nothing was sent over for more than a minute, or that are new."""
    here = lab.netns()
    here.python('sockets', 'hold', '127.0.0.1', 8080)
    here.python('sockets', 'knock', '127.0.0.1', 8080, 600, 500, ready='held')
    time.sleep(62 if fault else 0)
    lab.record(here)
