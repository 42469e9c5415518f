-- rule:     root-cause/softnet-nic-cpu-loss
-- version:  1
-- schema:   1
-- title:    TCP loses packets in this host's receive backlog
-- tags:     root-cause tcp loss receive softnet
-- requires: softnet >= 4, snmp >= 4
-- wants:    interrupts, nic, netstat, netdev, sysctl
-- after:    softirq/*, tcp-retransmit/*, nic-drops/*, cgroup/*
-- explains: softirq/backlog-drop, softirq/backlog-depth, tcp-retransmit/ratio, tcp-retransmit/tail, tcp-retransmit/ack-loss,
--           tcp-retransmit/fast-only, tcp-retransmit/lost-again, nic-drops/rx, nic-drops/tx, cgroup/veth-drops,
--           root-cause/loss-tail-200ms
-- param:    min_intervals intervals with backlog drops, and with both
-- param:    share_pct     percent   of these that also have unusually many retransmits
-- param:    min_lift      times     more often than the other intervals have them
-- param:    times_median  times     the median of the quiet intervals: unusually many retransmits a segment
-- param:    floor_pct     percent   retransmits over segments that is added to it
-- param:    min_retrans   segments  in an interval, fewer are never many
-- param:    rest_pct      percent   of the mean drops of an interval: with drops in nearly all of them those below are the quiet ones
-- param:    irq_pct       percent   of a NIC's interrupts that make a CPU its own
-- message:  {_who} dropped {drops} packets, {_nearly}in {hit_intervals} of {intervals} intervals; in {coincide_intervals} of these{_when} TCP sent unusually
--           much again ({retrans} segments){_others}
-- meaning:  The backlog of a CPU was full (softnet column 2) and threw received packets away; in the same seconds TCP had to send again. The
--           retransmits are of this host's sends and the drops hit what it receives, so acknowledgements and answers got lost: the
--           peers then report duplicates (TCPDSACKRecv: {dsacks} in these intervals). No network on the way is to blame.
-- remedy:   net.core.netdev_max_backlog is {max_backlog}:
--             sysctl -w net.core.netdev_max_backlog={_more}
--           Spread the load, {_cpus} took it:
--             echo MASK > /sys/class/net/DEVICE/queues/rx-0/rps_cpus   # or irqbalance, more queues
--           If programs hold that CPU: root-cause/ksoftirqd-starved.
-- verify:   In a new recording softnet column 2 stands still, and retransmits with it.
-- but:      Load makes both, therefore retransmits are counted for each segment sent and held against the quiet intervals. With drops in nearly
--           every interval those with few count as quiet; with no such ones the drops must only be enough to explain the retransmits,
--           which is weak. A CPU that is no NIC's by interrupts or RPS takes the packets of veth, tunnels and loopback: the same fault,
--           with one witness less. In a container softnet is the host's and the retransmits are its own.
-- see:      Documentation/networking/scaling.rst; net/core/dev.c (enqueue_to_backlog); softirq/backlog-drop
WITH p AS (
  SELECT coalesce(:min_intervals, 3) AS min_intervals,
         coalesce(:share_pct, 50)    AS share_pct,
         coalesce(:min_lift, 3)      AS min_lift,
         coalesce(:times_median, 3)  AS times_median,
         coalesce(:floor_pct, 0.05)  AS floor_pct,
         coalesce(:min_retrans, 3)   AS min_retrans,
         coalesce(:rest_pct, 20)     AS rest_pct,
         coalesce(:irq_pct, 20)      AS irq_pct
), dropper AS (
  SELECT id, entity AS cpu, cast(substr(entity, 4) AS INT) AS nr, increase FROM series
   WHERE source = 'softnet' AND name = 'dropped' AND increase > 0
), seen AS (               -- intervals end where both were captured
  SELECT x.snap FROM snapshot x
   WHERE EXISTS (SELECT 1 FROM dropper)
     AND EXISTS (SELECT 1 FROM capture c WHERE c.source = 'softnet' AND c.snap = x.snap AND +c.state IN ('ok', 'cut', 'interrupted', 'fallback'))
     AND EXISTS (SELECT 1 FROM capture c WHERE c.source = 'snmp' AND c.snap = x.snap AND +c.state IN ('ok', 'cut', 'interrupted', 'fallback'))
), tick AS (               -- of each snapshot the interval that it falls into
  SELECT x.snap, cast(min(s.snap) OVER (ORDER BY x.snap DESC) AS INT) AS ends FROM snapshot x LEFT JOIN seen s ON s.snap = x.snap
   WHERE EXISTS (SELECT 1 FROM dropper)
), dropped AS (            -- without a delta: a reset when it has a time, else the last sample, which only repeats the value
  SELECT t.ends, total(m.delta) AS n, sum(m.delta IS NULL AND m.dt > 0) AS reset
    FROM dropper d CROSS JOIN sample m ON m.series = d.id JOIN tick t ON t.snap = m.snap GROUP BY t.ends
), mib AS (
  SELECT id, name FROM series
   WHERE (source = 'snmp' AND entity = '' AND name IN ('TcpRetransSegs', 'TcpOutSegs'))
      OR (source = 'netstat' AND entity = '' AND name = 'TcpExtTCPDSACKRecv')
), sent AS (
  SELECT t.ends, total(CASE WHEN e.name = 'TcpRetransSegs' THEN m.delta END) AS retrans, total(CASE WHEN e.name = 'TcpOutSegs' THEN m.delta END) AS segs,
         total(CASE WHEN e.name = 'TcpExtTCPDSACKRecv' THEN m.delta END) AS dsacks, sum(m.delta IS NULL AND m.dt > 0) AS reset
    FROM mib e CROSS JOIN sample m ON m.series = e.id JOIN tick t ON t.snap = m.snap GROUP BY t.ends
), line AS (
  SELECT s.snap, coalesce(d.n, 0) AS n, coalesce(r.retrans, 0) AS retrans, coalesce(r.dsacks, 0) AS dsacks,
         coalesce(r.retrans, 0) * 1.0 / max(coalesce(r.segs, 0), 1) AS ratio
    FROM seen s LEFT JOIN dropped d ON d.ends = s.snap LEFT JOIN sent r ON r.ends = s.snap
   WHERE s.snap > (SELECT min(snap) FROM seen) AND coalesce(d.reset, 0) = 0 AND coalesce(r.reset, 0) = 0
), few AS (                -- a burst seldom ends with an interval: what it leaves to the next is none of its own
  SELECT CASE WHEN sum(n = 0) >= p.min_intervals THEN 0 ELSE avg(n) * p.rest_pct / 100.0 END AS n FROM line JOIN p
), sorted AS (
  SELECT l.*, l.n > few.n AS hit FROM line l JOIN few
), quiet AS (              -- what is usual: the intervals with drops would raise their own measure
  SELECT coalesce(max(n), 0) AS n, max(CASE WHEN r = n / 2 + 1 THEN ratio END) AS median
    FROM (SELECT ratio, row_number() OVER (ORDER BY ratio) AS r, count(*) OVER () AS n FROM sorted WHERE NOT hit)
), mark AS (
  SELECT l.*, l.retrans >= p.min_retrans
           AND l.ratio > CASE WHEN q.n >= p.min_intervals THEN p.times_median * q.median ELSE 0 END + p.floor_pct / 100.0 AS many
    FROM sorted l JOIN quiet q JOIN p
), beside AS (
  SELECT *, lag(many) OVER w AS earlier, lead(many) OVER w AS later FROM mark WINDOW w AS (ORDER BY snap)
), tally AS (
  SELECT count(*) AS intervals, coalesce(sum(hit), 0) AS hit, coalesce(sum(hit AND many), 0) AS same, coalesce(sum(hit AND later), 0) AS later,
         coalesce(sum(hit AND earlier), 0) AS earlier, coalesce(sum(NOT hit AND many), 0) AS same_not, coalesce(sum(NOT hit AND later), 0) AS later_not,
         total(n) AS drops, total(CASE WHEN NOT hit THEN n END) AS rest, total(CASE WHEN hit THEN retrans END) AS retrans, total(CASE WHEN hit THEN dsacks END) AS dsacks,
         total(dsacks) AS all_dsacks,
         min(CASE WHEN hit THEN snap END) AS first_at, max(CASE WHEN hit THEN snap END) AS last_at
    FROM beside
), shifted AS (            -- a timeout may come an interval after the drop, never before
  SELECT *, max(same, later) AS both, CASE WHEN later > same THEN later_not ELSE same_not END AS both_not,
         CASE WHEN earlier > same AND earlier > later THEN -1 WHEN later > same THEN 1 ELSE 0 END AS shift
    FROM tally
), rps AS (                -- masks are hexadecimal, the lowest CPU last: the digit of a CPU and its bit in it
  SELECT n.entity AS nic, replace(lower(n.last), ',', '') AS mask FROM series n
   WHERE EXISTS (SELECT 1 FROM dropper) AND n.source = 'nic' AND n.name GLOB 'queue:rx-*:rps_cpus' AND replace(replace(n.last, '0', ''), ',', '') <> ''
), irqs AS (
  SELECT i.nic, e.entity AS cpu, sum(e.increase) AS n FROM irq i JOIN series e ON e.source = 'interrupts' AND e.name = i.irq
   WHERE EXISTS (SELECT 1 FROM dropper) AND i.nic IS NOT NULL AND e.increase > 0 GROUP BY i.nic, e.entity
), irq_total AS (
  SELECT nic, sum(n) AS n FROM irqs GROUP BY nic
), feeds AS (
  SELECT d.cpu, d.increase, r.nic, 'RPS' AS how FROM dropper d JOIN rps r
   WHERE d.nr / 4 < length(r.mask)
     AND ((instr('0123456789abcdef', substr(r.mask, length(r.mask) - d.nr / 4, 1)) - 1) >> (d.nr % 4)) & 1
   UNION
  SELECT d.cpu, d.increase, i.nic, 'interrupts' FROM irqs i JOIN irq_total t ON t.nic = i.nic JOIN dropper d ON d.cpu = i.cpu JOIN p
   WHERE i.n * 100.0 >= p.irq_pct * t.n
), fed AS (
  SELECT count(DISTINCT cpu) AS cpus, count(DISTINCT nic) AS nics, min(nic || ' by ' || how) AS one, group_concat(DISTINCT nic) AS list FROM feeds
), device AS (             -- interfaces that count the same drops, and no more than softnet did
  SELECT count(*) AS n, group_concat(nic, char(10)) AS lines FROM (SELECT n.entity AS nic FROM (SELECT 'rx_drop' AS name UNION ALL SELECT 'tx_drop') k
    CROSS JOIN series n ON n.source = 'netdev' AND n.name = k.name CROSS JOIN shifted s
   WHERE n.increase > 0
     AND n.first_active >= s.first_at - 1 AND n.last_active <= s.last_at + 1 AND n.increase <= s.drops
   GROUP BY n.entity)
), worst AS (
  SELECT cpu, increase, (SELECT sum(increase) FROM dropper) AS total, (SELECT count(*) FROM dropper) AS cpus
    FROM dropper ORDER BY increase DESC, nr LIMIT 1
), judged AS (
  SELECT s.*, q.n AS quiet, w.cpu, w.increase AS cpu_drops, w.cpus, f.nics, f.one, f.list,
         CASE WHEN q.n >= p.min_intervals THEN (s.both * 1.0 / nullif(s.hit, 0)) / max(s.both_not * 1.0 / q.n, 0.01) END AS lift,
         device.n AS devices, device.lines,
         (SELECT max(last) FROM setting WHERE name = 'net.core.netdev_max_backlog') AS max_backlog
    FROM shifted s JOIN quiet q JOIN fed f JOIN p JOIN device LEFT JOIN worst w
), tested AS (
  SELECT j.*, j.hit >= p.min_intervals AND j.both >= p.min_intervals AND j.both * 100.0 >= p.share_pct * j.hit AND j.shift >= 0
                AND CASE WHEN j.lift IS NULL THEN j.drops >= j.retrans ELSE j.lift >= p.min_lift END AS hits
    FROM judged j JOIN p
)
SELECT CASE WHEN NOT t.hits       THEN 'ok'
            WHEN t.lift IS NULL   THEN 'warn'
            ELSE 'crit' END                       AS level,
       ''                                         AS entity,
       'cpu*' || char(10) || '**|client|**' || coalesce(char(10) || replace(t.list, ',', char(10)), '')
         || coalesce(char(10) || t.lines, '')     AS explains_entity,
       cast(t.drops AS INT)                       AS drops,
       t.hit                                      AS hit_intervals,
       t.intervals,
       t.both                                     AS coincide_intervals,
       t.both_not                                 AS retrans_only_intervals,
       t.quiet                                    AS quiet_intervals,
       round(t.lift, 1)                           AS lift,
       t.shift,
       t.cpu, t.cpu_drops, t.cpus,
       t.list                                     AS nics,
       cast(t.retrans AS INT)                     AS retrans,
       cast(t.dsacks AS INT)                      AS dsacks,
       t.max_backlog                              AS max_backlog,
       2 * coalesce(t.max_backlog, 1000)          AS _more,
       CASE t.cpus WHEN 1 THEN t.cpu ELSE t.cpus || ' CPUs, ' || t.cpu || ' most of all,' END AS _cpus,
       coalesce(t.cpu || CASE WHEN t.cpus > 1 THEN ' and ' || (t.cpus - 1) || ' more' ELSE '' END
         || CASE t.nics WHEN 0 THEN '' WHEN 1 THEN ' (takes the packets of ' || t.one || ')'
                 ELSE ' (take the packets of ' || t.nics || ' interfaces, ' || t.one || ')' END, 'no CPU') AS _who,
       CASE WHEN t.rest > 0 THEN 'nearly all ' ELSE '' END AS _nearly,
       CASE t.shift WHEN 1 THEN ' (an interval later)' WHEN -1 THEN ' (but an interval before)' ELSE '' END AS _when,
       CASE WHEN t.hit = 0 THEN '' WHEN t.lift IS NULL THEN '; no quiet intervals to compare with'
            ELSE ', and in ' || t.both_not || ' of the other ' || t.quiet END AS _others,
       1 + (t.lift IS NOT NULL AND t.nics > 0) + (t.lift IS NOT NULL AND (t.devices > 0 OR (t.dsacks >= 3 AND t.dsacks * 10 >= 6 * t.all_dsacks))) AS votes,
       (SELECT snap FROM sorted WHERE hit ORDER BY n DESC, snap LIMIT 1) AS at,
       t.first_at, t.last_at
  FROM tested t
 ORDER BY entity;
