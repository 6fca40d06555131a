"""A relay of its own for one stress, and what is the same for all of them."""

import signal
import sys

from bench_peers import Relay
from bench_stage import Stage, Stuck


def beside_relay(programs, body):
    """Calls `body(stage, relay)` beside a relay that may use every core, and gives the exit status that it gives; 1 where it got stuck or
    the relay stopped meanwhile."""
    # Whoever ends this ends the relay with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    stage = Stage()
    try:
        relay = Relay(stage, programs, core=None)
        status = body(stage, relay)
        if relay.process.poll() is not None:
            raise Stuck(f"the relay stopped with {relay.process.returncode}: {stage.text('relay.log')[-2000:]}")
        return status
    except Stuck as stuck:
        print(f"stress: {stuck}", file=sys.stderr)
        return 1
    finally:
        stage.clear()
