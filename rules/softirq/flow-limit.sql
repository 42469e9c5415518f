-- rule:     softirq/flow-limit
-- version:  1
-- schema:   1
-- title:    The flow limit dropped packets of a flow that dominates
-- tags:     network receive kernel softnet
-- requires: softnet >= 2
-- wants:    sysctl
-- param:    min_drops  packets  growth on one CPU over the window that is worth a word
-- message:  {entity} dropped {drops} packets of the largest flow that it had to queue to a busy CPU (flow limit), in {intervals_hit} of {intervals} intervals
-- meaning:  Once a CPU's backlog queue is half full, the flow limit drops packets of the flow that sent most of the last ones, so that the
--           others get through. One flow has more packets than that CPU can take; the small flows are protected. It counts on the
--           CPU that queues the packets, {entity}, which took them from the NIC and steers them (RPS), or sent them over a veth or
--           the loopback. The CPU whose backlog is full may be another: that one counts them as dropped, see softirq/backlog-drop.
-- remedy:   Find that flow and give it a CPU of its own or fewer packets (GRO on, larger segments); which CPUs limit the flows that they
--           queue is in
--             sysctl net.core.flow_limit_cpu_bitmap   # now {bitmap}
--           If the CPU that drops is just slow, softirq/backlog-drop says how to lengthen its queue.
-- verify:   Column 11 of /proc/net/softnet_stat stands still.
-- but:      A throughput test with one connection. These packets are in the drops of softirq/backlog-drop too, mostly of another CPU.
-- see:      Documentation/networking/scaling.rst, RPS Flow Limit
WITH p AS (
  SELECT coalesce(:min_drops, 1) AS min_drops
), s AS (
  SELECT max(CASE WHEN name = 'net.core.flow_limit_cpu_bitmap' THEN last END) AS bitmap FROM setting
)
SELECT CASE WHEN c.increase IS NULL         THEN 'skip'
            WHEN c.increase >= p.min_drops  THEN 'info'
            ELSE 'ok' END        AS level,
       c.entity,
       c.increase                AS drops,
       c.active                  AS intervals_hit,
       c.intervals,
       coalesce(s.bitmap, '?')   AS bitmap,
       CASE WHEN c.increase > 0 THEN c.peak_snap END AS at,
       c.first_active            AS first_at,
       c.last_active             AS last_at
  FROM counter c JOIN p JOIN s
 WHERE c.source = 'softnet' AND c.name = 'flow_limit'
 ORDER BY c.increase DESC, c.entity;
