-- rule:     root-cause/mtu-blackhole
-- version:  1
-- schema:   1
-- title:    Large packets to one peer vanish (path MTU black hole)
-- tags:     root-cause tcp mtu blackhole
-- requires: tcp_info >= 3
-- wants:    netstat, snmp, sysctl
-- after:    tcp-retransmit/*, sockets/*
-- explains: tcp-retransmit/pmtu, tcp-retransmit/backoff, tcp-retransmit/lost-again, tcp-retransmit/abort, tcp-retransmit/peer,
--           sockets/sendq-stuck, root-cause/loss-localised-to-peer
-- param:    min_sockets  sockets   to one peer that are stuck with large segments
-- param:    min_captures captures  in each of which such a socket must be stuck
-- param:    min_backoff  doublings of its retransmission timer
-- param:    min_mss      bytes     of its segments, and in flight: less fits into any path
-- param:    small_pct    percent   of the stuck sockets that may have less in flight; more contradict
-- message:  {peer}: {stuck} connections hang with full segments, their timers doubled up to {backoff_max} times{_meanwhile}
-- meaning:  Handshakes, small requests and their answers work, the first full segment hangs until the connection is given up after about
--           15 minutes: a link on the way takes less than {pmtu} bytes, and the ICMP message that would say so does not arrive
--           ({unreachable} unreachable messages came in this window, {probe_fails} MTU probes failed). Typical for tunnels, VPNs,
--           and overlay networks behind a firewall that drops all ICMP. Loss by chance hits small and large segments alike.
-- remedy:   Find the largest that passes (1472 bytes of data are 1500 with headers; lower it until it passes):
--             ping -M do -s 1472 {peer}
--           Permit ICMP type 3 code 4 (IPv6: type 2) on the way and here, or
--             sysctl -w net.ipv4.tcp_mtu_probing=1   # now {mtu_probing}
--             ip route replace {peer} via GATEWAY mtu lock 1400
--           On a router or tunnel endpoint: clamp the MSS (nft: tcp option maxseg size set rt mtu).
-- verify:   Large bodies pass, and this shows no socket that backs off (backoff:N):
--             ss -tino state established dst {peer}
-- but:      When all sockets to a peer are stuck it is the peer or the whole way (tcp-retransmit/backoff), not this; when full segments of
--           other sockets to it are acknowledged one of several paths is dead. The size of the segments in flight is not recorded,
--           only how many bytes: many small ones look like a large one. A firewall that forgot single connections looks alike
--           while these have much in flight. Only sending is seen: when the peer's large segments vanish, record there.
-- see:      RFC 1191; RFC 2923; RFC 4821; ip-sysctl.rst (tcp_mtu_probing); tcp-retransmit/pmtu
WITH p AS (
  SELECT coalesce(:min_sockets, 2)  AS min_sockets,
         coalesce(:min_captures, 2) AS min_captures,
         coalesce(:min_backoff, 2)  AS min_backoff,
         coalesce(:min_mss, 1200)   AS min_mss,
         coalesce(:small_pct, 25)   AS small_pct
), bad AS (                -- after an RTO all that is in flight counts as lost, but for what was sent again
  SELECT t.snap, t.local, t.lport, t.peer AS told, t.pport, CASE WHEN t.peer LIKE '::ffff:%.%' THEN substr(t.peer, 8) ELSE t.peer END AS peer,
         t.pmtu, t.backoff, t.mss >= p.min_mss AND coalesce(t.sendq, 0) - coalesce(t.notsent, 0) >= p.min_mss AS large
    FROM tcp_socket t JOIN p
   WHERE t.backoff >= p.min_backoff AND t.lost > 0 AND t.lost >= t.unacked - 1
     AND t.state IN ('ESTAB', 'CLOSE-WAIT') AND coalesce(t.timer, '') <> 'persist'
), stuck AS (
  SELECT b.peer, b.told, b.local, b.lport, b.pport, max(b.large) AS large, max(b.backoff) AS backoff, max(b.pmtu) AS pmtu,
         min(b.snap) AS first_at, max(b.snap) AS last_at
    FROM bad b GROUP BY b.peer, b.told, b.pport, b.local, b.lport
  HAVING count(*) >= (SELECT min_captures FROM p)
), peers AS (
  SELECT peer, sum(large) AS large, sum(NOT large) AS small, max(backoff) AS backoff, max(pmtu) AS pmtu,
         min(first_at) AS first_at, max(last_at) AS last_at
    FROM stuck GROUP BY peer
), named AS (              -- each way in which a peer is written
  SELECT peer, told, count(*) AS stuck FROM stuck GROUP BY peer, told
), answered AS (           -- captures meanwhile in which the peer answered, with more sockets than the stuck ones
  SELECT peer, count(*) AS captures, sum(segs_in > 0 AND n > stuck) AS hit, max(n) AS sockets
    FROM (SELECT n.peer, f.snap, sum(f.n) AS n, sum(f.segs_in) AS segs_in, max(n.stuck) AS stuck
            FROM named n CROSS JOIN tcp_flow f ON f.dir IN ('in', 'out') AND f.peer = n.told
            JOIN peers x ON x.peer = n.peer AND f.snap BETWEEN x.first_at AND x.last_at
           WHERE f.segs_in IS NOT NULL
           GROUP BY n.peer, f.snap)
   GROUP BY peer
), other AS (              -- sockets to the same peers that go on meanwhile, and how large what they get through is
  SELECT n.peer, h.local, h.lport, h.pport, coalesce(max(h.segs_in) > min(h.segs_in), 0) AS alive,
         (max(h.bytes_acked) - min(h.bytes_acked)) * 1.0 / nullif(max(h.data_segs_out) - min(h.data_segs_out), 0) AS bytes_a_segment,
         max(h.mss) AS mss
    FROM named n JOIN peers x ON x.peer = n.peer CROSS JOIN tcp_socket h ON h.peer = n.told
   WHERE h.state = 'ESTAB' AND h.snap >= x.first_at
   GROUP BY n.peer, h.local, h.lport, h.pport
  HAVING max(coalesce(h.backoff, 0)) = 0 AND max(coalesce(h.lost, 0)) = 0
), others AS (
  SELECT peer, sum(alive) AS alive, sum(alive AND bytes_a_segment >= 0.95 * mss) AS full, sum(alive AND bytes_a_segment < 0.95 * mss) AS less,
         round(max(CASE WHEN alive THEN bytes_a_segment END)) AS bytes
    FROM other GROUP BY peer
), mib AS (
  SELECT (SELECT increase FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPTimeouts')  AS timeouts,
         (SELECT increase FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPMTUPFail')  AS probe_fails,
         (SELECT increase FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'IcmpMsgInType3')        AS unreachable,
         (SELECT good FROM source WHERE source = 'snmp') AS snmp,
         (SELECT max(last) FROM setting WHERE name = 'net.ipv4.tcp_mtu_probing') AS mtu_probing
), judged AS (
  SELECT x.*, a.captures, a.hit AS answered, a.sockets, coalesce(o.alive, 0) AS alive, coalesce(o.full, 0) AS full,
         coalesce(o.less, 0) AS less, o.bytes, m.timeouts, m.probe_fails, m.mtu_probing,
         CASE WHEN m.snmp > 0 THEN coalesce(m.unreachable, 0) END AS unreachable,
         x.large >= p.min_sockets AS enough,
         x.small * 100.0 <= p.small_pct * (x.small + x.large) AS sized,
         coalesce(o.alive, 0) > 0 OR coalesce(a.hit, 0) >= p.min_captures AS there
    FROM peers x JOIN mib m JOIN p
    LEFT JOIN answered a ON a.peer = x.peer
    LEFT JOIN others o ON o.peer = x.peer
)
SELECT CASE WHEN j.enough AND j.sized AND j.there AND j.full = 0 THEN 'crit' ELSE 'ok' END AS level,
       j.peer                                              AS entity,
       ''                                                  AS explains_entity,
       j.peer,
       j.large                                             AS stuck,
       j.small                                             AS stuck_small,
       j.alive                                             AS healthy,
       j.full                                              AS healthy_full,
       j.bytes                                             AS healthy_bytes_a_segment,
       j.backoff                                           AS backoff_max,
       j.answered                                          AS captures_answered,
       j.captures,
       coalesce(j.pmtu, '?')                               AS pmtu,
       coalesce(j.unreachable, '?')                        AS unreachable,
       coalesce(j.probe_fails, '?')                        AS probe_fails,
       coalesce(j.mtu_probing, '?')                        AS mtu_probing,
       CASE WHEN NOT j.there THEN '; no other socket to it was answered meanwhile: it is dead, or the whole way is'
            WHEN j.full > 0 THEN ', while full segments of ' || j.full || ' others get through'
            WHEN NOT j.sized OR NOT j.enough THEN '; ' || j.small || ' hang with only small segments in flight'
            ELSE ', while ' || CASE WHEN j.alive = 1 THEN 'another to it was answered' WHEN j.alive > 1 THEN j.alive || ' others to it were answered'
                                    ELSE 'it answered others' END
              || coalesce(' in ' || nullif(j.answered, 0) || ' of ' || j.captures || ' captures', '')
              || coalesce(' (theirs carry ' || cast(j.bytes AS INT) || ' bytes at most on average)', '')
              || CASE WHEN j.small > 0 THEN '; ' || j.small || ' more hang with little in flight' ELSE '' END
       END                                                 AS _meanwhile,
       1 + (j.less > 0) + coalesce(j.timeouts >= j.large, 0) AS votes,
       j.first_at                                          AS at,
       j.first_at,
       j.last_at
  FROM judged j
 UNION ALL
SELECT 'ok', '', NULL, 'no peer', 0, 0, 0, 0, NULL, 0, NULL, NULL, '?', '?', '?', '?', '', 0, NULL, NULL, NULL
 WHERE NOT EXISTS (SELECT 1 FROM peers)
 ORDER BY 1, 2;
