-- section: FINDINGS
-- order: 10
-- about: gone only where NEW was able to judge; what a cause explains stands under it in each bundle's own report
-- empty: nothing was found in either recording
-- table: new
-- always: level
-- data: title, entity, rule
SELECT new_level AS level, rule || CASE entity WHEN '' THEN '' ELSE ' ' || entity END AS finding, new_message AS message,
       under AS "explained by", rule, entity, title
  FROM pair WHERE fate = 'new' AND suppressed IS NULL ORDER BY under IS NOT NULL, new_rank DESC, new_place;
-- table: gone
-- always: level
-- data: title, entity, rule
SELECT old_level AS level, rule || CASE entity WHEN '' THEN '' ELSE ' ' || entity END AS finding, old_message AS "was",
       CASE WHEN EXISTS (SELECT 1 FROM pair p WHERE p.rule = pair.rule AND p.new_level IS NOT NULL)
            THEN 'still found on ' || (SELECT group_concat(p.entity, ', ') FROM pair p WHERE p.rule = pair.rule AND p.new_level IS NOT NULL) END AS but,
       under AS "explained by", rule, entity, title
  FROM pair WHERE fate = 'gone' AND suppressed IS NULL ORDER BY under IS NOT NULL, old_rank DESC, old_place;
-- table: still there
-- always: level
-- data: title, entity, rule, old_level, new_level, old_message, new_message
SELECT CASE WHEN old_level = new_level THEN new_level ELSE old_level || ', now ' || new_level END AS level,
       rule || CASE entity WHEN '' THEN '' ELSE ' ' || entity END AS finding, change,
       CASE WHEN old_hits IS NOT NULL THEN old_hits || coalesce(' of ' || old_hits_of, '') END AS "was in",
       CASE WHEN new_hits IS NOT NULL THEN new_hits || coalesce(' of ' || new_hits_of, '') || ' ' || coalesce(hits_what, '') END AS "is in",
       new_message AS "is", under AS "explained by", rule, entity, title, old_level, new_level, old_message, new_message
  FROM pair WHERE fate = 'same' AND suppressed IS NULL ORDER BY under IS NOT NULL, new_rank DESC, new_place;
-- table: cannot be told: found in one, not judged in the other
-- always: level
-- data: title, entity, rule, message
SELECT coalesce(new_level, old_level) AS level, rule || CASE entity WHEN '' THEN '' ELSE ' ' || entity END AS finding,
       CASE WHEN new_level IS NULL THEN 'OLD' ELSE 'NEW' END AS "in",
       CASE WHEN new_level IS NULL THEN 'NEW: ' ELSE 'OLD: ' END || why AS why, under AS "explained by",
       coalesce(new_message, old_message) AS message, rule, entity, title
  FROM pair WHERE fate = 'unknown' AND suppressed IS NULL ORDER BY under IS NOT NULL, coalesce(new_rank, old_rank) DESC, coalesce(new_place, old_place);
-- table: suppressed by the site file
SELECT rule || CASE entity WHEN '' THEN '' ELSE ' ' || entity END AS finding, fate, suppressed AS reason
  FROM pair WHERE suppressed IS NOT NULL ORDER BY rule, entity;
