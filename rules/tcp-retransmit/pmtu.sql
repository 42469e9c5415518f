-- rule:     tcp-retransmit/pmtu
-- version:  1
-- schema:   1
-- title:    Large packets do not get through (path MTU)
-- tags:     tcp mtu blackhole
-- requires: snmp >= 2
-- wants:    tcp_info, netstat, sysctl
-- param:    min_fails    packets   that were too large to leave this host and could not be split
-- param:    min_sockets  sockets   stuck with full segments towards a peer that answers others
-- param:    min_mss      bytes     of a stuck socket's segments; smaller ones pass any path
-- param:    min_backoff  doublings of its timer
-- message:  {stuck} connections with large segments are stuck while others to the same peers are answered{_peer}; {frag_fails} packets were too large to leave ({_role}), {probe_fails} MTU probes failed (tcp_mtu_probing={mtu_probing}), {unreachable} ICMP unreachable messages came
-- meaning:  A router that cannot forward a packet must say so (ICMP type 3 code 4). When that message is filtered, handshakes and small
--           requests work and the first full segment hangs for ever: a black hole. It shows as connections with data in flight and
--           a doubled timer beside healthy ones to the same peer. What a segment's size was is not recorded, only the largest
--           that the connection may use. Failed MTU probes are how tcp_mtu_probing=2 finds the limit, and are not judged.
-- remedy:   Find the largest that passes (1472 bytes of data are 1500 with headers; lower it until it passes):
--             ping -M do -s 1472 PEER
--           Permit ICMP type 3 code 4 on the way and here. Until then let TCP find out:
--             {_probing}
--           or set the MTU that the path has, and clamp the MSS on a router:
--             ip link set DEVICE mtu 1400
-- verify:   No socket has a backoff, and the second stands still:
--             ss -tino state established
--             nstat -az IpFragFails
-- but:      A host that routes refuses packets with DF set as it must, and tells the sender: information only. A peer whose program
--           stopped still acknowledges, so it is not stuck in this sense. Where another connection to the peer gets full segments
--           through (its mean segment since it began says so; kernels before 4.6 do not tell), packets are lost whatever their size.
-- see:      RFC 1191; RFC 4821; ip-sysctl.rst (tcp_mtu_probing); tcp-retransmit/backoff
WITH p AS (
  SELECT coalesce(:min_fails, 1)    AS min_fails,
         coalesce(:min_sockets, 2)  AS min_sockets,
         coalesce(:min_mss, 1200)   AS min_mss,
         coalesce(:min_backoff, 2)  AS min_backoff
), c AS (
  SELECT max(increase) AS frag_fails, max(active) AS active, max(intervals) AS intervals,
         max(CASE WHEN increase > 0 THEN peak_snap END) AS peak_snap,
         max(first_active) AS first_active, max(last_active) AS last_active
    FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'IpFragFails'
), x AS (
  SELECT (SELECT max(increase) FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'IcmpMsgInType3') AS unreachable,
         (SELECT max(increase) FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPMTUPFail') AS probe_fails,
         (SELECT max(last) FROM setting WHERE name = 'net.ipv4.tcp_mtu_probing') AS mtu_probing,
         (SELECT max(hi) FROM gauge WHERE source = 'snmp' AND entity = '' AND name = 'IpForwarding') AS forwarding
), bad AS (                -- data in flight, nothing answered for several timeouts, and no closed window
  SELECT t.snap, t.local, t.lport, t.peer, t.pport, t.lastack_ns FROM tcp_socket t JOIN p
   WHERE t.state IN ('ESTAB', 'CLOSE-WAIT') AND t.backoff >= p.min_backoff AND t.unacked > 0
     AND t.mss >= p.min_mss AND coalesce(t.timer, '') <> 'persist'
), stuck AS (              -- beside one to the same peer that was answered long after: an idle one proves nothing
  SELECT b.local, b.lport, b.peer, b.pport, min(b.snap) AS first_snap, max(b.snap) AS last_snap FROM bad b
   WHERE EXISTS (SELECT 1 FROM tcp_socket h
                  WHERE h.snap = b.snap AND h.peer = b.peer AND h.state = 'ESTAB' AND coalesce(h.backoff, 0) = 0
                    AND coalesce(h.lost, 0) = 0 AND h.lastack_ns * 2 < b.lastack_ns)
     AND NOT EXISTS (      -- and none that got full segments through since: that is loss, not size
                 SELECT 1 FROM tcp_socket h JOIN p
                  WHERE h.snap = b.snap AND h.peer = b.peer AND h.state = 'ESTAB' AND h.lastack_ns * 2 < b.lastack_ns
                    AND h.bytes_acked > h.data_segs_out * p.min_mss / 2)
   GROUP BY b.local, b.lport, b.peer, b.pport
), k AS (
  SELECT count(*) AS stuck, min(first_snap) AS first_snap, max(last_snap) AS last_snap FROM stuck
)
SELECT CASE WHEN c.frag_fails IS NULL                                                        THEN 'skip'
            WHEN k.stuck >= p.min_sockets                                                    THEN 'warn'
            WHEN c.frag_fails >= p.min_fails AND x.forwarding = 2                            THEN 'warn'
            WHEN c.frag_fails >= p.min_fails                                                 THEN 'info'
            ELSE 'ok' END                                  AS level,
       ''                                                  AS entity,
       k.stuck,
       c.frag_fails,
       coalesce(x.probe_fails, '?')                        AS probe_fails,
       coalesce(x.unreachable, 0)                          AS unreachable,
       coalesce(x.mtu_probing, '?')                        AS mtu_probing,
       CASE WHEN x.mtu_probing > 0 THEN '# net.ipv4.tcp_mtu_probing is ' || x.mtu_probing || ' already'
            ELSE 'sysctl -w net.ipv4.tcp_mtu_probing=1   # now ' || coalesce(x.mtu_probing, '?') END AS _probing,
       CASE x.forwarding WHEN 1 THEN 'this host routes' WHEN 2 THEN 'this host does not route'
            ELSE 'whether it routes is unknown' END        AS _role,
       coalesce(' (most: ' || (SELECT peer FROM stuck GROUP BY peer ORDER BY count(*) DESC, peer LIMIT 1) || ')', '') AS _peer,
       coalesce(c.active, 0)                               AS intervals_hit,
       c.intervals,
       coalesce(c.peak_snap, k.first_snap)                 AS at,
       coalesce(c.first_active, k.first_snap)              AS first_at,
       coalesce(c.last_active, k.last_snap)                AS last_at
  FROM c JOIN x JOIN k JOIN p
 ORDER BY entity;
