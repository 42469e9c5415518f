-- rule:     cgroup/net-limit
-- version:  1
-- schema:   1
-- title:    A bandwidth limit holds packets back
-- tags:     container qdisc nic latency
-- requires: qdisc >= 2
-- wants:    nic, netdev
-- param:    min_overlimits  times  in the window
-- message:  {entity} ({kind}{_what}) held packets back {overlimits} times in {intervals_hit} of {intervals} intervals; {drops} packets dropped, backlog up to {backlog_max_bytes}, {mbit} Mbit/s sent
-- meaning:  A shaper lets packets wait until its rate allows them: latency that no NIC counter, no CPU and no peer shows. On a pod's veth
--           it mostly is the bandwidth plugin of the container network (kubernetes.io/egress-bandwidth, ingress-bandwidth).
-- remedy:   See rate and limit of it (now {mbit} Mbit/s sent on average, {drops} packets dropped):
--             tc -s qdisc show dev {dev}
--           If the limit is not wanted, take the annotation off the pod or delete the qdisc; else raise rate and burst.
-- verify:   overlimits of {entity} stands still.
-- but:      Wanted shaping is no fault: this is a remark; drops there are judged by nic-drops/qdisc. Shaping with eBPF and fq (Cilium)
--           counts nothing and is not seen. Policers and limits on classes below the qdisc are not recorded.
-- see:      tc-tbf(8), tc-htb(8); CNI bandwidth plugin
WITH p AS (
  SELECT coalesce(:min_overlimits, 1) AS min_overlimits
), d AS (
  SELECT entity, substr(entity, 1, instr(entity || ':', ':') - 1) AS dev,
         max(CASE WHEN name = 'overlimits' THEN increase END)   AS overlimits,
         max(CASE WHEN name = 'overlimits' THEN active END)     AS active,
         max(CASE WHEN name = 'overlimits' THEN intervals END)  AS intervals,
         max(CASE WHEN name = 'overlimits' AND increase > 0 THEN peak_snap END) AS at,
         max(CASE WHEN name = 'overlimits' THEN first_active END) AS first_at,
         max(CASE WHEN name = 'overlimits' THEN last_active END)  AS last_at,
         max(CASE WHEN name = 'dropped' THEN increase END)      AS drops,
         max(CASE WHEN name = 'sent_bytes' THEN per_s END)      AS bytes_per_s
    FROM counter WHERE source = 'qdisc' AND name IN ('overlimits', 'dropped', 'sent_bytes') GROUP BY entity
), k AS (
  SELECT entity, max(CASE WHEN name = 'kind' THEN last END) AS kind, max(CASE WHEN name = 'backlog_bytes' THEN hi END) AS backlog
    FROM series WHERE source = 'qdisc' AND name IN ('kind', 'backlog_bytes') GROUP BY entity
), nic AS (
  SELECT entity AS dev, last AS driver FROM series WHERE source = 'nic' AND name = 'driver'
)
SELECT CASE WHEN d.overlimits IS NULL                                                         THEN 'skip'
            WHEN k.kind IN ('tbf', 'htb', 'hfsc', 'cake') AND d.overlimits >= p.min_overlimits THEN 'info'
            ELSE 'ok' END                             AS level,
       d.entity,
       d.dev,
       coalesce(k.kind, '?')                          AS kind,
       CASE WHEN nic.driver = 'veth' THEN ' on the host''s end of a veth' ELSE '' END AS _what,
       coalesce(d.overlimits, 0)                      AS overlimits,
       coalesce(d.drops, 0)                           AS drops,
       cast(coalesce(k.backlog, 0) AS INT)            AS backlog_max_bytes,
       round(coalesce(d.bytes_per_s, 0) * 8 / 1e6, 2) AS mbit,
       d.active                                       AS intervals_hit,
       d.intervals,
       d.at, d.first_at, d.last_at
  FROM d JOIN p
  LEFT JOIN k ON k.entity = d.entity
  LEFT JOIN nic ON nic.dev = d.dev
 ORDER BY overlimits DESC, d.entity;
