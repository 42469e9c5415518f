"""Accept queues and SYN queues."""
from model import scenario


@scenario(expect=['tcp-listen/overflow 127.0.0.1:4711', 'tcp-retransmit/syn'],
          allow=['tcp-listen/queue-high', 'tcp-listen/backlog-small', 'tcp-listen/syncookies', 'tcp-listen/synq-full',
                 'sockets/syn-sent', 'tcp-retransmit/*'])
def accept_queue_overflow(lab, fault):
    """A listener with a backlog of 4 that nobody accepts from, and 20 connects."""
    here = lab.netns()
    here.python('sockets', 'deaf' if fault else 'accept', '127.0.0.1', 4711, 4 if fault else 64)
    lab.at(2, here.python, 'sockets', 'knock', '127.0.0.1', 4711, 20)
    lab.record(here)
