-- rule:     cpu/freq
-- version:  1
-- schema:   1
-- title:    The CPUs' clock is chosen to save power while latencies are bad
-- tags:     cpu latency settings
-- requires: cpufreq >= 1
-- wants:    cpuinfo
-- after:    linkerd-backend/*
-- message:  {slow} of {cpus} CPUs have the governor {governor} (driver {driver}, at most {max_mhz} of {hw_mhz} MHz), and {latencies} findings are about latency
-- meaning:  ondemand and conservative raise the clock only after a CPU was busy for some 10 ms, powersave (of the generic drivers) never:
--           a request that wakes an idle CPU is served at the lowest clock. It costs tenths of milliseconds to milliseconds, not
--           200 ms. powersave of intel_pstate and amd-pstate-epp is another thing under the same name and is fine.
-- remedy:   Choose for speed, by hand or with a profile:
--             cpupower frequency-set -g performance   # now {governor}
--             tuned-adm profile network-latency
-- verify:   This prints performance for each CPU, and the latencies are better:
--             cat /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor
-- but:      Spoken only where linkerd's latencies are bad: by itself a governor is no fault. In a virtual machine the host's governor
--           counts, and is not seen. Deep sleep states of idle CPUs cost as much and are not recorded.
-- see:      Documentation/admin-guide/pm/cpufreq.rst, intel_pstate.rst
WITH c AS (
  SELECT entity AS cpu, max(CASE WHEN name = 'scaling_governor' THEN last END) AS governor,
         max(CASE WHEN name = 'scaling_driver' THEN last END)   AS driver,
         max(CASE WHEN name = 'scaling_max_freq' THEN last END) AS max_hz,
         max(CASE WHEN name = 'cpuinfo_max_freq' THEN last END) AS hw_hz
    FROM series WHERE source = 'cpufreq' GROUP BY entity
), mark AS (
  SELECT *, governor IN ('ondemand', 'conservative')
              OR governor = 'powersave' AND coalesce(driver, '') NOT IN ('intel_pstate', 'amd_pstate_epp', 'amd-pstate-epp') AS slow
    FROM c WHERE governor IS NOT NULL
), n AS (
  SELECT count(*) AS cpus, sum(slow) AS slow,
         coalesce(min(CASE WHEN slow THEN governor END), min(governor)) AS governor,
         coalesce(min(CASE WHEN slow THEN driver END), min(driver))     AS driver,
         min(max_hz) AS max_hz, max(hw_hz) AS hw_hz
    FROM mark
), f AS (
  SELECT count(*) AS n, min(at) AS at FROM finding
   WHERE level IN ('warn', 'crit')
     AND rule IN ('linkerd-backend/p999-200ms', 'linkerd-backend/latency-spike', 'linkerd-backend/internal-latency',
                  'linkerd-backend/connect-latency', 'linkerd-backend/similarly-slow')
)
SELECT CASE WHEN n.cpus = 0               THEN 'skip'
            WHEN n.slow > 0 AND f.n > 0   THEN 'info'
            ELSE 'ok' END                      AS level,
       ''                                      AS entity,
       n.governor,
       coalesce(n.driver, '?')                 AS driver,
       n.slow,
       n.cpus,
       coalesce(n.max_hz / 1000000, '?')       AS max_mhz,
       coalesce(n.hw_hz / 1000000, '?')        AS hw_mhz,
       f.n                                     AS latencies
  FROM n JOIN f
 ORDER BY entity;
