-- rule:     clock/unsynced
-- version:  1
-- schema:   1
-- title:    The clock is not kept by anybody
-- tags:     clock evidence
-- requires: clock >= 1
-- wants:    daemon
-- message:  the kernel holds its clock for unsynchronised (status {status}, error up to {maxerror_ms} ms); {daemons}
-- meaning:  Times of this host's logs and of this recording cannot be laid beside those of another host, and linkerd's
--           transit_latency_ms (caller's clock against its own) means nothing. Rates and latencies measured on this host alone hold.
-- remedy:   See who sets the clock (now: {daemons}):
--             chronyc tracking
--             timedatectl
--           Let one daemon do it:
--             systemctl enable --now chronyd
-- verify:   timedatectl says: System clock synchronized: yes
-- but:      Some hypervisors' guest tools and some daemons set the clock without telling the kernel. In a container the daemon is the
--           host's and cannot be seen; the status is the host's.
-- see:      adjtimex(2), STA_UNSYNC; Finagle metrics, transit_latency_ms
WITH c AS (
  SELECT max(CASE WHEN name = 'status' THEN last END)      AS status,
         max(CASE WHEN name = 'state' THEN last END)       AS state,
         max(CASE WHEN name = 'maxerror' THEN last END)    AS maxerror
    FROM gauge WHERE source = 'clock' AND entity = ''
), d AS (
  SELECT group_concat(entity, ', ') AS names
    FROM (SELECT entity FROM series WHERE source = 'daemon' AND name = 'pid'
             AND entity IN ('chronyd', 'ntpd', 'ptp4l', 'phc2sys', 'systemd-timesyn') ORDER BY entity)
)
SELECT CASE WHEN c.status IS NULL                            THEN 'skip'
            WHEN (c.status & 64) <> 0 OR c.state = 5         THEN 'info'
            ELSE 'ok' END                                            AS level,
       ''                                                            AS entity,
       c.status,
       c.state,
       round(c.maxerror / 1e6, 1)                                    AS maxerror_ms,
       coalesce(d.names || ' runs', 'no daemon that sets it was seen') AS daemons
  FROM c JOIN d
 ORDER BY entity;
