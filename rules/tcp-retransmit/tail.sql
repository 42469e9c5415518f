-- rule:     tcp-retransmit/tail
-- version:  3
-- schema:   1
-- title:    Answers waited for their last segment: tail loss probes and timeouts
-- tags:     tcp loss latency
-- requires: netstat >= 4, snmp >= 4
-- wants:    tcp_info
-- min_span: 30s
-- param:    min_segments  segments  sent in the window, fewer are not judged
-- param:    min_events    events    probes that sent something again, and timeouts
-- param:    warn_pct      percent   events over segments sent
-- param:    lost_pct      percent   of the events behind which something was missing: from here on all count as loss
-- param:    rtt_times     times     the shortest round trip that round trips were when segments were sent again: acknowledgements came late
-- param:    rtt_ms        ms        and so much longer
-- message:  {probes} tail probes and {timeouts} timeouts beside SYNs on {out_segs} segments ({events_pct}%), in {intervals_hit} of {intervals} intervals; {_idle}for {needless} of {events} nothing was missing; {_reading}
-- meaning:  When the last segment of a response is lost nothing behind it reports the gap: the sender waits two round trips, and 200 ms
--           more with one segment in flight, and sends a tail loss probe (TCPLossProbes), or waits for its timeout, so that it costs
--           one request at least 200 ms. Timeouts alone miss it (measured: 354 probes beside 6 timeouts), and they also count
--           SYNs, which are subtracted here. A probe that repairs the loss (TCPLossProbeRecovery, {recovered_pct}% of them) means that
--           packets of this host get lost. One that the peer reports as a duplicate (TCPDSACKRecv, {dsack_pct}%) was in vain: the
--           original had arrived, and its acknowledgement was lost or came late. The kernel counts both alike. Probes that neither
--           repaired nor repeated anything sent new data, which is tried first, or had no answer at all, and then a
--           timeout follows: they are no event here. What tells
--           them apart is the round trip time of the peers that were sent to again, {_rtt}: acknowledgements
--           that are late by a queue or a slow peer lengthen it, those that are lost do not. Late ones alone are information.
-- remedy:   {_remedy}
--           Within one data centre, to soften it meanwhile, or for all from Linux 6.11 on:
--             ip route change NETWORK dev DEVICE rto_min 20ms
--             sysctl -w net.ipv4.tcp_rto_min_us=20000   # now {_rto_min}
-- verify:   These grow ten times slower:
--             nstat -az TcpExtTCPLossProbes TcpExtTCPTimeouts
-- but:      A peer that acknowledges late now and then (sleeping phones, a frozen machine) is probed without any loss, and with short
--           round trips otherwise looks like loss on the way back. An answer that is lost and sent again carries a late
--           acknowledgement: on slow connections loss on the way back lengthens round trips, too. Timeouts that the kernel
--           itself found spurious (TCPSpuriousRTOs) count as nothing missing.
-- see:      RFC 8985 section 7 (TLP); Documentation/networking/snmp_counter.rst; linkerd-backend/p999-200ms; tcp-retransmit/ack-loss
WITH p AS (
  SELECT coalesce(:min_segments, 1000) AS min_segments,
         coalesce(:min_events, 10)     AS min_events,
         coalesce(:warn_pct, 0.03)     AS warn_pct,
         coalesce(:lost_pct, 20)       AS lost_pct,
         coalesce(:rtt_times, 2.5)     AS rtt_times,
         coalesce(:rtt_ms, 4)          AS rtt_ms
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPLossProbes'        THEN increase END) AS probes,
         max(CASE WHEN name = 'TcpExtTCPTimeouts'          THEN increase END) AS rto,
         max(CASE WHEN name = 'TcpExtTCPSynRetrans'        THEN increase END) AS syns,
         max(CASE WHEN name = 'TcpExtTCPLossProbeRecovery' THEN increase END) AS recovered,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecv'         THEN increase END) AS dsack,
         max(CASE WHEN name = 'TcpExtTCPSpuriousRTOs'      THEN increase END) AS spurious,
         max(CASE WHEN name = 'TcpExtTCPLossProbes'        THEN intervals END) AS intervals
    FROM counter WHERE source = 'netstat' AND entity = ''
), e AS (                  -- without the counters that tell, every probe is taken for one that sent something again
  SELECT n.*, max(coalesce(n.rto, 0) - coalesce(n.syns, 0), 0) AS timeouts,
         coalesce(max(n.probes - n.recovered - n.dsack, 0), 0)   AS idle_probes,
         n.recovered * 100.0 / nullif(n.probes, 0) AS recovered_pct,
         n.dsack * 100.0 / nullif(n.probes, 0)     AS dsack_pct
    FROM n
), step AS (              -- each interval has its own SYNs to take off
  SELECT v.snap,
         min(total(CASE WHEN s.name = 'TcpExtTCPLossProbes' THEN v.delta END),
             CASE WHEN max(e.recovered) IS NULL OR max(e.dsack) IS NULL THEN 1e18
                  ELSE total(CASE WHEN s.name IN ('TcpExtTCPLossProbeRecovery', 'TcpExtTCPDSACKRecv') THEN v.delta END) END)
         + max(total(CASE s.name WHEN 'TcpExtTCPTimeouts' THEN v.delta WHEN 'TcpExtTCPSynRetrans' THEN -v.delta END), 0) AS n
    FROM series s JOIN sample v ON v.series = s.id JOIN e
   WHERE s.source = 'netstat' AND s.entity = ''
     AND s.name IN ('TcpExtTCPLossProbes', 'TcpExtTCPLossProbeRecovery', 'TcpExtTCPDSACKRecv', 'TcpExtTCPTimeouts', 'TcpExtTCPSynRetrans')
   GROUP BY v.snap
), hit AS (
  SELECT count(*) AS active, min(snap) AS first_at, max(snap) AS last_at FROM step WHERE n > 0
), o AS (
  SELECT max(increase) AS out_segs FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpOutSegs'
), least AS (
  SELECT peer, min(rtt_min_ns) AS rtt_ns FROM tcp_flow WHERE rtt_min_ns > 0 GROUP BY peer
), trip AS (               -- of whom was sent to again, when it was
  SELECT sum(f.rtt_mean_ns * 1.0 * f.retrans) / sum(f.retrans) / 1e6 AS rtt_ms,
         sum(l.rtt_ns * 1.0 * f.retrans) / sum(f.retrans) / 1e6     AS least_ms
    FROM tcp_flow f JOIN least l ON l.peer = f.peer
   WHERE f.retrans > 0 AND f.rtt_mean_ns > 0
), r AS (
  SELECT e.*, o.out_segs, e.probes - e.idle_probes + e.timeouts AS events,
         (e.probes - e.idle_probes + e.timeouts) * 100.0 / nullif(o.out_segs, 0) AS pct,
         max(min(coalesce(e.dsack, 0), e.probes - coalesce(e.recovered, 0)), 0) + min(coalesce(e.spurious, 0), e.timeouts) AS needless,
         trip.rtt_ms, trip.least_ms, trip.rtt_ms >= p.rtt_times * trip.least_ms AND trip.rtt_ms - trip.least_ms >= p.rtt_ms AS late
    FROM e JOIN o JOIN trip JOIN p
), judged AS (             -- some loss for certain: what had arrived is then taken for lost acknowledgements
  SELECT r.*, (r.events - r.needless) * 100.0 >= p.lost_pct * r.events AS lossy FROM r JOIN p
)
SELECT CASE WHEN r.probes IS NULL OR r.out_segs IS NULL OR r.out_segs < p.min_segments THEN 'skip'
            WHEN r.events < p.min_events OR r.pct < p.warn_pct                         THEN 'ok'
            WHEN r.late AND NOT r.lossy                                                THEN 'info'
            ELSE 'warn' END               AS level,
       ''                                 AS entity,
       r.events,
       r.out_segs,
       round(r.pct, 3)                    AS events_pct,
       r.probes,
       r.timeouts,
       r.idle_probes,
       r.needless,
       round(r.rtt_ms, 2)                 AS rtt_ms,
       round(r.least_ms, 2)               AS rtt_least_ms,
       coalesce(round(r.recovered_pct), '?') AS recovered_pct,
       coalesce(round(r.dsack_pct), '?')  AS dsack_pct,
       CASE WHEN r.recovered_pct >= 60 AND r.recovered_pct >= 2 * coalesce(r.dsack_pct, 0) THEN 'mostly packets from this host'
            WHEN r.dsack_pct >= 60 AND r.dsack_pct >= 2 * coalesce(r.recovered_pct, 0) THEN
              CASE WHEN r.late     THEN 'acknowledgements came late, none is known to be lost'
                   WHEN NOT r.late THEN 'acknowledgements were lost, mostly on the way back to this host'
                   ELSE 'acknowledgements were lost, mostly on the way back to this host, or came late: round trips are not known' END
            ELSE 'the direction cannot be told' END AS _reading,
       CASE WHEN r.idle_probes > 0 THEN r.idle_probes || ' of the probes neither repaired nor repeated anything; ' ELSE '' END AS _idle,
       CASE WHEN r.rtt_ms IS NULL THEN 'which are not known here'
            ELSE round(r.rtt_ms, 1) || ' ms when it was, ' || round(r.least_ms, 1) || ' ms at least' END AS _rtt,
       CASE WHEN r.late AND NOT r.lossy THEN 'Find what makes acknowledgements late: a queue on the way (tc -s qdisc here and there), a peer without CPU, softirqs that are late here.'
            ELSE 'Remove the loss: tcp-retransmit/ratio, nic-drops, softirq.' END AS _remedy,
       coalesce((SELECT last FROM setting WHERE name = 'net.ipv4.tcp_rto_min_us'), 'not there on this kernel') AS _rto_min,
       hit.active                         AS intervals_hit,
       r.intervals,
       (SELECT snap FROM step WHERE n > 0 ORDER BY n DESC, snap LIMIT 1) AS at,
       hit.first_at,
       hit.last_at
  FROM judged r JOIN p JOIN hit
 ORDER BY entity;
