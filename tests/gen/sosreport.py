#!/usr/bin/env python3
"""sosreports as sos 3.0 to 4.12 lays them out, of one host that does not exist.

    sosreport.py VERSION FOLDER [--obfuscate] [--tailed] [--stem NAME] [--host NAME]
                 [--later SECONDS] [--boot N]

writes FOLDER/STEM/... and prints STEM.  A later report of the same boot has seen more packets.  The texts of the kernel are those of tests/dumps/selfcap,
the tools' those of tests/parse; where a file lies, under which name, and what the manifest and the
log say, follows sos of that version.  Links are links, as sos makes them.
"""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DUMP = os.path.join(HERE, "..", "dumps", "selfcap")
PARSE = os.path.join(HERE, "..", "parse")
PID = "4242"
BEGAN = 1795387213.5  # 2026-11-22T22:40:13.5Z

SS = """\
Netid State      Recv-Q Send-Q Local Address:Port Peer Address:Port
nl    UNCONN     0      0      rtnl:kernel *
u_str ESTAB      0      0      @/tmp/.x 123 * 124
udp   UNCONN     0      0      0.0.0.0:514 0.0.0.0:* users:(("rsyslogd",pid=99,fd=3)) ino:5 sk:1
tcp   LISTEN     2      1      192.0.2.1:8080 0.0.0.0:* users:(("web",pid=286,fd=3)) ino:9 sk:2
\t skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d70) cubic cwnd:10
tcp   ESTAB      0      42     %(local)s:8080 %(peer)s:99 users:(("web",pid=286,fd=4)) timer:(on,1.3ms,2) ino:10 sk:3
\t skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d0) cubic rto:204 rtt:4.1/2.0 mss:1448 cwnd:10 retrans:1/6
"""

PS = """\
USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root           1  0.4  0.1 167744 11904 ?        Ss   Nov20   0:03 /sbin/init
linkerd      814 63.5 12.5 5242880 2097152 ?     Sl   10:00 300:00 /usr/bin/java -Dkey=geheim -jar l5d.jar
root         900  0.0  0.0      0     0 ?        D    10:01   0:00 [kworker/0:1]
"""

PS_THREADS = """\
USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root           1  0.4  0.1 167744 11904 ?        -    Nov20   0:03 /sbin/init
root           -  0.4    -      -     - -        Ss   Nov20   0:03 -
linkerd      814 63.5 12.5 5242880 2097152 ?     -    10:00 300:00 /usr/bin/java -Dkey=geheim -jar l5d.jar
linkerd        - 60.0    -      -     - -        Sl   10:00 290:00 -
linkerd        -  3.5    -      -     - -        Sl   10:00  10:00 -
root         900  0.0  0.0      0     0 ?        -    10:01   0:00 [kworker/0:1]
root           -  0.0    -      -     - -        D    10:01   0:00 -
"""

ADDRESS = """\
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: veth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether ba:c4:5b:fa:28:b3 brd ff:ff:ff:ff:ff:ff
    inet %s/24 scope global veth0
"""


def text_of(path):
    with open(path, "rb") as f:
        return f.read()


def golden(name):
    return text_of(os.path.join(PARSE, name))


def mangled(command):
    """As sos makes a file's name of a command."""
    out = ""
    for c in command.replace("/", "."):
        if c.isascii() and (c.isalnum() or c in "_-."):
            out += c
        elif not out.endswith("_"):
            out += "_"
    return out.strip("_.-")


class Report:
    def __init__(self, version, obfuscate, tailed, host="web01.example.com", later=0, boot=1):
        self.version = version
        self.name = "host1" if obfuscate else host
        self.later, self.boot = later, boot
        self.host_is_first = host.startswith("web01")
        self.began = BEGAN + later
        self.at = tuple(int(n) for n in version.split(".")[:2])
        self.obfuscate, self.tailed = obfuscate, tailed
        self.files, self.links, self.commands, self.log = {}, {}, [], []

    def since(self, major, minor):
        return self.at >= (major, minor)

    def put(self, path, text):
        self.files[path] = text if isinstance(text, bytes) else text.encode()

    def run(self, plugin, command, text, status=0, folder="", name=None):
        path = "sos_commands/%s/%s%s" % (plugin, folder, name or mangled(command))
        took = 0.02 * len(self.commands) + self.later
        truncated = self.tailed and command.startswith("ss ")
        if truncated:
            self.links[path] = "../../sos_strings/%s/%s.tailed" % (plugin, mangled(command))
            path = "sos_strings/%s/%s.tailed" % (plugin, mangled(command))
        self.put(path, text)
        self.commands.append((plugin, {
            "exec": command, "filepath": path, "return_code": status, "truncated": truncated,
            "start_time": BEGAN + took, "end_time": BEGAN + took + 0.01, "run_time": 0.01, "tags": []}))

    def kernel(self):
        for folder, _, names in os.walk(DUMP):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), DUMP)
                if path.startswith("proc/pressure/") and not self.since(4, 3):
                    continue
                path = path.replace("proc/net/", "proc/%s/net/" % PID)
                self.put(path, text_of(os.path.join(folder, name)))
        pid = str(int(PID) + int(self.later))
        if self.later:  # sos has another PID, and the counters have grown by one a second
            here = "proc/%s/net/" % PID
            for path in [p for p in self.files if p.startswith(here)]:
                self.files[path.replace(here, "proc/%s/net/" % pid)] = self.files.pop(path)
            dev = self.files["proc/%s/net/dev" % pid].decode().splitlines(True)
            for i, line in enumerate(dev):
                if line.strip().startswith("lo:"):
                    words = line.split()
                    words[2] = str(int(words[2]) + int(self.later))
                    dev[i] = "  " + " ".join(words) + "\n"
            self.put("proc/%s/net/dev" % pid, "".join(dev))
        self.links["proc/net"] = "self/net"
        self.links["proc/self"] = pid
        self.put("proc/%s/net/unix" % pid, golden("proc_unix/hostile-paths.in"))
        self.put("proc/%s/net/netlink" % pid, "sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode\n")
        self.put("proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro inst.rootpw=geheim mitigations=off\n")
        self.put("proc/%s/net/xfrm_stat" % pid, "XfrmInError 0\nXfrmInNoStates 17\n")
        self.put("proc/%s/net/frobs" % pid, "of a kernel that nobody knows\n")
        self.put("proc/sys/net/ipv4/tcp_fastopen_key", "01234567-89abcdef-01234567-89abcdef\n")
        self.put("proc/sys/kernel/hostname", self.name + "\n")
        self.put("proc/sys/kernel/random/boot_id", "6f0e0000-0000-4000-8000-%012d\n" % self.boot)
        if self.since(3, 6):
            base = "sys/devices/pci0000:00/0000:00:03.0/net/veth0"
            self.put(base + "/mtu", "1500\n")
            self.put(base + "/operstate", "up\n")
            self.put(base + "/statistics/rx_bytes", "1\n")
            self.links["sys/class/net/veth0"] = "../../devices/pci0000:00/0000:00:03.0/net/veth0"

    def host(self):
        name = self.name
        hour = 22 * 3600 + 40 * 60 + 13 + int(self.later)
        clock = "%02d:%02d:%02d" % (hour // 3600, hour // 60 % 60, hour % 60)
        general = "host" if self.since(3, 6) else "general"
        self.run(general, "hostname", name + "\n")
        self.run(general, "uptime", " 22:40:13 up 12 days,  3:04,  1 user,  load average: 2.49, 2.35, 1.64\n")
        self.run("kernel", "uname -a", "Linux %s 6.18.0 #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux\n" % name)
        if self.since(4, 2):
            self.run("systemd", "timedatectl", "               Local time: Sun 2026-11-22 %s CET\n"
                     "           Universal time: Sun 2026-11-22 %s UTC\n" % (clock, clock))
            self.run("date", "date --utc", "Sun Nov 22 %s UTC 2026\n" % clock)
            self.links["date"] = "sos_commands/systemd/timedatectl"
        else:
            self.run(general, "date", "Sun Nov 22 %s UTC 2026\n" % clock)
            self.links["date"] = "sos_commands/%s/date" % general
        if self.since(3, 3):
            self.put("usr/lib/os-release", 'PRETTY_NAME="Some Linux 9"\nID=some\n')
            self.links["etc/os-release"] = "../usr/lib/os-release"
        else:
            self.put("etc/redhat-release", "Some Linux release 6.10 (Final)\n")

    def networking(self):
        net = "networking"
        link = "ip -s -d link" if self.since(3, 6) else "ip -s link" if self.since(3, 3) else "ip link"
        self.run(net, link, golden("ip_link/3.10.in" if not self.since(3, 6) else "ip_link/6.1.in"))
        local = "100.0.0.1/24" if self.obfuscate else "192.0.2.1"
        peer = "100.0.0.2/24" if self.obfuscate else "192.0.2.77"
        self.run(net, "ip -d address" if self.since(3, 5) else "ip address", ADDRESS % local.split("/")[0])
        self.run(net, "netstat -s", golden("netstat_s/2.10.in"))
        if self.since(4, 2):
            self.run(net, "nstat -zas", golden("nstat/zas.in"))
        if self.since(4, 10):
            self.log.append("[plugin:networking] skipped command 'ss -peaonmi': required kmods missing: udp_diag, xsk_diag.   "
                            "Use '--allow-system-changes' to enable collection.")
        elif self.since(3, 4):
            self.run(net, "ss -peaonmi", SS % {"local": local, "peer": peer})
        self.run(net, "ethtool veth0", "Settings for veth0:\n\tSpeed: 10000Mb/s\n\tDuplex: Full\n\tLink detected: yes\n")
        self.run(net, "ethtool -S veth0", golden("ethtool_S/veth-6.1.in"))
        self.run(net, "ethtool -i veth0", "driver: veth\nversion: 1.0\nfirmware-version: \n")
        self.run(net, "ethtool -g lo", "Ring parameters for lo:\nCannot get device ring settings: Operation not supported\n", 80)
        if self.since(3, 9):
            self.run(net, "ethtool -l lo", "bash: /usr/sbin/ethtool: Permission denied\n", 126)
        self.run(net, "ethtool -k eth9", "")
        if self.since(3, 6):
            self.run(net, "tc -s qdisc show", "qdisc noqueue 0: dev lo root refcnt 2 \n"
                     " Sent 7 bytes 6 pkt (dropped 5, overlimits 0 requeues 0) \n backlog 0b 0p requeues 0\n")
        self.run(net, "ip -4 rule list", "0:\tfrom all lookup local\n")
        self.namespaces()

    def namespaces(self):
        if not self.since(3, 3):
            return
        inner = [("netstat -s", golden("netstat_s/2.10.in")), ("ethtool -i blue0", "driver: veth\n")]
        for command, text in inner:
            whole = "ip netns exec blue " + command
            folder = "namespaces/blue/" if self.since(4, 3) else ""
            self.run("networking", whole, text, folder=folder)

    def others(self):
        self.run("kernel", "sysctl -a", golden("sysctl_a/mixed.in"))
        if self.since(4, 1):
            self.run("process", "ps auxwwwm", PS_THREADS)
            self.links["ps"] = "sos_commands/process/ps_auxwwwm"
        else:
            self.run("process", "ps auxwww", PS)
            self.links["ps"] = "sos_commands/process/ps_auxwww"
        if self.since(4, 5):  # a name that another command had already, and one that was cut
            self.run("networking", "ethtool -a veth0", "Pause parameters for veth0:\nAutonegotiate:\toff\nRX:\t\ton\nTX:\t\toff\n",
                     name="ethtool_-a_veth.1")
        self.put("var/log/messages", "Nov 22 22:40:13 web01 kernel: something\n" * 100)
        self.put("etc/machine-id", "%032x\n" % (0x1234 if self.host_is_first else 0x5678))
        self.put("etc/passwd", "root:x:0:0::/root:/bin/sh\n")

    def records(self):
        if not self.since(4, 0):
            self.put("version.txt", "sosreport: %s\n\nnetworking: 3\n" % self.version)
            return
        self.put("version.txt", "sos report: %s" % self.version)
        plugins = {}
        for plugin, command in self.commands:
            plugins.setdefault(plugin, {"timeout_hit": False, "timeout": 300, "commands": []})["commands"].append(command)
        plugins["networking"]["timeout_hit"] = self.since(4, 5)
        plugins["networking"]["commands"].append({
            "exec": "ethtool -c veth0", "filepath": "sos_commands/networking/ethtool_-c_veth0", "return_code": 0,
            "truncated": False, "start_time": self.began, "end_time": self.began, "run_time": 0, "tags": []})
        self.put("sos_reports/manifest.json", json.dumps({
            "version": self.version, "cmdline": "report --batch --case-id 0123456",
            "components": {"report": {"sysroot": "/", "plugins": plugins}}}))
        self.put("sos_logs/sos.log", "".join("2026-11-22 22:40:13,000 INFO: %s\n" % line for line in self.log))

    def write(self, folder, stem):
        for path, text in self.files.items():
            where = os.path.join(folder, stem, path)
            os.makedirs(os.path.dirname(where), exist_ok=True)
            with open(where, "wb") as f:
                f.write(text)
        for path, target in self.links.items():
            where = os.path.join(folder, stem, path)
            os.makedirs(os.path.dirname(where), exist_ok=True)
            os.symlink(target, where)


def main(argv):
    version, folder = argv[0], argv[1]
    options = argv[2:]

    def value(option, usual):
        return options[options.index(option) + 1] if option in options else usual

    host = value("--host", "web01.example.com")
    r = Report(version, "--obfuscate" in options, "--tailed" in options, host,
               float(value("--later", 0)), int(value("--boot", 1)))
    r.kernel()
    r.host()
    r.networking()
    r.others()
    r.records()
    stem = "sosreport-%s-0123456-2026-11-22-abcdefg" % r.name.split(".")[0]
    if not r.since(3, 6):
        stem = "sosreport-web01.0123456-20261122224013"
    if r.obfuscate:
        stem += "-obfuscated"
    stem = value("--stem", stem)
    r.write(folder, stem)
    print(stem)


if __name__ == "__main__":
    main(sys.argv[1:])
