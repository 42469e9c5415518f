-- rule:     linkerd-jvm/gc-pause
-- version:  1
-- schema:   1
-- title:    Garbage collection stopped linkerd for long
-- tags:     linkerd jvm latency
-- requires: linkerd >= 2
-- applies:  linkerd
-- param:    warn_ms  ms  longest pause
-- param:    crit_ms  ms  longest pause
-- message:  linkerd stood still for {pause_ms} ms in a garbage collection of {pool}; {pauses} pauses in {minutes} minutes, {minutes_hit} minutes with one of {:warn_ms} ms or more
-- meaning:  In a pause linkerd accepts, reads and answers nothing and no timer fires: every request in flight gets that much
--           slower, accept queues fill, and callers send their SYN again. Of the minutes that were frozen within the window.
-- remedy:   A heap of one size, large enough, and a collector with short pauses, in the environment of linkerd:
--             JVM_HEAP_MIN={_heap} JVM_HEAP_MAX={_heap}   # now {_heap_now}
--             JVM_OPTIONS="-XX:+UseG1GC -XX:MaxGCPauseMillis=50"
--           A pause that uses little CPU was swapped out or had no CPU: look at the memory and the CPU limits.
-- verify:   jvm/gc/*/pause_msec.max stays below 50 ms.
-- but:      In a full collection somebody asked for it (jmap -histo:live, a heap dump).
-- see:      Finagle metrics, Jvm; linkerd-jvm/gc-overhead, tcp-listen/overflow
WITH p AS (
  SELECT coalesce(:warn_ms, 200)  AS warn_ms,
         coalesce(:crit_ms, 1000) AS crit_ms
), pause AS (              -- w 0 ended before the window
  SELECT router AS entity, replace(replace(metric, 'jvm/gc/', ''), '/pause_msec', '') AS pool, w, snap, n, max
    FROM window WHERE scope = '' AND metric LIKE 'jvm/gc/%/pause\_msec' ESCAPE '\' AND w > 0 AND n > 0
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY entity ORDER BY max DESC, snap, pool) AS r FROM pause
)
SELECT CASE WHEN max(x.max) >= p.crit_ms THEN 'crit'
            WHEN max(x.max) >= p.warn_ms THEN 'warn'
            ELSE 'ok' END                                     AS level,
       x.entity,
       max(x.max)                                             AS pause_ms,
       max(CASE WHEN x.r = 1 THEN x.pool END)                 AS pool,
       sum(x.n)                                               AS pauses,
       count(DISTINCT x.w)                                    AS minutes,
       count(DISTINCT CASE WHEN x.max >= p.warn_ms THEN x.w END) AS minutes_hit,
       max(2048, coalesce((SELECT CAST(max(h.last) / 1048576 AS INT) FROM series h WHERE h.source = 'linkerd' AND h.name = 'jvm/heap/max' AND h.kind <> 'text' AND h.entity = x.entity), 0)) || 'M' AS _heap,
       coalesce((SELECT CAST(max(h.last) / 1048576 AS INT) FROM series h WHERE h.source = 'linkerd' AND h.name = 'jvm/heap/max' AND h.kind <> 'text' AND h.entity = x.entity) || 'M', '?') AS _heap_now,
       max(CASE WHEN x.r = 1 THEN x.snap END)                 AS at,
       min(CASE WHEN x.max >= p.warn_ms THEN x.snap END)      AS first_at,
       max(CASE WHEN x.max >= p.warn_ms THEN x.snap END)      AS last_at
  FROM ranked x JOIN p
 GROUP BY x.entity
 ORDER BY pause_ms DESC, x.entity;
