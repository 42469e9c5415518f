"""Texts of ss: -tan, -ltnm, -s, -tanmieo, -tanp, of iproute2 6.x (misc/ss.c)."""
import collections

HEAD = 'State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n'
OURS = '10.0.0.2'
BACKEND = 9000
TIME_WAIT = 60  # seconds, TCP_TIMEWAIT_LEN


class Socket:
    """One connection: its ends, what it has sent, and how fast it sends."""
    __slots__ = ('local', 'peer', 'ino', 'rate', 'since', 'recvq', 'sendq', 'rtt', 'retrans', 'sent')

    def __init__(self, local, peer, ino, rate, since, rtt):
        self.local, self.peer, self.ino, self.rate, self.since, self.rtt = local, peer, ino, rate, since, rtt
        self.recvq = self.sendq = self.retrans = 0
        self.sent = 4000


class Listener:
    def __init__(self, addr, port, backlog, comm, pid):
        self.addr, self.port, self.backlog, self.comm, self.pid = addr, port, backlog, comm, pid
        self.queue, self.drops = 0, 0.0


class Sockets:
    def __init__(self, world):
        self.w = world
        self.ino = 20000
        self.port = 20000
        linkerd = world.config.linkerd
        self.service, self.comm = (4140, 'java') if linkerd else (8080, 'httpd')
        self.listeners = [Listener('0.0.0.0', 22, 128, 'sshd', 700), Listener('0.0.0.0', self.service, 4096, self.comm, 814)]
        if linkerd:
            self.listeners.append(Listener('127.0.0.1', 9990, 4096, self.comm, 814))
        self.rows = []
        peers = max(world.config.sockets // 60, 6)
        self.clients = [f'10.1.{i >> 8}.{i & 255}' for i in range(1, peers + 1)]
        self.backends = [f'10.2.{i >> 8}.{i & 255}' for i in range(1, max(peers // 8, 3) + 1)]
        for i in range(world.config.sockets):
            self.rows.append(self.make(i % 5 < 3, -60.0))
        self.due = 0.0   # connections that are to be replaced
        self.waiting = collections.deque()  # (when it is gone, connection) in TIME-WAIT

    def make(self, inward, since):
        """A connection of a client (inward) or to a backend."""
        r = self.w.random
        self.ino += 1
        self.port = 20000 + (self.port - 19999) % 40000
        if inward:
            local, peer = f'{OURS}:{self.service}', f'{self.clients[int(r() * len(self.clients))]}:{self.port}'
        else:
            local, peer = f'{OURS}:{self.port}', f'{self.backends[int(r() * len(self.backends))]}:{BACKEND}'
        return Socket(local, peer, self.ino, 200 + 3000 * r(), since, .3 + r())

    def connections(self, port):
        """Of a port of ours."""
        return sum(1 for s in self.rows if s.local.endswith(':' + port))

    # -- counting

    def advance(self, dt):
        """Some connections end and others begin; for a minute those that we closed stay in TIME-WAIT."""
        if not self.rows:
            return
        now = self.w.tick * self.w.config.every
        self.due += min(self.w.opens, len(self.rows) / 20) * dt
        while self.due >= 1:
            self.due -= 1
            i = int(self.w.random() * len(self.rows))
            inward = self.rows[i].local.endswith(f':{self.service}')
            if not inward:
                self.waiting.append((now + TIME_WAIT, self.rows[i]))
            self.rows[i] = self.make(inward, now)
        while self.waiting and self.waiting[0][0] <= now:
            self.waiting.popleft()
        self.w.count['snmp', 'Tcp']['CurrEstab'] = float(len(self.rows))
        sock = self.w.count['sockstat', '']
        sock['inuse'] = sock['alloc'] = float(len(self.rows) + len(self.listeners))
        sock['tw'] = float(len(self.waiting))

    # -- texts

    def tan(self):
        lines = [f'LISTEN {li.queue} {li.backlog} {li.addr}:{li.port} 0.0.0.0:*' for li in self.listeners]
        lines += [f'ESTAB {s.recvq} {s.sendq} {s.local} {s.peer}' for s in self.rows]
        lines += [f'TIME-WAIT 0 0 {s.local} {s.peer}' for _, s in self.waiting]
        return HEAD + '\n'.join(lines) + '\n'

    def tanp(self):
        lines = [f'LISTEN {li.queue} {li.backlog} {li.addr}:{li.port} 0.0.0.0:* users:(("{li.comm}",pid={li.pid},fd=3))'
                 for li in self.listeners]
        lines += [f'ESTAB {s.recvq} {s.sendq} {s.local} {s.peer} users:(("{self.comm}",pid=814,fd={s.ino % 9999}))' for s in self.rows]
        lines += [f'TIME-WAIT 0 0 {s.local} {s.peer}' for _, s in self.waiting]
        return HEAD + '\n'.join(lines) + '\n'

    def ltnm(self):
        drops = ',d%d' if self.w.kernel >= (4, 7) else ''
        return HEAD + ''.join(
            f'LISTEN {li.queue} {li.backlog} {li.addr}:{li.port} 0.0.0.0:*\n\t skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0'
            + (drops % li.drops if drops else '') + ')\n' for li in self.listeners)

    def summary(self):
        orphan, waiting = int(self.w.count['sockstat', '']['orphan']), len(self.waiting)
        n = len(self.rows) + len(self.listeners) + waiting
        return (f'Total: {n + 120}\nTCP:   {n} (estab {len(self.rows)}, closed {waiting}, orphaned {orphan}, '
                f'timewait {waiting})\n\nTransport Total     IP        IPv6\n'
                f'RAW\t  0         0         0        \nUDP\t  6         5         1        \n'
                f'TCP\t  {n - waiting:<9} {n - waiting:<9} 0        \nINET\t  {n - waiting + 6:<9} {n - waiting + 5:<9} 1        \n'
                'FRAG\t  0         0         0        \n\n')

    def info(self):
        now = self.w.tick * self.w.config.every
        lines = [f'LISTEN {li.queue} {li.backlog} {li.addr}:{li.port} 0.0.0.0:* ino:{600 + li.port} sk:{li.port:x} cgroup:/ <->\n'
                 f'\t skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d0) cubic cwnd:10' for li in self.listeners]
        drops = ',d0' if self.w.kernel >= (4, 7) else ''
        for s in self.rows:
            lines.append(f'ESTAB {s.recvq} {s.sendq} {s.local} {s.peer} ino:{s.ino} sk:{s.ino:x} <->\n{self._detail(s, now, drops)}')
        lines += [f'TIME-WAIT 0 0 {s.local} {s.peer} timer:(timewait,{int(gone - now)}sec,0) ino:0 sk:{s.ino:x}'
                  for gone, s in self.waiting]
        return HEAD + '\n'.join(lines) + '\n'

    @staticmethod
    def _detail(s, now, drops):
        size = int(s.sent + s.rate * (now - s.since))
        segs = size // 600 + 3
        retrans = f' retrans:0/{s.retrans}' if s.retrans else ''
        return (f'\t skmem:(r{s.recvq},rb131072,t0,tb87040,f0,w{s.sendq},o0,bl0{drops}) ts sack cubic wscale:7,7 rto:{201 + int(s.rtt)} '
                f'rtt:{s.rtt:.3f}/{s.rtt / 4:.3f} ato:40 mss:1448 pmtu:1500 rcvmss:1448 advmss:1448 cwnd:10 bytes_sent:{size} '
                f'bytes_acked:{size} bytes_received:{size // 3} segs_out:{segs} segs_in:{segs} data_segs_out:{segs // 2} '
                f'data_segs_in:{segs // 2} send {int(1448 * 80 / s.rtt * 1000)}bps lastsnd:120 lastrcv:120 lastack:120 '
                f'pacing_rate {int(1448 * 160 / s.rtt * 1000)}bps delivered:{segs // 2} app_limited busy:{segs}ms{retrans} '
                f'rcv_space:14480 rcv_ssthresh:64088 minrtt:{s.rtt * .8:.3f} snd_wnd:65536')
