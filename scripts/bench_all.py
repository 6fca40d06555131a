"""Runs figures of scripts/bench and prints one table: bench_all.py PROGRAMS ROUNDS [--json] NAME…"""

import resource
import signal
import subprocess
import sys

import bench_figures
from bench_code import code
from bench_logs import logs
from bench_stage import Stage, Stuck
from bench_start import start
from bench_table import report

FIGURES = {
    "relay": bench_figures.relay,
    "echo": bench_figures.echo,
    "handshake": bench_figures.handshake,
    "idle": bench_figures.idle,
    "redaction": bench_figures.redaction,
    "code": code,
    "start": start,
    "pairs": bench_figures.pairs,
    "duplex": bench_figures.duplex,
    "logs": logs,
}


def main():
    programs, rounds, *rest = sys.argv[1:]
    names = [name for name in rest if name != "--json"] or list(FIGURES)
    # A thousand pairs are some thousand connections in one process.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65_536) if most > 0 else 65_536, most))
    # Who is told to stop clears up, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stage = Stage()
    rows = []
    try:
        bench = bench_figures.Bench(stage, programs, int(rounds))
        for name in names:
            print(f"measuring {name}", file=sys.stderr)
            rows += FIGURES[name](bench)
        report(rows, "--json" in rest)
    except (Stuck, OSError, subprocess.SubprocessError) as error:
        # What was measured until then is no loss.
        report(rows, "--json" in rest)
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        report(rows, "--json" in rest)
        return 130
    finally:
        stage.clear()
    return 0


sys.exit(main())
