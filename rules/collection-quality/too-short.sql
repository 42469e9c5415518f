-- rule:     collection-quality/too-short
-- version:  1
-- schema:   1
-- title:    The window is short for some of the rules
-- tags:     evidence
-- requires: tick >= 2
-- param:    min_span_s  seconds  that most rules on ratios and quantiles want
-- param:    min_ticks   ticks    that they want
-- message:  {ticks} ticks over {window_s} s: rules on ratios, shares and linkerd's one-minute quantiles need {min_span_s} s
-- meaning:  Drops and overflows are judged in any window; ratios need volume, and linkerd's quantiles change once a minute, so that two
--           minutes hold two of them. Rules that could not be judged are listed at the end of the report, they are not "ok".
-- remedy:   Record longer while the symptom is there:
--             nettape-collect --for 5m
--           Of this recording the same rules judge what there is, with low confidence, with
--             nettape-analyze --short-window
-- verify:   This finding is gone.
-- but:      A short recording of a fault that shows at once is fine.
-- see:      nettape-collect(1)
WITH p AS (
  SELECT coalesce(:min_span_s, 120) AS min_span_s,
         coalesce(:min_ticks, 10)   AS min_ticks
), w AS (
  SELECT count(*) AS ticks, coalesce(max(mono) - min(mono), 0) AS span FROM snapshot
)
SELECT CASE WHEN w.span < p.min_span_s OR w.ticks < p.min_ticks THEN 'info' ELSE 'ok' END AS level,
       ''                 AS entity,
       w.ticks,
       round(w.span, 1)   AS window_s,
       p.min_span_s
  FROM w JOIN p
 ORDER BY entity;
