"""The ledger at its full size: how long the whole of it takes to be checked, a month to be closed, a timesheet to be made.

`lotse-bench ledger` makes the relay's folder, with true entries; all that is measured is what a freelancer types. Each figure stands
beside the same at a tenth of the size, so that one sees whether the time grows as the ledger does. Processor time says what it costs where the
machine has other things to do as well. Nothing is warmed up: each command runs once.
"""

import json
import os
import platform
import resource
import shutil
import signal
import subprocess
import sys
import time

from bench_stage import Stage, Stuck

CONTRACTS, SESSIONS = 1_000, 100_000
LIMIT = 600  # seconds for any one command
# What each of these may take at the full size, in seconds.
GOAL, GOALS = 5, ("lotse-relay verify", "lotse invoice --all", "lotse timesheet")


class Ledger:
    """A relay's folder with a month that waits for its invoices.

    Its sessions are without consent and receipt: a relay that starts writes the receipts that are missing, one after the other, and that is
    not measured here. Checking those of real sessions comes on top.
    """

    def __init__(self, stage, programs, contracts, sessions):
        self.stage = stage
        self.lotse, self.relay, bench = (os.path.join(programs, name) for name in ("lotse", "lotse-relay", "lotse-bench"))
        self.contracts, self.sessions = contracts, sessions
        self.process = None
        self.folder = stage.path(f"relay-{contracts}-{sessions}")
        print(f"making a ledger of {sessions:,} sessions, {contracts:,} contracts", file=sys.stderr)
        made = stage.run(
            bench, "ledger", self.folder, "--contracts", str(contracts), "--sessions", str(sessions), "--no-consents", limit=LIMIT
        )
        self.month = json.loads(made)["month"]
        supplier = os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo-supplier.yaml")
        shutil.copy(supplier, os.path.join(self.folder, "supplier.yaml"))

    def processor(self):
        """Processor time so far, in seconds: of what was run to its end, and of the relay."""
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = ended.ru_utime + ended.ru_stime
        if self.process and self.process.poll() is None:
            with open(f"/proc/{self.process.pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return used

    def timed(self, *arguments):
        start, used = time.monotonic(), self.processor()
        output = self.stage.run(*arguments, limit=LIMIT)
        return (time.monotonic() - start, self.processor() - used), output

    def verify(self):
        seconds, output = self.timed(self.relay, "verify", self.folder, "--json")
        return seconds, json.loads(output)["entries"]

    def __enter__(self):
        token = json.loads(self.stage.run(self.relay, "operator", "add", "jana", "--dir", self.folder, "--json"))["token"]
        self.process, address = self.stage.serve(self.relay, self.folder)
        self.stage.run(self.lotse, "login", address, input=token + "\n")
        return self

    def __exit__(self, *_):
        self.stage.stop(self.process)
        shutil.rmtree(self.stage.environment["LOTSE_HOME"])

    def timesheet(self):
        """Of the first contract."""
        seconds, output = self.timed(self.lotse, "timesheet", "client-000001", "--month", self.month, "--format", "json")
        return seconds, len(json.loads(output)["sessions"])

    def close(self):
        seconds, output = self.timed(self.lotse, "invoice", "--all", "--month", self.month, "--json")
        answers = json.loads(output)
        invoices = [invoice for answer in answers for invoice in answer["invoices"]]
        count = len({invoice["number"] for invoice in invoices})
        if count != self.contracts:
            raise Stuck(f"{count} invoices for {self.contracts} contracts")
        if any(invoice["contract"] != answer["contract"] for answer in answers for invoice in answer["invoices"]):
            raise Stuck("an invoice stands under another contract than its own")
        return seconds, count


def measured(what, unit, count, times):
    seconds, processor = times
    return {
        "figure": what,
        "unit": unit,
        "count": count,
        "goal": GOAL if what in GOALS else None,
        "met": seconds <= GOAL if what in GOALS else None,
        "seconds": round(seconds, 2),
        "processorSeconds": round(processor, 2),
        "perSecond": round(count / seconds),
    }


def rows(stage, programs, contracts, sessions):
    ledger = Ledger(stage, programs, contracts, sessions)
    seconds, entries = ledger.verify()
    yield measured("lotse-relay verify", "entries", entries, seconds)
    with ledger:
        seconds, invoices = ledger.close()
        yield measured("lotse invoice --all", "invoices", invoices, seconds)
        yield measured("lotse invoice --all", "sessions", sessions, seconds)
        seconds, _ = ledger.close()
        yield measured("the same once more", "invoices", invoices, seconds)
    seconds, entries = ledger.verify()
    yield measured("lotse-relay verify, after", "entries", entries, seconds)
    shutil.rmtree(ledger.folder)
    # All sessions in one contract: what one page of the timesheet can come to.
    with Ledger(stage, programs, 1, sessions) as ledger:
        seconds, count = ledger.timesheet()
        yield measured("lotse timesheet", "sessions", count, seconds)
    shutil.rmtree(ledger.folder)


def machine(stage):
    """What this ran on, with the time of one write that is on the disk."""
    model = platform.machine()
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    times = []
    with open(stage.path("sync"), "wb") as file:
        for _ in range(50):
            start = time.monotonic()
            file.write(b"x" * 4096)
            file.flush()
            os.fdatasync(file.fileno())
            times.append(time.monotonic() - start)
    sync = sorted(times)[len(times) // 2] * 1000
    return f"{model}, {len(os.sched_getaffinity(0))} cores, Linux {platform.release()}, {sync:.1f} ms for a synced write of 4 KiB"


def report(small, full, machine, as_json):
    pairs = [
        {**row, "tenth": tenth, "ratio": round(row["seconds"] / max(tenth["seconds"], 0.01), 1)}
        for row, tenth in zip(full, small)
    ]
    if as_json:
        print(json.dumps({"figure": "ledger", "machine": machine, "rows": pairs}, indent=2))
        return
    print(f"The ledger at full size and at a tenth, and how many times as long the full size takes\n{machine}\n")
    print(f"{'':<26}{'full size':>20}{'time':>9}{'processor':>11}{'rate':>22}{'at a tenth':>12}{'ratio':>8}  goal")
    for row in pairs:
        goal = f"  ≤ {row['goal']} s: {'met' if row['met'] else 'missed'}" if row["goal"] else ""
        size, rate = f"{row['count']:,} {row['unit']}", f"{row['perSecond']:,} {row['unit']}/s"
        print(
            f"{row['figure']:<26}{size:>20}{row['seconds']:>7.2f} s{row['processorSeconds']:>9.2f} s{rate:>22}{row['tenth']['seconds']:>10.2f} s{row['ratio']:>6.1f} x{goal}"
        )


def main():
    programs, as_json = sys.argv[1], "--json" in sys.argv[2:]
    # Who is told to stop clears up, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stage = Stage()
    try:
        small = list(rows(stage, programs, CONTRACTS // 10, SESSIONS // 10))
        full = list(rows(stage, programs, CONTRACTS, SESSIONS))
        report(small, full, machine(stage), as_json)
    except (Stuck, OSError, subprocess.TimeoutExpired) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        stage.clear()
    return 0


sys.exit(main())
