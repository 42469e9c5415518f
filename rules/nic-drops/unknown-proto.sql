-- rule:     nic-drops/unknown-proto
-- version:  2
-- schema:   1
-- title:    The receive drops of an interface are probably harmless
-- tags:     nic receive
-- requires: netdev >= 2, ethtool >= 2, softnet >= 2, snmp >= 2
-- after:    nic-drops/rx, nic-drops/ring-overflow
-- param:    max_retrans_pct  percent   of the segments sent, above which packets do get lost somewhere
-- param:    min_segments     segments  sent in the window, fewer say nothing of loss
-- message:  {entity}: {drops} receive drops, yet no ring, fifo or backlog overflowed and only {retrans_pct}% of the segments were sent again
-- meaning:  Since 2.6.37 the drop column also counts frames that nobody wants: LLDP and spanning tree, VLANs that are not set up,
--           IPv6 where it is switched off. They cost no connection anything.
-- remedy:   None needed. To be sure, see what is dropped and where:
--             perf trace -e skb:kfree_skb   # or dropwatch
-- verify:   The switch stops sending such frames, and the column stands still.
-- but:      Packets that a backend sent twice are not seen in this host's own retransmissions; a driver may hide its ring's drops under
--           a name of its own. UDP that is lost is not seen at all.
-- see:      Documentation/networking/statistics.rst (rx_dropped, rx_nohandler); nic-drops/rx
WITH p AS (
  SELECT coalesce(:max_retrans_pct, 0.01) AS max_retrans_pct,
         coalesce(:min_segments, 1000)    AS min_segments
), t AS (
  SELECT max(CASE WHEN name = 'TcpOutSegs' THEN increase END)     AS segments,
         max(CASE WHEN name = 'TcpRetransSegs' THEN increase END) AS retrans
    FROM counter WHERE source = 'snmp' AND entity = ''
), soft AS (
  SELECT sum(increase) AS dropped FROM counter WHERE source = 'softnet' AND name = 'dropped'
), hit AS (
  SELECT entity, max(rule = 'nic-drops/rx') AS rx, max(rule = 'nic-drops/ring-overflow') AS ring,
         max(at) AS at, min(first_at) AS first_at, max(last_at) AS last_at
    FROM finding WHERE rule = 'nic-drops/rx' OR (rule = 'nic-drops/ring-overflow' AND level IN ('warn', 'crit')) GROUP BY entity
), told AS (               -- a driver that tells nothing of itself cannot rule its ring out, nor one whose words nobody knows
  SELECT nic FROM nic_counter WHERE meaning IN ('ring_full', 'no_memory', 'rx_drop') OR (meaning = '' AND problem)
   GROUP BY nic HAVING sum(meaning = '' AND increase > 0) = 0
)
SELECT CASE WHEN coalesce(h.rx, 0) = 0                                      THEN 'ok'
            WHEN h.ring OR n.rx_fifo > 0 OR soft.dropped > 0                THEN 'ok'
            WHEN n.nic NOT IN (SELECT nic FROM told) OR soft.dropped IS NULL
              OR t.segments IS NULL OR t.segments < p.min_segments          THEN 'skip'
            WHEN t.retrans * 100.0 < p.max_retrans_pct * t.segments         THEN 'info'
            ELSE 'ok' END            AS level,
       n.nic                         AS entity,
       n.rx_drop                     AS drops,
       coalesce(n.rx_fifo, 0)        AS fifo,
       coalesce(soft.dropped, 0)     AS softnet_dropped,
       round(t.retrans * 100.0 / nullif(t.segments, 0), 4) AS retrans_pct,
       h.at, h.first_at, h.last_at
  FROM nic n JOIN p JOIN t JOIN soft
  LEFT JOIN hit h ON h.entity = n.nic
 WHERE n.rx_drop IS NOT NULL
 ORDER BY n.rx_drop DESC, n.nic;
