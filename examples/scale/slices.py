"""Writes the spec of a slice of a quadrants network, from the spec of the whole network.

    python3 slices.py WHOLE.toml --cells 512 --at 8 8 > slice.toml     one slice
    python3 slices.py WHOLE.toml --cells 512 --out DIR                 all slices, one file each
    python3 slices.py WHOLE.toml --cells 512 --accepted DIR            what the accepted slices say of the whole

A slice is a block of cells, `--cells` of them in each input; `--at I J` counts slices from the lowest one. Its network
has one more cell on each side where the whole network has cells there: theorem T43 needs this margin. The steepness of
both layers is that of the whole network. A slice of a sigmoid network without it is another network at its edges.

`--accepted` reads what `steeple check CERTIFICATE --network NETWORK --spec slice.toml --format json` printed for each
slice, in DIR/slice-0000-0000.json and so on. It says which slices are missing, and the largest bound of the others.
Needs Python 3.11 and nothing else.
"""

import argparse
import itertools
import json
import sys
import tomllib
from fractions import Fraction
from pathlib import Path


class Refused(Exception):
    """The spec of the whole network cannot be cut."""


def read(path):
    """Returns the spec: formula, inputs, sides, cells, [network] and [claim]."""
    with open(path, "rb") as file:
        spec = tomllib.load(file)
    target, network = spec.get("target", {}), spec.get("network", {})
    if network.get("builder") != "quadrants" or network.get("grid", "uniform") != "uniform":
        raise Refused("only the builder `quadrants` with equal cells can be cut into slices")
    domain = target.get("domain", {})
    inputs = target.get("inputs", sorted(domain))
    sides = [tuple(Fraction(str(end)) for end in domain[name]) for name in inputs]
    cells = network.get("cells")
    if cells is None:
        raise Refused("the spec has no `cells`, so a slice has no size: say how many")
    cells = cells * len(inputs) if isinstance(cells, list) and len(cells) == 1 else cells
    cells = [cells] * len(inputs) if isinstance(cells, int) else cells
    shortest = min((high - low) / count for (low, high), count in zip(sides, cells))
    is_step = network.get("activation", "sigmoid") == "heaviside"
    network = dict(network)
    network.setdefault("steepness", "1" if is_step else str(40 / shortest))
    network.setdefault("second_steepness", "1" if is_step else "40")
    if "/cell" in str(network["steepness"]):
        raise Refused("write `steepness` as a number: the spec of a slice has other cells")
    return {
        "formula": target["formula"],
        "inputs": inputs,
        "sides": sides,
        "cells": cells,
        "network": network,
        "claim": spec.get("claim", {}),
    }


def places(whole, size):
    """Returns the indices of all slices of this many cells, the last input fastest."""
    counts = [-(-cells // size) for cells in whole["cells"]]
    return itertools.product(*(range(count) for count in counts))


def cut(whole, size, place, margin=1):
    """Returns the sides and cells of the network of a slice, margin included, and the sides of the slice itself."""
    if len(place) != len(whole["cells"]):
        raise Refused(f"--at has {len(place)} numbers, the target has {len(whole['cells'])} inputs")
    network, counts, own = [], [], []
    for index, cells, (low, high) in zip(place, whole["cells"], whole["sides"]):
        if not 0 <= index * size < cells:
            raise Refused(f"there is no slice {index}: {cells} cells are {-(-cells // size)} slices of {size}")
        first, last = index * size, min((index + 1) * size, cells)
        wide = max(first - margin, 0), min(last + margin, cells)
        side = (high - low) / cells
        own.append((low + first * side, low + last * side))
        network.append((low + wide[0] * side, low + wide[1] * side))
        counts.append(wide[1] - wide[0])
    return network, counts, own


def text(whole, size, place, margin=1):
    """Returns the spec of a slice."""
    sides, counts, own = cut(whole, size, place, margin)
    domain = ", ".join(f'{name} = ["{low}", "{high}"]' for name, (low, high) in zip(whole["inputs"], sides))
    ends = ", ".join(f"{name} in [{low}, {high}]" for name, (low, high) in zip(whole["inputs"], own))
    keys = dict(whole["network"], cells=counts)
    lines = [
        f"# Slice {' '.join(map(str, place))} of {'x'.join(map(str, whole['cells']))} cells: {ends}, and a margin.",
        "[target]",
        f"formula = {json.dumps(whole['formula'])}",
        f"inputs = {json.dumps(whole['inputs'])}",
        f"domain = {{ {domain} }}",
        "",
        "[network]",
        *(f"{key} = {json.dumps(value)}" for key, value in keys.items()),
        "",
        "[claim]",
        *(f"{key} = {json.dumps(value)}" for key, value in whole["claim"].items()),
    ]
    return "\n".join(lines) + "\n"


def name_of(place):
    """Returns the name of the files of a slice, without the ending."""
    return "slice-" + "-".join(f"{index:04d}" for index in place)


def is_about(whole, size, place, answer):
    """Is this answer of `check` an upper bound of the error of this slice, margin included?"""
    claim, sides = answer.get("claim") or {}, cut(whole, size, place)[0]
    domain = {name: [str(low), str(high)] for name, (low, high) in zip(whole["inputs"], sides)}
    return (
        answer.get("accepted") is True
        and claim.get("norm") in ("sup", "essential sup")
        and claim.get("semantics") == "real"
        and claim.get("domain") == domain
        and answer["error"]["upper"] is not None
    )


def accepted(whole, size, folder):
    """Returns how many slices there are, those without an accepted bound, and the largest bound of the others."""
    missing, uppers, targets = [], [], set()
    for count, place in enumerate(places(whole, size), 1):
        file = folder / (name_of(place) + ".json")
        answer = json.loads(file.read_text()) if file.exists() else {}
        if is_about(whole, size, place, answer):
            uppers.append(Fraction(answer["error"]["upper"]))
            targets.add(json.dumps(answer["claim"]["target"]))
        else:
            missing.append(place)
    if len(targets) > 1:
        raise Refused(f"the answers are about different targets: {' and '.join(sorted(targets))}")
    return count, missing, max(uppers, default=None)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("whole", help="the spec of the whole network")
    parser.add_argument("--cells", type=int, required=True, help="cells of a slice in each input")
    parser.add_argument("--at", type=int, nargs="+", help="the slice, counted from 0 in each input")
    parser.add_argument("--margin", type=int, default=1, help="cells around it [default: 1]")
    parser.add_argument("--out", type=Path, help="write all slices to this directory")
    parser.add_argument("--accepted", type=Path, help="read the answers of `check` from this directory")
    given = parser.parse_args()
    if given.cells < 1 or sum(way is not None for way in (given.at, given.out, given.accepted)) != 1:
        parser.error("give --cells of at least 1, and one of --at, --out and --accepted")
    try:
        whole = read(given.whole)
        if given.at is not None:
            sys.stdout.write(text(whole, given.cells, given.at, given.margin))
            return
        if given.accepted is not None:
            count, missing, upper = accepted(whole, given.cells, given.accepted)
            for place in missing:
                print(f"missing: {name_of(place)}", file=sys.stderr)
            largest = "" if upper is None else f"; largest upper bound {upper} (about {float(upper):.6g})"
            print(f"{count - len(missing)} of {count} slices accepted{largest}")
            sys.exit(3 if missing else 0)
        given.out.mkdir(parents=True, exist_ok=True)
        for place in places(whole, given.cells):
            (given.out / (name_of(place) + ".toml")).write_text(text(whole, given.cells, place, given.margin))
    except (Refused, OSError, KeyError, ValueError) as error:
        sys.exit(f"error: {given.whole}: {error}")


if __name__ == "__main__":
    main()
