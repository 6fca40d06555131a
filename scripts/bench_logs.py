"""A log of 500 MB from a client behind a line of 20 Mbit/s: `lotse logs` beside scp and scp -C.

The client's machine is a network namespace, with one cable to this one that carries no more than that (tc-tbf(8)). Relay and operator are on
this side, sshd is on the client's. All three are asked for the same file, and what arrives is compared with it. A line of 20 Mbit/s is
just as fast a minute later: each goes once.
"""

import os
import random
import subprocess
import time

from bench_peers import Relay
from bench_session import Session
from bench_stage import Stuck, until
from bench_table import Goal, row

LOG_BYTES = 500_000_000
STRETCH_BYTES = 25_000_000
MEGABITS = 20
PULL_LIMIT = 600  # seconds; scp alone needs 200

PATHS = ("/", "/orders", "/orders/{n}", "/api/v1/items?page={n}", "/static/app.css", "/basket/{n}/lines", "/search?q=espresso&page={p}")
AGENTS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "curl/7.88.1",
)
STATES = (200, 200, 200, 200, 304, 404)


def write_log(path):
    """An access log with addresses, times, sizes and identities as they are, and no secret. The same one each time.

    A stretch of it comes again and again, but so long that nobody who packs it remembers the one before (zstd: 8 MiB; ssh: 32 KiB).
    """
    draw = random.Random(4470)
    visitors = [(f"203.0.{draw.randrange(256)}.{draw.randrange(256)}", draw.choice(AGENTS)) for _ in range(4000)]
    lines, length, moment = [], 0, 0
    while length < STRETCH_BYTES:
        bits = draw.getrandbits(128)
        moment += bits % 3
        address, agent = visitors[int(draw.random() ** 3 * len(visitors))]
        page = PATHS[(bits >> 2) % len(PATHS)].format(n=(bits >> 5) % 100_000, p=(bits >> 22) % 9)
        clock = f"{moment // 3600 % 24:02}:{moment // 60 % 60:02}:{moment % 60:02}"
        lines.append(
            f'{address} - - [{moment // 86_400 % 28 + 1:02}/Nov/2026:{clock} +0100] "GET {page} HTTP/1.1" '
            f'{STATES[(bits >> 26) % len(STATES)]} {(bits >> 30) % 90_000} "-" "{agent}" '
            f"0.{(bits >> 47) % 1000:03} {bits >> 80:012x}\n"
        )
        length += len(lines[-1])
    stretch = "".join(lines).encode()
    with open(path, "wb") as file:
        written = 0
        while written < LOG_BYTES:
            written += file.write(stretch[: LOG_BYTES - written])


class Client:
    """The client's machine: a namespace with a line of its own, and an sshd in it."""

    def __init__(self, stage):
        if os.geteuid() != 0:
            raise Stuck("a network of its own wants root (start it as root, or leave \"logs\" out)")
        self.stage = stage
        self.name = f"lotse-bench-{os.getpid()}"
        self.network = f"10.{64 + os.getpid() % 64}.{os.getpid() // 64 % 256}"
        self.here, self.there = f"lb{os.getpid()}", f"lc{os.getpid()}"
        self.host, self.address = self.network + ".1", self.network + ".2"

    def __enter__(self):
        try:
            run = self.stage.run
            run("ip", "netns", "add", self.name)
            run("ip", "link", "add", self.here, "type", "veth", "peer", "name", self.there, "netns", self.name)
            run("ip", "addr", "add", self.host + "/24", "dev", self.here)
            run("ip", "link", "set", self.here, "up")
            run(*self.inside("ip", "link", "set", "lo", "up"))
            run(*self.inside("ip", "addr", "add", self.address + "/24", "dev", self.there))
            run(*self.inside("ip", "link", "set", self.there, "up"))
            shape = ["root", "tbf", "rate", f"{MEGABITS}mbit", "burst", "64kb", "latency", "400ms"]
            run(*self.inside("tc", "qdisc", "add", "dev", self.there, *shape))
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        # Its cable goes with it.
        subprocess.run(["ip", "netns", "del", self.name], check=False, stderr=subprocess.DEVNULL)

    def inside(self, *command):
        return ["ip", "netns", "exec", self.name, *command]


class SSH:
    """An sshd at the client's, with keys of its own."""

    def __init__(self, client):
        self.client, stage = client, client.stage
        self.folder = stage.path("ssh")
        os.mkdir(self.folder, 0o700)
        for key in ("host", "user"):
            stage.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(key))
        os.rename(self.path("user.pub"), self.path("authorized"))
        settings = f"""Port 2022
ListenAddress {client.address}
HostKey {self.path("host")}
AuthorizedKeysFile {self.path("authorized")}
PermitRootLogin prohibit-password
StrictModes no
UsePAM yes
PidFile none
Subsystem sftp internal-sftp
"""
        with open(self.path("settings"), "w") as file:
            file.write(settings)
        os.makedirs("/run/sshd", exist_ok=True)
        self.process = stage.start(client.inside("/usr/sbin/sshd", "-D", "-e", "-f", self.path("settings")), "sshd.log")
        until("sshd", lambda: "listening" in stage.text("sshd.log"))

    def path(self, name):
        return os.path.join(self.folder, name)

    def pull(self, log, target, *options):
        known = ["-o", "StrictHostKeyChecking=no", "-o", f"UserKnownHostsFile={self.path('known')}", "-o", "LogLevel=ERROR"]
        source = f"root@{self.client.address}:{log}"
        self.client.stage.run("scp", "-q", *options, *known, "-P", "2022", "-i", self.path("user"), source, target, limit=PULL_LIMIT)


def pull(session, log, target):
    with open(target, "wb") as file:
        lines = ["--lines", str(LOG_BYTES)]
        process = session.stage.start([session.lotse, "logs", *lines, log], "logs.log", output=file)
        if process.wait(PULL_LIMIT) != 0:
            raise Stuck(f"lotse logs failed: {session.stage.text('logs.log')}")


def logs(bench):
    stage = bench.stage
    log, target = stage.path("access.log"), stage.path("pulled")
    write_log(log)
    values = {}
    with Client(stage) as client:
        ssh, relay = SSH(client), Relay(stage, bench.programs, "relay-logs", core=None, host=client.host)
        session = Session(relay, bench.programs, "logs", client.inside())
        pulls = {
            "lotse logs": lambda: pull(session, log, target),
            "scp": lambda: ssh.pull(log, target),
            "scp -C": lambda: ssh.pull(log, target, "-C"),
        }
        for name, bring in pulls.items():
            start = time.monotonic()
            bring()
            values[name] = time.monotonic() - start
            if subprocess.run(["cmp", "-s", log, target], check=False).returncode != 0:
                raise Stuck(f"{name} did not bring the log as it is")
        session.end()
        relay.stop()
        stage.stop(ssh.process)
    for peer, goal in (("scp", 0.2), ("scp -C", 0.909)):
        what = f"a log of {LOG_BYTES // 1_000_000} MB over {MEGABITS} Mbit/s"
        yield row("logs", what, "s", [values["lotse logs"]], peer, [values[peer]], Goal(goal))
