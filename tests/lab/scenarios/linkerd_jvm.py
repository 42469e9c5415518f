"""Rules of linkerd-jvm, of limits, and what comes of stops, starvation and small limits."""
from group import Group
from mesh import Mesh, server
from model import scenario

STOPPED = ['linkerd-backend/*', 'linkerd-pool/*', 'tcp-listen/*', 'root-cause/gc-tail', 'root-cause/accept-stall',
           'sockets/recvq-stuck', 'cpu/*', 'collection-quality/l5d-heavy']


@scenario(
    expect=['crit:linkerd-jvm/gc-overhead', 'linkerd-jvm/gc-pause', 'linkerd-jvm/heap-full'],
    allow=STOPPED)
def linkerd_gc(lab, fault):
    """A collection of 350 ms each second, with a heap that is full afterwards."""
    here = lab.netns()
    jvm = {'gc_every': '1s', 'gc_pause': '350ms', 'heap_used': 1000 << 20} if fault else {'gc_every': '2s', 'gc_pause': '4ms'}
    mesh = Mesh(here, **jvm).router()
    mesh.client('web', 'rate=100', all_='delay=5ms')
    mesh.start()
    lab.record(here)


@scenario(expect=['linkerd-jvm/safepoint'], allow=STOPPED)
def linkerd_safepoint(lab, fault):
    """Stops of 100 ms each half second that are no collections; without the fault they are collections of 2 ms."""
    here = lab.netns()
    jvm = {'safepoint_every': '500ms', 'safepoint_pause': '100ms'} if fault else {'gc_every': '500ms', 'gc_pause': '2ms'}
    mesh = Mesh(here, **jvm).router()
    mesh.client('web', 'rate=100', all_='delay=5ms')
    mesh.start()
    lab.record(here)


@scenario(
    expect=['limits/fd-linkerd', 'info:limits/nofile-low'],
    allow=['tcp-listen/*', 'linkerd-backend/failure-ratio', 'linkerd-pool/*', 'sockets/*', 'tcp-retransmit/syn',
           'root-cause/accept-stall'])
def linkerd_descriptors(lab, fault):
    """A limit of 256 descriptors, and 230 callers that stay."""
    here = lab.netns()
    mesh = Mesh(here, fd_limit=256 if fault else 16384).router()
    mesh.client('web', 'rate=40', all_='delay=5ms')
    mesh.call('web', 'idle=225,connections=0')
    mesh.start()
    lab.record(here)


@scenario(
    alone=True,
    expect=['info:linkerd-jvm/cpu-count', 'cgroup/cpu-throttled', 'root-cause/cpu-throttle-latency ' + server()],
    allow=STOPPED + ['linkerd-backend/internal-latency ' + server()])
def linkerd_throttled(lab, fault):
    """A CPU limit of an eighth of a CPU around the proxy and a program that wants all of one, 2.6 s of each 6.

    It begins and ends between two ticks: one that saw its end would count the stops of its interval, and nobody waiting.
    """
    here = lab.netns()
    mesh = Mesh(here, num_cpus=2).router()
    mesh.client('web', 'rate=400,connections=100', all_='delay=5ms')
    group = Group(lab, 'cpu').cpus(0.12 if fault else 2)
    mesh.start(group=group)
    lab.at(0.5, here.start, *group.argv('sh', '-c', 'while :; do timeout 2.6 sh -c "while :; do :; done"; sleep 3.4; done'))
    lab.record(here, seconds=24)
