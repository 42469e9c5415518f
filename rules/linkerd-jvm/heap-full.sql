-- rule:     linkerd-jvm/heap-full
-- version:  1
-- schema:   1
-- title:    linkerd's heap is nearly full after garbage collection
-- tags:     linkerd jvm memory
-- requires: linkerd >= 3
-- applies:  linkerd
-- param:    warn_pct  percent   of the heap that is used after a collection
-- param:    crit_pct  percent   of the heap that is used after a collection
-- param:    captures  captures  so full
-- message:  linkerd's heap is {used_pct}% full after garbage collection (median; {used_bytes} of {max_bytes}), {captures_hit} of {captures} captures above {:warn_pct}%
-- meaning:  What is left after a collection is in use. With little room collections come back to back, each for little gain, and in the
--           end there is an OutOfMemoryError. jvm/mem/postGC is read and not jvm/heap/used, which is a sawtooth by nature.
-- remedy:   Raise JVM_HEAP_MAX (now {max_bytes}; and the container's memory limit above it). If it grows without end look for what fills it:
--             curl -s http://127.0.0.1:9990/admin/pprof/heap > heap
--             jmap -histo PID | head -30
--           Many clients and services (collection-quality/l5d-heavy) or many pending requests are the usual content.
-- verify:   jvm/mem/postGC/used stays below 70% of jvm/heap/max.
-- but:      The old generation may simply not have been collected yet: the value is of the last collection of each pool.
-- see:      Finagle metrics, Jvm; linkerd-jvm/gc-overhead
WITH p AS (
  SELECT coalesce(:warn_pct, 85) AS warn_pct,
         coalesce(:crit_pct, 95) AS crit_pct,
         coalesce(:captures, 3)  AS captures
), seen AS (
  SELECT DISTINCT snap FROM capture WHERE source = 'linkerd' AND state = 'ok'
), heap AS (               -- a flat metrics.json does not tell gauges from counters: any kind; older names lack mem
  SELECT u.entity, max(CASE WHEN u.name = 'jvm/mem/postGC/used' THEN u.id END) AS mem_id,
         max(CASE WHEN u.name = 'jvm/postGC/used' THEN u.id END) AS old_id, max(m.last) AS top
    FROM series u JOIN series m ON m.source = 'linkerd' AND m.entity = u.entity AND m.name = 'jvm/heap/max' AND m.last > 0
   WHERE u.source = 'linkerd' AND u.name IN ('jvm/mem/postGC/used', 'jvm/postGC/used')
   GROUP BY u.entity
), step AS (               -- samples hold changes only: the last value before a capture stands
  SELECT h.entity, h.top, seen.snap,
         (SELECT m.value FROM sample m WHERE m.series = coalesce(h.mem_id, h.old_id) AND m.snap <= seen.snap
           ORDER BY m.snap DESC LIMIT 1) AS used
    FROM heap h JOIN seen
), ranked AS (
  SELECT *, used * 100.0 / top AS pct, row_number() OVER (PARTITION BY entity ORDER BY used, snap) AS r,
         count(*) OVER (PARTITION BY entity) AS n
    FROM step WHERE used IS NOT NULL
)
SELECT CASE WHEN max(x.n) < p.captures                   THEN 'skip'
            WHEN sum(x.pct >= p.crit_pct) >= p.captures  THEN 'crit'
            WHEN sum(x.pct >= p.warn_pct) >= p.captures  THEN 'warn'
            ELSE 'ok' END                                       AS level,
       x.entity,
       round(max(CASE WHEN x.r = (x.n + 1) / 2 THEN x.pct END), 1) AS used_pct,
       max(CASE WHEN x.r = (x.n + 1) / 2 THEN x.used END)       AS used_bytes,
       max(x.top)                                               AS max_bytes,
       sum(x.pct >= p.warn_pct)                                 AS captures_hit,
       max(x.n)                                                 AS captures,
       max(CASE WHEN x.r = x.n THEN x.snap END)                 AS at,
       min(CASE WHEN x.pct >= p.warn_pct THEN x.snap END)       AS first_at,
       max(CASE WHEN x.pct >= p.warn_pct THEN x.snap END)       AS last_at
  FROM ranked x JOIN p
 GROUP BY x.entity
 ORDER BY used_pct DESC, x.entity;
