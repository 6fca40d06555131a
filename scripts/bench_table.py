"""Rows of the table of scripts/bench: a figure, its peer in the same rounds, the ratio, and the goal."""

import json
import os
import platform
import statistics

UNITS = {
    "s/GiB": (1, "s/GiB", 2),
    "MiB/s": (1, "MiB/s", 0),
    "µs": (1e-3, "µs", 0),
    "ms": (1e3, "ms", 1),
    "ms CPU": (1e3, "ms CPU", 3),
    "s": (1, "s", 2),
    "KiB": (1 / 1024, "KiB", 1),
    "MiB": (1 / (1 << 20), "MiB", 1),
    "MB/s": (1e-6, "MB/s", 0),
}


class Goal:
    """What a ratio, or where there is no peer or `of_value` a value in the row's unit, is to be."""

    def __init__(self, limit, least=False, of_value=False):
        self.limit, self.least, self.of_value = limit, least, of_value

    def __str__(self):
        return f"{'≥' if self.least else '≤'} {self.limit:g}" + ("" if self.of_value else " x")

    def is_met(self, number):
        return number >= self.limit if self.least else number <= self.limit


def row(figure, what, unit, ours, peer=None, theirs=None, goal=None):
    """`ours` and `theirs` have one value for each round; the ratio is each round's own, and then the median."""
    result = {"figure": figure, "what": what, "unit": unit, "lotse": statistics.median(ours), "rounds": len(ours)}
    if peer:
        result |= {"peer": peer, "peerValue": statistics.median(theirs)}
        # Where a peer needs nothing at all there is no ratio.
        if all(other > 0 for other in theirs):
            ratios = [one / other for one, other in zip(ours, theirs)]
            result |= {"ratio": statistics.median(ratios), "ratioLeast": min(ratios), "ratioMost": max(ratios)}
    if goal:
        number = scaled(result["lotse"], unit) if goal.of_value else result["ratio"]
        result |= {"goal": str(goal), "met": goal.is_met(number)}
    return result


def scaled(value, unit):
    return value * UNITS[unit][0]


def shown(value, unit):
    _, name, digits = UNITS[unit]
    return f"{scaled(value, unit):,.{digits}f} {name}"


def machine():
    model = platform.machine()
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {len(os.sched_getaffinity(0))} cores, Linux {platform.release()}"


def report(rows, as_json):
    if as_json:
        print(json.dumps({"machine": machine(), "rows": rows}, indent=2, ensure_ascii=False))
        return
    print(f"{machine()}\nmedians; the ratio is Lotse's by its peer's in the same round, its median (and extremes)\n")
    print(f"{'':<10} {'':<44}{'Lotse':>16}  {'beside':<22}{'':>16}{'ratio':>9}  {'':<15}{'goal':<9}")
    for each in rows:
        line = f"{each['figure']:<10} {each['what']:<44}{shown(each['lotse'], each['unit']):>16}"
        if "peer" in each:
            line += f"  {each['peer']:<22}{shown(each['peerValue'], each['unit']):>16}"
        if "ratio" in each:
            spread = f"({each['ratioLeast']:.2f}-{each['ratioMost']:.2f})"
            line += f"{each['ratio']:>7.2f} x  {spread:<15}"
        elif "peer" in each:
            line += f"{'':>9}  {'':<15}"
        else:
            line += f"  {'':<22}{'':>16}{'':>9}  {'':<15}"
        if "goal" in each:
            line += f"{each['goal']:<9}{'met' if each['met'] else 'missed'}"
        print(line.rstrip())
