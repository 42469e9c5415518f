-- rule:     tcp-retransmit/reordering
-- version:  1
-- schema:   1
-- title:    Packets to the peers arrive out of order
-- tags:     tcp reordering
-- requires: netstat >= 4, snmp >= 4
-- wants:    sysctl, tcp_info
-- min_span: 30s
-- param:    min_events  events   of reordering, fewer are noise
-- param:    info_pct    percent  of the segments sent
-- param:    warn_pct    percent  of the segments sent
-- message:  {events} reorderings in {out_segs} segments sent ({events_pct}%), in {intervals_hit} of {intervals} intervals; degree up to {degree} segments (tcp_reordering={tcp_reordering}), {fast} fast retransmits, {dsacks} duplicates reported
-- meaning:  Acknowledgements showed that later segments had overtaken earlier ones. TCP takes that for loss until it has learned the
--           degree: needless retransmits and a smaller window. It comes from several paths that one flow is spread over: a bond in
--           round-robin, packet-wise load balancing, interrupts of one queue that move between CPUs.
-- remedy:   Keep each flow on one path: bond xmit_hash_policy=layer3+4 (never balance-rr), per-flow ECMP (0 takes addresses alone):
--             sysctl -w net.ipv4.fib_multipath_hash_policy=1   # now {_multipath}
--           and a queue's interrupts on one CPU: irq-balance. Only to soften it:
--             sysctl -w net.ipv4.tcp_reordering={_more}   # now {tcp_reordering} segments
-- verify:   These grow ten times slower:
--             nstat -az TcpExtTCPSACKReorder TcpExtTCPTSReorder
-- but:      A retransmit that was lost less than it seemed is counted too, so heavy loss brings some. A bottleneck that retries frames
--           (wireless) reorders by nature.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtTCPSACKReorder, TcpExtTCPTSReorder); RFC 8985
WITH p AS (
  SELECT coalesce(:min_events, 100) AS min_events,
         coalesce(:info_pct, 0.1)   AS info_pct,
         coalesce(:warn_pct, 1)     AS warn_pct
), c AS (                  -- one event is counted under one of these names; FACK's ended with 4.15
  SELECT sum(increase) AS events, max(active) AS active, max(intervals) AS intervals,
         min(first_active) AS first_active, max(last_active) AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
     AND name IN ('TcpExtTCPSACKReorder', 'TcpExtTCPTSReorder', 'TcpExtTCPRenoReorder', 'TcpExtTCPFACKReorder')
), top AS (
  SELECT peak_snap FROM counter WHERE source = 'netstat' AND entity = '' AND increase > 0
     AND name IN ('TcpExtTCPSACKReorder', 'TcpExtTCPTSReorder', 'TcpExtTCPRenoReorder', 'TcpExtTCPFACKReorder')
   ORDER BY increase DESC, name LIMIT 1
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPFastRetrans' THEN increase END) AS fast,
         max(CASE WHEN name = 'TcpExtTCPDSACKRecv'   THEN increase END) AS dsacks
    FROM counter WHERE source = 'netstat' AND entity = ''
), o AS (
  SELECT max(increase) AS out_segs FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpOutSegs'
), s AS (
  SELECT max(last) AS reordering FROM setting WHERE name = 'net.ipv4.tcp_reordering'
)
SELECT CASE WHEN c.events IS NULL OR o.out_segs IS NULL           THEN 'skip'
            WHEN c.events < p.min_events                          THEN 'ok'
            WHEN c.events * 100.0 >= p.warn_pct * o.out_segs      THEN 'warn'
            WHEN c.events * 100.0 >= p.info_pct * o.out_segs      THEN 'info'
            ELSE 'ok' END                                AS level,
       ''                                                AS entity,
       c.events,
       o.out_segs,
       round(c.events * 100.0 / nullif(o.out_segs, 0), 3) AS events_pct,
       coalesce((SELECT max(reordering) FROM tcp_socket), '?') AS degree,
       coalesce(s.reordering, '?')                       AS tcp_reordering,
       max(10, 2 * coalesce(s.reordering, 0))            AS _more,
       coalesce((SELECT last FROM setting WHERE name = 'net.ipv4.fib_multipath_hash_policy'), '?') AS _multipath,
       coalesce(n.fast, '?')                             AS fast,
       coalesce(n.dsacks, '?')                           AS dsacks,
       c.active                                          AS intervals_hit,
       c.intervals,
       (SELECT peak_snap FROM top)                       AS at,
       c.first_active                                    AS first_at,
       c.last_active                                     AS last_at
  FROM c JOIN n JOIN o JOIN s JOIN p
 ORDER BY entity;
