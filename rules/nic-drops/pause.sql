-- rule:     nic-drops/pause
-- version:  2
-- schema:   1
-- title:    Ethernet pause frames stop the link
-- tags:     nic latency
-- requires: ethtool >= 3
-- wants:    nic
-- param:    min_frames     frames     of one direction in the window
-- param:    min_intervals  intervals  with some of them
-- message:  {entity}: {tx_frames} pause frames sent and {rx_frames} received in the window: {counters}
-- meaning:  Sent: this host could not take what came and asked the switch to wait, which moves its queue, and its drops, to the
--           switch. Received: the switch told this host to stop, and all its flows wait, whoever they go to.
-- remedy:   Sent: as a ring that runs over (nic-drops/ring-small, irq-balance/single-cpu). Received: the switch or the network
--           behind it is full.
--             ethtool -a {entity}   # what is set: rx {pause_rx}, tx {pause_tx}
--             ethtool -G {entity} rx MAX
--           Flow control can be switched off, when those who run the network agree:
--             ethtool -A {entity} rx off tx off
-- verify:   The counters stand still.
-- but:      Lossless fabrics (RoCE) pause by design. Drivers count the same frames under several names: the largest counts.
-- see:      IEEE 802.3 Annex 31B; ethtool(8), -a
WITH p AS (
  SELECT coalesce(:min_frames, 100)  AS min_frames,
         coalesce(:min_intervals, 2) AS min_intervals
), names AS (              -- XON ends a pause, and times are no frames: their meanings are others
  SELECT nic, name, increase, active, intervals, peak_snap, first_active, last_active, meaning = 'pause_tx' AS sent
    FROM nic_counter WHERE meaning IN ('pause_tx', 'pause_rx')
), sums AS (
  SELECT nic, count(increase) AS known,
         coalesce(max(CASE WHEN sent THEN increase END), 0)     AS tx,
         coalesce(max(CASE WHEN NOT sent THEN increase END), 0) AS rx,
         max(CASE WHEN sent THEN active END)                    AS tx_active,
         max(CASE WHEN NOT sent THEN active END)                AS rx_active,
         max(intervals) AS intervals, min(first_active) AS first_at, max(last_active) AS last_at
    FROM names GROUP BY nic
), worst AS (
  SELECT nic, peak_snap, row_number() OVER (PARTITION BY nic ORDER BY sent DESC, increase DESC, name) AS r
    FROM names WHERE increase > 0
), said AS (
  SELECT nic, group_concat(name || ' +' || increase, ', ') AS counters
    FROM (SELECT nic, name, increase FROM names WHERE increase > 0 ORDER BY increase DESC, name LIMIT 6) GROUP BY nic
), set_to AS (
  SELECT entity, max(CASE WHEN name = 'pause_rx' THEN last END) AS pause_rx, max(CASE WHEN name = 'pause_tx' THEN last END) AS pause_tx
    FROM series WHERE source = 'nic' AND name IN ('pause_rx', 'pause_tx') GROUP BY entity
)
SELECT CASE WHEN s.known = 0                                                 THEN 'skip'
            WHEN s.tx >= p.min_frames AND s.tx_active >= p.min_intervals     THEN 'warn'
            WHEN s.rx >= p.min_frames AND s.rx_active >= p.min_intervals     THEN 'info'
            ELSE 'ok' END           AS level,
       s.nic                        AS entity,
       s.tx                         AS tx_frames,
       s.rx                         AS rx_frames,
       s.intervals,
       coalesce(t.counters, 'none') AS counters,
       coalesce(k.pause_rx, '?')    AS pause_rx,
       coalesce(k.pause_tx, '?')    AS pause_tx,
       w.peak_snap                  AS at,
       s.first_at,
       s.last_at
  FROM sums s JOIN p
  LEFT JOIN worst w ON w.nic = s.nic AND w.r = 1
  LEFT JOIN said t ON t.nic = s.nic
  LEFT JOIN set_to k ON k.entity = s.nic
 ORDER BY s.tx DESC, s.rx DESC, s.nic;
