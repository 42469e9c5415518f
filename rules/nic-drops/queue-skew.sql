-- rule:     nic-drops/queue-skew
-- version:  2
-- schema:   1
-- title:    One receive queue of a NIC takes most packets
-- tags:     nic receive queue
-- requires: ethtool >= 3
-- wants:    nic, interrupts
-- param:    min_queues  queues     of the NIC; fewer are not judged
-- param:    min_per_s   packets/s  of the NIC, below which it is idle
-- param:    max_pct     percent    of the packets that one queue may take
-- message:  {entity}: queue {queue} took {top_pct}% of {packets} received packets ({packets_per_s}/s), on {queues} queues
-- meaning:  A NIC spreads connections over its queues by a hash of their addresses and ports. Few connections, a tunnel, or a hash that
--           does not look at the ports leave one queue, and its CPU, with most of the work.
-- remedy:   See whether the table spreads, and if not, spread it; then let the hash take the ports:
--             ethtool -x {entity}
--             ethtool -X {entity} equal {queues}
--             ethtool -N {entity} rx-flow-hash tcp4 sdfn
--           For tunnels, RPS:
--             echo MASK > /sys/class/net/{entity}/queues/rx-{queue}/rps_cpus
-- verify:   No queue has more than 40% in a new recording.
-- but:      A throughput test, or one backend that gets it all by one connection: a flow is never spread. Queues that have no
--           traffic count as queues here, those beyond the number of channels do not.
-- see:      Documentation/networking/scaling.rst, RSS
WITH p AS (
  SELECT coalesce(:min_queues, 4)    AS min_queues,
         coalesce(:min_per_s, 10000) AS min_per_s,
         coalesce(:max_pct, 60)      AS max_pct
), q AS (
  SELECT nic AS entity, queue, max(increase) AS n, max(span) AS span, max(CASE WHEN increase > 0 THEN peak_snap END) AS at,
         min(CASE WHEN increase > 0 THEN first_active END) AS first_at, max(CASE WHEN increase > 0 THEN last_active END) AS last_at,
         max(active) AS active, max(intervals) AS intervals
    FROM nic_counter WHERE meaning = 'rx_packets' AND queue IS NOT NULL AND increase IS NOT NULL GROUP BY nic, queue
), channels AS (
  SELECT entity, nullif(coalesce(max(CASE WHEN name = 'channels_combined' THEN last END), 0)
                        + coalesce(max(CASE WHEN name = 'channels_rx' THEN last END), 0), 0) AS n
    FROM gauge WHERE source = 'nic' AND name IN ('channels_combined', 'channels_rx') GROUP BY entity
), sums AS (
  SELECT q.entity, sum(q.n) AS total, max(q.span) AS span, min(count(*), coalesce(max(c.n), count(*))) AS queues
    FROM q LEFT JOIN channels c ON c.entity = q.entity GROUP BY q.entity
), top AS (
  SELECT entity, queue, n, at, first_at, last_at, active, intervals, row_number() OVER (PARTITION BY entity ORDER BY n DESC, queue) AS r FROM q
)
SELECT CASE WHEN s.span IS NULL OR s.span = 0               THEN 'skip'
            WHEN s.queues < p.min_queues                    THEN 'ok'
            WHEN s.total < p.min_per_s * s.span             THEN 'ok'
            WHEN t.n * 100.0 >= p.max_pct * s.total         THEN 'warn'
            ELSE 'ok' END                  AS level,
       s.entity,
       t.queue,
       round(t.n * 100.0 / nullif(s.total, 0), 1) AS top_pct,
       s.total                             AS packets,
       round(s.total / nullif(s.span, 0))  AS packets_per_s,
       s.queues,
       t.active                            AS intervals_hit,
       t.intervals,
       t.at, t.first_at, t.last_at
  FROM sums s JOIN p
  JOIN top t ON t.entity = s.entity AND t.r = 1
 ORDER BY top_pct DESC, s.entity;
