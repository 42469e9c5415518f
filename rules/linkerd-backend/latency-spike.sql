-- rule:     linkerd-backend/latency-spike
-- version:  1
-- schema:   1
-- title:    A minute with a much worse p99 than the client's other minutes
-- tags:     linkerd latency
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 120s
-- param:    times    times     worst p99 over the median p99 of the client's minutes
-- param:    min_ms   ms        and so much above that median
-- param:    min_n    requests  in a minute, fewer are not judged
-- param:    minutes  minutes   judged ones needed
-- message:  {entity}: p99 was {worst_p99_ms} ms in the minute that ends at {at}, the median of {minutes} minutes is {median_p99_ms} ms; {minutes_hit} such minute(s)
-- meaning:  A client is compared with itself, as latency is a matter of the service. linkerd freezes its histograms once a
--           minute, so this says which minute, not which second; that minute is the one to hold against the drops,
--           retransmits and stalls in this report. The live gauge pending shows it with the resolution of the captures:
--           its highest value in that minute was {pending_hi}.
-- remedy:   See which findings have their worst moment in that minute ({worst_n} requests of this client), and what moved in it:
--             nettape-analyze --db case.db BUNDLE
--             sqlite3 case.db 'SELECT source, entity, name, sum(delta) FROM metric WHERE delta > 0
--               AND snap BETWEEN {from_snap} AND {to_snap} GROUP BY 1, 2, 3 ORDER BY 4 DESC'
--           For a finer axis restart linkerd with
--             -io.buoyant.telemetry.admin.histogramSnapshotInterval=10.seconds
--           and record again.
-- verify:   No such minute in a new recording under the same load.
-- but:      Deploys and cold caches do this; minutes with fewer than {:min_n} requests are left out because their p99 is one request.
-- see:      linkerd-backend/p999-200ms, linkerd-backend/similarly-slow
WITH p AS (
  SELECT coalesce(:times, 3)   AS times,
         coalesce(:min_ms, 50) AS min_ms,
         coalesce(:min_n, 100) AS min_n,
         coalesce(:minutes, 4) AS minutes
), client AS (
  SELECT w.router, w.id, sum(w.n >= p.min_n) AS minutes,
         (SELECT m.w FROM window m           -- the worst of those that are judged
           WHERE m.router = w.router AND m.scope = 'client' AND m.id = w.id AND m.service = '' AND m.metric = 'request_latency_ms'
             AND m.n >= p.min_n ORDER BY m.p99 DESC, m.w LIMIT 1) AS worst
    FROM window w JOIN p WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms'
   GROUP BY w.router, w.id
), ranked AS (
  SELECT w.router, w.id, w.p99, row_number() OVER (PARTITION BY w.router, w.id ORDER BY w.p99, w.w) AS r
    FROM window w JOIN p
   WHERE w.scope = 'client' AND w.service = '' AND w.metric = 'request_latency_ms' AND w.n >= p.min_n
), mid AS (
  SELECT c.router, c.id, c.minutes, r.p99 AS median
    FROM ranked r JOIN client c ON c.router = r.router AND c.id = r.id WHERE r.r = (c.minutes + 1) / 2
), spike AS (
  SELECT m.router, m.id, count(*) AS n, min(m.t0) AS t0, max(m.snap) AS last_at
    FROM mid CROSS JOIN p
    CROSS JOIN window m ON m.router = mid.router AND m.scope = 'client' AND m.id = mid.id AND m.service = '' AND m.metric = 'request_latency_ms'
   WHERE m.n >= p.min_n AND m.p99 >= p.times * mid.median AND m.p99 >= mid.median + p.min_ms
   GROUP BY m.router, m.id
), judged AS (
  SELECT c.router, c.id, coalesce(mid.minutes, 0) AS minutes, mid.median, m.p99, m.n, m.snap, m.t0, m.t1,
         coalesce(s.n, 0) AS spikes, s.last_at,
         (SELECT snap FROM snapshot WHERE mono >= s.t0 ORDER BY mono LIMIT 1) AS first_at
    FROM client c
    LEFT JOIN mid ON mid.router = c.router AND mid.id = c.id
    LEFT JOIN window m ON m.router = c.router AND m.scope = 'client' AND m.id = c.id AND m.service = ''
     AND m.metric = 'request_latency_ms' AND m.w = c.worst
    LEFT JOIN spike s ON s.router = c.router AND s.id = c.id
)
SELECT CASE WHEN j.minutes < p.minutes THEN 'skip'
            WHEN j.spikes > 0          THEN 'warn'
            ELSE 'ok' END              AS level,
       j.router || '|client|' || j.id  AS entity,
       j.p99                           AS worst_p99_ms,
       j.median                        AS median_p99_ms,
       round(j.p99 / nullif(j.median, 0), 1) AS times,
       j.n                             AS worst_n,
       j.spikes                        AS minutes_hit,
       j.minutes,
       (SELECT max(m.value) FROM series s JOIN sample m ON m.series = s.id
         WHERE s.source = 'linkerd' AND s.entity = j.router || '|client|' || j.id AND s.name = 'pending'
           AND m.snap >= (SELECT snap FROM snapshot WHERE mono > j.t0 ORDER BY mono LIMIT 1)
           AND m.snap <= (SELECT snap FROM snapshot WHERE mono <= j.t1 ORDER BY mono DESC LIMIT 1)) AS pending_hi,
       (SELECT snap FROM snapshot WHERE mono >= j.t0 ORDER BY mono LIMIT 1) AS from_snap,
       j.snap                          AS to_snap,
       j.snap                          AS at,
       j.first_at, j.last_at
  FROM judged j JOIN p
 ORDER BY j.p99 / max(j.median, 1) DESC, entity;
