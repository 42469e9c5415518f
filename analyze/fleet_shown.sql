-- The bundles that a fleet's report is about, from temp.given, and what each is called there: its host, with the
-- time when a host has several.  See fleet.c; the sections join `shown`.  `name` is the host's: hosts that are all
-- called "localhost" are told apart by their machine ids; who has none is one with the others of that name.
CREATE TEMP TABLE called AS
SELECT b.id, g.place, b.started_ns, b.ended_ns, b.error, b.path, b.host, b.machine_hash,
       CASE WHEN instr(b.host, '.') > 1 AND b.host GLOB '*[a-zA-Z]*.*[a-zA-Z]*' THEN substr(b.host, instr(b.host, '.')) END AS domain,
       min(b.machine_hash) OVER (PARTITION BY b.host) AS least, max(b.machine_hash) OVER (PARTITION BY b.host) AS most
  FROM (SELECT id, min(place) AS place FROM given GROUP BY id) g JOIN bundle b ON b.id = g.id;
-- The domain that two hosts or more have, and all that have one: it says nothing in a table.
CREATE TEMP TABLE shared AS
SELECT max(domain) AS domain FROM called HAVING count(DISTINCT domain) = 1 AND count(DISTINCT CASE WHEN domain IS NOT NULL THEN host END) > 1;
CREATE TEMP TABLE named AS
SELECT id, place, started_ns, ended_ns, error,
       CASE WHEN host = '' THEN replace(path, rtrim(path, replace(path, '/', '')), '')
            ELSE CASE WHEN domain = (SELECT domain FROM shared) THEN substr(host, 1, length(host) - length(domain)) ELSE host END
                 || CASE WHEN least < most THEN coalesce(' [' || substr(machine_hash, 1, 6) || ']', '') ELSE '' END END AS host
  FROM called;
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
DROP TABLE called;
DROP TABLE dated;
