"""The figures of scripts/bench that need no more than a relay, its peers and a load."""

import json
import os
import select
import statistics
import subprocess
import sys
import time

from bench_peers import HERE, LOAD, MEASURED, HAProxy, Nginx, Relay, Stunnel
from bench_stage import LIMIT, Stuck
from bench_table import Goal, row
from bench_wire import can_watch, typed

GIB = 1 << 30
# How many pairs, and in how many rounds, where not as often as everything else: memory does not drift, and so many take minutes.
IDLE_PAIRS = ((1000, None), (9000, 1))


class Bench:
    """A relay and the peers beside it, which are started when a figure first asks for them."""

    def __init__(self, stage, programs, rounds):
        self.stage, self.programs, self.rounds = stage, programs, rounds
        self.standing = {}
        self.count = 0

    def peer(self, kind):
        if kind not in self.standing:
            self.standing[kind] = self.fresh(kind)
        return self.standing[kind]

    def fresh(self, kind):
        """One that has done nothing yet."""
        self.count += 1
        if kind is Relay:
            return Relay(self.stage, self.programs, f"relay-{self.count}")
        return kind(self.stage, self.peer(Relay).tls, f"{kind.name}-{self.count}")

    def command(self, name, peer, lane=0):
        load = [os.path.join(self.programs, "lotse-load"), name]
        return ["taskset", "-c", LOAD, *load, *peer.way(lane), "--watch", str(peer.process.pid)]

    def load(self, name, peer, *options):
        """Runs a load to its end, and gives what it says last."""
        output = self.stage.run(*self.command(name, peer), *options, limit=10 * LIMIT)
        return json.loads(output.splitlines()[-1])

    def by_turns(self, kinds, measure, rounds=None):
        """`measure` of each kind once in each round; who comes first changes, for the machine's speed drifts."""
        kinds = list(kinds)
        values = {kind: [] for kind in kinds}
        for number in range(rounds or self.rounds):
            for kind in kinds:
                values[kind].append(measure(kind))
            kinds.append(kinds.pop(0))
        return values


def column(values, pick):
    return [pick(value) for value in values]


def per_gib(answer):
    return answer["processorSeconds"] * GIB / answer["bytes"]


def rate(answer):
    return answer["bytes"] / answer["seconds"] / (1 << 20)


def busy(answers):
    """How much of its core the relay or a peer had to do, in per cent: where that is not all of it, the load was the limit."""
    return f"{100 * statistics.median(answer['processorSeconds'] / answer['seconds'] for answer in answers):.0f} %"


def relay(bench):
    values = bench.by_turns((Relay, HAProxy, Nginx, Stunnel), lambda kind: bench.load("bulk", bench.peer(kind)))
    for kind in (HAProxy, Nginx, Stunnel):
        goals = (Goal(0.65), Goal(1.4, least=True)) if kind is HAProxy else (None, None)
        for what, unit, pick, goal in (
            ("CPU, one session one way", "s/GiB", per_gib, goals[0]),
            ("throughput on one core", "MiB/s", rate, goals[1]),
        ):
            yield row("relay", what, unit, column(values[Relay], pick), kind.name, column(values[kind], pick), goal)
    print(f"relay: of its core Lotse used {busy(values[Relay])}, HAProxy {busy(values[HAProxy])}", file=sys.stderr)


def echo(bench):
    def typing(peer):
        return bench.load("echo", peer, "--count", "1000")

    def beside_bulk(kind, *options, measure=typing):
        peer = bench.peer(kind)
        command = [*bench.command("bulk", peer, lane=1), "--pairs", "4", "--seconds", str(4 * LIMIT), *options]
        bulk = bench.stage.start(command, "bulk.log", output=subprocess.PIPE)
        try:
            if not select.select([bulk.stdout], [], [], LIMIT)[0] or b"running" not in bulk.stdout.readline():
                raise Stuck(f"there is no load: {bench.stage.text('bulk.log')}")
            answer = measure(peer)
            if bulk.poll() is not None:
                raise Stuck(f"the load ended too early: {bench.stage.text('bulk.log')}")
            return answer
        finally:
            bench.stage.stop(bulk)
            bulk.stdout.close()

    def rows(what, values, **goals):
        for name in ("p50", "p99"):
            pick = lambda answer: answer[name]
            ours, theirs = column(values[Relay], pick), column(values[HAProxy], pick)
            yield row("echo", f"one byte, {what}, {name}", "µs", ours, "HAProxy", theirs, goals.get(name))

    both = (Relay, HAProxy)
    idle = bench.by_turns(both, lambda kind: bench.load("echo", bench.peer(kind), "--count", "1500"))
    yield from rows("idle", idle, p50=Goal(1.0))
    # Four of these leave the core room.
    paced = bench.by_turns(both, lambda kind: beside_bulk(kind, "--rate", "50000000"))
    yield from rows("beside 4 x 50 MB/s", paced, p99=Goal(0.6))
    # What of that is not the load's, which has one core for senders, receivers and typist.
    if can_watch():
        inside = bench.by_turns(
            both, lambda kind: beside_bulk(kind, "--rate", "50000000", measure=lambda peer: typed(bench, peer))
        )
        yield from rows("once through it beside these", inside)
    saturated = bench.by_turns(both, beside_bulk)
    yield from rows("beside 4 that take all", saturated, p50=Goal(0.25))


def handshake(bench):
    def measure(kind):
        peer = bench.peer(kind)
        load = [os.path.join(bench.programs, "lotse-load"), "handshakes", "--port", str(peer.handshake_port)]
        output = bench.stage.run(
            "taskset", "-c", LOAD, *load, "--tls", peer.tls, "--watch", str(peer.process.pid), "--count", "1500",
            limit=4 * LIMIT,
        )  # fmt: skip
        answer = json.loads(output)
        return answer["processorSeconds"] / answer["handshakes"]

    def join():
        # Its rooms are its own: what stays open must not be in the way of others.
        peer = bench.fresh(Relay)
        try:
            answer = bench.load("joins", peer)
            return answer["processorSeconds"] / answer["joins"]
        finally:
            peer.stop()

    ways = {kind: lambda kind=kind: measure(kind) for kind in (Relay, HAProxy)} | {"join": join}
    values = bench.by_turns(ways, lambda kind: ways[kind]())
    yield row("handshake", "a full one, P-256, client asked", "ms CPU", values[Relay], "HAProxy", values[HAProxy], Goal(0.9))
    yield row("handshake", "a join: TLS, room, tunnel", "ms CPU", values["join"], "HAProxy, a handshake", values[HAProxy], Goal(3.0))


def idle(bench):
    def alone(kind, name, *options):
        peer = bench.fresh(kind)
        try:
            return bench.load(name, peer, *options)
        finally:
            peer.stop()

    def rows(values, what, name, goal):
        pick = lambda answer: answer[name]
        ours, theirs = column(values[Relay], pick), column(values[HAProxy], pick)
        yield row("idle", what, "KiB", ours, "HAProxy", theirs, goal)

    both = (Relay, HAProxy)
    for pairs, rounds in IDLE_PAIRS:
        values = bench.by_turns(both, lambda kind: alone(kind, "idle", "--pairs", str(pairs)), rounds)
        yield from rows(values, f"memory of a pair of {pairs:,}, fresh", "fresh", Goal(30, of_value=True))
        yield from rows(values, "the same, 64 KiB each way later", "used", Goal(30, of_value=True))
    # Many, so that what one process kept from before is nothing beside it.
    values = bench.by_turns(both, lambda kind: alone(kind, "stall", "--pairs", "50"))
    yield from rows(values, "growth by a reader that stalls (of 50)", "grown", Goal(128, of_value=True))


def scale(figure, bench, title, cpu, throughput, *options):
    values = bench.by_turns((Relay, HAProxy), lambda kind: bench.load("bulk", bench.peer(kind), *options))
    for what, unit, pick, goal in (("CPU", "s/GiB", per_gib, cpu), ("throughput", "MiB/s", rate, throughput)):
        ours, theirs = column(values[Relay], pick), column(values[HAProxy], pick)
        yield row(figure, f"{title}, {what}", unit, ours, "HAProxy", theirs, goal)


def pairs(bench):
    for count in (1, 10, 100, 1000):
        yield from scale("pairs", bench, f"{count:,} at once", None, Goal(1.4, least=True), "--pairs", str(count))
    # One of its own: each pair takes a room, and in eight rounds there would not be enough of them in one relay.
    relay = bench.fresh(Relay)
    try:
        values = bench.by_turns((1000, 1), lambda count: bench.load("bulk", relay, "--pairs", str(count)))
    finally:
        relay.stop()
    many, one = (column(values[count], per_gib) for count in (1000, 1))
    yield row("pairs", "1,000 at once, CPU", "s/GiB", many, "Lotse with 1 pair", one, Goal(1.2))


def duplex(bench):
    yield from scale("duplex", bench, "4 sessions, both ways at once", Goal(0.65), None, "--pairs", "4", "--duplex")


def redaction(bench):
    from bench_redaction import LOG_BYTES, write_log

    log = bench.stage.path("log")
    write_log(log)
    programs = {
        "Lotse": [os.path.join(bench.programs, "lotse-load"), "redact"],
        "sed -E": ["env", "LC_ALL=C", "sed", "-E", "-f", os.path.join(HERE, "bench-redaction.sed")],
    }

    def measure(name):
        with open(log, "rb") as source, open(bench.stage.path(f"log.{name}"), "wb") as target:
            start = time.monotonic()
            subprocess.run(
                ["taskset", "-c", MEASURED, *programs[name]], stdin=source, stdout=target, check=True, timeout=8 * LIMIT
            )
            return LOG_BYTES / (time.monotonic() - start)

    values = bench.by_turns(programs, measure)
    # Only who finds the same is measured by the same rules.
    same = subprocess.run(["cmp", "-s", *(bench.stage.path(f"log.{name}") for name in programs)]).returncode == 0
    if not same:
        raise Stuck("sed and the agent do not black out the same")
    yield row("redaction", "a log of 100 MB on one core", "MB/s", values["Lotse"], "sed -E", values["sed -E"], Goal(5, least=True))
