-- rule:     conntrack/churn
-- version:  1
-- schema:   1
-- title:    At this rate of connections the tracking table will be full
-- tags:     conntrack netfilter
-- requires: snmp >= 2, conntrack >= 1, sysctl
-- applies:  conntrack
-- min_span: 30s
-- param:    near_pct  percent  of nf_conntrack_max that the closed connections alone will hold
-- message:  at least {new_per_s} new TCP connections/s leave {expected} entries behind for {time_wait_s} s: {expected_pct}% of {limit} (now up to {connections})
-- meaning:  A connection that has ended stays in the table for nf_conntrack_tcp_timeout_time_wait, so the rate of connections decides
--           how full it gets, not how many are open. The rate is told by TCP itself (the greater of TcpPassiveOpens and
--           TcpActiveOpens): since 4.9 the kernel no longer counts new entries. Forwarded connections and UDP come on top.
-- remedy:   Keep connections open (linkerd-pool/client-no-reuse, linkerd-pool/server-no-reuse), or let the entries go sooner:
--             sysctl -w net.netfilter.nf_conntrack_tcp_timeout_time_wait={_less}   # now {time_wait_s} s
-- verify:   The share is below {:near_pct}% in a new recording, or nf_conntrack_count stays low.
-- but:      Connections that a notrack rule exempts, or that end by a reset (they stay for 10 s), leave nothing for so long. Only a
--           host that tracks something is judged.
-- see:      nf_conntrack-sysctl.rst; conntrack/near-full
WITH p AS (
  SELECT coalesce(:near_pct, 70) AS near_pct
), c AS (
  SELECT cast(max(hi) AS INT) AS hi FROM gauge WHERE source = 'conntrack' AND entity = '' AND name IN ('count', 'entries')
), opens AS (              -- on the loopback one connection is opened both ways: the greater, not the sum
  SELECT id, increase / nullif(span, 0) AS per_s, intervals, row_number() OVER (ORDER BY increase / nullif(span, 0) DESC, name) AS r
    FROM series WHERE source = 'snmp' AND entity = '' AND name IN ('TcpPassiveOpens', 'TcpActiveOpens')
), n AS (
  SELECT max(id) AS id, max(per_s) AS per_s, max(intervals) AS intervals FROM opens WHERE r = 1
), k AS (
  SELECT max(CASE WHEN name IN ('net.netfilter.nf_conntrack_max', 'net.nf_conntrack_max') THEN cast(last AS INT) END) AS most,
         max(CASE WHEN name = 'net.netfilter.nf_conntrack_tcp_timeout_time_wait' THEN cast(last AS INT) END) AS time_wait
    FROM setting
), e AS (
  SELECT c.hi, n.id, n.intervals, n.per_s, k.most, k.time_wait, n.per_s * k.time_wait AS expected FROM c JOIN n JOIN k
), held AS (               -- intervals whose own rate would fill it so far
  SELECT m.snap, row_number() OVER (ORDER BY m.delta / m.dt DESC, m.snap) AS worst
    FROM e JOIN p JOIN sample m ON m.series = e.id
   WHERE m.delta * e.time_wait * 100.0 >= p.near_pct * e.most * m.dt
), times AS (
  SELECT count(*) AS hit, min(snap) AS first_at, max(snap) AS last_at, max(CASE WHEN worst = 1 THEN snap END) AS at FROM held
)
SELECT CASE WHEN e.expected IS NULL OR e.most IS NULL OR coalesce(e.hi, 0) = 0 THEN 'skip'
            WHEN e.expected * 100.0 >= p.near_pct * e.most                     THEN 'info'
            ELSE 'ok' END                        AS level,
       ''                                        AS entity,
       round(e.per_s, 1)                         AS new_per_s,
       round(e.expected)                         AS expected,
       round(e.expected * 100.0 / nullif(e.most, 0), 1) AS expected_pct,
       e.hi                                      AS connections,
       e.most                                    AS "limit",
       e.time_wait                               AS time_wait_s,
       min(30, max(e.time_wait / 2, 1))          AS _less,
       CASE WHEN coalesce(e.hi, 0) = 0 THEN 'no connection is tracked here'
            ELSE 'nf_conntrack_max or the rate of connections is not known' END AS why,
       times.hit                                 AS intervals_hit,
       e.intervals,
       times.at, times.first_at, times.last_at
  FROM e JOIN p JOIN times
 ORDER BY entity;
