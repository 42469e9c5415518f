-- rule:     linkerd-jvm/gc-overhead
-- version:  1
-- schema:   1
-- title:    linkerd spends much of its time in garbage collection
-- tags:     linkerd jvm latency
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 60s
-- param:    warn_pct  percent  of the time
-- param:    crit_pct  percent  of the time
-- param:    min_ms    ms       in garbage collection altogether
-- message:  linkerd spent {gc_pct}% of {span_s} s in garbage collection ({gc_ms} ms), most of it in {collector}; {:warn_pct}% or more in {intervals_hit} of {intervals} intervals
-- meaning:  Most collectors stop the program while they work, and that time is added to the requests that were in flight: p99 and
--           p999 first. jvm/gc/msec is a 32-bit float: after days of uptime it moves in steps of up to a second. A window of less than
--           five minutes holds few collections.
-- remedy:   Give it a larger heap and a collector with short pauses, in the environment of linkerd:
--             JVM_HEAP_MIN={_heap} JVM_HEAP_MAX={_heap}   # now {_heap_now}
--             JVM_OPTIONS=-XX:+UseG1GC
--           If linkerd-jvm/heap-full fires too, look for what holds the memory.
-- verify:   jvm/gc/msec grows by less than 2% of the time.
-- but:      A concurrent collector's time (ConcurrentMarkSweep) is counted although the program runs on meanwhile.
-- see:      Finagle metrics, Jvm; linkerd-jvm/gc-pause
WITH p AS (
  SELECT coalesce(:warn_pct, 5)  AS warn_pct,
         coalesce(:crit_pct, 15) AS crit_pct,
         coalesce(:min_ms, 1000) AS min_ms
), step AS (               -- a fall is a restart; a flat metrics.json does not tell gauges from counters
  SELECT s.entity, s.name, m.snap, x.mono,
         m.value - lag(m.value) OVER (PARTITION BY s.id ORDER BY m.snap) AS grown,
         x.mono - lag(x.mono) OVER (PARTITION BY s.id ORDER BY m.snap)   AS dt,
         s.span / nullif(s.intervals, 0) AS usual_dt, s.intervals, s.kind
    FROM series s CROSS JOIN sample m ON m.series = s.id CROSS JOIN snapshot x ON x.snap = m.snap
   WHERE s.source = 'linkerd' AND s.name LIKE 'jvm/gc/%msec' AND s.kind <> 'text' AND instr(s.entity, '|') = 0
), paced AS (             -- a value stands until it changes: what grew did so in the last interval before
  SELECT *, grown >= p.warn_pct * 10 * min(dt, usual_dt) AS hit FROM step JOIN p
), tally AS (
  SELECT entity, name, sum(max(grown, 0)) AS ms, sum(CASE WHEN grown >= 0 THEN dt END) AS span_s,
         max(intervals) - sum(kind = 'gauge' AND coalesce(grown < 0, 0)) AS intervals, sum(coalesce(hit, 0)) AS hits,
         min(CASE WHEN hit THEN snap END) AS first_at, max(CASE WHEN hit THEN snap END) AS last_at
    FROM paced GROUP BY entity, name
), peak AS (
  SELECT entity, snap, row_number() OVER (PARTITION BY entity ORDER BY grown DESC, snap) AS r
    FROM step WHERE name = 'jvm/gc/msec' AND grown > 0
), part AS (
  SELECT entity, name, row_number() OVER (PARTITION BY entity ORDER BY ms DESC, name) AS r
    FROM tally WHERE name <> 'jvm/gc/msec' AND ms > 0
)
SELECT CASE WHEN coalesce(t.span_s, 0) < 10                                     THEN 'skip'
            WHEN t.ms < p.min_ms                                                THEN 'ok'
            WHEN t.ms / 10.0 >= p.crit_pct * t.span_s                           THEN 'crit'
            WHEN t.ms / 10.0 >= p.warn_pct * t.span_s                           THEN 'warn'
            ELSE 'ok' END                                            AS level,
       t.entity,
       round(t.ms / 10.0 / nullif(t.span_s, 0), 2)                   AS gc_pct,
       round(t.ms)                                                   AS gc_ms,
       round(t.span_s)                                               AS span_s,
       coalesce(replace(replace(c.name, 'jvm/gc/', ''), '/msec', ''), 'no collector that is named') AS collector,
       max(2048, coalesce(2 * (SELECT CAST(max(h.last) / 1048576 AS INT) FROM series h WHERE h.source = 'linkerd' AND h.name = 'jvm/heap/max' AND h.kind <> 'text' AND h.entity = t.entity), 0)) || 'M' AS _heap,
       coalesce((SELECT CAST(max(h.last) / 1048576 AS INT) FROM series h WHERE h.source = 'linkerd' AND h.name = 'jvm/heap/max' AND h.kind <> 'text' AND h.entity = t.entity) || 'M', '?') AS _heap_now,
       t.hits                                                        AS intervals_hit,
       t.intervals,
       k.snap                                                        AS at,
       t.first_at, t.last_at
  FROM tally t JOIN p
  LEFT JOIN part c ON c.entity = t.entity AND c.r = 1
  LEFT JOIN peak k ON k.entity = t.entity AND k.r = 1
 WHERE t.name = 'jvm/gc/msec'
 ORDER BY gc_pct DESC, t.entity;
