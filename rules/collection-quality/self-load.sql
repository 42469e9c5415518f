-- rule:     collection-quality/self-load
-- version:  1
-- schema:   1
-- title:    The recording itself used noticeable CPU
-- tags:     evidence
-- requires: tick >= 2
-- param:    warn_pct  percent  of one CPU
-- message:  the collector used {cpu_s} s of CPU in {window_s} s: {self_pct}% of one CPU
-- meaning:  An observer that is heavy changes what it observes. Dumps of very many sockets cost most.
-- remedy:   Take the sockets less often, or all of it with a longer --every:
--             nettape-collect --pace tcp=30s --pace tcp-info=60s
-- verify:   The share is below {warn_pct}% in a new recording.
-- but:      Very short windows: the first and the last tick take more than the others.
-- see:      nettape-collect(1)
WITH p AS (
  SELECT coalesce(:warn_pct, 2) AS warn_pct
), m AS (
  SELECT max(CASE WHEN k = 'self_cpu_ns' THEN v END) AS cpu_ns FROM meta
), w AS (
  SELECT max(mono) - min(mono) AS span FROM snapshot
)
SELECT CASE WHEN m.cpu_ns IS NULL OR w.span <= 0            THEN 'skip'
            WHEN m.cpu_ns / 1e7 >= p.warn_pct * w.span      THEN 'info'
            ELSE 'ok' END                       AS level,
       ''                                       AS entity,
       round(m.cpu_ns / 1e9, 2)                 AS cpu_s,
       round(w.span, 1)                         AS window_s,
       round(m.cpu_ns / 1e7 / w.span, 2)        AS self_pct,
       p.warn_pct
  FROM m JOIN w JOIN p
 ORDER BY entity;
