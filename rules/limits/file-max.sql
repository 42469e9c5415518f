-- rule:     limits/file-max
-- version:  1
-- schema:   1
-- title:    The host is running out of open files
-- tags:     limits files
-- requires: files >= 1
-- param:    crit_pct  percent  of fs.file-max
-- message:  up to {open} of {limit} open files of the whole host ({used_pct}%), {last} at the end
-- meaning:  At fs.file-max every program without CAP_SYS_ADMIN gets ENFILE: no accept(), no connect(), no open().
-- remedy:   Make room, then find who holds them (limits/fd-linkerd, sockets/close-wait):
--             sysctl -w fs.file-max={_more}   # now {limit} files
--             lsof -n | cut -d ' ' -f 1 | sort | uniq -c | sort -n | tail
-- verify:   The first number of /proc/sys/fs/file-nr is below half of the third.
-- but:      The numbers are of the host, in a container too. systemd sets the limit so high (since 240) that it cannot be met.
-- see:      proc_sys_fs(5) file-max, file-nr
WITH p AS (
  SELECT coalesce(:crit_pct, 90) AS crit_pct
), f AS (
  SELECT max(CASE WHEN name = 'open' THEN hi END)      AS hi,
         max(CASE WHEN name = 'open' THEN peak_snap END) AS hi_snap,
         max(CASE WHEN name = 'open' THEN id END)      AS id,
         max(CASE WHEN name = 'open' THEN last END)    AS last,
         max(CASE WHEN name = 'max' THEN last END)     AS most
    FROM series WHERE source = 'files' AND entity = '' AND kind = 'gauge'
), step AS (               -- samples hold changes only: the last value before a capture stands
  SELECT seen.snap, (SELECT m.value FROM sample m WHERE m.series = f.id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1) AS n
    FROM f JOIN (SELECT DISTINCT snap FROM capture WHERE source = 'files' AND state IN ('ok', 'fallback')) seen
), times AS (
  SELECT count(s.n) AS captures, sum(s.n * 100.0 >= p.crit_pct * f.most) AS hit,
         min(CASE WHEN s.n * 100.0 >= p.crit_pct * f.most THEN s.snap END) AS first_at,
         max(CASE WHEN s.n * 100.0 >= p.crit_pct * f.most THEN s.snap END) AS last_at
    FROM step s JOIN f JOIN p
)
SELECT CASE WHEN f.hi IS NULL OR coalesce(f.most, 0) <= 0 THEN 'skip'
            WHEN f.hi * 100.0 >= p.crit_pct * f.most      THEN 'crit'
            ELSE 'ok' END                         AS level,
       ''                                         AS entity,
       cast(f.hi AS INT)                          AS open,
       f.last,
       f.most                                     AS "limit",
       round(f.hi * 100.0 / nullif(f.most, 0), 1) AS used_pct,
       max(2097152, 2 * min(coalesce(f.most, 0), 1000000000)) AS _more,
       times.hit                                  AS captures_hit,
       times.captures,
       f.hi_snap                                  AS at,
       times.first_at, times.last_at
  FROM f JOIN p JOIN times
 ORDER BY entity;
