"""How long the programs take until they are of use, and what they take up on disk and in memory."""

import os
import pty
import select
import subprocess
import sys
import time

from bench_peers import MEASURED, HAProxy, Relay
from bench_stage import LIMIT, Stuck
from bench_table import Goal, row

SAMPLES = 5  # starts of each program in a round


def resident(process):
    """Memory of a process that is in RAM, in bytes."""
    with open(f"/proc/{process}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")


def until_said(command, words, environment, folder):
    """Starts a program in a terminal, and ends it when it has said `words`: the seconds until then, and its memory a little later."""
    ours, theirs = pty.openpty()
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder)
    os.close(theirs)
    try:
        said = b""
        while words not in said:
            if not select.select([ours], [], [], LIMIT)[0]:
                raise Stuck(f"{command[0]} did not say {words.decode()!r}: {said.decode(errors='replace')}")
            try:
                said += os.read(ours, 4096)
            except OSError:
                raise Stuck(f"{command[0]} stopped: {said.decode(errors='replace')}") from None
        seconds = time.monotonic() - start
        time.sleep(0.1)
        return seconds, resident(process.pid)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def quickest(measure):
    """Of a few starts the middle one."""
    return sorted(measure() for _ in range(SAMPLES))[SAMPLES // 2]


def start(bench):
    stage, standing = bench.stage, bench.peer(Relay)
    agent = os.path.join(bench.programs, "lotse-agent")
    relay_program = os.path.join(bench.programs, "lotse-relay")
    asking = [agent, "--relay", f"https://127.0.0.1:{standing.handshake_port}", "--ca", os.path.join(standing.tls, "ca.pem")]
    wormhole = os.path.join(os.path.dirname(sys.executable), "wormhole")

    commands = {"agent": (asking, b"Code: "), "wormhole": ([wormhole, "--help"], b"Usage")}
    if not os.path.exists(wormhole):
        del commands["wormhole"]
    values = bench.by_turns(
        commands, lambda name: quickest(lambda: until_said(*commands[name], stage.environment, stage.folder))
    )
    pick = lambda place, name: [value[place] for value in values[name]]
    beside = ("wormhole --help", pick(0, "wormhole")) if "wormhole" in values else (None, None)
    yield row("start", "agent, until it asks for its code", "ms", pick(0, "agent"), *beside, Goal(30, of_value=True))
    yield row("start", "agent's memory while it asks", "MiB", pick(1, "agent"))

    def serving(kind):
        began = time.monotonic()
        if kind is HAProxy:
            peer = bench.fresh(kind)
            seconds, process = time.monotonic() - peer.began, peer.process
        else:
            process, _ = stage.serve(relay_program, folder, MEASURED)
            seconds = time.monotonic() - began
        try:
            time.sleep(0.3)
            return seconds, resident(process.pid)
        finally:
            stage.stop(process)

    # A folder that has been served from: the first time the relay makes what it needs.
    fresh = bench.fresh(Relay)
    fresh.stop()
    folder = fresh.folder
    values = bench.by_turns((Relay, HAProxy), serving)
    for place, what, unit in ((0, "relay, until it serves", "ms"), (1, "relay's memory at rest", "MiB")):
        yield row("start", what, unit, pick(place, Relay), "HAProxy", pick(place, HAProxy))
    for name in ("lotse-agent", "lotse-relay", "lotse"):
        size = stripped(bench, name)
        peer = ("haproxy, its libraries apart", [os.path.getsize("/usr/sbin/haproxy")]) if name == "lotse-relay" else ()
        yield row("start", f"{name} on the disk, stripped", "MiB", [size], *peer)


def stripped(bench, name):
    """The size of a program without its symbols, as it is given to people."""
    target = bench.stage.path("stripped")
    bench.stage.run("strip", "-o", target, os.path.join(bench.programs, name))
    return os.path.getsize(target)
