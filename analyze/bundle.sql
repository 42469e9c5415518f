-- What the bundle read last says of itself, from meta.  See store_bundle.
INSERT INTO bundle
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
       max(CASE WHEN k = 'host' THEN v END), max(CASE WHEN k = 'kernel' THEN v END),
       max(CASE WHEN k = 'boot_id' THEN v END), max(CASE WHEN k = 'tool_version' THEN v END),
       max(CASE WHEN k = 'window_asked_s' THEN v END), max(CASE WHEN k = 'interval_s' THEN v END),
       max(CASE WHEN k = 'ticks_asked' THEN v END), max(CASE WHEN k = 'ticks_missed' THEN v END),
       max(CASE WHEN k = 'ticks_late' THEN v END), max(CASE WHEN k = 'end_reason' THEN v END),
       max(CASE WHEN k = 'end_detail' THEN v END), max(CASE WHEN k = 'self_cpu_ns' THEN v END),
       max(CASE WHEN k = 'self_rss_bytes' THEN v END), max(CASE WHEN k = 'raw_bytes' THEN v END),
       max(CASE WHEN k = 'bundle_bytes' THEN v END), max(CASE WHEN k = 'bundle_sha256' THEN v END),
       max(CASE WHEN k = 'options' THEN v END), max(CASE WHEN k = 'note' THEN v END)
  FROM meta WHERE ?3 > 0;
