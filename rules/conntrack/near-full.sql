-- rule:     conntrack/near-full
-- version:  1
-- schema:   1
-- title:    The table of tracked connections is nearly full
-- tags:     conntrack netfilter
-- requires: conntrack >= 1, sysctl
-- applies:  conntrack
-- param:    warn_pct  percent  of net.netfilter.nf_conntrack_max
-- param:    crit_pct  percent  of net.netfilter.nf_conntrack_max
-- message:  up to {connections} of {limit} connections tracked ({used_pct}%), {last} at the end
-- meaning:  With a full table the kernel drops the first packet of each new connection ("nf_conntrack: table full, dropping packet"),
--           so a connect takes 1, 3, 7 s or fails, while what is open goes on.
-- remedy:   Make room, buckets along with it (now {buckets}; four entries a bucket are fine):
--             sysctl -w net.netfilter.nf_conntrack_max={_more}   # now {limit} connections
--             sysctl -w net.netfilter.nf_conntrack_buckets={_buckets}
--           Then fill it slower: connections that are kept (linkerd-pool), no tracking of the proxy's own traffic (a notrack rule),
--           shorter nf_conntrack_tcp_timeout_time_wait (now {time_wait_s} s) and _established (now {established_s} s).
-- verify:   net.netfilter.nf_conntrack_count is below 60% of the limit at the busiest time.
-- but:      The limit is of the host and the count of one network namespace: another one's entries are limited on their own, and a
--           limit that cannot be written here is set on the host. Entries of dead connections count, too.
-- see:      nf_conntrack-sysctl.rst; conntrack/drops
WITH p AS (
  SELECT coalesce(:warn_pct, 80) AS warn_pct,
         coalesce(:crit_pct, 95) AS crit_pct
), c AS (                  -- count is the sysctl, entries the same number in the statistics
  SELECT id, hi, last, peak_snap AS hi_snap FROM series
   WHERE source = 'conntrack' AND entity = '' AND name IN ('count', 'entries') AND kind = 'gauge' ORDER BY hi DESC, name LIMIT 1
), k AS (
  SELECT max(CASE WHEN name IN ('net.netfilter.nf_conntrack_max', 'net.nf_conntrack_max') THEN cast(last AS INT) END) AS most,
         max(CASE WHEN name = 'net.netfilter.nf_conntrack_buckets' THEN last END)                 AS buckets,
         max(CASE WHEN name = 'net.netfilter.nf_conntrack_tcp_timeout_time_wait' THEN last END)   AS time_wait,
         max(CASE WHEN name = 'net.netfilter.nf_conntrack_tcp_timeout_established' THEN last END) AS established
    FROM setting
), step AS (               -- samples hold changes only: the last value before a capture stands
  SELECT seen.snap, (SELECT m.value FROM sample m WHERE m.series = c.id AND m.snap <= seen.snap ORDER BY m.snap DESC LIMIT 1) AS n
    FROM c JOIN (SELECT DISTINCT snap FROM capture WHERE source = 'conntrack' AND state IN ('ok', 'fallback')) seen
), times AS (
  SELECT count(s.n) AS captures, sum(s.n * 100.0 >= p.warn_pct * k.most) AS hit,
         min(CASE WHEN s.n * 100.0 >= p.warn_pct * k.most THEN s.snap END) AS first_at,
         max(CASE WHEN s.n * 100.0 >= p.warn_pct * k.most THEN s.snap END) AS last_at
    FROM step s JOIN k JOIN p
)
SELECT CASE WHEN k.most IS NULL OR k.most = 0              THEN 'skip'
            WHEN c.hi * 100.0 >= p.crit_pct * k.most       THEN 'crit'
            WHEN c.hi * 100.0 >= p.warn_pct * k.most       THEN 'warn'
            ELSE 'ok' END                     AS level,
       ''                                     AS entity,
       cast(c.hi AS INT)                      AS connections,
       c.last,
       k.most                                 AS "limit",
       round(c.hi * 100.0 / nullif(k.most, 0), 1) AS used_pct,
       k.buckets, k.time_wait AS time_wait_s, k.established AS established_s,
       2 * k.most                             AS _more,
       max(coalesce(cast(k.buckets AS INT), 0), k.most / 2) AS _buckets,
       CASE WHEN k.most > 0 THEN '' ELSE 'net.netfilter.nf_conntrack_max is not known' END AS why,
       times.hit                              AS captures_hit,
       times.captures,
       c.hi_snap                              AS at,
       times.first_at, times.last_at
  FROM c JOIN k JOIN p JOIN times
 ORDER BY entity;
