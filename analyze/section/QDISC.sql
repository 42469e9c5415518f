-- section: QDISC
-- order: 80
-- about: queues in front of the interfaces; a drop here is seen in no interface counter
-- source: qdisc
-- empty: no queueing discipline in the window
-- table: dropped and requeued in packets, overlimits in times, over the window
-- always: dropped
-- top: 40
SELECT entity AS queue,
       max(CASE WHEN name = 'kind' THEN first END) AS kind,
       max(CASE WHEN name = 'sent_bytes' THEN increase * 1.0 / nullif(span, 0) END) AS sent_bytes_per_s,
       max(CASE WHEN name = 'sent_bytes' THEN peak_per_s END) AS max_bytes_per_s,
       max(CASE WHEN name = 'sent_packets' THEN increase * 1.0 / nullif(span, 0) END) AS packets_per_s,
       max(CASE WHEN name = 'dropped' THEN increase END) AS dropped,
       100.0 * max(CASE WHEN name = 'dropped' THEN increase END)
         / nullif(max(CASE WHEN name = 'dropped' THEN increase END) + max(CASE WHEN name = 'sent_packets' THEN increase END), 0) AS dropped_pct,
       max(CASE WHEN name = 'dropped' THEN peak_per_s END) AS dropped_max_per_s,
       max(CASE WHEN name = 'overlimits' THEN increase END) AS overlimits,
       max(CASE WHEN name = 'requeues' THEN increase END) AS requeues,
       max(CASE WHEN name = 'backlog_bytes' THEN hi END) AS backlog_max_bytes,
       max(CASE WHEN name = 'backlog_packets' THEN hi END) AS "backlog max packets",
       spark(max(CASE WHEN name = 'sent_bytes' THEN id END)) AS sent_spark
  FROM series WHERE source = 'qdisc' GROUP BY entity HAVING max(intervals) > 0
 ORDER BY max(CASE WHEN name = 'dropped' THEN increase END) DESC, max(CASE WHEN name = 'sent_bytes' THEN increase END) DESC, entity;
-- table: since boot (totals, no rates)
-- top: 40
SELECT entity AS queue, (SELECT first FROM series s WHERE s.source = 'qdisc' AND s.entity = b.entity AND s.name = 'kind') AS kind,
       max(CASE WHEN name = 'sent_bytes' THEN total END) AS sent_bytes, max(CASE WHEN name = 'sent_packets' THEN total END) AS packets,
       max(CASE WHEN name = 'dropped' THEN total END) AS dropped, max(CASE WHEN name = 'overlimits' THEN total END) AS overlimits,
       max(CASE WHEN name = 'requeues' THEN total END) AS requeues
  FROM since_boot b WHERE asked AND source = 'qdisc' GROUP BY entity
 ORDER BY max(CASE WHEN name = 'dropped' THEN total END) DESC, max(CASE WHEN name = 'sent_bytes' THEN total END) DESC, entity;
-- table: filters and their actions since they were set (totals, no rates)
-- always: dropped
-- top: 20
SELECT entity AS place, CAST(max(CASE WHEN name = 'filters' THEN last END) AS INT) AS filters, CAST(max(CASE WHEN name = 'actions' THEN last END) AS INT) AS actions,
       max(CASE WHEN name = 'packets' THEN last END) AS packets, max(CASE WHEN name = 'dropped' THEN last END) AS dropped
  FROM series WHERE source = 'tc_filter' GROUP BY entity ORDER BY max(CASE WHEN name = 'dropped' THEN last END) DESC, entity;
