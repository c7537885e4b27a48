"""Runs networks as they are deployed, and compares every result with its enclosure: run.py STEEPLE [POINTS [NAME...]].

An enclosure is what `steeple eval --semantics float32` says any program may compute (T40). For each network and
runtime a line tells the number of results, how many were outside, the largest difference from the real network,
the largest radius of the enclosures, and that difference as a part of the radius at its point.
Exit code 1: a result was outside, or the bound is so wide that it says little, or not about the real network.
"""

import pathlib
import sys
import tempfile
import time

import networks
import numpy as np
import runtimes
from stored import Stored

# Sums of at most this many terms, in at least this many networks: a part of the radius over a tenth is seen.
FEW_TERMS, NETWORKS, TENTH = 10, 3, 0.1
# An enclosure wider than this has a step that may be on or off.
DECIDED = 1e-3
# Networks whose C code is tried in float64, too.
FLOAT64 = ("relu_deep", "two_outputs", "maxout", "sigmoid")
# Points that are tried one by one, and those where the bounds of a single runtime are asked.
ALONE, OWN = 2000, 10
COLUMNS = "{:20} {:15} {:>9} {:>7} {:>9} {:>9} {:>5}"


def enclosures(steeple, path, points, flags, kind, folder):
    """Lower and upper ends, for each point and output."""
    table = folder / "points.csv"
    ratios = [[value.as_integer_ratio() for value in row] for row in points.tolist()]
    lines = [",".join(f"{n}/{d}" for n, d in row) for row in ratios]
    names = ",".join(Stored(path).inputs)
    table.write_text("\n".join([names, *lines]) + "\n")
    said = runtimes.run(steeple, "eval", path, "--points", table, "--digits", 20, *flags)
    # Rounding to nearest keeps the order: a result inside is not called outside.
    ends = np.loadtxt(said.splitlines()[1:], dtype=kind, delimiter=",", ndmin=2)
    return ends[:, 0::2], ends[:, 1::2]


class Try:
    """A runtime on a network, and a way to run it: which enclosures it must meet, and at what part of the points."""

    def __init__(self, runtime, way, flags, share, run):
        self.runtime, self.way, self.flags, self.share, self.run = runtime, way, flags, share, run


class Line:
    """What was found of a runtime on a network."""

    def __init__(self):
        self.results, self.outside, self.off, self.radius, self.part = 0, 0, 0.0, 0.0, 0.0

    def add(self, results, outside, off, radius, part):
        self.results += results
        self.outside += outside
        self.radius = max(self.radius, radius)
        if off >= self.off:
            self.off, self.part = off, part


def is_smooth(network):
    return any(layer.activation in networks.SMOOTH for layer in network.layers)


def most_terms(network):
    return max(np.count_nonzero(layer.weights, axis=1).max() + 1 for layer in network.layers)


class Trial:
    """All tries; what they found is kept for the end."""

    def __init__(self, steeple, folder):
        self.steeple, self.folder = steeple, folder
        self.outside = 0
        self.results = 0
        self.parts = {}
        self.torch = runtimes.Torch.start(folder)
        self.onnxruntime = runtimes.onnxruntime()
        self.compilers = runtimes.compilers()
        for name, found in [
            ("onnxruntime", self.onnxruntime),
            ("PyTorch", self.torch),
            ("gcc", "gcc" in self.compilers),
            ("clang", "clang" in self.compilers),
        ]:
            if not found:
                print(f"not tried: {name}, which is not there")
        if self.onnxruntime:
            print(f"onnxruntime {self.onnxruntime.__version__}")
        if self.torch:
            print(f"PyTorch {self.torch.version}")

    def runs_as_onnx(self, path, network):
        """onnxruntime and PyTorch, in float32."""
        weakest = ()
        if self.onnxruntime:
            flags = ("--activation-error", "onnxruntime") if is_smooth(network) else weakest
            file = path.with_suffix(".onnx")
            if not file.exists():
                runtimes.run(self.steeple, "convert", path, file)

            def onnx(optimised, alone):
                return lambda points: runtimes.onnx(file, points, optimised, alone)

            name = "onnxruntime"
            yield Try(name, "optimised", flags, 1, onnx(True, False))
            yield Try(name, "graph as it is", flags, 1, onnx(False, False))
            yield Try(name, "one by one", flags, ALONE, onnx(True, True))
        if self.torch:

            def torch(mode):
                return lambda points: self.torch(path, points, mode)

            yield Try("PyTorch", "together", weakest, 1, torch("together"))
            own = ("--activation-error", "pytorch") if is_smooth(network) else weakest
            for mode, share in ("together", OWN), ("strided", OWN), ("alone", ALONE):
                yield Try("PyTorch", mode, own, share, torch(mode))

    def runs_as_c(self, path, network, numbers):
        """C code with each order of sums, and pieces, under each compiler and level."""
        if not self.compilers:
            return
        orders = [("any", "--summation", "any"), ("emitted", "--summation", "emitted")]
        names = [layer.activation for layer in network.layers]
        if len(network.inputs) == len(network.outputs) == 1 and set(names) <= {"relu", "leaky-relu", "identity"}:
            orders.append(("pieces", "--pieces"))
        for order, *flags in orders:
            source = path.parent / f"{path.stem}_{order}.c"
            runtimes.run(self.steeple, "convert", path, source, "--semantics", numbers, *flags)
            # Sums in any order: the weakest bound at all points, the bound of our own functions at some.
            ways = [((), 1)] if order == "any" else [(("--summation", "emitted"), OWN)]
            if order == "any" and is_smooth(network):
                ways.append((("--activation-error", "emitted"), OWN))

            def program(compiler, level, source=source):
                outputs = len(network.outputs)
                return lambda points: runtimes.compiled(compiler, level, source, points, outputs)

            for compiler in self.compilers:
                for level in runtimes.LEVELS:
                    for bound, share in ways:
                        yield Try(f"{compiler}, {order}", level, bound, share, program(compiler, level))

    def network(self, name, path, count, numbers, low=-2, high=2):
        """Tries a network at up to this many points."""
        network = Stored(path)
        kind, wide = {"float32": (np.float32, np.float64), "float64": (np.float64, np.longdouble)}[numbers]
        points = networks.points(network, count, low, high, kind)
        real = networks.value(network, points, wide)
        tries = list(self.runs_as_c(path, network, numbers))
        if numbers == "float32":
            tries = list(self.runs_as_onnx(path, network)) + tries
        # The most points first, so that the others have a part of the same enclosures.
        known, lines = {}, {}
        for one in sorted(tries, key=lambda one: one.share):
            number = max(count // one.share, min(count, 2000)) if one.share != ALONE else min(count, ALONE)
            if one.flags not in known:
                flags = ("--semantics", numbers, *one.flags)
                known[one.flags] = enclosures(self.steeple, path, points[:number], flags, wide, self.folder)
            low_end, high_end = (ends[:number] for ends in known[one.flags])
            results = one.run(points[:number])
            figures = self.compare(one, points[:number], results, real[:number], low_end, high_end)
            lines.setdefault(one.runtime, Line()).add(*figures)
        shown = name if numbers == "float32" else f"{name}, {numbers}"
        for runtime, line in lines.items():
            figures = [f"{line.off:.2e}", f"{line.radius:.2e}", f"{line.part:.2f}"]
            print(COLUMNS.format(shown, runtime, line.results, line.outside, *figures), flush=True)
            self.outside += line.outside
            self.results += line.results
            if line.part > 1 and line.outside == 0:
                raise SystemExit(f"{shown}, {runtime}: the enclosure is not around the real network")
            if most_terms(network) <= FEW_TERMS and numbers == "float32":
                self.parts[name] = max(self.parts.get(name, 0.0), line.part)

    @staticmethod
    def compare(one, points, results, real, low, high):
        """Says what is outside; returns the figures of a line."""
        results = results.astype(real.dtype)
        inside = (low <= results) & (results <= high)
        outside = np.argwhere(~inside)
        radius = (high - low) / 2
        off = np.where(radius < DECIDED, np.abs(results - real), 0)
        place = np.unravel_index(np.argmax(off), off.shape)
        part = off[place] / radius[place] if radius[place] > 0 else 0.0
        for row, output in outside[:3]:
            point = ", ".join(float(value).hex() for value in points[row])
            found, *ends = (f"{values[row, output]:.9g}" for values in (results, low, high))
            print(f"  {one.runtime}, {one.way}, at {point}: output {output + 1} is {found}, not from {' to '.join(ends)}")
        seen = radius[radius < DECIDED].max(initial=0)
        return inside.size, len(outside), off[place], seen, float(part)

    def is_sharp(self):
        """Says how near results come to the bound where sums are short, and whether that is near enough."""
        print(f"\nlargest part of the radius that was seen, in networks whose sums have at most {FEW_TERMS} terms:")
        print(", ".join(f"{name} {part:.2f}" for name, part in self.parts.items()))
        return sum(part > TENTH for part in self.parts.values()) >= NETWORKS


def main():
    steeple = pathlib.Path(sys.argv[1]).resolve()
    count = int(float(sys.argv[2])) if len(sys.argv) > 2 else 1_000_000
    only = sys.argv[3:]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "built").mkdir()
        trial = Trial(steeple, folder)
        print(COLUMNS.format("network", "runtime", "results", "outside", "off", "radius", "part"))
        for name, layers in networks.specs():
            if only and name not in only:
                continue
            path = folder / f"{name}.json"
            networks.write(path, layers)
            number = round(count * networks.SHARES.get(name, networks.SHARES[""]))
            box = (-24, 24) if name.startswith("only") else (-2, 2)
            trial.network(name, path, number, "float32", *box)
            # A network in float64 has its own C code, and weights that are floats of both formats.
            if trial.compilers and name in FLOAT64:
                trial.network(name, path, count // 100, "float64")
        for name, box in networks.EXAMPLES.items():
            if only and name not in only:
                continue
            spec = runtimes.HERE.parents[1] / "examples" / f"{name}.toml"
            built, path = folder / "built" / name, folder / f"{name}.json"
            runtimes.run(steeple, "build", spec, "--out", built)
            runtimes.run(steeple, "convert", built / "network.onnx", path, "--weights", "stored")
            trial.network(name, path, round(count * networks.SHARES[name]), "float32", *box)
        if trial.torch:
            trial.torch.stop()
        print(f"{trial.results} results, {trial.outside} outside")
        failed = trial.outside > 0
        if not only and trial.results and not trial.is_sharp():
            print(f"expected more than {TENTH} in {NETWORKS} of them: the bound says little")
            failed = True
    sys.exit(failed)


if __name__ == "__main__":
    main()
