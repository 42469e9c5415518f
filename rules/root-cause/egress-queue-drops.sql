-- rule:     root-cause/egress-queue-drops
-- version:  2
-- schema:   1
-- title:    Segments are lost in this host's own send queue
-- tags:     root-cause tcp loss transmit qdisc cloud
-- requires: snmp >= 4
-- wants:    qdisc, netstat, ethtool, netdev
-- after:    nic-drops/*, cgroup/*, tcp-retransmit/*, sockets/*, udp/*
-- explains: nic-drops/qdisc, nic-drops/cloud-allowance, cgroup/net-limit, tcp-retransmit/local-fail, tcp-retransmit/ratio, tcp-retransmit/tail,
--           tcp-retransmit/fast-only, tcp-retransmit/lost-again, sockets/sendq-stuck, udp/sndbuf-errors, root-cause/loss-tail-200ms
-- param:    min_drops     packets    dropped on the way out in the window
-- param:    min_intervals intervals  with such drops
-- param:    share_pct     percent    of all retransmits that fall into these intervals
-- param:    explains_pct  percent    of the retransmits there that the drops must be able to explain
-- param:    min_lift      times      more retransmits a segment than in the other intervals, where these have traffic
-- param:    quiet_pct     percent    of the segments sent that the other intervals need, to be compared with
-- message:  {source}: {drops} packets {_what} in {hit_intervals} of {intervals} intervals; {retrans_there} of {retrans} retransmits fall into {_these}
--           (retransmits in {lossy_hit_intervals} of {hit_intervals}){_compared}
-- meaning:  The segments never left this host: loss that no peer, switch or NIC counts, and that ifconfig does not show (measured: 1371
--           drops of a tbf, TX drop 0). TCP is often told at once and sends a moment later; what it sends again and cannot is
--           TCPRetransFail ({retrans_fail} here). {_aqm}
-- remedy:   A shaper or a queue at its limit: raise its rate, burst or limit if it is wanted (now {_kind}), else replace it:
--             tc qdisc replace dev {_dev} root fq
--             tc -s qdisc show dev {_dev}   # what it is
--           A cloud's allowance: a larger instance, or one without burst credits. Only TCPRetransFail: find what refuses packets:
--             tc -s qdisc
--             nft list ruleset
--             ip route get PEER
-- verify:   Drops of {source} and TcpExtTCPRetransFail stand still, and retransmits are below 0.01% of the segments sent.
-- but:      Queues that manage their length (fq_codel, cake, codel, red) drop on purpose, a little: a warning only, compare the latency
--           without it before you blame it. Drops of other traffic than TCP's (a UDP flood at a shaper) that come with loss elsewhere
--           cannot be told apart. Drops in every interval leave nothing to compare with, then their number alone speaks.
-- see:      tc(8), tc-tbf(8); nic-drops/qdisc; tcp-retransmit/local-fail; drivers/net/ethernet/amazon/ena (ena_ethtool.c)
WITH p AS (
  SELECT coalesce(:min_drops, 10)    AS min_drops,
         coalesce(:min_intervals, 3) AS min_intervals,
         coalesce(:share_pct, 60)    AS share_pct,
         coalesce(:explains_pct, 50) AS explains_pct,
         coalesce(:min_lift, 3)      AS min_lift,
         coalesce(:quiet_pct, 10)    AS quiet_pct
), candidate AS (          -- a parent counts what its children drop: of a device the one that dropped most
  SELECT s.id, s.source, s.entity, s.name, s.increase, s.peak_snap, s.first_active, s.last_active,
         row_number() OVER (PARTITION BY s.source, substr(s.entity, 1, instr(s.entity || ':', ':') - 1)
                            ORDER BY s.increase DESC, s.entity LIKE '%:root' DESC, s.entity, s.name) AS r
    FROM series s JOIN p
   WHERE ((s.source = 'qdisc' AND s.name = 'dropped')
       OR (s.source = 'ethtool' AND s.name NOT LIKE 'bw\_in%' ESCAPE '\' AND s.name NOT LIKE 'rx%'
           AND EXISTS (SELECT 1 FROM ethtool_meaning m WHERE m.entity = s.entity AND m.name = s.name AND m.meaning = 'allowance_shaped'))
       OR (s.source = 'netstat' AND s.entity = '' AND s.name = 'TcpExtTCPRetransFail'))
     AND s.increase >= p.min_drops
), cause AS (
  SELECT c.*, k.last AS kind FROM candidate c
    LEFT JOIN series k ON c.source = 'qdisc' AND k.source = 'qdisc' AND k.name = 'kind' AND k.entity = c.entity
   WHERE c.r = 1
), seen AS (               -- snapshots at which that source and snmp were both captured: intervals end there
  SELECT c.source, x.snap FROM (SELECT DISTINCT source FROM cause) c CROSS JOIN snapshot x
   WHERE EXISTS (SELECT 1 FROM capture k WHERE k.source = c.source AND k.snap = x.snap AND +k.state IN ('ok', 'cut', 'interrupted', 'fallback'))
     AND EXISTS (SELECT 1 FROM capture k WHERE k.source = 'snmp' AND k.snap = x.snap AND +k.state IN ('ok', 'cut', 'interrupted', 'fallback'))
), begun AS (
  SELECT source, min(snap) AS snap FROM seen GROUP BY source
), tick AS (               -- of each snapshot the interval that it falls into
  SELECT c.source, x.snap, cast(min(s.snap) OVER (PARTITION BY c.source ORDER BY x.snap DESC) AS INT) AS ends
    FROM (SELECT DISTINCT source FROM cause) c JOIN snapshot x LEFT JOIN seen s ON s.source = c.source AND s.snap = x.snap
), sent AS (               -- without a delta: a reset when it has a time, else the last sample, which only repeats the value
  SELECT t.source, t.ends, total(CASE WHEN e.name = 'TcpRetransSegs' THEN m.delta END) AS retrans,
         total(CASE WHEN e.name = 'TcpOutSegs' THEN m.delta END) AS segs, sum(m.delta IS NULL AND m.dt > 0) AS reset
    FROM series e CROSS JOIN sample m ON m.series = e.id JOIN tick t ON t.snap = m.snap
   WHERE e.source = 'snmp' AND e.entity = '' AND e.name IN ('TcpRetransSegs', 'TcpOutSegs')
   GROUP BY t.source, t.ends
), dropped AS (
  SELECT c.id, t.ends, total(m.delta) AS n, sum(m.delta IS NULL AND m.dt > 0) AS reset
    FROM cause c CROSS JOIN sample m ON m.series = c.id JOIN tick t ON t.source = c.source AND t.snap = m.snap
   GROUP BY c.id, t.ends
), line AS (               -- one row an interval; the retransmits of its neighbours for the shifts
  SELECT c.id, s.snap, coalesce(d.n, 0) AS n, coalesce(r.retrans, 0) AS retrans, coalesce(r.segs, 0) AS segs,
         lag(r.retrans) OVER w AS before, lead(r.retrans) OVER w AS behind, lead(r.segs) OVER w AS segs_behind
    FROM cause c JOIN begun b ON b.source = c.source JOIN seen s ON s.source = c.source AND s.snap > b.snap
    LEFT JOIN dropped d ON d.id = c.id AND d.ends = s.snap
    LEFT JOIN sent r ON r.source = c.source AND r.ends = s.snap
   WHERE coalesce(d.reset, 0) = 0 AND coalesce(r.reset, 0) = 0
  WINDOW w AS (PARTITION BY c.id ORDER BY s.snap)
), tally AS (
  SELECT id, count(*) AS intervals, sum(n > 0) AS hit, total(n) AS n, total(retrans) AS retrans, total(segs) AS segs,
         sum(n > 0 AND retrans > 0) AS both, sum(retrans > 0) AS lossy,
         total(CASE WHEN n > 0 THEN retrans END) AS inside, total(CASE WHEN n > 0 THEN before END) AS earlier,
         total(CASE WHEN n > 0 THEN behind END) AS later, total(CASE WHEN n > 0 THEN segs END) AS segs_inside,
         total(CASE WHEN n > 0 THEN segs_behind END) AS segs_later
    FROM line GROUP BY id
), shifted AS (           -- the effect an interval later is as good, one earlier is none
  SELECT *, max(inside, later) AS best, CASE WHEN later > inside THEN segs_later ELSE segs_inside END AS segs_in,
         CASE WHEN earlier > inside AND earlier > later THEN -1 WHEN later > inside THEN 1 ELSE 0 END AS shift
    FROM tally
), judged AS (
  SELECT c.*, s.intervals, s.hit, s.n, s.retrans, s.both, s.lossy, s.best, s.shift,
         s.best * 100.0 / nullif(s.retrans, 0) AS share_pct,
         s.n * 100.0 / nullif(s.best, 0) AS enough_pct,
         CASE WHEN (s.segs - s.segs_in) * 100.0 >= p.quiet_pct * s.segs AND s.segs > s.segs_in   -- no loss elsewhere counts as half a segment
              THEN (s.best / nullif(s.segs_in, 0)) / (max(s.retrans - s.best, 0.5) / (s.segs - s.segs_in)) END AS lift
    FROM cause c JOIN p LEFT JOIN shifted s ON s.id = c.id
), fail AS (
  SELECT increase FROM counter WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPRetransFail'
), tested AS (
  SELECT j.*, j.hit >= p.min_intervals AND j.share_pct >= p.share_pct AND j.enough_pct >= p.explains_pct AND j.shift >= 0
                AND coalesce(j.lift, p.min_lift) >= p.min_lift AS hits
    FROM judged j JOIN p
), voted AS (              -- the same loss by its own counter, when no queue or allowance tells of it
  SELECT t.*, 1 + coalesce(t.source <> 'netstat' AND (SELECT increase FROM fail) > 0, 0) + coalesce(t.lift >= (SELECT min_lift FROM p), 0) AS votes
    FROM tested t
   WHERE t.source <> 'netstat' OR NOT EXISTS (SELECT 1 FROM tested o WHERE o.hits AND o.source <> 'netstat')
), out AS (                -- what of all packets left through a device: peers behind it are not told
  SELECT nullif(sum(increase), 0) AS sent FROM counter WHERE source = 'netdev' AND name = 'tx_packets' AND entity <> 'lo'
), told AS (
  SELECT v.*, o.increase * 100.0 / (SELECT sent FROM out) AS sent_pct, CASE v.source WHEN 'qdisc' THEN v.entity || ' (' || coalesce(v.kind, '?') || ')'
                            WHEN 'ethtool' THEN v.entity || ' (' || v.name || ')' ELSE 'TCPRetransFail' END AS name_of,
         substr(v.entity, 1, instr(v.entity || ':', ':') - 1) AS dev
    FROM voted v LEFT JOIN counter o ON o.source = 'netdev' AND o.name = 'tx_packets' AND o.entity <> 'lo'
                                    AND o.entity = substr(v.entity, 1, instr(v.entity || ':', ':') - 1)
)
SELECT CASE WHEN NOT coalesce(t.hits, 0)                                 THEN 'ok'
            WHEN t.source = 'ethtool'                                    THEN 'warn'   -- some of these were only queued
            WHEN t.kind IN ('fq_codel', 'cake', 'codel', 'red')          THEN 'warn'
            ELSE 'crit' END                        AS level,
       t.entity,
       char(10) || t.dev || char(10) || t.dev || ':*' || char(10)
         || CASE WHEN t.hits AND t.sent_pct >= 90 THEN coalesce((SELECT group_concat(f.entity, char(10)) FROM finding f WHERE f.rule = 'sockets/sendq-stuck'), '') ELSE '' END
         || char(10) || '**|client|**'             AS explains_entity,
       t.name_of                                   AS source,
       cast(t.n AS INT)                            AS drops,
       t.hit                                       AS hit_intervals,
       t.both                                      AS lossy_hit_intervals,
       t.intervals,
       cast(t.best AS INT)                         AS retrans_there,
       cast(t.retrans AS INT)                      AS retrans,
       round(t.share_pct, 1)                       AS share_pct,
       round(t.lift, 1)                            AS lift,
       t.shift,
       coalesce((SELECT increase FROM fail), '?')  AS retrans_fail,
       CASE t.source WHEN 'ethtool' THEN 'over the allowance' WHEN 'netstat' THEN 'that should be sent again could not leave'
            ELSE 'dropped on the way out' END      AS _what,
       CASE WHEN t.shift = 1 THEN 'the ones after them' ELSE 'these' END AS _these,
       CASE WHEN t.shift < 0 THEN ', but come before the drops'
            WHEN t.retrans = 0 THEN ''
            WHEN t.enough_pct < p.explains_pct THEN ', more than the drops explain'
            WHEN t.lift < p.min_lift THEN ', no more for a segment than in the others'
            WHEN t.lift IS NULL THEN '; the other intervals have no traffic to compare with'
            ELSE ', ' || CASE WHEN t.lift >= 10 THEN cast(round(t.lift) AS INT) ELSE round(t.lift, 1) END || ' times as many for a segment as in the others'
       END                                         AS _compared,
       CASE WHEN t.kind IN ('fq_codel', 'cake', 'codel', 'red') THEN 'This queue (' || t.kind || ') drops on purpose to keep itself short.'
            WHEN t.source = 'ethtool' THEN 'The hypervisor queues or drops what is beyond the instance''s allowance.' ELSE '' END AS _aqm,
       coalesce(t.kind || ' on ' || t.dev, 'unknown') AS _kind,
       coalesce(nullif(t.dev, ''), 'DEVICE')       AS _dev,
       t.votes,
       t.peak_snap AS at, t.first_active AS first_at, t.last_active AS last_at
  FROM told t JOIN p
 UNION ALL
SELECT 'ok', '', NULL, 'no queue', 0, 0, 0, NULL, 0, 0, NULL, NULL, NULL, '?', 'dropped on the way out', 'these', '', '', '', 'DEVICE', 1, NULL, NULL, NULL
 WHERE NOT EXISTS (SELECT 1 FROM cause)
   AND EXISTS (SELECT 1 FROM source WHERE source IN ('qdisc', 'netstat') AND good > 1)
 ORDER BY 1, 5 DESC, 2;
