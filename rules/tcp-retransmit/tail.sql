-- rule:     tcp-retransmit/tail
-- version:  1
-- schema:   1
-- title:    The last segments of responses were lost: tail probes and timeouts
-- tags:     tcp loss latency
-- requires: netstat >= 4, snmp >= 4
-- min_span: 30s
-- param:    min_segments  segments  sent in the window, fewer are not judged
-- param:    min_events    events    probes and timeouts together
-- param:    warn_pct      percent   events over segments sent
-- message:  {events} tail losses on {out_segs} segments ({events_pct}%): {probes} probes, {timeouts} timeouts beside SYNs, in {intervals_hit} of {intervals} intervals; {_reading}
-- meaning:  When the last segment of a response is lost nothing behind it reports the gap: the sender waits 200 ms plus two round
--           trips with one segment in flight and sends a tail loss probe (TCPLossProbes), or waits for its timeout. Each event costs
--           one request at least 200 ms. Timeouts alone miss it (measured: 354 probes beside 6 timeouts), and they also count
--           SYNs, which are subtracted here. A probe that repairs the loss (TCPLossProbeRecovery, {recovered_pct}% of them) means that
--           packets of this host get lost; one that the peer reports as a duplicate (TCPDSACKRecv, {dsack_pct}%) means that the
--           way back loses acknowledgements.
-- remedy:   Remove the loss: tcp-retransmit/ratio, nic-drops, softirq. Within one data centre, to soften it meanwhile:
--             ip route change NETWORK dev DEVICE rto_min 20ms
--           or, since kernel 6.11, sysctl -w net.ipv4.tcp_rto_min_us=20000      (now {_rto_min})
-- verify:   nstat -az TcpExtTCPLossProbes TcpExtTCPTimeouts grow ten times slower.
-- but:      A peer that acknowledges late (sleeping phones) is probed without any loss.
-- see:      RFC 8985 section 7 (TLP); Documentation/networking/snmp_counter.rst; linkerd-backend/p999-200ms
WITH p AS (
  SELECT coalesce(:min_segments, 1000) AS min_segments,
         coalesce(:min_events, 10)     AS min_events,
         coalesce(:warn_pct, 0.03)     AS warn_pct
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPLossProbes'        THEN increase END) AS probes,
         max(CASE WHEN name = 'TcpExtTCPTimeouts'          THEN increase END) AS rto,
         max(CASE WHEN name = 'TcpExtTCPSynRetrans'        THEN increase END) AS syns,
         max(CASE WHEN name = 'TcpExtTCPLossProbeRecovery' THEN increase END) AS recovered,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecv'         THEN increase END) AS dsack,
         max(CASE WHEN name = 'TcpExtTCPLossProbes'        THEN intervals END) AS intervals
    FROM counter WHERE source = 'netstat' AND entity = ''
), e AS (
  SELECT n.*, max(coalesce(n.rto, 0) - coalesce(n.syns, 0), 0) AS timeouts,
         n.recovered * 100.0 / nullif(n.probes, 0) AS recovered_pct,
         n.dsack * 100.0 / nullif(n.probes, 0)     AS dsack_pct
    FROM n
), step AS (              -- each interval has its own SYNs to take off
  SELECT v.snap, total(CASE WHEN s.name = 'TcpExtTCPLossProbes' THEN v.delta END)
                 + max(total(CASE s.name WHEN 'TcpExtTCPTimeouts' THEN v.delta WHEN 'TcpExtTCPSynRetrans' THEN -v.delta END), 0) AS n
    FROM series s JOIN sample v ON v.series = s.id
   WHERE s.source = 'netstat' AND s.entity = '' AND s.name IN ('TcpExtTCPLossProbes', 'TcpExtTCPTimeouts', 'TcpExtTCPSynRetrans')
   GROUP BY v.snap
), hit AS (
  SELECT count(*) AS active, min(snap) AS first_at, max(snap) AS last_at FROM step WHERE n > 0
), o AS (
  SELECT max(increase) AS out_segs FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpOutSegs'
), r AS (
  SELECT e.*, o.out_segs, e.probes + e.timeouts AS events,
         (e.probes + e.timeouts) * 100.0 / nullif(o.out_segs, 0) AS pct
    FROM e JOIN o
)
SELECT CASE WHEN r.probes IS NULL OR r.out_segs IS NULL OR r.out_segs < p.min_segments THEN 'skip'
            WHEN r.events >= p.min_events AND r.pct >= p.warn_pct                      THEN 'warn'
            ELSE 'ok' END                 AS level,
       ''                                 AS entity,
       r.events,
       r.out_segs,
       round(r.pct, 3)                    AS events_pct,
       r.probes,
       r.timeouts,
       coalesce(round(r.recovered_pct), '?') AS recovered_pct,
       coalesce(round(r.dsack_pct), '?')  AS dsack_pct,
       CASE WHEN r.recovered_pct >= 60 AND r.recovered_pct >= 2 * coalesce(r.dsack_pct, 0) THEN 'mostly packets from this host'
            WHEN r.dsack_pct >= 60 AND r.dsack_pct >= 2 * coalesce(r.recovered_pct, 0) THEN 'mostly on the way back to this host'
            ELSE 'the direction cannot be told' END AS _reading,
       coalesce((SELECT last FROM setting WHERE name = 'net.ipv4.tcp_rto_min_us'), 'not there on this kernel') AS _rto_min,
       hit.active                         AS intervals_hit,
       r.intervals,
       (SELECT snap FROM step WHERE n > 0 ORDER BY n DESC, snap LIMIT 1) AS at,
       hit.first_at,
       hit.last_at
  FROM r JOIN p JOIN hit
 ORDER BY entity;
