"""Rules about linkerd's metrics themselves, its names before 1.0.0, and its threads."""
from mesh import Mesh, client, server, service
from model import scenario


def simple(lab, load='rate=60', **settings):
    here = lab.netns()
    mesh = Mesh(here, **settings).router()
    mesh.client('web', load, all_='delay=5ms')
    return here, mesh


@scenario(expect=['collection-quality/l5d-missing 127.0.0.1:9990'])
def linkerd_forbidden(lab, fault):
    """An admin port whose metrics are forbidden (security.pathBlacklist)."""
    here, mesh = simple(lab, admin_fault='forbidden' if fault else '')
    mesh.start(2)
    lab.record(here, '--metrics', 'http://127.0.0.1:9990')


@scenario(expect=['collection-quality/l5d-missing 127.0.0.1:9990'])
def linkerd_garbled(lab, fault):
    """An admin port that answers with half of its JSON."""
    here, mesh = simple(lab, admin_fault='truncated' if fault else '')
    mesh.start(2)
    lab.record(here, '--metrics', 'http://127.0.0.1:9990')


@scenario(expect=['info:collection-quality/l5d-version'])
def linkerd_without_routers(lab, fault):
    """Metrics of a JVM alone, without any router."""
    here, mesh = simple(lab)
    if fault:
        mesh.config['routers'], mesh.backends, mesh.calls = [], [], []
    mesh.start(2)
    lab.record(here, '--metrics', 'http://127.0.0.1:9990')


@scenario(expect=['collection-quality/l5d-heavy'], 
          # the collector's own socket fills up with so large an answer
          allow=['linkerd-backend/*', 'root-cause/observer-effect', 'tcp-memory/zero-window'])
def linkerd_heavy_metrics(lab, fault):
    """600 clients that nobody calls, whose metrics take half a second to write."""
    here, mesh = simple(lab, ballast=600 if fault else 0, stall_on_metrics='500ms' if fault else '0s')
    mesh.start(2)
    lab.record(here, '--pace', 'metrics=3s')


@scenario(expect=['info:collection-quality/l5d-histogram-frozen'], long=True)
def linkerd_frozen(lab, fault):
    """Histograms that are never frozen again, under steady requests."""
    here, mesh = simple(lab, minute='3s', frozen=fault)
    mesh.start()
    lab.record(here, '--pace', 'metrics=2s', '--pace', 'tcp-info=10s', seconds=100)


@scenario(expect=['info:collection-quality/counter-reset linkerd'],
          allow=['tcp-retransmit/resets', 'linkerd-backend/*', 'linkerd-pool/*'])
def linkerd_restarted(lab, fault):
    """linkerd is restarted in the middle."""
    here, mesh = simple(lab)
    mesh.start()
    if fault:
        lab.at(7.5, mesh.restart_proxy)
    lab.record(here)


@scenario(
    expect=['linkerd-backend/pool-tiny ' + client('tiny'), 'linkerd-backend/failure-ratio ' + service('failing'),
            'linkerd-pool/server-no-reuse ' + server(4141)],
    allow=['linkerd-backend/failure-ratio ' + client('failing'), 'linkerd-pool/short-lived ' + server(4141),
           'root-cause/no-connection-reuse ' + server(4141), 'linkerd-pool/ab-symptom', 'sockets/timewait-share'])
def linkerd_before_1_0(lab, fault):
    """Faults of a linkerd 0.8.6: flat metrics alone, by the names of then."""
    here = lab.netns()
    mesh = Mesh(here, version='0.8.6').router()
    mesh.server(port=4141)
    mesh.client('tiny', 'rate=40', n=1 if fault else 4, all_='delay=5ms')
    mesh.client('failing', 'rate=40', all_='delay=5ms' + (',fail=0.1' if fault else ''), accrual=0)
    mesh.client('web', 'rate=60' + (',once=server' if fault else ''), port=4141, all_='delay=5ms')
    mesh.start()
    lab.record(here)


@scenario(expect=['cpu/linkerd-thread-hot'], alone=True, allow=['cpu/linkerd-run-delay'])
def linkerd_hot_thread(lab, fault):
    """An event loop of the proxy that never rests."""
    here, mesh = simple(lab, burn=0.99 if fault else 0.3)
    mesh.start(2)
    lab.record(here, seconds=12)


@scenario(expect=['cpu/linkerd-run-delay'], alone=True,
          allow=['cpu/saturated', 'cpu/pressure', 'linkerd-backend/*', 'softirq/ksoftirqd-starved*', 'collection-quality/gaps',
                 'root-cause/ksoftirqd-starved', 'cpu/linkerd-thread-hot', 'tcp-retransmit/tail'])
def linkerd_waits_for_cpus(lab, fault):
    """Four busy programs beside the proxy, which wants half a CPU itself."""
    here, mesh = simple(lab, 'rate=50', burn=0.5)
    for _ in range(4 if fault else 0):
        here.start('sh', '-c', 'while :; do :; done')
    mesh.start(2)
    lab.record(here, seconds=12)


@scenario(expect=['udp/dns-slow inet/dns'])
def linkerd_names(lab, fault):
    """A name server that leaves one question in ten unanswered: the resolver asks again after 5 s."""
    here, mesh = simple(lab, version='1.0.2', dns='127.0.0.53:53', dns_every='50ms')
    here.python('dns', '127.0.0.53', 53, 0.1 if fault else 0)
    mesh.start(8)
    lab.record(here)
