"""Puts one load of lotse-load on a relay of its own: `stress_load.py PROGRAMS COMMAND OPTION…`. What it tried and found it says itself."""

import os
import resource
import subprocess
import sys

from stress_relay import beside_relay

LIMIT = 4 * 3600  # seconds, for the longest load and all that it waits for


def main(programs, command, *options):
    programs = os.path.abspath(programs)
    # For relay and load, which have thousands of connections.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def load(stage, relay):
        command_line = [os.path.join(programs, "lotse-load"), command, *relay.way(0), "--watch", str(relay.process.pid)]
        try:
            return subprocess.run([*command_line, *options], env=stage.environment, cwd=stage.folder, timeout=LIMIT).returncode
        except subprocess.TimeoutExpired:
            print(f"FOUND: no end within {LIMIT} s")
            return 1

    return beside_relay(programs, load)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
