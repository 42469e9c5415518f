-- rule:     root-cause/conntrack-full
-- version:  1
-- schema:   1
-- title:    Connections fail because the conntrack table is full
-- tags:     root-cause conntrack netfilter connect
-- requires: conntrack >= 3, sysctl
-- wants:    netstat, tcp
-- applies:  conntrack
-- after:    conntrack/*, tcp-retransmit/*, sockets/*, linkerd-backend/*
-- explains: conntrack/drops, conntrack/near-full, tcp-retransmit/syn, sockets/syn-sent, linkerd-backend/connect-latency,
--           linkerd-backend/connect-failures
-- param:    fill_pct      percent   of net.netfilter.nf_conntrack_max at either end of an interval with drops
-- param:    min_intervals intervals with drops while it is so full
-- param:    share_pct     percent   of these that also have SYNs sent again: they agree
-- param:    min_lift      times     more often than the other intervals have
-- param:    vote_intervals intervals with drops, fewer prove no coincidence
-- message:  the conntrack table was up to {fill_pct}% full ({connections} of {limit}) and {drops} packets of new connections were dropped, in {hit_intervals} of {intervals} intervals; {_syns}
-- meaning:  With a full table netfilter drops the first packet of each new connection, in either direction, while what is open goes on:
--           clients send their SYN again after 1, 3, 7 s, connects take so long or fail, and nothing is wrong with the backend or
--           the network. Making room by throwing out unanswered entries (early_drop) is counted too: their connections fail.
-- remedy:   Make room now, with buckets to it (now {buckets}):
--             sysctl -w net.netfilter.nf_conntrack_max={_more}
--             sysctl -w net.netfilter.nf_conntrack_buckets={_buckets}
--           Then fill it slower: pooled connections, a notrack rule for the proxy's own traffic, a shorter
--           net.netfilter.nf_conntrack_tcp_timeout_time_wait (now {time_wait_s} s).
-- verify:   nf_conntrack_count stays below 60% of the limit, and the drop and early_drop of conntrack -S stand still.
-- but:      The limit is of the host, the count and these drops are of one network namespace: a container cannot raise it. Failed
--           insertions (insert_failed) are packets of one flow that met, not a full table: they are left out, and subtracted from
--           drop, which counts them too. A host that only forwards drops other hosts' SYNs: its own counters show none.
-- see:      nf_conntrack-sysctl.rst; net/netfilter/nf_conntrack_core.c (table full, dropping packet); conntrack/drops
WITH p AS (
  SELECT coalesce(:fill_pct, 90)       AS fill_pct,
         coalesce(:min_intervals, 2)   AS min_intervals,
         coalesce(:share_pct, 50)      AS share_pct,
         coalesce(:min_lift, 3)        AS min_lift,
         coalesce(:vote_intervals, 3)  AS vote_intervals
), k AS (
  SELECT min(CASE WHEN name IN ('net.netfilter.nf_conntrack_max', 'net.nf_conntrack_max') THEN cast(value AS INT) END) AS most,
         max(CASE WHEN name = 'net.netfilter.nf_conntrack_buckets' THEN last END)               AS buckets,
         max(CASE WHEN name = 'net.netfilter.nf_conntrack_tcp_timeout_time_wait' THEN last END) AS time_wait
    FROM setting
), gauge_of AS (           -- count is the sysctl, entries the same number in the statistics
  SELECT id, hi FROM series
   WHERE source = 'conntrack' AND entity = '' AND name IN ('count', 'entries') ORDER BY hi DESC, name LIMIT 1
), stat AS (
  SELECT id, name FROM series
   WHERE source = 'conntrack' AND entity <> '' AND name IN ('drop', 'early_drop', 'insert_failed') AND increase > 0
), seen AS (               -- intervals end where the statistics were captured
  SELECT snap, lag(snap) OVER (ORDER BY snap) AS before
    FROM (SELECT DISTINCT snap FROM capture
           WHERE source = 'conntrack' AND member NOT LIKE '%nf\_conntrack\_count' ESCAPE '\' AND state IN ('ok', 'cut', 'interrupted', 'fallback'))
), delta AS (              -- what failed to be inserted counts as drop, too
  SELECT m.snap, sum(CASE WHEN stat.name = 'drop' THEN m.delta WHEN stat.name = 'early_drop' THEN 0 ELSE -m.delta END) AS dropped,
         total(CASE WHEN stat.name = 'early_drop' THEN m.delta END) AS early, sum(m.delta IS NULL AND m.dt > 0) AS reset
    FROM stat CROSS JOIN sample m ON m.series = stat.id
   GROUP BY m.snap
), syn AS (
  SELECT id FROM series WHERE source = 'netstat' AND entity = '' AND name = 'TcpExtTCPSynRetrans' AND increase > 0
), line AS (
  SELECT s.snap, max(coalesce(d.dropped, 0), 0) + coalesce(d.early, 0) AS n,
         CASE WHEN d.snap IS NOT NULL THEN       -- the value in force: only changes have samples
           max(coalesce((SELECT value FROM sample v WHERE v.series = g.id AND v.snap <= s.snap ORDER BY v.snap DESC LIMIT 1), 0),
               coalesce((SELECT value FROM sample v WHERE v.series = g.id AND v.snap <= s.before ORDER BY v.snap DESC LIMIT 1), 0)) END AS held,
         coalesce((SELECT sum(m.delta) FROM syn CROSS JOIN sample m ON m.series = syn.id
                    WHERE m.snap > s.before AND m.snap <= s.snap AND m.delta > 0), 0) AS syns
    FROM seen s LEFT JOIN gauge_of g LEFT JOIN delta d ON d.snap = s.snap
   WHERE s.before IS NOT NULL AND coalesce(d.reset, 0) = 0
), mark AS (
  SELECT l.*, l.n > 0 AND l.held * 100.0 >= p.fill_pct * k.most AS hit,
         lag(l.syns) OVER (ORDER BY l.snap) > 0 AS earlier, l.syns > 0 AS same, lead(l.syns) OVER (ORDER BY l.snap) > 0 AS later
    FROM line l JOIN p JOIN k
), tally AS (
  SELECT count(*) AS intervals, sum(hit) AS hit, total(CASE WHEN hit THEN n END) AS drops, total(n) AS all_drops,
         sum(hit AND earlier) AS earlier, sum(hit AND same) AS same, sum(hit AND later) AS later,
         sum(NOT hit AND same) AS same_not, sum(NOT hit AND later) AS later_not,
         min(CASE WHEN hit THEN snap END) AS first_at, max(CASE WHEN hit THEN snap END) AS last_at,
         (SELECT snap FROM mark WHERE hit ORDER BY n DESC, snap LIMIT 1) AS at
    FROM mark
), shifted AS (            -- a SYN is sent again a second after it was dropped: perhaps an interval later, never earlier
  SELECT *, max(coalesce(same, 0), coalesce(later, 0)) AS with_syns, coalesce(later, 0) > coalesce(same, 0) AS shift,
         CASE WHEN coalesce(later, 0) > coalesce(same, 0) THEN later_not ELSE same_not END AS without_hit,
         coalesce(earlier > same AND earlier > later, 0) AS lags
    FROM tally
), judged AS (
  SELECT s.*, (s.with_syns * 1.0 / nullif(s.hit, 0)) / max(coalesce(s.without_hit * 1.0 / nullif(s.intervals - s.hit, 0), 0), 0.01) AS lift,
         (SELECT good FROM source WHERE source = 'netstat') AS netstat,
         EXISTS (SELECT 1 FROM series WHERE source = 'conntrack' AND name = 'drop' AND increase IS NOT NULL) AS counted,
         (SELECT max(n) FROM tcp_state WHERE state = 'SYN-SENT') AS syn_sent
    FROM shifted s
)
SELECT CASE WHEN k.most IS NULL OR k.most = 0 OR g.hi IS NULL OR j.intervals = 0 OR NOT j.counted THEN 'skip'
            WHEN j.hit >= p.min_intervals                                                        THEN 'crit'
            ELSE 'ok' END                     AS level,
       ''                                     AS entity,
       '**'                                   AS explains_entity,
       round(g.hi * 100.0 / nullif(k.most, 0), 1) AS fill_pct,
       cast(g.hi AS INT)                      AS connections,
       k.most                                 AS "limit",
       cast(j.drops AS INT)                   AS drops,
       j.hit                                  AS hit_intervals,
       j.intervals,
       j.with_syns                            AS syn_intervals,
       round(j.lift, 1)                       AS syn_lift,
       j.shift                                AS syn_shift,
       j.syn_sent,
       k.buckets, k.time_wait AS time_wait_s,
       2 * k.most                             AS _more,
       max(coalesce(cast(k.buckets AS INT), 0), k.most / 2) AS _buckets,
       CASE WHEN coalesce(j.netstat, 0) < 2 THEN 'whether SYNs were sent again is not recorded'
            WHEN j.with_syns = 0 THEN 'this host itself sent no SYN again: it drops those of others'
            ELSE 'SYNs were sent again in ' || j.with_syns || ' of ' || j.hit || ' of them' || CASE WHEN j.shift THEN ', an interval later' ELSE '' END
       END || coalesce('; up to ' || nullif(j.syn_sent, 0) || ' sockets in SYN-SENT', '') AS _syns,
       1 + coalesce(j.hit >= p.vote_intervals AND j.with_syns * 100.0 >= p.share_pct * j.hit AND j.lift >= p.min_lift AND NOT j.lags, 0)
         + coalesce(j.syn_sent > 0, 0)        AS votes,
       CASE WHEN k.most > 0 THEN 'its statistics are not recorded' ELSE 'net.netfilter.nf_conntrack_max is not known' END AS why,
       j.at, j.first_at, j.last_at
  FROM judged j JOIN k JOIN p LEFT JOIN gauge_of g
 ORDER BY entity;
