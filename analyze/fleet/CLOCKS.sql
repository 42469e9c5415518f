-- section: CLOCKS
-- order: 40
-- about: the windows by each host's own wall clock; offset is from the beginning of the earliest; --all has each host
-- empty: no bundle says when it was recorded
-- table: what can be told
-- layout: list
WITH b AS (
  SELECT s.*, (SELECT value FROM metric m WHERE m.bundle = s.id AND m.name = 'clock/unsynced') AS unsynced,
         (SELECT value FROM metric m WHERE m.bundle = s.id AND m.name = 'clock/error_bound') AS bound,
         (SELECT value FROM metric m WHERE m.bundle = s.id AND m.name = 'clock/step') AS step
    FROM shown s WHERE s.started_ns IS NOT NULL
)
SELECT CASE WHEN min(ended_ns) >= max(started_ns)
            THEN strftime('%Y-%m-%d %H:%M:%SZ', max(started_ns) / 1000000000, 'unixepoch') || ', for '
                 || human((min(ended_ns) - max(started_ns)) / 1e9, 's')
            ELSE 'none: there is no moment that all of them saw' END AS "common to all",
       (max(started_ns) - min(started_ns)) / 1e9 AS "begin within_s",
       count(CASE WHEN unsynced = 0 THEN 1 END) || ' of ' || count(*) AS "kept by NTP or PTP",
       max(CASE WHEN unsynced = 0 THEN bound END) AS "their largest error bound_ns",
       nullif(count(CASE WHEN unsynced = 1 THEN 1 END), 0) AS "kept by nobody",
       nullif(count(CASE WHEN unsynced IS NULL THEN 1 END), 0) AS "not recorded (adjtimex)",
       nullif(count(CASE WHEN step >= 0.1 THEN 1 END), 0) AS "set in the window",
       CASE WHEN count(CASE WHEN unsynced = 0 THEN 1 END) < count(*)
            THEN 'a clock that nobody keeps may be off by any amount: a bundle alone cannot say by how much, so "at once" and the offsets hold '
                 || 'only between hosts whose clocks are kept'
            ELSE 'every kernel says that its clock is kept: times of different hosts agree within the error bounds' END AS so
  FROM b HAVING count(*) > 0;
-- table:
-- always: host, offset_s
-- top: 60
WITH b AS (
  SELECT s.*, (SELECT min(started_ns) FROM shown) AS first_ns, (SELECT max(ended_ns) FROM shown) AS last_ns,
         (SELECT value FROM metric m WHERE m.bundle = s.id AND m.name = 'clock/unsynced') AS unsynced,
         (SELECT value FROM metric m WHERE m.bundle = s.id AND m.name = 'clock/error_bound') AS bound,
         (SELECT value FROM metric m WHERE m.bundle = s.id AND m.name = 'clock/step') AS step
    FROM shown s WHERE s.started_ns IS NOT NULL
), edge AS (
  SELECT id, started_ns AS at_ns, 1 AS begins FROM b UNION ALL SELECT id, ended_ns, 0 FROM b
), passed AS (
  SELECT id, begins, sum(begins) OVER (ORDER BY at_ns GROUPS UNBOUNDED PRECEDING) AS begun,
         sum(1 - begins) OVER (ORDER BY at_ns GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS over
    FROM edge
), o AS (                  -- those that had begun by its end, but for itself and for those that were over before it began
  SELECT id, sum(CASE begins WHEN 0 THEN begun ELSE -coalesce(over, 0) END) - 1 AS n FROM passed GROUP BY id
), slice(i) AS (
  SELECT 0 UNION ALL SELECT i + 1 FROM slice WHERE i < 29
), axis AS (
  SELECT b.id, cells(i, 30, CASE WHEN b.started_ns <= b.first_ns + (b.last_ns - b.first_ns) / 30 * (i + 1)
                                  AND b.ended_ns >= b.first_ns + (b.last_ns - b.first_ns) / 30 * i THEN 1 ELSE 0 END) AS spark
    FROM b JOIN slice GROUP BY b.id
), said AS (              -- a row a bundle
  SELECT b.host, b.started_ns, (b.started_ns - b.first_ns) / 1e9 AS offset_s, (b.ended_ns - b.started_ns) / 1e9 AS length_s, coalesce(o.n, 0) AS n,
         CASE b.unsynced WHEN 0 THEN 'kept' WHEN 1 THEN 'by nobody' ELSE 'not recorded' END
           || CASE WHEN coalesce(o.n, 0) = 0 AND (SELECT count(*) FROM b) > 1
                   THEN CASE b.unsynced WHEN 0 THEN ', another time' ELSE ', another time or a wrong clock' END ELSE '' END AS clock,
         CASE b.unsynced WHEN 0 THEN b.bound END AS bound_ns, CASE WHEN b.step >= 0.1 THEN b.step END AS stepped_s, axis.spark
    FROM b LEFT JOIN o ON o.id = b.id JOIN axis ON axis.id = b.id
), alike AS (              -- those that began within a second, and of which the same is to be said, are one row but with --all
  SELECT *, count(*) OVER w AS of, row_number() OVER (PARTITION BY CASE WHEN (SELECT all_rows FROM wanted) THEN host END, started_ns / 1000000000,
                round(length_s), n = 0, clock, stepped_s ORDER BY started_ns, host) AS nth,
         max(bound_ns) OVER w AS most_bound_ns, min(n) OVER w AS least_n
    FROM said
  WINDOW w AS (PARTITION BY CASE WHEN (SELECT all_rows FROM wanted) THEN host END, started_ns / 1000000000, round(length_s), n = 0, clock, stepped_s)
)
SELECT host || CASE of WHEN 1 THEN '' ELSE ', +' || (of - 1) END AS host, strftime('%m-%d %H:%M:%SZ', started_ns / 1000000000, 'unixepoch') AS begins,
       offset_s, length_s, least_n || ' of ' || ((SELECT count(*) FROM b) - 1) AS overlaps, clock, most_bound_ns AS bound_ns, stepped_s, spark AS window_spark
  FROM alike WHERE nth = 1
 ORDER BY n = 0 DESC, started_ns, host;
