-- rule:     tcp-retransmit/fast-only
-- version:  1
-- schema:   1
-- title:    Lost segments are repaired by fast retransmit
-- tags:     tcp loss throughput
-- requires: snmp >= 4, netstat >= 4
-- wants:    sysctl
-- after:    tcp-retransmit/ratio
-- min_span: 30s
-- param:    min_retrans  segments  sent again beside SYNs, fewer are not judged
-- param:    min_pct      percent   of them that were fast retransmits
-- message:  {fast} of {retrans} retransmits beside SYNs were fast ones ({fast_pct}%), {slow} followed a timeout; in {intervals_hit} of {intervals} intervals
-- meaning:  The gap was reported by segments behind it and repaired in about one round trip: bulk flows lose packets and run slower, but
--           no request waits 200 ms for a timer. The congestion control decides how much throughput each loss costs ({congestion} here).
--           TCPSackRecovery is not added: it counts episodes, TCPFastRetrans segments, and each episode has some.
-- remedy:   Find where packets are dropped: nic-drops, softirq, the buffers of the switch. To send with fewer bursts:
--             tc qdisc replace dev DEVICE root fq
--             sysctl net.ipv4.tcp_congestion_control   # now {congestion}
-- verify:   TcpRetransSegs over TcpOutSegs is below 0.01% in a new recording.
-- but:      Reordering provokes fast retransmits without loss: then tcp-retransmit/reordering or ack-loss fires too. A congestion control that
--           fills the bottleneck (cubic, reno) must lose packets at the end of each climb.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtTCPFastRetrans, TcpExtTCPSlowStartRetrans); tcp-retransmit/tail
WITH p AS (
  SELECT coalesce(:min_retrans, 10) AS min_retrans,
         coalesce(:min_pct, 80)     AS min_pct
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPFastRetrans'      THEN increase END)     AS fast,
         max(CASE WHEN name = 'TcpExtTCPSlowStartRetrans' THEN increase END)     AS slow,
         max(CASE WHEN name = 'TcpExtTCPSynRetrans'       THEN increase END)     AS syns,
         max(CASE WHEN name = 'TcpExtTCPFastRetrans'      THEN active END)       AS active,
         max(CASE WHEN name = 'TcpExtTCPFastRetrans'      THEN intervals END)    AS intervals,
         max(CASE WHEN name = 'TcpExtTCPFastRetrans' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtTCPFastRetrans'      THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtTCPFastRetrans'      THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), o AS (
  SELECT max(increase) AS retrans FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpRetransSegs'
), r AS (                  -- RetransSegs has the SYNs and SYN-ACKs in it, which no fast retransmit could repair
  SELECT n.*, max(o.retrans - coalesce(n.syns, 0), 0) AS retrans FROM n JOIN o
), s AS (
  SELECT max(last) AS congestion FROM setting WHERE name = 'net.ipv4.tcp_congestion_control'
)
SELECT CASE WHEN r.fast IS NULL OR r.retrans IS NULL                                     THEN 'skip'
            WHEN NOT EXISTS (SELECT 1 FROM finding WHERE rule = 'tcp-retransmit/ratio')  THEN 'ok'
            WHEN r.retrans < p.min_retrans                                               THEN 'ok'
            WHEN r.fast * 100.0 >= p.min_pct * r.retrans                                 THEN 'info'
            ELSE 'ok' END                                   AS level,
       ''                                                   AS entity,
       r.fast,
       r.retrans,
       round(r.fast * 100.0 / nullif(r.retrans, 0), 1)      AS fast_pct,
       coalesce(r.slow, '?')                                AS slow,
       coalesce(s.congestion, '?')                          AS congestion,
       r.active                                             AS intervals_hit,
       r.intervals,
       r.peak_snap                                          AS at,
       r.first_active                                       AS first_at,
       r.last_active                                        AS last_at
  FROM r JOIN p JOIN s
 ORDER BY entity;
