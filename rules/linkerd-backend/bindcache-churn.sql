-- rule:     linkerd-backend/bindcache-churn
-- version:  1
-- schema:   1
-- title:    linkerd's binding cache throws out what is in use
-- tags:     linkerd pooling
-- requires: linkerd >= 4
-- applies:  linkerd
-- min_span: 60s
-- param:    min_evicts    evictions  in the window
-- param:    misses_per_s  1/s        misses of all layers, steadily
-- param:    settle_s      s          after linkerd's start, in which the cache fills
-- message:  {entity}: the binding cache evicted {evicts} entries and missed {misses} times ({miss_per_s}/s) in {judged_s} s, in {intervals_hit} of {intervals} intervals; {oneshots} requests went round the cache
-- meaning:  A router keeps so many paths, trees, bounds and clients (100, and 10 clients by default in old versions, 1000 later). One more and
--           the one used least is dropped, with its connections and its statistics (counters begin anew at zero); its next request
--           binds and connects again. oneshots are requests for which there was no room at all.
-- remedy:   In the router: bindingCache (paths, trees, bounds, clients) larger than the number of names in use, idleTtlSecs larger than the
--           pauses between requests. Many names may come from the identifier, such as a header that is different each time:
--             curl -s http://127.0.0.1:9990/bound-names.json
-- verify:   evicts below rt/ROUTER/bindcache stand still and misses grow by less than one a minute.
-- but:      After a start each name misses once; the first {:settle_s} s are not counted. The gap of a restart within the
--           recording is not known.
-- see:      linkerd docs, binding cache; linkerd-pool/client-no-reuse
WITH p AS (
  SELECT coalesce(:min_evicts, 10)   AS min_evicts,
         coalesce(:misses_per_s, 1)  AS misses_per_s,
         coalesce(:settle_s, 300)    AS settle_s
), start AS (              -- monotonic second at which linkerd has settled; entity: of which linkerd
  SELECT s.entity, x.mono + p.settle_s - m.value / 1000.0 AS t
    FROM p JOIN series s ON s.source = 'linkerd' AND s.name = 'jvm/uptime'
    JOIN sample m ON m.series = s.id AND m.snap = (SELECT min(snap) FROM sample WHERE series = s.id)
    JOIN snapshot x ON x.snap = m.snap
), cache AS (
  SELECT s.id, s.entity || substr(s.name, 4, instr(s.name, '/bindcache/') - 4) AS router, coalesce(max(start.t, 0), 0) AS since,
         CASE WHEN s.name LIKE '%/evicts' THEN 'evicts' WHEN s.name LIKE '%/misses' THEN 'misses' ELSE 'oneshots' END AS what
    FROM series s LEFT JOIN start ON start.entity = s.entity
   WHERE s.source = 'linkerd' AND s.name LIKE 'rt/%/bindcache/%'
     AND (s.name LIKE '%/evicts' OR s.name LIKE '%/misses' OR s.name LIKE '%/oneshots')
), last AS (
  SELECT max(x.mono) AS t FROM capture c JOIN snapshot x ON x.snap = c.snap WHERE c.source = 'linkerd' AND c.state = 'ok'
), first AS (
  SELECT min(x.mono) AS t FROM capture c JOIN snapshot x ON x.snap = c.snap WHERE c.source = 'linkerd' AND c.state = 'ok'
), step AS (               -- a counter that was not there at first began at 0 with the first event
  SELECT c.router, c.what, m.snap, coalesce(m.delta, m.value) AS n
    FROM cache c JOIN sample m ON m.series = c.id JOIN snapshot x ON x.snap = m.snap JOIN first
   WHERE x.mono > c.since
     AND (m.delta > 0 OR (x.mono > first.t AND m.snap = (SELECT min(snap) FROM sample WHERE series = c.id)))
), tally AS (
  SELECT router,
         sum(CASE what WHEN 'evicts' THEN n END)   AS evicts,
         sum(CASE what WHEN 'misses' THEN n END)   AS misses,
         sum(CASE what WHEN 'oneshots' THEN n END) AS oneshots,
         count(DISTINCT CASE WHEN n > 0 THEN snap END) AS hits,
         min(CASE WHEN n > 0 THEN snap END) AS first_at, max(CASE WHEN n > 0 THEN snap END) AS last_at
    FROM step GROUP BY router
), moment AS (
  SELECT router, snap, row_number() OVER (PARTITION BY router ORDER BY sum(n) DESC, snap) AS r
    FROM step WHERE n > 0 AND what <> 'oneshots' GROUP BY router, snap
), router AS (
  SELECT c.router, max(last.t - max(c.since, first.t)) AS judged_s,
         (SELECT count(DISTINCT k.snap) FROM capture k JOIN snapshot x ON x.snap = k.snap
           WHERE k.source = 'linkerd' AND k.state = 'ok' AND x.mono > max(min(c.since), first.t)) AS intervals
    FROM cache c JOIN last JOIN first GROUP BY c.router
)
SELECT CASE WHEN r.judged_s < 10                                                    THEN 'skip'
            WHEN t.evicts >= p.min_evicts OR t.misses >= p.misses_per_s * r.judged_s THEN 'warn'
            ELSE 'ok' END                      AS level,
       r.router                                AS entity,
       coalesce(t.evicts, 0)                   AS evicts,
       coalesce(t.misses, 0)                   AS misses,
       round(coalesce(t.misses, 0) / r.judged_s, 2) AS miss_per_s,
       coalesce(t.oneshots, 0)                 AS oneshots,
       round(r.judged_s)                       AS judged_s,
       coalesce(t.hits, 0)                     AS intervals_hit,
       r.intervals,
       m.snap                                  AS at,
       t.first_at, t.last_at
  FROM router r JOIN p LEFT JOIN tally t ON t.router = r.router LEFT JOIN moment m ON m.router = r.router AND m.r = 1
 ORDER BY evicts DESC, misses DESC, entity;
