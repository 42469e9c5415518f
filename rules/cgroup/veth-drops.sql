-- rule:     cgroup/veth-drops
-- version:  1
-- schema:   1
-- title:    Packets are lost between host and pod
-- tags:     container nic loss softnet
-- requires: netdev >= 2, nic >= 1
-- wants:    softnet, sysctl
-- param:    min_drops      packets    in the window
-- param:    min_intervals  intervals  with drops
-- message:  {entity}: {drops} packets dropped on the way through the veth ({drop_pct}% of those sent), in {intervals_hit} of {intervals} intervals; softnet dropped {softnet_drops} packets on this host
-- meaning:  What is sent into one end of a veth is received at the other by the backlog of a CPU. With that queue full
--           (net.core.netdev_max_backlog, {backlog}) the packet is dropped, and the sending end counts it as TX drop. It is the same
--           packet that softirq/backlog-drop counts on a CPU; here it has the interface's name, so that the pod can be told.
-- remedy:   Give the backlog room, on the host and not in the pod:
--             sysctl -w net.core.netdev_max_backlog={target}   # now {backlog} packets
--           Find out whose it is; the other end has the ifindex {peer_ifindex}{_peer}:
--             ip -d link show {entity}
--           One CPU that is full: spread with RPS, or see softirq/netrx-imbalance.
-- verify:   tx_drop of {entity} and column 2 of softnet_stat stand still.
-- but:      A pod that goes away, or whose end is down, drops what is sent to it: then softnet has no drops. An XDP program on the other
--           end counts here as well.
-- see:      drivers/net/veth.c; softirq/backlog-drop
WITH p AS (
  SELECT coalesce(:min_drops, 10)    AS min_drops,
         coalesce(:min_intervals, 2) AS min_intervals
), veth AS (
  SELECT s.entity AS dev, i.last AS iflink
    FROM series s LEFT JOIN series i ON i.source = 'nic' AND i.name = 'iflink' AND i.entity = s.entity
   WHERE s.source = 'nic' AND s.name = 'driver' AND s.last = 'veth'
), other AS (              -- the other end, when it is in this namespace too
  SELECT v.dev, min(s.entity) AS name
    FROM veth v JOIN series s ON s.source = 'nic' AND s.name = 'ifindex' AND s.last = v.iflink GROUP BY v.dev
), d AS (
  SELECT entity AS dev,
         max(CASE WHEN name = 'tx_drop'    THEN increase END)     AS drops,
         max(CASE WHEN name = 'tx_packets' THEN increase END)     AS sent,
         max(CASE WHEN name = 'tx_drop'    THEN active END)       AS active,
         max(CASE WHEN name = 'tx_drop'    THEN intervals END)    AS intervals,
         max(CASE WHEN name = 'tx_drop' AND increase > 0 THEN peak_snap END) AS at,
         max(CASE WHEN name = 'tx_drop'    THEN first_active END) AS first_at,
         max(CASE WHEN name = 'tx_drop'    THEN last_active END)  AS last_at
    FROM counter WHERE source = 'netdev' AND name IN ('tx_drop', 'tx_packets') GROUP BY entity
), n AS (
  SELECT sum(dropped) AS dropped FROM softnet
), s AS (
  SELECT max(CASE WHEN name = 'net.core.netdev_max_backlog' THEN last END) AS backlog FROM setting
)
SELECT CASE WHEN d.drops IS NULL                                              THEN 'skip'
            WHEN d.drops >= p.min_drops AND d.active >= min(p.min_intervals, d.intervals) THEN 'warn'
            ELSE 'ok' END                                            AS level,
       v.dev                                                         AS entity,
       d.drops,
       round(d.drops * 100.0 / nullif(d.sent + d.drops, 0), 3)       AS drop_pct,
       coalesce(n.dropped, '?')                                      AS softnet_drops,
       coalesce(s.backlog, '?')                                      AS backlog,
       max(2048, coalesce(s.backlog, 0) * 2)                         AS target,
       coalesce(v.iflink, '?')                                       AS peer_ifindex,
       coalesce(' (' || o.name || ')', ' in another namespace')      AS _peer,
       d.active                                                      AS intervals_hit,
       d.intervals,
       d.at, d.first_at, d.last_at
  FROM veth v JOIN p JOIN n JOIN s
  JOIN d ON d.dev = v.dev
  LEFT JOIN other o ON o.dev = v.dev
 ORDER BY d.drops DESC, v.dev;
