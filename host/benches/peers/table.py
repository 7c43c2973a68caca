"""Makes Markdown tables of the results of steps.py and training.py.

    python3 host/benches/peers/table.py results.jsonl > results.md

A figure is the median over rounds; a ratio is the median of the ratios within each round.
"""

import statistics
import sys
from collections import defaultdict

from records import read

CLOCKS = {"per_cpu_second": "second of processor time", "per_second": "second of wall time"}


def by_round(records):
    """`{task: {system: {round: record}}}`, without what has failed; a round that was repeated counts once."""
    found = defaultdict(lambda: defaultdict(dict))
    for record in records:
        if "error" not in record:
            found[record["task"]][record["system"]][record["round"]] = record
    return found


def median(rounds, clock):
    return statistics.median(record[clock] for record in rounds.values())


def ratio(ours, theirs, clock):
    shared = sorted(ours.keys() & theirs.keys())
    return statistics.median(ours[number][clock] / theirs[number][clock] for number in shared)


def short(value):
    """Three digits: `12.3 M`."""
    for unit, name in ((1e6, " M"), (1e3, " k")):
        if value >= unit:
            return f"{value / unit:.3g}{name}"
    return f"{value:.0f}"


def print_table(title, header, rows):
    print(f"\n## {title}\n\n| {' | '.join(header)} |\n|{' --- |' * len(header)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")


def print_steps(found, clock):
    systems = ["angora", "gymnasium", "gymnasium-async", "envpool", "envpool-async"]
    header = ["task", *systems, "over gymnasium", "over gymnasium-async", "over the better envpool"]
    rows = []
    for task, measured in found.items():
        ours = measured["angora"]
        peers = [system for system in systems[1:] if measured.get(system)]
        ratios = {system: ratio(ours, measured[system], clock) for system in peers}
        figures = [short(median(measured[system], clock)) if measured.get(system) else "-" for system in systems]
        pools = [ratios[system] for system in ratios if system.startswith("envpool")]
        shown = [ratios.get("gymnasium"), ratios.get("gymnasium-async"), min(pools, default=None)]
        rows.append([task, *figures, *(times(value) if value else "-" for value in shown)])
    print_table(f"Control steps per {CLOCKS[clock]}, two threads or workers", header, rows)


def times(value):
    """Three digits: `1.23`, `1,230`."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def print_training(task, measured):
    header = ["system", "rounds", "cycles", *(f"per {name}" for name in CLOCKS.values())]
    header += [f"`angora` over it, per {name}" for name in CLOCKS.values()]
    ours, rows = measured["angora"], []
    for system, rounds in measured.items():
        cycles = sum(record["cycles"] for record in rounds.values())
        figures = [short(median(rounds, clock)) for clock in CLOCKS]
        ratios = [f"{ratio(ours, rounds, clock):.3g}" for clock in CLOCKS]
        rows.append([system, str(len(rounds)), str(cycles), *figures, *ratios])
    print_table(f"Training of {task}, control steps per second", header, rows)


def main():
    records = read(sys.argv[1])
    print("# Speed beside others")
    headers = [record for record in records if record["kind"].endswith("-versions")]
    described = [f"{h['kind'].split('-')[0]}: {h['ours']}; {h['peers']}. {h['machine']}." for h in headers]
    for line in dict.fromkeys(described):
        print(f"\n{line[0].upper()}{line[1:]}")
    loads = [record["load"] for record in records if "round" in record]
    print(f"\nLoad average of the last minute, with what was measured: {min(loads)} to {max(loads)}.")
    steps = by_round(record for record in records if record["kind"] == "steps")
    if steps:
        for clock in CLOCKS:
            print_steps(steps, clock)
    for task, measured in by_round(record for record in records if record["kind"] == "training").items():
        print_training(task, measured)


if __name__ == "__main__":
    main()
