"""Puts one load of lotse-load on a relay of its own: `stress_load.py PROGRAMS COMMAND OPTION…`. What it tried and found it says itself."""

import os
import resource
import signal
import subprocess
import sys

from bench_peers import Relay
from bench_stage import Stage, Stuck


def main(programs, command, *options):
    # For relay and load, which have thousands of connections.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    stage = Stage()
    try:
        relay = Relay(stage, programs, core=None)
        load = [os.path.join(programs, "lotse-load"), command, *relay.way(0), "--watch", str(relay.process.pid)]
        status = subprocess.run([*load, *options], env=stage.environment, cwd=stage.folder).returncode
        if relay.process.poll() is not None:
            raise Stuck(f"the relay stopped with {relay.process.returncode}: {stage.text('relay.log')[-2000:]}")
        return status
    except Stuck as stuck:
        print(f"stress: {stuck}", file=sys.stderr)
        return 1
    finally:
        stage.clear()


if __name__ == "__main__":
    # Whoever ends this ends the relay with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(*sys.argv[1:]))
