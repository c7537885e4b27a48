"""Measures what a unit of a quadrants network costs, and prints the tables of docs/scale.md.

    python3 measure.py whole STEEPLE FIGURES.json --cells 64 128 256 512      networks that fit this machine
    python3 measure.py slices STEEPLE FIGURES.json WHOLE.toml --cells 256 --sample 8   slices of one that does not
    python3 measure.py tables FIGURES.json                                    the tables, from the figures alone
    python3 measure.py tables FIGURES.json --within docs/scale.md             are they in the page?

CPU seconds are those of whole processes, user and system. `whole` and `slices` add to FIGURES.json. Next to each
group of figures stands a yardstick, measured just before it: `verify` of K = 128. Needs Python 3.11, and nothing else.
"""

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import slices

FORMULA = "sin(3*x)*cos(2*y)"
SPEC = """[target]
formula = "sin(3*x)*cos(2*y)"
inputs = ["x", "y"]
domain = {{ x = ["-1", "1"], y = ["-1", "1"] }}

[network]
builder = "quadrants"
activation = "sigmoid"
cells = {cells}

[claim]
norm = "sup"
gap = "1/20"
"""
CORES = 2  # of each machine in the model
LINK = 125e6  # bytes a second into the coordinator: 1 Gbit/s


def run(command, codes=(0,)):
    """Runs a command; returns its output, CPU seconds, wall seconds and largest memory in bytes."""
    begun = time.monotonic()
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            errors.seek(0)
            sys.exit(f"error: {' '.join(map(str, command))}: {errors.read().decode()}")
    return output, {
        "cpu": round(usage.ru_utime + usage.ru_stime, 3),
        "wall": round(time.monotonic() - begun, 3),
        "memory": usage.ru_maxrss * 1024,
    }


def steps(steeple, spec, folder, threads):
    """Builds, proves and checks one network; returns the figures of each step."""
    threads = ["--threads", str(threads)]
    # One box: `build` makes the network, and its search stops at once (exit code 3).
    _, build = run([steeple, "build", spec, "--out", folder, "--max-boxes", "1", *threads], (0, 3))
    network, certificate = folder / "network.json", folder / "proof.steeple"
    answer, prove = run(
        [steeple, "verify", network, "--spec", spec, "--certificate", certificate, "--format", "json", *threads]
    )
    answer = json.loads(answer)
    _, check = run([steeple, "check", certificate, "--network", network, "--spec", spec])
    return {
        "units": json.loads((folder / "report.json").read_text())["network"]["units"],
        "leaves": answer["search"]["leaves"],
        "lower": answer["error"]["lower_decimal"],
        "upper": answer["error"]["upper_decimal"],
        "verdict": answer["verdict"],
        "network_bytes": network.stat().st_size,
        "certificate_bytes": certificate.stat().st_size,
        "spec_bytes": spec.stat().st_size,
        "build": build,
        "prove": prove,
        "check": check,
    }


def one_network(steeple, cells, threads):
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "spec.toml")
        spec.write_text(SPEC.format(cells=cells))
        return {"cells": cells, "threads": threads, **steps(steeple, spec, Path(folder, "out"), threads)}


def yardstick(steeple):
    """The least of three: CPU seconds of `verify` for K = 128, one thread."""
    return min(one_network(steeple, 128, 1)["prove"]["cpu"] for _ in range(3))


def measure_whole(given, figures):
    mark = yardstick(given.steeple)
    for cells in given.cells:
        row = {"yardstick": mark, **one_network(given.steeple, cells, given.threads)}
        figures.setdefault("whole", []).append(row)
        print(json.dumps(row))


def measure_slices(given, figures):
    mark = yardstick(given.steeple)
    whole = slices.read(given.spec)
    draw = random.Random(1)
    drawn = [[draw.randrange(-(-cells // given.cells)) for cells in whole["cells"]] for _ in range(given.sample)]
    for place in [*([given.at] if given.at else []), *drawn]:
        with tempfile.TemporaryDirectory() as folder:
            spec = Path(folder, "slice.toml")
            spec.write_text(slices.text(whole, given.cells, place))
            row = {
                "yardstick": mark,
                "whole": whole["cells"],
                "slice": given.cells,
                "at": place,
                "drawn": place is not given.at,
                **steps(given.steeple, spec, Path(folder, "out"), 1),
            }
        figures.setdefault("slices", []).append(row)
        print(json.dumps(row))


def memory(row):
    return max(row[step]["memory"] for step in ("build", "prove", "check"))


def work(row):
    return row["build"]["cpu"] + row["prove"]["cpu"]


def again(row):
    return row["build"]["cpu"] + row["check"]["cpu"]


def mean(rows, value):
    return sum(map(value, rows)) / len(rows)


def exponent(rows, value):
    """The slope of a line through (log units, log value): least squares."""
    points = [(math.log(row["units"]), math.log(value(row))) for row in rows]
    mean = [sum(axis) / len(points) for axis in zip(*points)]
    above = sum((x - mean[0]) * (y - mean[1]) for x, y in points)
    return above / sum((x - mean[0]) ** 2 for x, _ in points)


def number(value):
    """Three digits, with a power of ten where it is far from 1."""
    if value >= 1e5 or value < 1e-2:
        digits, power = f"{value:.2e}".split("e")
        return f"{digits}e{int(power)}"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def size(count):
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            break
        count /= 1000
    else:
        unit = "TB"
    return f"{count:.0f} {unit}" if count >= 100 or unit == "B" else f"{count:.2g} {unit}"


def duration(seconds):
    for limit, part, name in ((120, 1, "s"), (7200, 60, "min"), (math.inf, 3600, "h")):
        if seconds < limit:
            return f"{seconds / part:.0f} {name}" if seconds / part >= 10 else f"{seconds / part:.2g} {name}"


def table(head, rows):
    lines = [f"| {' | '.join(map(str, line))} |" for line in (head, *rows)]
    return "\n".join([lines[0], "|---" * len(head) + "|", *lines[1:]])


def whole_tables(rows):
    costs = [
        ("build", lambda row: row["build"]["cpu"]),
        ("prove", lambda row: row["prove"]["cpu"]),
        ("check", lambda row: row["check"]["cpu"]),
    ]
    head = [
        "K",
        "units",
        "build, CPU s",
        "prove, CPU s",
        "check, CPU s",
        "memory",
        "network",
        "certificate",
        "leaves",
        "yardstick",
    ]
    lines = []
    for row in rows:
        # Small networks are also written as ONNX and C, and ONNX is proved in float32: another work.
        build = number(row["build"]["cpu"]) if row["cells"] >= 256 else "-"
        lines.append(
            [
                row["cells"],
                row["units"],
                build,
                number(row["prove"]["cpu"]),
                number(row["check"]["cpu"]),
                size(memory(row)),
                size(row["network_bytes"]),
                size(row["certificate_bytes"]),
                row["leaves"],
                row["yardstick"],
            ]
        )
    last = rows[-1]
    growth = [
        *((name, [row for row in rows if name != "build" or row["cells"] >= 256], cost) for name, cost in costs),
        ("memory", [row for row in rows if row["cells"] >= 256], memory),
        ("network", rows, lambda row: row["network_bytes"]),
        ("certificate", rows, lambda row: row["certificate_bytes"]),
    ]
    second = []
    for name, kept, cost in growth:
        unit = "CPU µs" if name in ("build", "prove", "check") else "bytes"
        each = cost(last) / last["units"] * (1e6 if unit == "CPU µs" else 1)
        second.append([name, f"{exponent(kept, cost):.2f}", f"{number(each)} {unit}"])
    return (
        table(head, lines)
        + "\n\n"
        + table(["cost", "exponent in the units", f"for a unit at K = {last['cells']}"], second)
    )


def slice_rows(rows):
    head = [
        "slice",
        "at",
        "units",
        "leaves",
        "build, CPU s",
        "prove, CPU s",
        "check, CPU s",
        "memory",
        "network",
        "certificate",
        "yardstick",
    ]
    lines = []
    for row in rows:
        lines.append(
            [
                f"{row['slice']}² of {row['whole'][0]}²",
                " ".join(map(str, row["at"])),
                row["units"],
                row["leaves"],
                *(number(row[step]["cpu"]) for step in ("build", "prove", "check")),
                size(memory(row)),
                size(row["network_bytes"]),
                size(row["certificate_bytes"]),
                row["yardstick"],
            ]
        )
    return table(head, lines)


def model(rows):
    """For each whole network: the cost of all slices, and the time on 10, 100 and 1000 machines.

    The mean of the drawn slices stands for all; the largest of all measured ones is the last to end. No schedule that
    gives the next slice to the next free core takes longer than the sum over the cores, plus one slice (Graham 1966).
    """
    text = []
    for cells, side in sorted({(row["whole"][0], row["slice"]) for row in rows}):
        mine = [row for row in rows if (row["whole"][0], row["slice"]) == (cells, side)]
        drawn = [row for row in mine if row["drawn"]]
        parts = math.ceil(cells / side) ** 2
        total = parts * mean(drawn, work)
        squares = sum((work(row) - mean(drawn, work)) ** 2 for row in drawn)
        spread = math.sqrt(squares / max(len(drawn) - 1, 1) / len(drawn))
        certificates = parts * mean(drawn, lambda row: row["certificate_bytes"])
        networks = parts * mean(drawn, lambda row: row["network_bytes"])
        text.append(
            f"**{cells}²**: {number(cells * cells)} units in {parts} slices of {side}² cells. All slices "
            f"together: build and "
            f"prove {number(total)} CPU s (standard error {spread / mean(drawn, work):.0%}; "
            f"{number(total / cells**2 * 1e6)} µs a unit); build again and check "
            f"{number(parts * mean(drawn, again))} CPU s; networks {size(networks)}, which stay where they are; "
            f"certificates {size(certificates)} ({certificates / cells**2:.1f} bytes a unit); largest memory of "
            f"a process {size(max(map(memory, mine)))}.\n"
        )
        lines = []
        for machines in (10, 100, 1000):
            cores = machines * CORES
            longest = max(map(work, mine))
            spent = total / min(cores, parts) + longest if cores < parts else longest
            checked = (
                parts * mean(drawn, again) / cores + max(map(again, mine)) if cores < parts else max(map(again, mine))
            )
            lines.append(
                [
                    machines,
                    f"{parts / cores:.3g}",
                    duration(spent),
                    duration(checked),
                    duration(certificates / LINK),
                    size(parts * mean(drawn, lambda row: row["spec_bytes"])),
                    f"{2 * parts}",
                    number(2 * parts / cells**2),
                ]
            )
        text.append(
            table(
                [
                    "machines",
                    "slices a core",
                    "build and prove, at most",
                    "build again and check, at most",
                    "certificates to one place",
                    "specs to the machines",
                    "messages",
                    "messages a unit",
                ],
                lines,
            )
        )
        text.append("")
    return "\n".join(text).rstrip()


def tables(figures):
    """The tables and what stands above them."""
    parts = []
    if rows := figures.get("whole"):
        parts += whole_tables(rows).split("\n\n")
    if rows := figures.get("slices"):
        parts.append(slice_rows(rows))
        parts += model(rows).split("\n\n")
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    whole = commands.add_parser("whole", help="measure networks that fit this machine")
    one = commands.add_parser("slices", help="measure slices of a network that does not")
    for command in (whole, one):
        command.add_argument("steeple")
    shown = commands.add_parser("tables", help="print the tables")
    shown.add_argument("--within", type=Path, help="print nothing; fail unless this page has all of them")
    for command in (whole, one, shown):
        command.add_argument("figures", type=Path)
    whole.add_argument("--cells", type=int, nargs="+", default=[64, 128, 256, 512])
    whole.add_argument("--threads", type=int, default=1)
    one.add_argument("spec", type=Path)
    one.add_argument("--cells", type=int, default=256)
    one.add_argument("--sample", type=int, default=8, help="slices drawn at random, always the same ones")
    one.add_argument("--at", type=int, nargs="+", help="one more slice, chosen")
    given = parser.parse_args()
    figures = json.loads(given.figures.read_text()) if given.figures.exists() else {}
    if given.command == "tables":
        page = given.within.read_text() if given.within else None
        for text in tables(figures):
            if page is None:
                print(text + "\n")
            elif text not in page:
                sys.exit(f"error: {given.within} does not have what the figures give:\n\n{text}")
        return
    {"whole": measure_whole, "slices": measure_slices}[given.command](given, figures)
    given.figures.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
