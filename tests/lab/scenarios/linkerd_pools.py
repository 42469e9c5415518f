"""Rules of linkerd-pool."""
from mesh import Mesh, client, server, service
from model import scenario


@scenario(
    expect=['linkerd-pool/client-no-reuse ' + client('closing'), 'linkerd-pool/short-lived ' + client('closing'),
            'linkerd-pool/waiters ' + client('waiting'),
            'linkerd-pool/too-many-waiters ' + client('refusing'),
            'linkerd-pool/connection-growth ' + client('leaking'),
            'info:linkerd-pool/oversized ' + client('hoarding'),
            'linkerd-pool/retry-budget ' + service('retried'), 'linkerd-pool/requeues ' + service('retried'),
            'linkerd-pool/idle-close-race ' + client('racing')],
    allow=['linkerd-pool/waiters ' + client('refusing'), 'linkerd-backend/failure-ratio',
           'linkerd-backend/concurrency ' + client('waiting'), 'linkerd-backend/concurrency ' + client('refusing'),
           'root-cause/pool-queueing', 'root-cause/retry-storm', 'sockets/timewait-share', 'linkerd-pool/client-no-reuse ' + client('racing'),
           'linkerd-pool/short-lived ' + client('racing')],
    load=['linkerd-backend/failure-ratio ' + client('retried')])
def linkerd_pools(lab, fault):
    """Backends that close, pools too small, too large, leaking, retries beyond the budget, an idle-close race."""
    here = lab.netns()
    mesh = Mesh(here).router()
    mesh.client('healthy', 'rate=40', all_='delay=5ms')
    mesh.client('closing', 'rate=60', all_='delay=5ms' + (',close' if fault else ''))
    mesh.client('waiting', 'connections=20,think=20ms', all_='delay=20ms', pool_max=1 if fault else 0)
    mesh.client('refusing', 'connections=20,think=20ms', all_='delay=20ms',
                **({'pool_max': 1, 'max_waiters': 1, 'accrual': 0} if fault else {}))
    mesh.client('leaking', 'rate=30', all_='delay=5ms', **({'leak_every': '80ms'} if fault else {}))
    mesh.client('hoarding', 'connections=300,until=1s' if fault else 'connections=4,until=1s', all_='delay=500ms')
    mesh.call('hoarding', 'rate=5')
    mesh.client('retried', 'rate=40', all_='delay=5ms,fail=0.3' if fault else 'delay=5ms', accrual=0, retry=True, retries_per_s=1)
    mesh.client('racing', 'rate=20', all_='delay=5ms' + (',race=100ms' if fault else ''), accrual=0)
    mesh.start()
    lab.record(here)


@scenario(
    expect=['linkerd-pool/server-no-reuse ' + server(), 'linkerd-pool/short-lived ' + server(),
            'root-cause/no-connection-reuse ' + server(), 'sockets/timewait-share 0.0.0.0:4140'],
    allow=['info:linkerd-pool/ab-symptom', 'sockets/peer-concentration'])
def linkerd_no_keepalive(lab, fault):
    """Callers at three addresses open a connection for each request, and linkerd closes it."""
    here = lab.netns()
    mesh = Mesh(here).router()
    mesh.client('web', all_='delay=3ms')
    mesh.call('web', 'rate=90,source=127.0.0.11,sources=3' + (',once=server' if fault else ''))
    mesh.start()
    lab.record(here)


@scenario(
    expect=['linkerd-pool/ab-symptom ' + server(), 'linkerd-pool/server-no-reuse ' + server()],
    allow=['linkerd-pool/short-lived ' + server(), 'root-cause/no-connection-reuse ' + server(), 'sockets/timewait-share',
           'sockets/peer-concentration'])
def linkerd_load_generator(lab, fault):
    """One caller with 150 connections a second, as ab makes them; then with keep-alive, as wrk."""
    here = lab.netns()
    mesh = Mesh(here).router()
    mesh.client('web', all_='delay=3ms')
    mesh.call('web', 'rate=150' + (',once=server' if fault else ''))
    mesh.start()
    lab.record(here)
