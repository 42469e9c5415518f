-- rule:     collection-quality/truncated
-- version:  1
-- schema:   1
-- title:    The recording ended early or is cut off
-- tags:     evidence
-- requires: tick >= 1
-- message:  the recording ended by {reason} after {ticks} of {asked} ticks{_detail}; {cut_captures} captures were longer than their cap or broke off
-- meaning:  {ticks} ticks are whole and were analyzed. cut: the file has no end (the collector was killed, the disk was full, or the
--           transfer broke off); signal, size, disk, memory: the collector closed it early itself and nothing of it is missing.
-- remedy:   Compare the file's size and SHA-256 with what the collector printed (FILE.sha256). If they differ, transfer it again; else
--           record again, with room on the disk and a larger nettape-collect --max-size where that ended it.
-- verify:   This finding is gone.
-- but:      A recording that was stopped by hand (signal) is complete up to then.
-- see:      nettape-bundle(5), end.json
WITH m AS (
  SELECT max(CASE WHEN k = 'end_reason' THEN v END)  AS reason,
         max(CASE WHEN k = 'end_detail' THEN v END)  AS detail,
         max(CASE WHEN k = 'ticks_asked' THEN v END) AS asked
    FROM meta
), n AS (
  SELECT count(*) AS ticks FROM snapshot
), c AS (
  SELECT count(*) AS n FROM capture WHERE state = 'cut' AND state <> 'ok'
)
SELECT CASE WHEN m.reason IS NULL                                    THEN 'skip'
            WHEN m.reason IN ('cut', 'disk', 'memory', 'size') OR c.n > 0      THEN 'warn'
            WHEN m.reason <> 'complete'                              THEN 'info'
            ELSE 'ok' END                             AS level,
       ''                                             AS entity,
       m.reason,
       n.ticks,
       coalesce(m.asked, 'an open number of')         AS asked,
       CASE WHEN coalesce(m.detail, '') <> '' THEN ' (' || m.detail || ')' ELSE '' END AS _detail,
       c.n                                            AS cut_captures
  FROM m JOIN n JOIN c
 ORDER BY entity;
