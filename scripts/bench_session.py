"""A session between the real programs, as a person begins it: a code, the agent, the code typed."""

import json
import os
import time

from bench_stage import LIMIT, Stuck, ended, until


def settle():
    """Lets those who wait get there, for as long as a person takes to read a code out at the least."""
    time.sleep(0.5)


def type_in(process, line):
    """Types a line and gives the moment at which it was typed."""
    settle()
    now = time.monotonic()
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()
    return now


class Session:
    """One that runs; `typed` is the moment at which the code was."""

    def __init__(self, relay, programs, grant, machine=()):
        """`machine` is what starts a program at the client's, where that is elsewhere."""
        self.stage = stage = relay.stage
        self.lotse, agent = (os.path.join(programs, name) for name in ("lotse", "lotse-agent"))
        stage.environment["LOTSE_HOME"] = relay.home
        invitation = json.loads(stage.run(self.lotse, "invite", "harbour-cafe", "--for", "bench", "--json"))
        connect = stage.start(
            [self.lotse, "connect", "--background", "--invitation", invitation["invitation"]], "connect.log"
        )
        until("lotse connect", lambda: "waiting for the client" in stage.text("connect.log"))
        trust = ["--relay", relay.address, "--ca", os.path.join(relay.tls, "ca.pem")]
        self.agent = stage.start([*machine, agent, *trust, "--yes", "--grant", grant], "agent.log")
        self.typed = type_in(self.agent, invitation["code"])
        if ended(connect) != 0:
            raise Stuck(f"there was no session: {stage.text('connect.log')}{stage.text('agent.log')}")

    def end(self):
        self.stage.run(self.lotse, "end", "--summary", "measured")
        self.agent.wait(LIMIT)
