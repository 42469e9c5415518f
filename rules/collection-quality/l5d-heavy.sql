-- rule:     collection-quality/l5d-heavy
-- version:  2
-- schema:   1
-- title:    Fetching linkerd's metrics is expensive
-- tags:     evidence linkerd
-- requires: linkerd >= 2
-- applies:  linkerd
-- param:    fetch_ms   ms       median of a fetch
-- param:    big_mb     MB       median size of an answer
-- param:    share_pct  percent  of the time in which a fetch was under way
-- message:  {endpoint}: its metrics take {fetch_ms} ms and {size_bytes} a fetch (medians of {fetches}; at worst {worst_ms} ms), {share_pct}% of the time
-- meaning:  linkerd makes the whole text of all clients and services for each fetch, and with hundreds of them that costs
--           requests their time: with 800 services and a fetch a second the slowest went from 10 to 70 ms. Spikes every few
--           seconds in this recording may be the recording's own, or those of a monitoring that fetches too.
-- remedy:   Record with longer pauses:
--             nettape-collect --pace metrics=30s --pace client-state=1m --pace prometheus=30s
--           Let every monitoring fetch less often as well; use linkerd 1.4.4 or later; and let idle clients go (they are
--           removed after ten minutes since 1.1.0).
-- verify:   This finding is absent in a new recording.
-- but:      A linkerd that is busy or in a collection answers late for other reasons: see linkerd-jvm/gc-pause.
-- see:      linkerd issues 2009, 2113
WITH p AS (
  SELECT coalesce(:fetch_ms, 200) AS fetch_ms,
         coalesce(:big_mb, 5)     AS big_mb,
         coalesce(:share_pct, 5)  AS share_pct
), fetch AS (
  SELECT entity, snap, cost_s, bytes, dt,
         row_number() OVER (PARTITION BY entity ORDER BY cost_s, snap)           AS by_cost,
         row_number() OVER (PARTITION BY entity ORDER BY bytes, snap)            AS by_bytes,
         count(*) OVER (PARTITION BY entity)                                     AS n
    FROM capture
   WHERE source = 'linkerd' AND state = 'ok' AND (member LIKE '%/metrics.json%' OR member LIKE '%/metrics' OR member LIKE '%/prometheus') AND cost_s IS NOT NULL
), tally AS (
  SELECT entity, max(n) AS n,
         max(CASE WHEN by_cost = (n + 1) / 2 THEN cost_s END)   AS cost_s,
         max(CASE WHEN by_bytes = (n + 1) / 2 THEN bytes END)   AS bytes,
         max(cost_s)                                            AS worst_s,
         max(CASE WHEN by_cost = n THEN snap END)               AS at,
         sum(CASE WHEN dt > 0 THEN cost_s END) * 100.0 / nullif(sum(dt), 0) AS share_pct
    FROM fetch GROUP BY entity
)
SELECT CASE WHEN t.n < 2                              THEN 'skip'
            WHEN t.cost_s * 1000 >= p.fetch_ms
              OR t.bytes >= p.big_mb * 1000000
              OR t.share_pct >= p.share_pct           THEN 'warn'
            ELSE 'ok' END                           AS level,
       t.entity,
       CASE t.entity WHEN '' THEN 'linkerd' ELSE t.entity END AS endpoint,
       round(t.cost_s * 1000, 1)                    AS fetch_ms,
       t.bytes                                      AS size_bytes,
       round(t.worst_s * 1000, 1)                   AS worst_ms,
       round(t.share_pct, 2)                        AS share_pct,
       t.n                                          AS fetches,
       t.at
  FROM tally t JOIN p
 ORDER BY t.cost_s DESC, t.entity;
