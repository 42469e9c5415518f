"""Rules of linkerd-backend: each client of one proxy has a fault of its own."""
from mesh import Mesh, client, server, service
from model import scenario


@scenario(
    expect=['linkerd-backend/pool-tiny ' + client('tiny'), 'info:linkerd-backend/pool-tiny ' + client('two'),
            'linkerd-backend/failure-ratio ' + client('failing'), 'linkerd-backend/failure-ratio ' + service('failing'),
            'linkerd-backend/timeouts ' + client('late'), 'linkerd-backend/timeouts ' + service('late'),
            'linkerd-backend/lb-churn ' + client('churn'),
            'linkerd-backend/similarly-slow ' + client('slow'),
            'linkerd-backend/concurrency ' + client('busy')],
    allow=['linkerd-backend/failure-ratio ' + client('late'), 'linkerd-backend/failure-ratio ' + service('late'),
           'linkerd-pool/waiters ' + client('busy'), 'linkerd-backend/similarly-slow ' + client('busy'),
           'root-cause/pool-queueing ' + client('busy'), 'root-cause/backend-slow-not-network'])
def linkerd_backends(lab, fault):
    """Pools of 1 and 2, answers of 503, timeouts, a flapping discovery, slow hosts, busy hosts."""
    here = lab.netns()
    mesh = Mesh(here, minute='2500ms').router()
    mesh.client('healthy', 'rate=40', all_='delay=5ms')
    mesh.client('tiny', 'rate=40', n=1 if fault else 4, all_='delay=5ms')
    mesh.client('two', 'rate=40', n=2 if fault else 4, all_='delay=5ms')
    mesh.client('failing', 'rate=40', all_='delay=5ms,fail=0.04' if fault else 'delay=5ms,fail=0.002')
    mesh.client('late', 'rate=40', all_='delay=5ms' + (',slow=0.05,slow-by=150ms' if fault else ''), attempt_timeout='100ms')
    mesh.client('churn', 'rate=40', all_='delay=5ms', **({'churn_every': '1s'} if fault else {}))
    mesh.client('slow', 'rate=60', all_='delay=150ms,spread=0.15' if fault else 'delay=20ms,spread=0.15')
    mesh.client('busy', 'connections=24' if fault else 'rate=20', all_='workers=1,delay=40ms',
                pool_max=4 if fault else 0)
    mesh.start()
    lab.record(here)


@scenario(expect=['linkerd-backend/latency-spike ' + client('web')], alone=True)
def linkerd_spike(lab, fault):
    """A fifth of the answers take 300 ms longer, for 3 s."""
    here = lab.netns()
    mesh = Mesh(here, minute='2500ms').router()
    mesh.client('web', 'rate=100', all_='delay=5ms' + (',slow=0.2,slow-by=300ms,from=11s,until=14s' if fault else ''))
    mesh.start()
    lab.record(here)


@scenario(
    expect=['linkerd-backend/connect-failures ' + client('refused'), 'linkerd-pool/requeues ' + client('refused'),
            'linkerd-backend/pool-degraded ' + client('dying'), 'linkerd-backend/failure-accrual ' + client('dying'),
            'linkerd-backend/none-available ' + client('none'),
            'linkerd-backend/max-effort ' + client('effort'), 'linkerd-backend/pool-degraded ' + client('effort')],
    allow=['linkerd-pool/requeues', 'linkerd-backend/connect-failures', 'linkerd-pool/retry-budget',
           'linkerd-backend/failure-accrual', 'linkerd-backend/max-effort', 'linkerd-pool/idle-close-race',
           'linkerd-backend/failure-ratio ' + service('none'), 'linkerd-backend/failure-ratio ' + client('none'),
           'linkerd-backend/pool-degraded ' + client('none'), 'root-cause/retry-storm', 'tcp-retransmit/resets'])
def linkerd_dead_hosts(lab, fault):
    """One endpoint that refuses, one that dies, three that die, and all that die."""
    here = lab.netns()
    mesh = Mesh(here).router()
    die = 'die=7s' if fault else ''
    refusing = '127.9.1.99:8080' if fault else '127.9.1.4:8080'
    mesh.client('refused', 'rate=40', endpoints=[f'127.9.1.{i}:8080' for i in (1, 2, 3)] + [refusing], accrual=0)
    mesh.backends += [f'127.9.1.{i}:8080,delay=5ms' for i in (1, 2, 3, 4)]
    mesh.client('dying', 'rate=40', all_='delay=5ms', first=die, backoff='60s')
    mesh.client('effort', 'rate=40', n=1, all_='delay=5ms', backoff='60s')
    effort = mesh.routers['http']['clients'][-1]['endpoints']
    for i in (2, 3, 4):
        effort.append(f'127.9.3.{i}:8080')
        mesh.backends.append(f'127.9.3.{i}:8080,delay=5ms,{die}'.rstrip(','))
    mesh.client('none', 'rate=40', all_='delay=5ms' + (',' + die if die else ''), backoff='60s')
    mesh.start()
    lab.record(here)


@scenario(
    expect=['linkerd-backend/connect-latency ' + client('deaf')],
    allow=['tcp-listen/*', 'tcp-retransmit/*', 'sockets/syn-sent', 'root-cause/remote-syn-drop', 'root-cause/accept-stall',
           'linkerd-backend/connect-failures ' + client('deaf'), 'linkerd-pool/requeues ' + client('deaf'),
           'linkerd-backend/failure-ratio ' + service('deaf')],
    load=['linkerd-pool/client-no-reuse ' + client('deaf'), 'linkerd-pool/short-lived ' + client('deaf'),
          'sockets/timewait-share'])
def linkerd_connect_latency(lab, fault):
    """A backend with a backlog of 2 that accepts nobody for most of the time."""
    here = lab.netns()
    mesh = Mesh(here).router()
    stall = 'backlog=2,stall=1200ms,every=2s' if fault else 'backlog=128'
    mesh.client('deaf', 'rate=40,connections=100,timeout=30s', all_='delay=2ms,close,' + stall, connect_timeout='10s', accrual=0)
    mesh.start(6)
    lab.record(here)


@scenario(
    expect=['linkerd-backend/imbalance ' + client('weighted'), 'root-cause/endpoint-hotspot ' + client('weighted')])
def linkerd_imbalance(lab, fault):
    """Weights of 8:1:1:1; without them, answers of very different sizes."""
    here = lab.netns()
    mesh = Mesh(here).router()
    weights = (8, 1, 1, 1) if fault else (1, 1, 1, 1)
    mesh.client('weighted', 'rate=150,body=2000', endpoints=[f'127.9.1.{i}:8080@{w}' for i, w in enumerate(weights, 1)],
                balancer='roundRobin')
    mesh.backends += [f'127.9.1.{i}:8080,delay=3ms,body={200 * i}' for i in (1, 2, 3, 4)]
    mesh.client('even', 'rate=100,body=2000', all_='delay=3ms')
    mesh.start()
    lab.record(here)


@scenario(
    expect=['linkerd-backend/internal-latency ' + server(4150, 'inside'),
            'linkerd-backend/unwritable ' + client('upload'),
            'linkerd-backend/bindcache-churn many'],
    allow=['sockets/sendq-stuck', 'sockets/recvq-stuck', 'tcp-memory/*', 'linkerd-pool/client-no-reuse', 'linkerd-pool/short-lived',
           'linkerd-backend/concurrency ' + client('upload'), 'linkerd-backend/similarly-slow ' + client('upload'),
           'root-cause/receiver-not-reading', 'root-cause/pool-queueing', 'sockets/timewait-share',
           'collection-quality/counter-reset'])
def linkerd_inside(lab, fault):
    """Requests that wait 80 ms inside the proxy, uploads to slow readers, more names than the binding cache holds."""
    here = lab.netns()
    here.sysctl('net.ipv4.tcp_wmem', '4096 16384 65536')
    mesh = Mesh(here, bind_cache=12 if fault else 40).router().router('inside', 4150).router('many', 4160)
    mesh.client('held', 'rate=220,connections=50', all_='delay=3ms', router='inside', port=4150, delay='80ms' if fault else '1ms')
    pace = 'pace=150000,rcvbuf=8192' if fault else ''
    mesh.client('upload', 'connections=4,body=300000' if fault else 'connections=2,body=300000,think=1s', all_=pace)
    for i in range(16):
        mesh.client(f'name-{i}', f'rate=1,from={60 * i}ms', n=1, router='many', port=4160)
    mesh.start()
    lab.record(here)
