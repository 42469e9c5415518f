-- rule:     clock/source
-- version:  1
-- schema:   1
-- title:    Reading the clock is slow
-- tags:     clock cpu latency
-- requires: host >= 1
-- message:  the clock source is {current} (available: {available})
-- meaning:  Each reading of {current} leaves the processor or the program: a system call, and for hpet and acpi_pm a read of a slow device, one
--           or more microseconds instead of 20 ns. JVMs and event loops read the clock several times a request.
-- remedy:   A clock that is read without a system call: tsc, or kvm-clock in a virtual machine.
--           {_remedy}
--             {_command}
-- verify:   This prints tsc or kvm-clock:
--             cat /sys/devices/system/clocksource/clocksource0/current_clocksource
-- but:      The kernel may have left tsc for a reason: dmesg | grep -iE 'tsc|clocksource' says whether it was unstable. In nested
--           virtual machines and on some hypervisors there is nothing better. Sources of other architectures are not judged.
-- see:      Documentation/timers/timekeeping.rst
WITH c AS (
  SELECT max(CASE WHEN name = 'current_clocksource' THEN trim(last) END)   AS current,
         max(CASE WHEN name = 'available_clocksource' THEN trim(last) END) AS available
    FROM series WHERE source = 'host' AND entity = ''
)
SELECT CASE WHEN c.current IS NULL                                              THEN 'skip'
            WHEN c.current IN ('hpet', 'acpi_pm', 'jiffies', 'refined-jiffies', 'pit') THEN 'warn'
            WHEN c.current = 'xen'                                              THEN 'info'   -- no system call since 4.16, where the host plays along
            ELSE 'ok' END          AS level,
       ''                          AS entity,
       c.current,
       coalesce(c.available, '?')  AS available,
       CASE WHEN ' ' || c.available || ' ' LIKE '% tsc %'
            THEN 'If the kernel did not find it unstable:'
            WHEN ' ' || c.available || ' ' LIKE '% kvm-clock %'
            THEN 'Take the hypervisor''s:'
            ELSE 'There is no better one here: see why tsc is not offered, and whether the hypervisor can offer it.'
             END                   AS _remedy,
       CASE WHEN ' ' || c.available || ' ' LIKE '% tsc %'
            THEN 'echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource'
            WHEN ' ' || c.available || ' ' LIKE '% kvm-clock %'
            THEN 'echo kvm-clock > /sys/devices/system/clocksource/clocksource0/current_clocksource'
            ELSE 'dmesg | grep -iE ''tsc|clocksource'''
             END                   AS _command
  FROM c
 ORDER BY entity;
