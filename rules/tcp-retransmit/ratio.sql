-- rule:     tcp-retransmit/ratio
-- version:  1
-- schema:   1
-- title:    TCP segments had to be sent again
-- tags:     tcp loss
-- requires: snmp >= 4
-- wants:    netstat
-- min_span: 30s
-- param:    min_segments  segments  sent in the window, fewer are not judged
-- param:    min_retrans   segments  sent again, fewer are noise
-- param:    warn_pct      percent   sent again over sent
-- param:    crit_pct      percent   sent again over sent
-- message:  {retrans} of {sent} segments were sent again ({retrans_pct}%), in {intervals_hit} of {intervals} intervals; {fast} fast, {timeouts} timeouts, {probes} tail probes; {syns} SYNs and SYN-ACKs are not among them
-- meaning:  Packets are lost on the way, or their acknowledgements are. For services that answer within one segment a ratio of 0.1%
--           is enough to put their p999 at 207 ms (measured with 0.05% loss each way): the usual 1% is ten times too lax. OutSegs
--           does not contain retransmits, so the share is of sent plus sent again.
-- remedy:   Find where, by peer and by kind:
--             ss -tin | grep -B1 retrans
--             nstat -az | grep -iE 'retrans|loss|timeouts|dsack'
--           and read the findings of nic-drops, softirq and tcp-retransmit/tail beside this one.
-- verify:   TcpRetransSegs over TcpOutSegs is below 0.01% in a new recording.
-- but:      Clients behind mobile networks or far away raise it; traffic over loopback dilutes it. SYNs and SYN-ACKs that were sent
--           again are taken off: a full accept queue or a dead host is no loss on the way, and tcp-retransmit/syn tells of both.
-- see:      RFC 1213 (tcpOutSegs, tcpRetransSegs); Documentation/networking/snmp_counter.rst
WITH p AS (
  SELECT coalesce(:min_segments, 10000) AS min_segments,
         coalesce(:min_retrans, 10)     AS min_retrans,
         coalesce(:warn_pct, 0.1)       AS warn_pct,
         coalesce(:crit_pct, 1.0)       AS crit_pct
), c AS (
  SELECT max(CASE WHEN name = 'TcpRetransSegs' THEN increase END)   AS retrans,
         max(CASE WHEN name = 'TcpOutSegs'     THEN increase END)   AS out_segs,
         max(CASE WHEN name = 'TcpRetransSegs' THEN active END)     AS active,
         max(CASE WHEN name = 'TcpRetransSegs' THEN intervals END)  AS intervals,
         max(CASE WHEN name = 'TcpRetransSegs' THEN peak_snap END)  AS peak_snap,
         max(CASE WHEN name = 'TcpRetransSegs' THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpRetransSegs' THEN last_active END)  AS last_active
    FROM counter WHERE source = 'snmp' AND entity = ''
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPFastRetrans' THEN increase END) AS fast,
         max(CASE WHEN name = 'TcpExtTCPTimeouts'    THEN increase END) AS timeouts,
         max(CASE WHEN name = 'TcpExtTCPLossProbes'  THEN increase END) AS probes,
         max(CASE WHEN name = 'TcpExtTCPSynRetrans'  THEN increase END) AS syns
    FROM counter WHERE source = 'netstat' AND entity = ''
), r AS (
  SELECT j.*, j.retrans * 100.0 / nullif(j.sent, 0) AS pct
    FROM (SELECT c.out_segs + c.retrans AS sent, max(c.retrans - coalesce(n.syns, 0), 0) AS retrans,
                 c.active, c.intervals, c.peak_snap, c.first_active, c.last_active
            FROM c JOIN n) j
)
SELECT CASE WHEN r.sent IS NULL OR r.sent < p.min_segments              THEN 'skip'
            WHEN r.retrans < p.min_retrans                              THEN 'ok'
            WHEN r.pct >= p.crit_pct                                    THEN 'crit'
            WHEN r.pct >= p.warn_pct                                    THEN 'warn'
            ELSE 'ok' END              AS level,
       ''                              AS entity,
       r.retrans,
       r.sent,
       round(r.pct, 3)                 AS retrans_pct,
       coalesce(n.fast, '?')           AS fast,
       coalesce(n.timeouts, '?')       AS timeouts,
       coalesce(n.probes, '?')         AS probes,
       coalesce(n.syns, '?')           AS syns,
       r.active                        AS intervals_hit,
       r.intervals,
       r.peak_snap                     AS at,
       r.first_active                  AS first_at,
       r.last_active                   AS last_at
  FROM r JOIN n JOIN p
 ORDER BY entity;
