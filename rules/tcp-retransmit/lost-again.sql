-- rule:     tcp-retransmit/lost-again
-- version:  1
-- schema:   1
-- title:    Retransmits were lost again
-- tags:     tcp loss burst
-- requires: netstat >= 4, snmp >= 4
-- wants:    nic
-- min_span: 30s
-- param:    min_lost  segments  retransmits that were lost again
-- param:    min_pct   percent   of the retransmits beside SYNs
-- message:  at least {lost} of {retrans} retransmits beside SYNs were lost again ({lost_pct}%), in {intervals_hit} of {intervals} intervals{_half}
-- meaning:  If losses were independent, this share would equal the loss ratio, and at 1% a repair would fail once in a hundred. A share of
--           {lost_pct}% means that losses come in bursts: a policer that drops all above a rate, a queue that stays full, an
--           interface that stops for some ms, a duplex mismatch. Each adds at least one more round trip, mostly a timeout.
--           SYNs that nobody answers are counted in TCPLostRetransmit too and are taken off, all of TCPSynRetrans.
-- remedy:   Look for policers and the allowances of the cloud's NIC, then for duplex and errors:
--             tc -s filter show dev DEVICE ingress
--             ethtool -S DEVICE
--             ethtool DEVICE
--             ip -s -s link show dev DEVICE
--           Pace what this host sends below the limit:
--             tc qdisc replace dev DEVICE root fq maxrate RATE
-- verify:   This stands still:
--             nstat -az TcpExtTCPLostRetransmit
-- but:      The kernel infers it from later acknowledgements: strong reordering looks the same. A peer that is gone counts too.
-- see:      Documentation/networking/snmp_counter.rst (TcpExtTCPLostRetransmit); tcp-retransmit/local-fail
WITH p AS (
  SELECT coalesce(:min_lost, 10) AS min_lost,
         coalesce(:min_pct, 10)  AS min_pct
), n AS (
  SELECT max(CASE WHEN name = 'TcpExtTCPLostRetransmit' THEN increase END) AS lost,
         max(CASE WHEN name = 'TcpExtTCPSynRetrans'     THEN increase END) AS syns,
         max(CASE WHEN name = 'TcpExtTCPLostRetransmit' THEN active END)   AS active,
         max(CASE WHEN name = 'TcpExtTCPLostRetransmit' THEN intervals END) AS intervals,
         max(CASE WHEN name = 'TcpExtTCPLostRetransmit' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'TcpExtTCPLostRetransmit' THEN first_active END) AS first_active,
         max(CASE WHEN name = 'TcpExtTCPLostRetransmit' THEN last_active END)  AS last_active
    FROM counter WHERE source = 'netstat' AND entity = ''
), o AS (
  SELECT max(increase) AS retrans FROM counter WHERE source = 'snmp' AND entity = '' AND name = 'TcpRetransSegs'
), r AS (                  -- a SYN sent a third time is a retransmit lost again as well: at most all of them are
  SELECT max(n.lost - coalesce(n.syns, 0), 0) AS lost, max(o.retrans - coalesce(n.syns, 0), 0) AS retrans,
         n.active, n.intervals, n.peak_snap, n.first_active, n.last_active
    FROM n JOIN o
), half AS (
  SELECT group_concat(entity, ' ') AS nics
    FROM (SELECT entity FROM series WHERE source = 'nic' AND name = 'duplex' AND lower(last) = 'half' ORDER BY entity)
)
SELECT CASE WHEN r.lost IS NULL OR r.retrans IS NULL                                     THEN 'skip'
            WHEN r.lost >= p.min_lost AND r.lost * 100.0 >= p.min_pct * r.retrans        THEN 'warn'
            ELSE 'ok' END                                 AS level,
       ''                                                 AS entity,
       r.lost,
       r.retrans,
       round(r.lost * 100.0 / nullif(r.retrans, 0), 1)    AS lost_pct,
       coalesce('; half duplex: ' || (SELECT nics FROM half), '') AS _half,
       r.active                                           AS intervals_hit,
       r.intervals,
       r.peak_snap                                        AS at,
       r.first_active                                     AS first_at,
       r.last_active                                      AS last_at
  FROM r JOIN p
 ORDER BY entity;
