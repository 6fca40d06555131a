"""From typing a code to the first output, Lotse and magic-wormhole by turns.

What counts is the time after the last key:

- Lotse: to the first byte that `lotse run -- echo` prints. `lotse connect` waits for the client; the command starts when it returns.
- magic-wormhole: to the moment when a file of 1 MiB is there under its name. Once as a receiver that waits at its prompt (it has found the
  mailbox server before the code is typed), once as its sender tells people to do it: `wormhole receive CODE`, from Enter.

The first is kindest to magic-wormhole, the second is what a person waits for. All is over loopback: magic-wormhole's ends find each
other directly, while Lotse's bytes go through the relay, which also writes the session into its ledger.
"""

import os
import select
import socket
import subprocess
import sys
import time

from bench_peers import Relay
from bench_session import Session, settle, type_in
from bench_stage import LIMIT, Stuck, until
from bench_table import Goal, row

FILE_BYTES = 1 << 20


class Lotse:
    def __init__(self, bench):
        self.programs, self.relay = bench.programs, bench.fresh(Relay)

    def round(self):
        session = Session(self.relay, self.programs, "run")
        stage = session.stage
        run = stage.start([session.lotse, "run", "--", "echo", "hello"], "run.log", output=subprocess.PIPE)
        if not select.select([run.stdout], [], [], LIMIT)[0]:
            raise Stuck(f"the command says nothing: {stage.text('run.log')}")
        first = run.stdout.read(1)
        end = time.monotonic()
        if first != b"h" or run.wait(LIMIT) != 0:
            raise Stuck(f"the command did not run: {stage.text('run.log')}")
        session.end()
        return end - session.typed


class Wormhole:
    def __init__(self, stage):
        self.stage = stage
        self.count = 0
        bin = os.path.dirname(sys.executable)
        mailbox, transit = self.serve(bin, "wormhole-mailbox", "--channel-db=:memory:"), self.serve(bin, "transitrelay")
        self.command = [
            os.path.join(bin, "wormhole"),
            "--relay-url", f"ws://127.0.0.1:{mailbox}/v1",
            "--transit-helper", f"tcp:127.0.0.1:{transit}",
        ]  # fmt: skip
        with open(stage.path("sent"), "wb") as file:
            file.write(os.urandom(FILE_BYTES))

    def serve(self, bin, name, *options):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = [os.path.join(bin, "twist"), name, f"--port=tcp:{port}:interface=127.0.0.1", *options]
        process = self.stage.start(server, name + ".log")

        def listens():
            if process.poll() is not None:
                raise Stuck(f"{name} stopped: {self.stage.text(name + '.log')}")
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until(name, listens)
        return port

    def round(self, at_prompt):
        stage = self.stage
        self.count += 1
        code = f"{self.count}-crossover-clockwork"
        folder = stage.path(f"received-{self.count}")
        os.mkdir(folder)
        send = stage.start([*self.command, "send", "--hide-progress", "--code", code, stage.path("sent")], "send.log")
        until("wormhole send", lambda: "On the other computer" in stage.text("send.log"))
        receiver = [*self.command, "receive", "--hide-progress", "--accept-file"]
        if at_prompt:
            receive = stage.start(receiver, "receive.log", folder)
            until("wormhole receive", lambda: "Enter receive wormhole code" in stage.text("receive.log"))
            start = type_in(receive, code)
        else:
            settle()
            start = time.monotonic()
            receive = stage.start([*receiver, code], "receive.log", folder)
        until("the file", lambda: os.path.exists(os.path.join(folder, "sent")))
        end = time.monotonic()
        if receive.wait(LIMIT) != 0 or send.wait(LIMIT) != 0:
            raise Stuck(f"nothing was received: {stage.text('receive.log')}{stage.text('send.log')}")
        if os.path.getsize(os.path.join(folder, "sent")) != FILE_BYTES:
            raise Stuck("not the whole file was received")
        return end - start


def code(bench):
    lotse, wormhole = Lotse(bench), Wormhole(bench.stage)
    ways = {"lotse": lotse.round, "at its prompt": lambda: wormhole.round(True), "receive CODE": lambda: wormhole.round(False)}
    values = bench.by_turns(ways, lambda name: ways[name]())
    for name, goal in (("at its prompt", None), ("receive CODE", Goal(0.1))):
        what = "code typed to first output of a command"
        yield row("code", what, "ms", values["lotse"], f"wormhole {name}, 1 MiB", values[name], goal)
