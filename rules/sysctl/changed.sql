-- rule:     sysctl/changed
-- version:  1
-- schema:   1
-- title:    A setting was changed during the window
-- tags:     sysctl evidence
-- requires: sysctl >= 2
-- message:  {entity} was {was} at the beginning and {is} at the end ({changes} of {settings} settings changed)
-- meaning:  Somebody, or a program, tuned this host while it was recorded: curves may have a step there, and what other rules say of a
--           setting is true for one part of the window only.
-- remedy:   Ask who changed it, and see what the next boot will say:
--             grep -r {entity} /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d
-- verify:   No setting changes in a new recording.
-- but:      Values that the kernel counts up itself (inodes, tracked connections) are left out, and so are settings that came or went with
--           their interface. When in the window it was is not known: settings are read at both ends.
-- see:      sysctl(8)
WITH c AS (
  SELECT name, first AS value, last, first_active, last_active FROM series
   WHERE source = 'sysctl' AND entity = '' AND first <> last
     AND name NOT IN ('fs.inode-nr', 'fs.inode-state', 'fs.file-nr', 'fs.aio-nr', 'fs.dentry-state', 'net.netfilter.nf_conntrack_count')
), n AS (
  SELECT (SELECT count(*) FROM c) AS changes, (SELECT count(*) FROM setting) AS settings
)
SELECT level, entity, was, "is", changes, settings, at, first_at, last_at
  FROM (SELECT 'info' AS level, c.name AS entity, c.value AS was, c.last AS "is", n.changes, n.settings,
               c.last_active AS at, c.first_active AS first_at, c.last_active AS last_at FROM c JOIN n
         UNION ALL
        SELECT CASE WHEN n.settings = 0 THEN 'skip' ELSE 'ok' END, '', NULL, NULL, n.changes, n.settings, NULL, NULL, NULL FROM n)
 ORDER BY level, entity;
