-- rule:     linkerd-jvm/safepoint
-- version:  1
-- schema:   1
-- title:    linkerd stands still without garbage collection
-- tags:     linkerd jvm latency
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 60s
-- param:    info_pct  percent  of the time in safepoints beside garbage collection
-- param:    warn_pct  percent  of the time in safepoints beside garbage collection
-- param:    min_ms    ms       altogether
-- message:  linkerd stood still for {stall_pct}% of {span_s} s in safepoints that were no garbage collection ({stall_ms} ms; {points} safepoints)
-- meaning:  The JVM stops all threads for more than collections: to revoke biased locks, to undo optimised code, for thread dumps. Many
--           short stops look like CPU that climbs without more requests. What jvm/gc/msec grew by is subtracted; a concurrent
--           collector's time is in that although it stops nobody, so this is the least that it can be.
-- remedy:   On Java 8 to 14, in the environment of linkerd:
--             JVM_OPTIONS="-XX:-UseBiasedLocking"
--           To see the reasons: -XX:+PrintSafepointStatistics (Java 8) or -Xlog:safepoint (later). Profilers and monitoring agents
--           that take thread dumps are another usual cause.
-- verify:   jvm/safepoint/total_time_millis grows by hardly more than jvm/gc/msec.
-- but:      Both are 32-bit floats: after days of uptime they move in steps of up to a second.
-- see:      linkerd issue 2268; linkerd-jvm/gc-overhead
WITH p AS (
  SELECT coalesce(:info_pct, 2)  AS info_pct,
         coalesce(:warn_pct, 10) AS warn_pct,
         coalesce(:min_ms, 2000) AS min_ms
), step AS (               -- a fall is a restart; a flat metrics.json does not tell gauges from counters
  SELECT s.entity, s.name, m.snap, x.mono,
         m.value - lag(m.value) OVER (PARTITION BY s.id ORDER BY m.snap) AS grown
    FROM series s JOIN sample m ON m.series = s.id JOIN snapshot x ON x.snap = m.snap
   WHERE s.source = 'linkerd' AND s.kind <> 'text'
     AND s.name IN ('jvm/gc/msec', 'jvm/safepoint/total_time_millis', 'jvm/safepoint/count')
), ranked AS (
  SELECT step.*, row_number() OVER (PARTITION BY entity, name ORDER BY max(grown, 0) DESC, snap) AS worst FROM step
), tally AS (
  SELECT entity,
         sum(name = 'jvm/safepoint/total_time_millis' AND coalesce(grown, 0) > 0)       AS hit,
         max(CASE WHEN name = 'jvm/safepoint/total_time_millis' AND grown > 0 AND worst = 1 THEN snap END) AS at,
         sum(CASE WHEN name = 'jvm/safepoint/total_time_millis' THEN max(grown, 0) END) AS safe_ms,
         sum(CASE WHEN name = 'jvm/gc/msec' THEN max(grown, 0) END)                     AS gc_ms,
         sum(CASE WHEN name = 'jvm/safepoint/count' THEN max(grown, 0) END)             AS points,
         max(CASE WHEN name = 'jvm/safepoint/total_time_millis' THEN mono END)
           - min(CASE WHEN name = 'jvm/safepoint/total_time_millis' THEN mono END)      AS span_s,
         min(CASE WHEN name = 'jvm/safepoint/total_time_millis' AND grown > 0 THEN snap END) AS first_at,
         max(CASE WHEN name = 'jvm/safepoint/total_time_millis' AND grown > 0 THEN snap END) AS last_at
    FROM ranked GROUP BY entity
), judged AS (
  SELECT *, max(safe_ms - gc_ms, 0) AS stall_ms FROM tally
)
SELECT CASE WHEN j.stall_ms IS NULL OR j.span_s < 10           THEN 'skip'
            WHEN j.stall_ms < p.min_ms                         THEN 'ok'
            WHEN j.stall_ms / 10.0 >= p.warn_pct * j.span_s    THEN 'warn'
            WHEN j.stall_ms / 10.0 >= p.info_pct * j.span_s    THEN 'info'
            ELSE 'ok' END                                 AS level,
       j.entity,
       round(j.stall_ms / 10.0 / nullif(j.span_s, 0), 2)  AS stall_pct,
       round(j.stall_ms)                                  AS stall_ms,
       round(j.gc_ms)                                     AS gc_ms,
       round(j.points)                                    AS points,
       round(j.span_s)                                    AS span_s,
       j.hit                                              AS intervals_hit,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY stall_pct DESC, j.entity;
