"""How long a byte is inside the relay or a peer, without the load that sends it and waits for it: from what passes on the loopback."""

import json
import os
import re
import shutil
import subprocess
import time

from bench_peers import LOAD
from bench_stage import LIMIT, Stuck, until

# Seconds, both ports and how many bytes it carries, of a line of tcpdump.
PACKET = re.compile(r"(\d+)\.(\d{9}) IP \S+\.(\d+) > \S+\.(\d+): .* length (\d+)")


def can_watch():
    """Whether what passes may be watched: that is root's, and tcpdump's."""
    return os.geteuid() == 0 and shutil.which("tcpdump") is not None


def connections(process):
    """The connections of a process: the port of its own end and of the other, each."""
    found = []
    for line in subprocess.run(["ss", "-tnpH", "state", "established"], capture_output=True, text=True).stdout.splitlines():
        if f"pid={process.pid}," in line:
            here, there = line.split()[2:4]
            found.append((int(here.rpartition(":")[2]), int(there.rpartition(":")[2])))
    return found


def passages(text, ends):
    """Nanoseconds from each packet that goes to the relay to the one that it sends on."""
    times, arrived = [], None
    for match in map(PACKET.match, text.splitlines()):
        if not match or match[5] == "0":
            continue
        moment = int(match[1]) * 10**9 + int(match[2])
        if (int(match[3]), int(match[4])) in ends:
            arrived = moment
        elif arrived is not None:
            times.append(moment - arrived)
            arrived = None
    return times


def settled(process):
    """The two connections of a pair, once nothing else is open."""
    found = connections(process)
    time.sleep(0.1)
    return found if len(found) == 2 and connections(process) == found else None


def typed(bench, peer):
    """Somebody types for some seconds; how long each byte was inside the peer."""
    stage = bench.stage
    typist = stage.start([*bench.command("echo", peer), "--count", "2000"], "typist.log", output=subprocess.PIPE)
    ends = until("a pair", lambda: settled(typist))
    pairs = " or ".join(f"(tcp src port {a} and dst port {b}) or (tcp src port {b} and dst port {a})" for a, b in ends)
    capture = stage.path("typist.pcap")
    watch = ["tcpdump", "-i", "lo", "-n", "-s", "96", "-B", "8192", "--time-stamp-precision=nano", "-w", capture, pairs]
    watcher = stage.start(watch, "tcpdump.log", core=LOAD)
    try:
        json.loads(typist.communicate(timeout=LIMIT)[0])
    except ValueError:
        raise Stuck(f"nobody types: {stage.text('typist.log')}") from None
    finally:
        stage.stop(watcher)
    read = ["tcpdump", "-n", "-tt", "--time-stamp-precision=nano", "-r", capture]
    times = sorted(passages(stage.run(*read), set(ends)))
    os.remove(capture)
    if len(times) < 100:
        raise Stuck(f"of what was typed {len(times)} bytes were seen to pass")
    return {"p50": times[len(times) // 2], "p99": times[len(times) * 99 // 100]}
