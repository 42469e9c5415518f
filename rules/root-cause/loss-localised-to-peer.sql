-- rule:     root-cause/loss-localised-to-peer
-- version:  1
-- schema:   1
-- title:    Packets get lost to one peer only
-- tags:     root-cause tcp loss peer
-- requires: tcp_info >= 4
-- wants:    snmp, netstat, softnet, qdisc, netdev, ifconfig, linkerd_endpoints
-- after:    tcp-retransmit/*, sockets/*
-- explains: tcp-retransmit/peer, tcp-retransmit/ratio, tcp-retransmit/tail, tcp-retransmit/fast-only, tcp-retransmit/ack-loss,
--           tcp-retransmit/lost-again, sockets/sendq-stuck, root-cause/loss-tail-200ms
-- param:    min_retrans   segments   sent again to it, fewer are not judged
-- param:    share_pct     percent    of all retransmits that went to it, in the window and in an interval
-- param:    max_sent_pct  percent    of all segments, and of all bytes, that it was sent: who has most traffic has most loss
-- param:    min_loss_pct  percent    sent again over segments sent to it
-- param:    min_peers     peers      with traffic, without loopback; one of two proves nothing
-- param:    min_intervals intervals  in which it had that share of the retransmits
-- param:    coverage_pct  percent    of the host's retransmits that the sockets must tell of
-- message:  {peer}: {retrans} of {all_retrans} retransmits ({retrans_pct}%) in {sent_pct}% of what was sent to {peers} peers; {loss_pct}% of its segments
--           were sent again, {rest_loss_pct}% of the others'; it had most of them in {hit_intervals} of {lossy_intervals} intervals with any
-- meaning:  The others are reached through the same NIC, the same queues and CPUs of this host and lose little: the cause is the way to this
--           peer, or the peer. {_local}Its round trip is {rtt_ms} ms on average, that of the others {rest_rtt_ms} ms.
-- remedy:   Record on that host too, at the same time:
--             nettape-collect --for 2m
--           There: nic-drops/*, softirq/*, nic-drops/qdisc. On the way, and its sockets:
--             mtr -n -T -P PORT {peer}
--             ss -tino dst {peer}
--           Until it is repaired take it out of the load balancer.
-- verify:   Its share of the retransmits is that of its traffic in a new recording.
-- but:      Peers far away lose more than those near by: compare the round trips. Connections that live shorter than the pace of tcp_info
--           are not seen: when the kernel counts far more retransmits than the sockets do nothing is said. A peer that is
--           switched off has retransmits only, and one behind a smaller MTU as well (root-cause/mtu-blackhole). What is sent is
--           judged by bytes besides segments, because acknowledgements of a download are segments that cannot be lost again.
-- see:      tcp-retransmit/peer; linux/tcp.h (tcpi_total_retrans, tcpi_segs_out, tcpi_bytes_sent)
WITH p AS (
  SELECT coalesce(:min_retrans, 10)   AS min_retrans,
         coalesce(:share_pct, 70)     AS share_pct,
         coalesce(:max_sent_pct, 50)  AS max_sent_pct,
         coalesce(:min_loss_pct, 0.1) AS min_loss_pct,
         coalesce(:min_peers, 3)      AS min_peers,
         coalesce(:min_intervals, 3)  AS min_intervals,
         coalesce(:coverage_pct, 50)  AS coverage_pct
), own AS (                -- its own addresses are reached over loopback, which is no way to anybody
  SELECT first AS addr FROM series WHERE source = 'ifconfig' AND name IN ('inet', 'inet6')
), way AS (                -- in the order of the key, so that nothing is sorted
  SELECT CASE WHEN peer LIKE '::ffff:%.%' THEN substr(peer, 8) ELSE peer END AS peer,
         sum(segs_out) AS segs, sum(bytes_sent) AS bytes, sum(retrans) AS retrans, avg(rtt_mean_ns) AS rtt_ns
    FROM tcp_flow GROUP BY dir, peer, port
), one AS (
  SELECT peer, sum(segs) AS segs, sum(bytes) AS bytes, sum(retrans) AS retrans, avg(rtt_ns) AS rtt_ns
    FROM way WHERE peer NOT LIKE '127.%' AND peer <> '::1' AND peer NOT IN (SELECT addr FROM own) GROUP BY peer
), total AS (
  SELECT sum(segs) AS segs, sum(bytes) AS bytes, sum(retrans) AS retrans, sum(segs > 0 AND peer <> '*') AS peers FROM one
), top AS (
  SELECT * FROM one WHERE peer <> '*' ORDER BY retrans DESC, segs, peer LIMIT 1
), rest AS (
  SELECT avg(rtt_ns) AS rtt_ns FROM one WHERE peer NOT IN ('*', (SELECT peer FROM top))
), lossy AS (              -- intervals of tcp_info with retransmits, and the peer's part of them
  SELECT f.snap, sum(f.retrans) AS retrans,
         total(CASE WHEN f.peer IN ((SELECT peer FROM top), '::ffff:' || (SELECT peer FROM top)) THEN f.retrans END) AS its
    FROM tcp_flow f
   WHERE f.retrans > 0 AND CASE WHEN f.peer LIKE '::ffff:%.%' THEN substr(f.peer, 8) ELSE f.peer END IN (SELECT peer FROM one)
   GROUP BY f.snap
), hit AS (
  SELECT count(*) AS lossy, sum(l.its * 100.0 >= p.share_pct * l.retrans) AS hit, min(CASE WHEN l.its > 0 THEN l.snap END) AS first_at,
         max(CASE WHEN l.its > 0 THEN l.snap END) AS last_at,
         (SELECT snap FROM lossy WHERE its > 0 ORDER BY its DESC, snap LIMIT 1) AS at
    FROM lossy l JOIN p
), here AS (               -- what this host lost itself; SYNs and their answers are retransmits of sockets that tcp_info does not have
  SELECT (SELECT increase FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpRetransSegs') AS retrans,
         (SELECT increase FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPSynRetrans') AS syns,
         (SELECT sum(increase) FROM counter WHERE source = 'softnet' AND name = 'dropped') AS softnet,
         (SELECT sum(increase) FROM counter WHERE source = 'qdisc' AND name = 'dropped') AS qdisc,
         (SELECT sum(increase) FROM counter WHERE source = 'netdev' AND name IN ('rx_drop', 'rx_fifo', 'tx_drop', 'tx_fifo')) AS nic,
         (SELECT intervals FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpRetransSegs') AS intervals,
         (SELECT good FROM source WHERE source = 'tcp_info') - 1 AS captures
), judged AS (
  SELECT t.*, a.segs AS all_segs, a.retrans AS all_retrans, a.peers, h.*, r.rtt_ns AS rest_rtt_ns,
         t.retrans * 100.0 / nullif(a.retrans, 0) AS retrans_pct,
         max(coalesce(t.segs * 100.0 / nullif(a.segs, 0), 0), coalesce(t.bytes * 100.0 / nullif(a.bytes, 0), 0)) AS sent_pct,
         t.retrans * 100.0 / nullif(t.segs, 0) AS loss_pct,
         (a.retrans - t.retrans) * 100.0 / nullif(a.segs - t.segs, 0) AS rest_loss_pct,
         coalesce(a.retrans * 100.0 >= p.coverage_pct * (e.retrans - coalesce(e.syns, 0)), 1) AS seen,
         e.retrans - coalesce(e.syns, 0) AS host_retrans, coalesce(e.softnet, 0) + coalesce(e.qdisc, 0) + coalesce(e.nic, 0) AS lost_here,
         coalesce(e.softnet, e.qdisc, e.nic) IS NULL AS blind, e.captures,
         (SELECT group_concat(router || '|client|' || client, char(10)) FROM endpoint n WHERE n.peer = t.peer) AS clients
    FROM top t JOIN total a JOIN rest r JOIN hit h JOIN here e JOIN p
), voted AS (              -- the sockets; the host's own count is theirs; nothing was dropped here
  SELECT j.*, 1 + (j.host_retrans IS NOT NULL AND j.seen) + (NOT j.blind AND j.lost_here * 10 < j.retrans) AS votes,
         j.retrans >= p.min_retrans AND j.retrans_pct >= p.share_pct AND j.sent_pct <= p.max_sent_pct
           AND j.loss_pct >= p.min_loss_pct AND j.hit >= p.min_intervals AS hits
    FROM judged j JOIN p
)
SELECT CASE WHEN v.peers < p.min_peers            THEN 'skip'
            WHEN v.hits AND NOT v.seen            THEN 'skip'
            WHEN v.hits                           THEN 'warn'
            ELSE 'ok' END                         AS level,
       CASE WHEN v.hits THEN v.peer ELSE '' END   AS entity,
       char(10) || coalesce(v.clients, '')        AS explains_entity,
       v.peer,
       v.retrans,
       v.all_retrans,
       round(v.retrans_pct, 1)                    AS retrans_pct,
       round(v.sent_pct, 1)                       AS sent_pct,
       v.peers,
       round(v.loss_pct, 2)                       AS loss_pct,
       round(v.rest_loss_pct, 3)                  AS rest_loss_pct,
       coalesce(v.hit, 0)                         AS hit_intervals,
       v.lossy                                    AS lossy_intervals,
       v.captures                                 AS intervals,
       coalesce(round(v.rtt_ns / 1e6, 2), '?')    AS rtt_ms,
       coalesce(round(v.rest_rtt_ns / 1e6, 2), '?') AS rest_rtt_ms,
       v.host_retrans,
       CASE WHEN v.blind THEN 'Whether packets were dropped here is not recorded. '
            WHEN v.lost_here = 0 THEN 'No queue, CPU or NIC of this host dropped any packet. '
            ELSE v.lost_here || ' packets were dropped by queues, CPUs or NICs of this host: read those findings first. ' END AS _local,
       v.votes,
       v.at, v.first_at, v.last_at,
       CASE WHEN v.peers < p.min_peers THEN 'only ' || v.peers || ' peers had traffic'
            WHEN NOT v.seen THEN 'the sockets tell of ' || v.all_retrans || ' of ' || v.host_retrans || ' retransmits: connections are shorter than the pace of tcp_info'
            END                                   AS why
  FROM voted v JOIN p
 ORDER BY entity;
