-- rule:     sysctl/tcp-mem-units
-- version:  1
-- schema:   1
-- title:    net.ipv4.tcp_mem looks as if it were set in bytes, or is tiny
-- tags:     sysctl tcp memory
-- requires: sysctl >= 1, meminfo >= 1, meta
-- wants:    sockstat
-- param:    max_pct  percent  of the host's memory that its third value may be
-- param:    min_pct  percent  of the host's memory that it should be
-- message:  net.ipv4.tcp_mem ends at {limit_pages} pages: {limit_pct}% of the memory ({_total} MB); TCP uses {used_pages} pages at most
-- meaning:  tcp_mem counts pages (of {page_bytes}), unlike tcp_rmem and tcp_wmem. Values in bytes lift the limit beyond what there is: TCP can
--           take all memory. Too small ones make the kernel cut windows and drop packets with memory to spare.
-- remedy:   Delete the override and boot, or set pages: the kernel's own third value is about 9% of the memory.
--             grep -r tcp_mem /etc/sysctl.conf /etc/sysctl.d
-- verify:   Its third value is about 9% of the memory, in pages:
--             sysctl net.ipv4.tcp_mem
-- but:      A host of 32 bits, or with most of its memory in huge pages, has a smaller default. The setting is the host's: a
--           container sees it and cannot change it.
-- see:      tcp(7), tcp_mem; Documentation/networking/ip-sysctl.rst
WITH p AS (
  SELECT coalesce(:max_pct, 100) AS max_pct,
         coalesce(:min_pct, 1)   AS min_pct
), s AS (                  -- three numbers, with tabs or blanks between
  SELECT max(CASE WHEN name = 'net.ipv4.tcp_mem' THEN replace(last, char(9), ' ') END) AS three FROM setting
), tail AS (
  SELECT substr(three, instr(three, ' ') + 1) AS two FROM s
), v AS (
  SELECT cast(substr(two, instr(two, ' ') + 1) AS INT) AS pages FROM tail WHERE instr(two, ' ') > 0
), m AS (
  SELECT (SELECT max(last) FROM gauge WHERE source = 'meminfo' AND entity = '' AND name = 'MemTotal') AS total,
         (SELECT cast(v AS INT) FROM meta WHERE k = 'page_size_bytes')                                AS page,
         (SELECT max(hi) FROM gauge WHERE source = 'sockstat' AND entity = '' AND name = 'TCP_mem')   AS used
), r AS (
  SELECT v.pages, m.*, v.pages * m.page * 100.0 / nullif(m.total, 0) AS pct FROM m LEFT JOIN v
)
SELECT CASE WHEN r.pct IS NULL OR r.pages <= 0                 THEN 'skip'
            WHEN r.pct > p.max_pct OR r.pct < p.min_pct        THEN 'warn'
            ELSE 'ok' END           AS level,
       ''                           AS entity,
       r.pages                      AS limit_pages,
       r.pages * r.page             AS limit_bytes,
       round(r.pct, 1)              AS limit_pct,
       r.total                      AS total_bytes,
       cast(r.total / 1e6 AS INT)   AS _total,
       coalesce(r.used, '?')        AS used_pages,
       r.page                       AS page_bytes
  FROM r JOIN p
 ORDER BY entity;
