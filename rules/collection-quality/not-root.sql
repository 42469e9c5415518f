-- rule:     collection-quality/not-root
-- version:  1
-- schema:   1
-- title:    The collector ran without the rights to see everything
-- tags:     evidence
-- requires: tick >= 1
-- message:  recorded as uid {uid}; {denied} captures were denied{_which}
-- meaning:  Nearly everything is readable by anybody. Without root the owners of other users' sockets stay unknown (listeners without a
--           program's name), and some sysctls, interrupt affinities and driver settings are denied.
-- remedy:   Record as root, or give the file what it needs:
--             sudo nettape-collect
--             setcap cap_net_admin,cap_sys_ptrace+ep nettape-collect
-- verify:   This finding is gone.
-- but:      Root inside a container may be denied some of it too.
-- see:      capabilities(7)
WITH m AS (
  SELECT max(CASE WHEN k = 'uid' THEN v END) AS uid FROM meta
), d AS (
  SELECT count(*) AS n, count(DISTINCT member) AS members, min(member) AS example FROM capture WHERE state = 'denied' AND state <> 'ok'
)
SELECT CASE WHEN m.uid IS NULL THEN 'skip'
            WHEN m.uid <> 0    THEN 'info'
            ELSE 'ok' END     AS level,
       ''                     AS entity,
       m.uid,
       d.n                    AS denied,
       CASE WHEN d.members > 1 THEN ' (' || d.example || ' and ' || (d.members - 1) || ' more files)'
            WHEN d.members = 1 THEN ' (' || d.example || ')'
            ELSE '' END       AS _which
  FROM m JOIN d
 ORDER BY entity;
