"""Root causes around linkerd: a fault, what it makes of linkerd's metrics, and of the kernel's."""
import signal

from mesh import Mesh, client, server, service
from model import scenario

BUSY_DOOR = ['linkerd-pool/server-no-reuse', 'linkerd-pool/short-lived', 'root-cause/no-connection-reuse',
             'linkerd-pool/ab-symptom', 'sockets/timewait-share']
STOPS = ['linkerd-jvm/*', 'linkerd-backend/*', 'tcp-listen/*', 'tcp-retransmit/*', 'collection-quality/l5d-heavy']


@scenario(expect=['root-cause/gc-tail ' + client('web'), 'info:linkerd-jvm/gc-pause'], allow=STOPS)
def linkerd_gc_tail(lab, fault):
    """Collections of 220 ms now and then, under 450 requests a second."""
    here = lab.netns()
    mesh = Mesh(here, minute='2500ms', gc_every='4s' if fault else '1s', gc_pause='220ms' if fault else '3ms').router()
    mesh.client('web', 'rate=450,connections=100', all_='delay=4ms')
    mesh.start()
    lab.record(here, seconds=25)


@scenario(
    expect=['root-cause/accept-stall 0.0.0.0:4140', 'tcp-listen/overflow 0.0.0.0:4140', 'linkerd-jvm/gc-pause'],
    allow=STOPS + ['sockets/syn-sent', 'root-cause/gc-tail', 'linkerd-backend/internal-latency ' + server()],
    load=BUSY_DOOR + ['tcp-listen/backlog-small'])
def linkerd_accept_stall(lab, fault):
    """200 connections a second to a backlog of 16, and collections of 400 ms."""
    here = lab.netns()
    mesh = Mesh(here, gc_every='3s', gc_pause='400ms' if fault else '3ms').router(backlog=16)
    mesh.client('web', 'rate=200,connections=400,once=server', all_='delay=3ms')
    mesh.start()
    lab.record(here)


@scenario(
    expect=['root-cause/observer-effect', 'collection-quality/l5d-heavy'],
    allow=STOPS + ['sockets/syn-sent', 'root-cause/accept-stall', 'tcp-memory/zero-window'],
    load=BUSY_DOOR + ['tcp-listen/backlog-small'])
def linkerd_observed(lab, fault):
    """Metrics that stop the proxy for 400 ms each time they are asked for, every 4 s."""
    here = lab.netns()
    mesh = Mesh(here, stall_on_metrics='400ms' if fault else '0s', ballast=200 if fault else 0).router(backlog=16)
    mesh.client('web', 'rate=200,connections=400,once=server', all_='delay=3ms')
    mesh.start()
    lab.record(here, '--pace', 'metrics=4s', seconds=20)


@scenario(
    expect=['root-cause/retry-storm http', 'linkerd-pool/requeues ' + service('web')],
    allow=['linkerd-backend/failure-ratio', 'linkerd-pool/retry-budget'],
    load=['linkerd-backend/failure-ratio'])
def linkerd_retry_storm(lab, fault):
    """Four answers in ten are 503, and all are tried again; without the fault the callers get them."""
    here = lab.netns()
    mesh = Mesh(here).router()
    mesh.client('web', 'rate=120', all_='delay=3ms,fail=0.4', accrual=0, retry=fault, retries_per_s=200)
    mesh.start()
    lab.record(here)


@scenario(
    expect=['root-cause/pool-queueing ' + client('web'), 'linkerd-pool/waiters ' + client('web')],
    allow=['linkerd-backend/concurrency ' + client('web'), 'linkerd-backend/internal-latency ' + server()])
def linkerd_pool_queueing(lab, fault):
    """40 callers, and pools of 2 connections to each of 3 hosts."""
    here = lab.netns()
    mesh = Mesh(here).router()
    mesh.client('web', 'connections=40,think=50ms', n=3, all_='delay=20ms', pool_max=2 if fault else 0)
    mesh.start()
    lab.record(here)


@scenario(
    expect=['root-cause/backend-slow-not-network ' + client('slow'), 'root-cause/backend-slow-not-network ' + client('tail'),
            'linkerd-backend/similarly-slow ' + client('slow')],
    allow=['linkerd-backend/p999-200ms ' + client('tail')])
def linkerd_slow_backends(lab, fault):
    """Hosts that take 150 ms, and hosts that take 200 ms for one request in fifty: not the network."""
    here, there = lab.netns(), lab.netns()
    near, far = lab.veth(here, there)
    del near
    mesh = Mesh(here, minute='2500ms').router()
    for k, name, slow, fast in ((1, 'slow', 'delay=150ms,spread=0.1', 'delay=8ms'),
                                (2, 'tail', 'delay=8ms,slow=0.02,slow-by=200ms', 'delay=8ms')):
        ports = [8000 + 10 * k + i for i in range(4)]
        mesh.client(name, 'rate=150,connections=60', endpoints=[f'{far}:{p}' for p in ports])
        mesh.backends += [f'{far}:{p},{slow if fault else fast}' for p in ports]
    mesh.start(beside=there)
    lab.record(here)


@scenario(
    expect=['root-cause/loss-tail-200ms ' + client('far'), 'linkerd-backend/p999-200ms ' + client('far')],
    allow=['tcp-retransmit/*', 'root-cause/loss-localised-to-peer', 'linkerd-backend/connect-latency'])
def linkerd_loss_tail(lab, fault):
    """A path of 1 ms that loses one packet in 200 on the way out; without the fault answers that take 200 ms as often."""
    here, there = lab.netns(), lab.netns()
    near, far, link = lab.path(here, there, delay_ms=1)
    del near
    mesh = Mesh(here, minute='3s').router()
    mesh.client('far', 'rate=400,connections=60', endpoints=[f'{far}:{8080 + i}' for i in range(4)])
    mesh.backends += [f'{far}:{8080 + i},delay=1ms' + ('' if fault else ',slow=0.003,slow-by=200ms') for i in range(4)]
    mesh.start(beside=there)
    if fault:
        link.set(loss_ab=0.5)
    lab.record(here, seconds=18)


@scenario(
    expect=['root-cause/remote-syn-drop ' + client('far'), 'linkerd-backend/connect-latency ' + client('far')],
    allow=['tcp-retransmit/*', 'sockets/syn-sent', 'linkerd-backend/connect-failures', 'linkerd-pool/requeues'],
    load=['linkerd-pool/client-no-reuse ' + client('far'), 'linkerd-pool/short-lived ' + client('far'), 'sockets/timewait-share'])
def linkerd_remote_syn_drop(lab, fault):
    """A backend on another host whose accept queue of 2 is full for most of the time."""
    here, there = lab.netns(), lab.netns()
    near, far = lab.veth(here, there)
    del near
    stall = ',backlog=2,stall=1300ms,every=2s' if fault else ',backlog=128'
    mesh = Mesh(here).router()
    mesh.client('far', 'rate=40,connections=200,timeout=30s', endpoints=[f'{far}:{8080 + i}' for i in range(3)],
                connect_timeout='10s', accrual=0)
    mesh.backends += [f'{far}:{8080 + i},delay=2ms,close{stall}' for i in range(3)]
    mesh.start(beside=there)
    lab.record(here)


@scenario(
    expect=['root-cause/ephemeral-exhaustion 127.9.1.1:8080', 'sockets/ephemeral-ports'],
    allow=['linkerd-backend/connect-failures', 'linkerd-backend/failure-ratio', 'linkerd-pool/*', 'linkerd-backend/failure-accrual',
           'linkerd-backend/none-available', 'linkerd-backend/max-effort', 'linkerd-backend/pool-degraded', 'root-cause/retry-storm'],
    load=['sysctl/port-range', 'linkerd-backend/pool-tiny'])
def linkerd_ports_exhausted(lab, fault):
    """400 local ports, 60 connections a second to one address, each of which linkerd closes."""
    here = lab.netns()
    here.sysctl('net.ipv4.ip_local_port_range', '20000 20399')
    here.sysctl('net.ipv4.tcp_tw_reuse', 0)
    mesh = Mesh(here).router()
    mesh.client('web', 'rate=60', n=1, all_='delay=3ms', no_reuse=fault, accrual=0)
    mesh.start()
    lab.record(here)


@scenario(
    expect=['root-cause/receiver-not-reading 0.0.0.0:4140', 'sockets/recvq-stuck'],
    allow=['tcp-memory/*', 'tcp-listen/*', 'tcp-retransmit/*', 'sockets/*', 'collection-quality/*', 'linkerd-backend/*'])
def linkerd_stopped(lab, fault):
    """The proxy is stopped for 5 s while callers behind a link of 40 Mbit/s send large requests, in a queue of 80 ms."""
    here, there = lab.netns(), lab.netns()
    near, far = lab.veth(here, there)
    there.run('tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', 'rate', '40mbit', 'burst', '20k', 'limit', '4m')
    here.sysctl('net.ipv4.tcp_rmem', '4096 65536 400000')
    mesh = Mesh(here).router()
    mesh.address = near
    mesh.client('web', 'connections=4,body=400000,think=100ms,timeout=30s', endpoints=[f'{far}:{8080 + i}' for i in range(4)])
    mesh.backends += [f'{far}:{8080 + i},delay=3ms' for i in range(4)]
    mesh.start(beside=there, callers=there)
    if fault:
        lab.at(4, mesh.proxy.signal, signal.SIGSTOP)
        lab.at(9, mesh.proxy.signal, signal.SIGCONT)
    lab.record(here)
