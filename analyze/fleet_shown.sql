-- The bundles that a fleet's report is about, from temp.given, and what each is called there: its host, with the
-- time when a host has several.  See fleet.c; the sections join `shown`.
CREATE TEMP TABLE named AS
SELECT b.id, min(g.place) AS place, b.started_ns, b.ended_ns, b.error,
       CASE WHEN b.host <> '' THEN b.host ELSE replace(b.path, rtrim(b.path, replace(b.path, '/', '')), '') END AS host
  FROM given g JOIN bundle b ON b.id = g.id
 GROUP BY b.id;
CREATE TEMP TABLE dated AS
SELECT id, place, started_ns, ended_ns, error, host AS name,
       CASE count(*) OVER (PARTITION BY host) WHEN 1 THEN host
            ELSE host || coalesce(strftime(CASE (SELECT count(DISTINCT started_ns / 86400000000000) FROM named) WHEN 1 THEN ' %H:%M:%S' ELSE ' %m-%d %H:%M:%S' END,
                                       started_ns / 1000000000, 'unixepoch'), '') END AS host
  FROM named;
CREATE TEMP TABLE shown(id INTEGER PRIMARY KEY, place INT, host TEXT, name TEXT, started_ns INT, ended_ns INT, error TEXT);
INSERT INTO shown
SELECT id, place, host || CASE row_number() OVER (PARTITION BY host ORDER BY place) WHEN 1 THEN ''
            ELSE ' (' || row_number() OVER (PARTITION BY host ORDER BY place) || ')' END, name, started_ns, ended_ns, error
  FROM dated;
DROP TABLE named;
DROP TABLE dated;
