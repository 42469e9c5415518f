"""What node_exporter's own test expects of its fixtures: samples of e2e-output.txt, the
Prometheus text that it makes of them, as expectations of corpus.py.

    node_softnet_dropped_total{cpu="1"} 41

A table by metric says which file holds it, in which format, and what we call it; {label}
stands for a label's value.  What node_exporter reads from files that are no part of the
fixtures (sysfs, netlink, D-Bus) or from formats that nobody here reads is not in it; nor what
it makes up: a backlog of 0 where softnet_stat has no such column.
"""
import math
import os
import re

SAMPLE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

NS = 1e9

# metric (a pattern), format, file, entity, series, times
TABLE = [(re.compile(pattern + "$"), *rest) for pattern, *rest in (
    (r"node_softnet_processed_total", "softnet", "proc/net/softnet_stat", "cpu{cpu}", "processed", 1),
    (r"node_softnet_dropped_total", "softnet", "proc/net/softnet_stat", "cpu{cpu}", "dropped", 1),
    (r"node_softnet_times_squeezed_total", "softnet", "proc/net/softnet_stat", "cpu{cpu}", "time_squeeze", 1),
    (r"node_softnet_received_rps_total", "softnet", "proc/net/softnet_stat", "cpu{cpu}", "received_rps", 1),
    (r"node_softnet_flow_limit_count_total", "softnet", "proc/net/softnet_stat", "cpu{cpu}", "flow_limit", 1),
    (r"node_interrupts_total", "interrupts", "proc/interrupts", "cpu{cpu}", "{type}", 1),
    (r"node_softirqs_functions_total", "softirqs", "proc/softirqs", "cpu{cpu}", "{type}", 1),
    (r"node_schedstat_running_seconds_total", "schedstat", "proc/schedstat", "cpu{cpu}", "run_ns", NS),
    (r"node_schedstat_waiting_seconds_total", "schedstat", "proc/schedstat", "cpu{cpu}", "wait_ns", NS),
    (r"node_schedstat_timeslices_total", "schedstat", "proc/schedstat", "cpu{cpu}", "timeslices", 1),
    (r"node_pressure_(\w+)_waiting_seconds_total", "pressure", "proc/pressure/{1}", "{1}", "some_total", NS),
    (r"node_pressure_(\w+)_stalled_seconds_total", "pressure", "proc/pressure/{1}", "{1}", "full_total", NS),
    (r"node_sockstat_(\w+)_mem_bytes", "sockstat", "proc/net/sockstat", "", "{1}_mem", 1 / 4096),
    (r"node_sockstat_(\w+6)_(inuse|memory)", "sockstat", "proc/net/sockstat6", "", "{1}_{2}", 1),
    (r"node_sockstat_(\w+[^6])_([a-z]+)", "sockstat", "proc/net/sockstat", "", "{1}_{2}", 1),
    (r"node_memory_(?!numa_)(\w+)_bytes", "meminfo", "proc/meminfo", "", "{1}", 1),
    (r"node_memory_(HugePages_\w+)", "meminfo", "proc/meminfo", "", "{1}", 1),
    (r"node_(load\d+)", "loadavg", "proc/loadavg", "", "{1}", 1),
    (r"node_vmstat_(pgpg\w+)", "vmstat", "proc/vmstat", "", "{1}", 1024),
    (r"node_vmstat_(?!pgpg)(\w+)", "vmstat", "proc/vmstat", "", "{1}", 1),
    (r"node_cpu_seconds_total", "stat", "proc/stat", "cpu{cpu}", "{mode}", NS),
    (r"node_cpu_guest_seconds_total", "stat", "proc/stat", "cpu{cpu}", "guest {mode}", NS),
    (r"node_intr_total", "stat", "proc/stat", "", "intr_total", 1),
    (r"node_context_switches_total", "stat", "proc/stat", "", "ctxt", 1),
    (r"node_boot_time_seconds", "stat", "proc/stat", "", "btime", 1),
    (r"node_forks_total", "stat", "proc/stat", "", "processes", 1),
    (r"node_(procs_\w+)", "stat", "proc/stat", "", "{1}", 1),
    (r"node_netstat_(Ip6|Icmp6|Udp6|UdpLite6)_(\w+)", "snmp6", "proc/net/snmp6", "", "{1}{2}", 1),
    (r"node_netstat_(IpExt|TcpExt|MPTcpExt)_(\w+)", "netstat", "proc/net/netstat", "", "{1}{2}", 1),
    (r"node_netstat_(Ip|Icmp|Tcp|Udp|UdpLite)_(\w+)", "snmp", "proc/net/snmp", "", "{1}{2}", 1),
    (r"node_filefd_allocated", "file_nr", "proc/sys/fs/file-nr", "", "open", 1),
    (r"node_filefd_maximum", "file_nr", "proc/sys/fs/file-nr", "", "max", 1),
    (r"node_sysctl_fs_file_nr_total", "file_nr", "proc/sys/fs/file-nr", "", "open", 1),
    (r"node_sysctl_fs_file_nr_max", "file_nr", "proc/sys/fs/file-nr", "", "max", 1),
    (r"node_sysctl_kernel_threads_max", "sysctl", "proc/sys/kernel/threads-max", "", "kernel.threads-max", 1),
    (r"node_processes_max_threads", "sysctl", "proc/sys/kernel/threads-max", "", "kernel.threads-max", 1),
    (r"node_processes_max_processes", "sysctl", "proc/sys/kernel/pid_max", "", "kernel.pid_max", 1),
    (r"node_kernel_hung_tasks_total", "sysctl", "proc/sys/kernel/hung_task_detect_count", "", "kernel.hung_task_detect_count", 1),
    (r"node_entropy_available_bits", "sysctl", "proc/sys/kernel/random/entropy_avail", "", "kernel.random.entropy_avail", 1),
    (r"node_entropy_pool_size_bits", "sysctl", "proc/sys/kernel/random/poolsize", "", "kernel.random.poolsize", 1),
    (r"node_nf_conntrack_entries", "conntrack_count", "proc/sys/net/netfilter/nf_conntrack_count", "", "count", 1),
    (r"node_nf_conntrack_entries_limit", "sysctl", "proc/sys/net/netfilter/nf_conntrack_max", "", "net.netfilter.nf_conntrack_max", 1),
    (r"node_arp_entries", "arp", "proc/net/arp", "{device}", "arp_complete", 1),
)]

# These say of the whole host or table what the file says by CPU or by socket, or the reverse.
SUMS = [(re.compile(pattern + "$"), *rest) for pattern, *rest in (
    (r"node_nf_conntrack_stat_(\w+)", "conntrack", "proc/net/stat/nf_conntrack", "{1}", "counter32"),
    (r"node_udp_queues", "proc_udp", "proc/net/udp", "{queue}_queue", "gauge"),
)]


def filled(text, match, labels):
    return text.format(*([match.group(0)] + list(match.groups())), **labels)


def name_of(series):
    """Names of ours that differ: stat's guest time is part of user and nice time."""
    return {"guest user": "guest", "guest nice": "guest_nice"}.get(series, series)


def row_of(metric, labels, value):
    for pattern, form, path, entity, series, times in TABLE:
        match = pattern.match(metric)
        if match:
            return form, filled(path, match, labels), {
                "entity": filled(entity, match, labels),
                "series": name_of(filled(series, match, labels)), "value": value * times}
    for pattern, form, path, series, kind in SUMS:
        match = pattern.match(metric)
        if match and labels.get("queue") != "tx":  # of sockets' tx queues nothing is kept
            return form, filled(path, match, labels), {
                "series": filled(series, match, labels), "kind": kind, "sum": value}
    return None


def renamed(form, row):
    """Names that node_exporter makes of the file's own."""
    if form == "meminfo":  # Active(anon)
        row["series"] = re.sub(r"^(Active|Inactive)_(anon|file)$", r"\1(\2)", row["series"])
    if form == "interrupts" and row["series"] in ("ERR", "MIS"):
        row["entity"] = ""  # of the host, for which it has cpu 0
    return row


def texts(samples):
    """A sysctl of several words has a sample for each; they are one text."""
    words = {}
    for metric, labels, _ in samples:
        if metric == "node_sysctl_info":
            words.setdefault(labels["name"], {})[int(labels["index"])] = labels["value"]
    for name, by_index in words.items():
        yield "sysctl", "proc/sys/" + name.replace(".", "/"), {
            "series": name, "value": " ".join(by_index[i] for i in sorted(by_index))}


def lnstat(samples):
    """By subsystem, metric and CPU: conntrack's stay by CPU, the neighbour tables' are summed."""
    sums = {}
    for metric, labels, value in samples:
        match = re.match(r"node_lnstat_(\w+)_total$", metric)
        if not match:
            continue
        subsystem, name = labels["subsystem"], match.group(1)
        path = "proc/net/stat/" + subsystem
        if subsystem == "nf_conntrack":
            if name != "entries" or labels["cpu"] == "0":
                entity = "" if name == "entries" else "cpu" + labels["cpu"]
                yield "conntrack", path, {"entity": entity, "series": name, "value": value}
            continue
        key = (path, subsystem, name)
        sums[key] = value if name == "entries" else sums.get(key, 0) + value
    for (path, subsystem, name), value in sums.items():
        yield "neigh", path, {"entity": subsystem, "series": name, "value": value}


def read(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            match = SAMPLE.match(line)
            if match and not line.startswith("#"):
                labels = dict(LABEL.findall(match.group(2) or ""))
                yield match.group(1), labels, float(match.group(3))


def as_they_are(path):
    """The samples of the text itself, under the names that they have there.

    Counters are whole numbers here: of seconds in nanoseconds as far as 63 bits go, of others
    without their fraction.
    """
    counters = set()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            series, _, value = line.strip().rpartition(" ")
            if series.startswith("# TYPE") and value == "counter":
                counters.add(series.split()[-1])
            if not SAMPLE.match(line) or not math.isfinite(float(value)):
                continue
            name, value = SAMPLE.match(line).group(1), float(value)
            if name in counters:
                seconds = re.search("_seconds(_total)?$", name) and value * NS < 2**63
                value = value * NS if seconds else math.trunc(value)
            yield {"series": series, "value": value}


def expectations(path, folder):
    """{(format, path of the file): [part of a row, ...]}"""
    samples = list(read(path))
    rows = [row_of(*sample) for sample in samples]
    wants = {("prometheus", f"{folder}/{os.path.basename(path)}"): list(as_they_are(path))}
    for form, file, row in [r for r in rows if r] + list(lnstat(samples)) + list(texts(samples)):
        wants.setdefault((form, f"{folder}/{file}"), []).append(renamed(form, row))
    return wants
