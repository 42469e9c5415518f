-- rule:     nic-drops/qdisc
-- version:  1
-- schema:   1
-- title:    This host drops packets in its own send queue
-- tags:     nic loss transmit qdisc
-- requires: qdisc >= 2
-- wants:    netstat
-- param:    min_drops  packets  in the window
-- param:    crit_pct   percent  dropped over sent plus dropped
-- message:  {entity} ({kind}): {drops} of {tried} packets dropped on the way out ({drop_pct}%), in {intervals_hit} of {intervals} intervals; backlog up to {backlog_max_bytes}, {overlimits} times over the limit
-- meaning:  The queueing discipline threw packets away before the driver saw them: a shaper (tbf, htb) at its rate, or a queue at its
--           limit. /proc/net/dev, ifconfig and the NIC do not show it (measured: 1371 drops, TX drop 0). TCP notices at once and counts
--           TCPRetransFail ({retrans_fail} here).
-- remedy:   If the shaper is wanted, raise its rate, limit or burst; if not, replace it:
--             tc qdisc replace dev {dev} root fq
--           See what it is:
--             tc -s qdisc show dev {dev}
-- verify:   dropped of tc -s qdisc show dev {dev} and TcpExtTCPRetransFail stand still.
-- but:      fq_codel, cake and red drop on purpose, a little, to signal congestion. An mq only sums up its queues, which are judged.
-- see:      tc(8), tc-tbf(8), tc-fq_codel(8); net/sched
WITH p AS (
  SELECT coalesce(:min_drops, 10) AS min_drops,
         coalesce(:crit_pct, 0.1) AS crit_pct
), d AS (
  SELECT entity, substr(entity, 1, instr(entity || ':', ':') - 1) AS dev,
         max(CASE WHEN name = 'dropped'      THEN increase END) AS drops,
         max(CASE WHEN name = 'sent_packets' THEN increase END) AS sent,
         max(CASE WHEN name = 'overlimits'   THEN increase END) AS overlimits,
         max(CASE WHEN name = 'dropped'      THEN active END)   AS active,
         max(CASE WHEN name = 'dropped'      THEN intervals END) AS intervals,
         max(CASE WHEN name = 'dropped' AND increase > 0 THEN peak_snap END) AS peak_snap,
         max(CASE WHEN name = 'dropped'      THEN first_active END) AS first_active,
         max(CASE WHEN name = 'dropped'      THEN last_active END)  AS last_active
    FROM counter WHERE source = 'qdisc' AND name IN ('dropped', 'sent_packets', 'overlimits') GROUP BY entity
), k AS (
  SELECT entity, max(CASE WHEN name = 'kind' THEN last END) AS kind, max(CASE WHEN name = 'backlog_bytes' THEN hi END) AS backlog
    FROM series WHERE source = 'qdisc' AND name IN ('kind', 'backlog_bytes') GROUP BY entity
), n AS (
  SELECT max(increase) AS fail FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPRetransFail'
), r AS (
  SELECT d.*, d.sent + d.drops AS tried, d.drops * 100.0 / nullif(d.sent + d.drops, 0) AS pct FROM d
)
SELECT CASE WHEN r.drops IS NULL                                                         THEN 'skip'
            WHEN r.drops < p.min_drops OR (r.active < 2 AND r.intervals > 1)             THEN 'ok'
            WHEN k.kind IN ('mq', 'mqprio')
             AND EXISTS (SELECT 1 FROM d c WHERE c.dev = r.dev AND c.entity <> r.entity) THEN 'ok'
            WHEN r.pct >= p.crit_pct AND k.kind NOT IN ('fq_codel', 'cake', 'codel', 'red') THEN 'crit'
            ELSE 'warn' END                 AS level,
       r.entity,
       coalesce(k.kind, '?')                AS kind,
       r.dev,
       r.drops,
       r.tried,
       round(r.pct, 3)                      AS drop_pct,
       coalesce(r.overlimits, 0)            AS overlimits,
       coalesce(k.backlog, 0)               AS backlog_max_bytes,
       coalesce(n.fail, '?')                AS retrans_fail,
       r.active                             AS intervals_hit,
       r.intervals,
       r.peak_snap                          AS at,
       r.first_active                       AS first_at,
       r.last_active                        AS last_at
  FROM r JOIN n JOIN p LEFT JOIN k ON k.entity = r.entity
 ORDER BY r.drops DESC, r.entity;
