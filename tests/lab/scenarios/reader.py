"""Readers that do not read, and buffers that are too small."""
from model import scenario

PORT = 8080
UPLOADS = 'connections=6,rate=20,body=400000,timeout=60s'
STALLED = ['sockets/sendq-stuck', 'sockets/recvq-stuck', 'tcp-memory/peer-zero-window', 'tcp-memory/zero-window',
           'tcp-retransmit/backoff']


def uploads(lab, server, client=UPLOADS):
    """Uploads over an Ethernet link; the client's namespace, the server's, and its address."""
    here, there = lab.netns(), lab.netns()
    _, far = lab.veth(here, there)
    there.tool('backend', f'{far}:{PORT}{server}')
    here.tool('caller', f'{far}:{PORT},{client}')
    return here, there


@scenario(expect=['tcp-memory/zero-window', f'sockets/recvq-stuck 10.1.0.2:{PORT}', 'root-cause/receiver-not-reading *'],
          allow=STALLED)
def reader_slow_there(lab, fault):
    """The server takes 40 kB a second of each upload and holds 128 kB: seen by the server."""
    _, there = uploads(lab, ',pace=40000,rcvbuf=131072' if fault else '')
    lab.record(there)


# Who reads late also acknowledges late, and is probed for it.
@scenario(expect=['tcp-memory/peer-zero-window', 'sockets/sendq-stuck 10.1.0.2'], allow=STALLED + ['tcp-retransmit/tail'])
def reader_slow_here(lab, fault):
    """The server reads 1 kB a second of each upload: seen by the client."""
    here, _ = uploads(lab, ',pace=1000,rcvbuf=131072' if fault else '')
    lab.record(here)


@scenario(expect=['info:tcp-memory/sndbuf-limited'])
def sndbuf_small(lab, fault):
    """net.ipv4.tcp_wmem allows 16 kB where a round trip of 20 ms wants more."""
    here, there = lab.netns(), lab.netns()
    _, far, _ = lab.path(here, there, delay_ms=10)
    if fault:
        here.sysctl('net.ipv4.tcp_wmem', '4096 16384 16384')
    there.tool('backend', f'{far}:{PORT}')
    here.tool('caller', f'{far}:{PORT},connections=2,rate=6,body=400000')
    lab.record(here)


@scenario(expect=['info:tcp-memory/buffer-vs-bdp path0'], allow=['info:tcp-memory/sndbuf-limited'])
def buffers_below_path(lab, fault):
    """A link of 10 Mbit/s and a round trip of 80 ms, and 32 kB of buffer."""
    here, there = lab.netns(), lab.netns()
    _, far, _ = lab.path(here, there, delay_ms=40, max_len=1600)  # always the userspace link: netem's has no speed
    here.run('ethtool', '-s', 'path0', 'speed', 10, 'duplex', 'full', 'autoneg', 'off')
    if fault:
        here.sysctl('net.ipv4.tcp_wmem', '4096 32768 65536')
    there.tool('backend', f'{far}:{PORT}')
    here.tool('caller', f'{far}:{PORT},connections=2,rate=5,body=100000')
    lab.record(here)


@scenario(expect=['tcp-memory/prune', 'tcp-memory/rcvq-drop'], allow=['tcp-retransmit/ofo'])
def tiny_pieces(lab, fault):
    """Segments of one byte with a hole before each: what they take in the receive buffer is not what they hold."""
    here = lab.netns()
    here.sysctl('net.ipv4.tcp_rmem', '4096 65536 131072')
    here.python('sockets', 'hold', '127.0.0.1', PORT)
    here.tool('raw', '127.0.0.1', '127.0.0.1', 2000, PORT, 'within=1', 'flags=16', 'size=1', f'step={2 if fault else 1}',
              'pps=400')
    lab.record(here, seconds=10)


@scenario(expect=['info:sysctl/slow-start-idle'])
def pauses_between(lab, fault):
    """Uploads of 100 kB with pauses of more than a second, and a round trip of 30 ms."""
    here, there = lab.netns(), lab.netns()
    _, far, _ = lab.path(here, there, delay_ms=15)
    here.sysctl('net.ipv4.tcp_slow_start_after_idle', int(fault))
    there.tool('backend', f'{far}:{PORT}')
    here.tool('caller', f'{far}:{PORT},connections=5,think=1300ms,body=100000')
    lab.record(here)
