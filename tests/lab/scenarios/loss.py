"""Packets that are lost, late, or out of order on a path; the client is recorded."""
from model import scenario

PORT = 8080
# What loss brings besides the finding that names it.
LOSSY = ['tcp-retransmit/ratio', 'tcp-retransmit/tail', 'tcp-retransmit/syn', 'tcp-retransmit/lost-again']


def requests(lab, server='', client='rate=1000,connections=20', **path):
    """Small requests and answers to a server at the other end of a path."""
    here, there = lab.netns(), lab.netns()
    _, far, link = lab.path(here, there, **{'delay_ms': 1, **path})
    there.tool('backend', f'{far}:{PORT}{server}')
    here.tool('caller', f'{far}:{PORT},{client}')
    return here, there, far, link


@scenario(expect=['tcp-retransmit/ratio', 'tcp-retransmit/tail ~ mostly packets from this host'], allow=LOSSY)
def loss_out(lab, fault):
    """One in 200 of the packets to the server is lost."""
    here, *_ = requests(lab, loss_ab=0.5 if fault else 0)
    lab.record(here)


@scenario(expect=['tcp-retransmit/ratio', 'tcp-retransmit/tail ~ mostly on the way back', 'tcp-retransmit/ack-loss'], allow=LOSSY)
def loss_back(lab, fault):
    """One in 200 of the packets from the server is lost: what is sent again had arrived."""
    here, *_ = requests(lab, loss_ba=0.5 if fault else 0, delay_ms=5)
    lab.record(here)


@scenario(expect=['tcp-retransmit/ratio', 'tcp-retransmit/tail ~ the direction cannot be told'],
          allow=LOSSY + ['tcp-retransmit/ack-loss'])
def loss_both(lab, fault):
    """One in 200 of all packets is lost."""
    loss = 0.5 if fault else 0
    here, *_ = requests(lab, loss_ab=loss, loss_ba=loss)
    lab.record(here)


@scenario(expect=['tcp-retransmit/tail'], allow=LOSSY + ['tcp-retransmit/ack-loss'])
def loss_rare(lab, fault):
    """One in 2000 of all packets is lost: a ratio of 0.1 %, which shows in p999 alone."""
    loss = 0.05 if fault else 0
    here, *_ = requests(lab, loss_ab=loss, loss_ba=loss)
    lab.record(here)


@scenario(expect=['crit:tcp-retransmit/ratio', 'tcp-retransmit/tail'],
          allow=LOSSY + ['tcp-retransmit/ack-loss', 'sockets/syn-sent'])
def loss_heavy(lab, fault):
    """Three in 100 of all packets are lost, with a round trip of 20 ms."""
    loss = 3 if fault else 0
    here, *_ = requests(lab, client='rate=800,connections=60', delay_ms=10, loss_ab=loss, loss_ba=loss)
    lab.record(here)


@scenario(expect=[])
def server_sleeps(lab, fault):
    """The server takes 200 ms for one answer in 50, as a lost packet would cost: must not be called loss."""
    here, *_ = requests(lab, server=',slow=0.02,slow-by=200ms' if fault else '')
    lab.record(here)


@scenario(expect=['tcp-retransmit/reordering'], allow=['tcp-retransmit/ratio', 'tcp-retransmit/ack-loss', 'tcp-retransmit/fast-only',
                                                       'tcp-retransmit/tail'])
def reordering(lab, fault):
    """One in 20 packets overtakes the others, in uploads of 200 kB."""
    here, *_ = requests(lab, client='rate=15,connections=6,body=200000', delay_ms=5, reorder=5 if fault else 0)
    lab.record(here)


@scenario(expect=['tcp-retransmit/ratio', 'info:tcp-retransmit/fast-only'], allow=LOSSY)
def bulk_out(lab, fault):
    """Uploads of 200 kB lose one packet in 100: repaired within a round trip."""
    here, *_ = requests(lab, client='rate=20,connections=6,body=200000', delay_ms=5, loss_ab=1 if fault else 0)
    lab.record(here)


@scenario(expect=['info:tcp-retransmit/ofo'])
def bulk_in(lab, fault):
    """Downloads of 200 kB lose one packet in 100: our own retransmits do not show it."""
    here, *_ = requests(lab, server=',body=200000', client='rate=20,connections=6', delay_ms=5, loss_ba=1 if fault else 0)
    lab.record(here)


@scenario(expect=['tcp-retransmit/lost-again', 'crit:tcp-retransmit/ratio'], allow=LOSSY + ['tcp-retransmit/backoff'])
def lost_again(lab, fault):
    """A path that loses one packet in six, retransmits among them."""
    here, *_ = requests(lab, client='rate=10,connections=10,body=100000', delay_ms=2, loss_ab=16 if fault else 0)
    lab.record(here)


@scenario(expect=['tcp-retransmit/peer 10.1.0.2', 'root-cause/loss-localised-to-peer 10.1.0.2'], allow=LOSSY)
def one_peer_lossy(lab, fault):
    """Four peers with the same traffic, one of them behind a path that loses two packets in 100."""
    here, *_ = requests(lab, client='rate=200,connections=10', loss_ab=2 if fault else 0)
    good = lab.netns()
    lab.veth(here, good, net=2)
    for host in (2, 3, 4):
        good.run('ip', 'addr', 'replace', f'10.2.0.{host}/24', 'dev', 'eth0')
        good.tool('backend', f'10.2.0.{host}:{PORT}')
        here.tool('caller', f'10.2.0.{host}:{PORT},rate=200,connections=10')
    lab.record(here)


@scenario(expect=['tcp-retransmit/backoff', 'tcp-retransmit/abort', 'sockets/sendq-stuck 10.1.0.2', 'sockets/syn-sent 10.1.0.2:8080',
                  'tcp-retransmit/syn'], allow=LOSSY)
def path_dies(lab, fault):
    """From the fourth second on nothing gets through; what was being sent is given up after tcp_retries2 = 4."""
    here, _, _, link = requests(lab, client='rate=20,connections=12,body=300000,timeout=60s', delay_ms=20)
    here.sysctl('net.ipv4.tcp_retries2', 4)
    if fault:
        lab.at(4, lambda: link.set(loss_ab=100, loss_ba=100))
    lab.record(here, seconds=18)


@scenario(expect=['tcp-retransmit/pmtu', 'tcp-retransmit/backoff', 'root-cause/mtu-blackhole'],
          allow=['tcp-retransmit/tail', 'tcp-retransmit/ratio', 'tcp-retransmit/lost-again', 'sockets/sendq-stuck'])
def mtu_blackhole(lab, fault):
    """Packets of more than 1000 bytes vanish; small requests to the same server go on."""
    here, _, far, _ = requests(lab, client='rate=200,connections=10', **({'max_len': 1000} if fault else {}))
    lab.at(1, here.tool, 'caller', f'{far}:{PORT},rate=20,connections=8,body=100000,timeout=60s')
    lab.record(here)


@scenario(expect=['tcp-retransmit/resets'])
def resets(lab, fault):
    """The server answers a third of the requests with a reset."""
    here, *_ = requests(lab, server=',reset=0.3' if fault else '', client='rate=50,connections=10')
    lab.record(here)


@scenario(expect=['tcp-retransmit/resets'])
def refused(lab, fault):
    """Connects to a port where nobody listens are refused at once: no loss, no full queue."""
    here = lab.netns()
    if not fault:
        here.python('sockets', 'accept', '127.0.0.1', PORT, 64)
    here.python('sockets', 'refused', '127.0.0.1', PORT, 20)
    lab.record(here)


@scenario(expect=['crit:tcp-retransmit/checksum'], load=['tcp-retransmit/resets'])  # a whole segment is answered by a RST
def bad_checksums(lab, fault):
    """TCP segments whose checksum is wrong, ten a second."""
    here = lab.netns()
    here.tool('raw', '127.0.0.1', '127.0.0.1', 2000, PORT, 'flags=16', 'size=100', 'pps=10', f'damage={int(fault)}')
    lab.record(here, seconds=10)
