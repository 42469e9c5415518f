"""Accept queues and SYN queues."""
import os

from model import scenario
from place import Skip

# The SYNs that a full accept queue drops are sent again, and its listener is short of room.
OVERFLOWED = ['tcp-listen/queue-high', 'tcp-listen/backlog-small', 'tcp-listen/syncookies', 'tcp-listen/synq-full',
              'sockets/syn-sent', 'tcp-retransmit/syn']


@scenario(expect=['tcp-listen/overflow 127.0.0.1:4711', 'tcp-retransmit/syn'], allow=OVERFLOWED)
def accept_queue_overflow(lab, fault):
    """A listener with a backlog of 4 that nobody accepts from, and 20 connects."""
    here = lab.netns()
    here.python('sockets', 'deaf' if fault else 'accept', '127.0.0.1', 4711, 4 if fault else 64)
    lab.at(2, here.python, 'sockets', 'knock', '127.0.0.1', 4711, 20)
    lab.record(here)


def stalling(lab, backlog, stall, rate):
    """Short connections to a server that stops accepting for a while, every three seconds."""
    here = lab.netns()
    here.tool('backend', f'127.0.0.1:4711,backlog={backlog},stall={stall},every=3s')
    here.tool('caller', f'127.0.0.1:4711,rate={rate},once=client,connections=400')
    lab.record(here)


@scenario(expect=['tcp-listen/overflow 127.0.0.1:4711', 'tcp-listen/backlog-small 127.0.0.1:4711'], allow=OVERFLOWED)
def accept_stalls(lab, fault):
    """200 connections a second to a backlog of 32, which half a second without accept() fills."""
    stalling(lab, 32, '500ms' if fault else '20ms', 200)


@scenario(expect=['tcp-listen/queue-high 127.0.0.1:4711'])
def accept_slow(lab, fault):
    """A backlog of 256 that is half full before it is accepted from, and never overflows."""
    stalling(lab, 256, '2500ms' if fault else '100ms', 70)


@scenario(expect=['tcp-listen/overflow 127.0.0.1:4711', 'sysctl/somaxconn-low 127.0.0.1:4711',
                  'tcp-listen/abort-on-overflow'], allow=OVERFLOWED + ['tcp-retransmit/resets'])
def somaxconn_limits(lab, fault):
    """A backlog of 1024 that net.core.somaxconn cuts to 16, and tcp_abort_on_overflow."""
    here = lab.netns()
    here.sysctl('net.core.somaxconn', 16 if fault else 4096)
    here.sysctl('net.ipv4.tcp_abort_on_overflow', int(fault))
    here.tool('backend', '127.0.0.1:4711,backlog=1024,stall=900ms,every=2s')
    here.tool('caller', '127.0.0.1:4711,rate=50,once=client,connections=400')
    lab.record(here)


# A SYN without a client behind it has its SYN-ACK sent again, ten as well as five hundred.
UNANSWERED = ['tcp-retransmit/syn']


def syn_flood(lab, fault, cookies):
    """500 SYNs of nobody against a listener with room for 64, or ten of them."""
    here, there = lab.netns(), lab.netns()
    address, _ = lab.veth(here, there)
    here.run('ip', 'route', 'add', 'default', 'via', '10.1.0.2')  # the SYN-ACKs go and are lost
    here.sysctl('net.ipv4.tcp_syncookies', cookies)
    here.python('sockets', 'accept', address, 4711, 64)
    lab.at(3, there.tool, 'raw', '198.51.100.1', address, 2000, 4711, 'spread=5000',
           *(('count=500', 'pps=200') if fault else ('count=10', 'pps=5')))
    lab.record(here)


@scenario(expect=['crit:tcp-listen/synq-full', 'tcp-listen/drops-other', 'sysctl/syncookies-off'],
          load=UNANSWERED)
def syn_flood_dropped(lab, fault):
    """SYNs of nobody fill a SYN queue of 64, without SYN cookies: the rest is dropped."""
    syn_flood(lab, fault, 0)


@scenario(expect=['tcp-listen/synq-full', 'tcp-listen/syncookies'], load=UNANSWERED)
def syn_flood_cookies(lab, fault):
    """SYNs of nobody fill a SYN queue of 64, and are answered with cookies that never return."""
    syn_flood(lab, fault, 1)


@scenario(expect=['crit:tcp-listen/backlogdrop ~ not SYNs'])
def socket_locked(lab, fault):
    """A receiving socket is locked for a second while segments for it arrive.

    They are dropped at the socket's backlog: neither lost SYNs nor an overflow.
    """
    if not os.path.exists('/proc/sys/vm/unprivileged_userfaultfd'):
        raise Skip('this kernel has no userfaultfd')
    here = lab.netns()
    here.tool('locked', '127.0.0.1', 7777, 7778, 1000 if fault else 0, 6000)
    here.tool('raw', '127.0.0.1', '127.0.0.1', 7778, 7777, 'flags=16', 'size=100', 'step=5000', 'pps=800')
    lab.record(here)
