-- rule:     root-cause/steal-noisy-neighbour
-- version:  1
-- schema:   1
-- title:    The hypervisor takes CPU time, and packets wait for it
-- tags:     root-cause cpu virtual steal latency
-- requires: stat >= 6
-- wants:    softnet, netstat
-- after:    cpu/*, softirq/*, tcp-retransmit/*
-- explains: cpu/steal, softirq/time-squeeze, softirq/backlog-drop, softirq/ksoftirqd-starved, tcp-retransmit/tail
-- param:    steal_pct     percent   of all CPUs' time in an interval
-- param:    min_intervals intervals with so much of it
-- param:    share_pct     percent   of them that have network events
-- param:    min_lift      times     more often than the other intervals have them
-- param:    load_lift     times     more events a packet than in the other intervals, so that it is not just a busy hour
-- message:  {steal_intervals} of {intervals} intervals had {:steal_pct}% or more of the CPU time stolen (worst {peak_pct}%); {with_events} of them{_when} had squeezes, drops, probes or timeouts, of the other {quiet_intervals} it was {without_events}{_load}
-- meaning:  The cause is outside of this guest: its CPUs were ready to take packets and the hypervisor ran somebody else. Receive work,
--           timers and event loops were late by as much. Nothing in the guest helps, tuning softirq limits least of all.
-- remedy:   Move the virtual machine to another host, give it dedicated CPUs, or reserve them. On burstable instances look at the CPU
--           credits of that time. Show the provider this: steal of /proc/stat beside the events of the same seconds.
-- verify:   In a new recording steal is below 1% and this finding is gone.
-- but:      Neighbours and load both peak at busy hours: events are therefore also held against the packets processed, and must be more
--           for each packet. On hosts with few events at any time a coincidence by chance needs more than {:min_intervals} intervals to be
--           ruled out. Steal of one CPU among many is lost in the average: see cpu/steal.
-- see:      proc(5), /proc/stat; cpu/steal
WITH p AS (
  SELECT coalesce(:steal_pct, 5)     AS steal_pct,
         coalesce(:min_intervals, 5) AS min_intervals,
         coalesce(:share_pct, 60)    AS share_pct,
         coalesce(:min_lift, 3)      AS min_lift,
         coalesce(:load_lift, 1.5)   AS load_lift
), steal AS (
  SELECT id, increase, (SELECT count(*) FROM series c WHERE c.source = 'stat' AND c.name = 'idle' AND c.entity LIKE 'cpu%') AS cpus
    FROM series WHERE source = 'stat' AND entity = '' AND name = 'steal'
), any_steal AS (          -- most hosts have none: then nothing below costs anything
  SELECT EXISTS (SELECT 1 FROM steal WHERE increase > 0) AS yes
), event AS (              -- what moved; SYNs that are sent again are TCPTimeouts too, and no matter of this host's CPU
  SELECT id, source, CASE name WHEN 'TcpExtTCPSynRetrans' THEN -1 ELSE 1 END AS sign FROM series
   WHERE (SELECT yes FROM any_steal) AND increase > 0
     AND ((source = 'softnet' AND name IN ('dropped', 'time_squeeze'))
       OR (source = 'netstat' AND entity = '' AND name IN ('TcpExtTCPLossProbes', 'TcpExtTCPTimeouts', 'TcpExtTCPSynRetrans')))
), packet AS (
  SELECT id FROM series WHERE (SELECT yes FROM any_steal) AND source = 'snmp' AND entity = '' AND name = 'IpInReceives'
), known AS (              -- sources that can show events at all
  SELECT source FROM source WHERE source IN ('softnet', 'netstat') AND good >= 4
), seen AS (               -- intervals end where all of them were captured
  SELECT x.snap FROM snapshot x
   WHERE (SELECT yes FROM any_steal)
     AND EXISTS (SELECT 1 FROM capture c WHERE c.source = 'stat' AND c.snap = x.snap AND +c.state IN ('ok', 'cut', 'interrupted', 'fallback'))
     AND NOT EXISTS (SELECT 1 FROM known k
                      WHERE NOT EXISTS (SELECT 1 FROM capture c WHERE c.source = k.source AND c.snap = x.snap
                                           AND +c.state IN ('ok', 'cut', 'interrupted', 'fallback')))
), tick AS (
  SELECT x.snap, x.mono, cast(min(s.snap) OVER (ORDER BY x.snap DESC) AS INT) AS ends FROM snapshot x LEFT JOIN seen s ON s.snap = x.snap
   WHERE (SELECT yes FROM any_steal)
), stolen AS (
  SELECT t.ends, total(m.delta) AS ns, sum(m.delta IS NULL AND m.dt > 0) AS reset
    FROM steal CROSS JOIN sample m ON m.series = steal.id JOIN tick t ON t.snap = m.snap GROUP BY t.ends
), struck AS (
  SELECT t.ends, max(total(CASE WHEN e.source = 'netstat' THEN e.sign * m.delta END), 0) AS tcp,
         total(CASE WHEN e.source = 'softnet' THEN m.delta END) AS softnet
    FROM event e CROSS JOIN sample m ON m.series = e.id JOIN tick t ON t.snap = m.snap WHERE m.delta > 0 GROUP BY t.ends
), load AS (
  SELECT t.ends, total(m.delta) AS packets FROM packet CROSS JOIN sample m ON m.series = packet.id JOIN tick t ON t.snap = m.snap GROUP BY t.ends
), line AS (
  SELECT s.snap, x.mono - lag(x.mono) OVER (ORDER BY s.snap) AS dt, coalesce(v.ns, 0) AS ns, coalesce(v.reset, 0) AS reset,
         coalesce(e.tcp, 0) AS tcp, coalesce(e.softnet, 0) AS softnet, l.packets
    FROM seen s JOIN snapshot x ON x.snap = s.snap
    LEFT JOIN stolen v ON v.ends = s.snap LEFT JOIN struck e ON e.ends = s.snap LEFT JOIN load l ON l.ends = s.snap
), mark AS (
  SELECT l.*, l.ns / 1e7 / (l.dt * nullif(c.cpus, 0)) AS pct, l.ns / 1e7 >= p.steal_pct * l.dt * c.cpus AS hit,
         lag(l.tcp + l.softnet > 0) OVER (ORDER BY l.snap) AS earlier, l.tcp + l.softnet > 0 AS same,
         lead(l.tcp + l.softnet > 0) OVER (ORDER BY l.snap) AS later
    FROM line l JOIN steal c JOIN p WHERE l.dt > 0 AND l.reset = 0
), tally AS (
  SELECT count(*) AS intervals, coalesce(sum(hit), 0) AS hit, max(pct) AS peak_pct,
         coalesce(sum(hit AND earlier), 0) AS earlier, coalesce(sum(hit AND same), 0) AS same, coalesce(sum(hit AND later), 0) AS later,
         coalesce(sum(NOT hit AND same), 0) AS same_not, coalesce(sum(NOT hit AND later), 0) AS later_not,
         total(CASE WHEN hit THEN tcp + softnet END) AS events, total(CASE WHEN NOT hit THEN tcp + softnet END) AS events_not,
         total(CASE WHEN hit THEN packets END) AS packets, total(CASE WHEN NOT hit THEN packets END) AS packets_not,
         coalesce(sum(hit AND tcp > 0), 0) AS with_tcp, coalesce(sum(hit AND softnet > 0), 0) AS with_softnet,
         min(CASE WHEN hit THEN snap END) AS first_at, max(CASE WHEN hit THEN snap END) AS last_at,
         (SELECT snap FROM mark WHERE hit ORDER BY pct DESC, snap LIMIT 1) AS at
    FROM mark
), shifted AS (            -- a timeout may come an interval after what caused it, never before
  SELECT *, max(same, later) AS with_events, CASE WHEN later > same THEN later_not ELSE same_not END AS without_events,
         CASE WHEN earlier > same AND earlier > later THEN -1 WHEN later > same THEN 1 ELSE 0 END AS shift,
         (events / nullif(packets, 0)) / nullif(events_not / nullif(packets_not, 0), 0) AS load_lift
    FROM tally
), judged AS (
  SELECT *, (with_events * 1.0 / nullif(hit, 0)) / max(coalesce(without_events * 1.0 / nullif(intervals - hit, 0), 0), 0.01) AS lift FROM shifted
)
SELECT CASE WHEN c.increase IS NULL OR NOT EXISTS (SELECT 1 FROM known)     THEN 'skip'
            WHEN j.hit < p.min_intervals OR j.shift < 0                     THEN 'ok'
            WHEN j.intervals - j.hit < p.min_intervals                      THEN 'ok'   -- nothing to compare with: cpu/steal stands alone
            WHEN j.with_events * 100.0 < p.share_pct * j.hit                THEN 'ok'
            WHEN j.lift < p.min_lift                                        THEN 'ok'
            WHEN j.load_lift < p.load_lift                                  THEN 'ok'
            ELSE 'warn' END                       AS level,
       ''                                         AS entity,
       'cpu*'                                     AS explains_entity,
       j.hit                                      AS steal_intervals,
       j.intervals,
       round(j.peak_pct, 1)                       AS peak_pct,
       j.with_events,
       j.intervals - j.hit                        AS quiet_intervals,
       j.without_events,
       round(j.lift, 1)                           AS lift,
       round(j.load_lift, 1)                      AS load_lift,
       j.shift,
       CASE j.shift WHEN 1 THEN ', an interval later,' ELSE '' END AS _when,
       CASE WHEN j.load_lift IS NULL THEN ''
            ELSE '; for each packet there were ' || round(j.load_lift, 1) || ' times as many events' END AS _load,
       1 + (j.with_tcp * 2 >= j.hit AND j.with_softnet * 2 >= j.hit) + coalesce(j.load_lift >= p.load_lift, 0) AS votes,
       CASE WHEN c.increase IS NULL THEN 'steal is not recorded' ELSE 'neither softnet nor netstat is recorded: no events to compare with' END AS why,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p LEFT JOIN steal c
 ORDER BY entity;
