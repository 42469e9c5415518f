-- rule:     nic-drops/rx
-- version:  2
-- schema:   1
-- title:    An interface dropped received packets
-- tags:     nic loss receive
-- requires: netdev >= 2
-- wants:    sysctl, ethtool, softnet, snmp, nic
-- param:    min_drops  packets  in the window
-- param:    warn_pct   percent  dropped over received plus dropped
-- param:    crit_pct   percent  dropped over received plus dropped
-- param:    max_retrans_pct  percent  of the segments sent: up to there, with a driver that tells of no full ring, a drop is only a word
-- message:  {entity}: {drops} of {arrived} received packets dropped ({drop_pct}%), in {intervals_hit} of {intervals} intervals; {_reading}
-- meaning:  The drop column of /proc/net/dev is rx_dropped plus rx_missed_errors: packets that the NIC had no buffer for, that its
--           driver refused, or that the stack threw away before any protocol saw them (since 2.6.37 also unknown protocols and
--           VLANs that nobody has). A loss of 0.1% already moves the p999 of small requests to 200 ms.
-- remedy:   Ask the NIC which of them it was:
--             ethtool -S {entity} | grep -iE 'drop|miss|err'
--           Ring too small (now {ring}):
--             {_grow}
--           Backlog of a CPU full (softnet column 2):
--             sysctl -w net.core.netdev_max_backlog={_more_backlog}   # now {_backlog} packets
--           Unknown protocols (LLDP, foreign VLANs) cost nothing: switch them off at the switch port if they disturb.
-- verify:   The RX drop column of /proc/net/dev stands still for ten minutes.
-- but:      Unknown protocols and VLANs are dropped by design, at a low and constant rate: where the driver, softnet and TCP all tell
--           of no loss it is only a word (see nic-drops/unknown-proto). Lost UDP shows in none of them.
-- see:      net/core/net-procfs.c; Documentation/networking/statistics.rst (rx_dropped, rx_missed_errors)
WITH p AS (
  SELECT coalesce(:min_drops, 10) AS min_drops,
         coalesce(:warn_pct, 0.01) AS warn_pct,
         coalesce(:crit_pct, 0.1)  AS crit_pct,
         coalesce(:max_retrans_pct, 0.01) AS max_retrans_pct
), d AS (
  SELECT c.entity, c.increase AS drops, c.active, c.intervals, c.peak_snap, c.first_active, c.last_active,
         c.increase + n.increase AS arrived,
         c.increase * 100.0 / nullif(c.increase + n.increase, 0) AS pct
    FROM counter c JOIN counter n ON n.source = 'netdev' AND n.name = 'rx_packets' AND n.entity = c.entity
   WHERE c.source = 'netdev' AND c.name = 'rx_drop'
), ring AS (
  SELECT entity, max(CASE WHEN name = 'ring_rx' THEN last END) || ' of ' || max(CASE WHEN name = 'ring_rx_max' THEN last END) AS ring,
         max(CASE WHEN name = 'ring_rx' THEN last END) AS now, max(CASE WHEN name = 'ring_rx_max' THEN last END) AS most
    FROM series WHERE source = 'nic' AND name IN ('ring_rx', 'ring_rx_max') GROUP BY entity
), s AS (
  SELECT max(CASE WHEN name = 'net.core.netdev_max_backlog' THEN last END) AS backlog FROM setting
), missed AS (             -- what the driver says of its ring: totals and parts of the same packets are not added up
  SELECT nic AS entity, max(coalesce(max(CASE WHEN NOT part THEN increase END), 0), coalesce(sum(CASE WHEN part THEN increase END), 0)) AS n
    FROM nic_counter WHERE meaning = 'ring_full' GROUP BY nic
), told AS (               -- a driver that tells nothing of itself cannot rule its ring out, nor one whose words nobody knows
  SELECT nic FROM nic_counter WHERE meaning IN ('ring_full', 'no_memory', 'rx_drop') OR (meaning = '' AND problem)
   GROUP BY nic HAVING sum(meaning = '' AND increase > 0) = 0
), tcp AS (                -- what TCP lost on the way; NULL: too little was sent to say
  SELECT CASE WHEN max(CASE WHEN name = 'TcpOutSegs' THEN increase END) >= 1000
              THEN max(CASE WHEN name = 'TcpRetransSegs' THEN increase END) * 100.0 / max(CASE WHEN name = 'TcpOutSegs' THEN increase END) END AS pct
    FROM counter WHERE source = 'snmp' AND entity = ''
), soft AS (
  SELECT sum(increase) AS dropped FROM counter WHERE source = 'softnet' AND name = 'dropped'
), calm AS (               -- interfaces of which nothing else tells of a loss
  SELECT told.nic FROM told JOIN tcp JOIN soft JOIN p JOIN nic n ON n.nic = told.nic
    LEFT JOIN missed m ON m.entity = told.nic
   WHERE tcp.pct <= p.max_retrans_pct AND soft.dropped = 0 AND coalesce(m.n, 0) = 0 AND coalesce(n.rx_fifo, 0) = 0
)
SELECT CASE WHEN d.drops IS NULL                                                         THEN 'skip'
            WHEN d.drops < p.min_drops OR (d.active < 2 AND d.intervals > 1)             THEN 'ok'
            WHEN d.pct >= p.warn_pct AND calm.nic IS NOT NULL                            THEN 'info'
            WHEN d.pct >= p.crit_pct                                                     THEN 'crit'
            WHEN d.pct >= p.warn_pct                                                     THEN 'warn'
            ELSE 'ok' END                AS level,
       d.entity,
       d.drops,
       d.arrived,
       round(d.pct, 3)                   AS drop_pct,
       d.active                          AS intervals_hit,
       d.intervals,
       CASE WHEN m.n > 0 THEN 'its ring ran over: the driver counts ' || m.n || ' packets without a buffer'
            WHEN EXISTS (SELECT 1 FROM counter s WHERE s.source = 'softnet' AND s.name = 'dropped' AND s.increase > 0)
                 THEN 'a CPU''s backlog dropped packets at the same time'
            WHEN calm.nic IS NOT NULL THEN 'neither its driver nor softnet nor TCP tells of a loss'
            ELSE 'neither its driver nor softnet says why' END AS _reading,
       coalesce(r.ring || ' descriptors', 'unknown')       AS ring,
       CASE WHEN r.now >= r.most THEN '# it is as large as the NIC has them'
            ELSE 'ethtool -G ' || CASE WHEN d.entity GLOB '*[^A-Za-z0-9_.:@-]*' OR d.entity GLOB '-*'
                                      THEN '''' || replace(d.entity, '''', '''\''''') || '''' ELSE d.entity END || ' rx ' || coalesce(r.most, 'MAX') END AS _grow,
       max(2048, 2 * coalesce(s.backlog, 0)) AS _more_backlog,
       coalesce(s.backlog, '?')          AS _backlog,
       CASE WHEN d.drops > 0 THEN d.peak_snap END AS at,
       d.first_active                    AS first_at,
       d.last_active                     AS last_at
  FROM d JOIN p JOIN s
  LEFT JOIN ring r ON r.entity = d.entity
  LEFT JOIN missed m ON m.entity = d.entity
  LEFT JOIN calm ON calm.nic = d.entity
 ORDER BY d.drops DESC, d.entity;
