"""How far computed activations are from exact ones: activations.py STEEPLE [STEP [TYPE [NAME...]]].

Takes every STEP-th float32 of size up to 2^126, beyond which formulas overflow (default 429: ten million), and those
around every power of two; with TYPE float64 as many numbers of that type. An error is told in units in the last
place of the exact value (of the smallest normal number, below it), and as what remains of it beyond 4 of these: this
is what a preset must allow (src/floats/presets.rs). Exact values are those of a wider type.
"""

import json
import math
import pathlib
import sys
import tempfile

import numpy as np
import runtimes
from networks import SMOOTH

ULPS = 4
# Types of bits, bits of precision, and the exponents of the smallest normal number and of the last one that is tried.
TYPES = {"float32": (np.uint32, 24, -126, 126), "float64": (np.uint64, 53, -1022, 1022)}
FORMULAS = {"elu": ["elu", "elu by exp"], "gelu": ["gelu", "gelu by erf"]}


def numbers(step, kind):
    """Numbers of both signs and all sizes."""
    bits_type, precision, least, most = TYPES[kind]
    one = 1 << (precision - 1)
    end = (most - least + 1) * one
    bits = np.linspace(0, end, 253 * 2**23 // step).astype(bits_type)
    around = np.arange(1, most - least + 1)[:, None] * one + np.arange(-4, 5)
    bits = np.unique(np.concatenate([bits, around.astype(bits_type).ravel()]))
    return np.concatenate([bits, bits | bits_type(1 << (8 * bits.itemsize - 1))]).view(kind)


def ulp(values, kind):
    """The distance of the numbers of a type at these values."""
    _, precision, least, _ = TYPES[kind]
    _, power = np.frexp(values)
    return np.ldexp(values.dtype.type(1), np.maximum(power, least + 1) - precision)


def measured(results, exact, points, kind):
    """The largest error in ulps and where; the largest one beyond ULPS ulps and where."""
    found = results.ravel().astype(exact.dtype)
    off = np.abs(found - exact)
    # A subnormal value may be 0.
    off[(found == 0) & (np.abs(exact) < 2.0 ** TYPES[kind][2])] = 0
    off[~np.isfinite(found)] = np.inf
    in_ulps = off / ulp(exact, kind)
    beyond = np.maximum(off - ULPS * ulp(exact, kind), 0)
    first, second = np.argmax(in_ulps), np.argmax(beyond)
    return in_ulps[first], points[first], beyond[second], points[second]


class Library:
    """The C library in one type, by one formula."""

    def __init__(self, folder, real, out):
        self.folder, self.program = folder, folder / f"{real}_{out}".replace(" ", "_")
        self.type = {"float": np.float32, "double": np.float64, "long double": np.longdouble}[out]
        source = runtimes.HERE / "libm.c"
        flags = ["-std=c99", "-O2", f"-DREAL={real}", f"-DRESULT={out}"]
        runtimes.run(runtimes.compilers()[0], *flags, source, "-o", self.program, "-lm")

    def __call__(self, formula, points):
        points.tofile(self.folder / "points")
        runtimes.run(self.program, formula, self.folder / "points", self.folder / "results")
        return np.fromfile(self.folder / "results", self.type)


def rows(steeple, points, names, folder):
    """A row for each activation and what computes it."""
    kind = str(points.dtype)
    torch = runtimes.Torch.start(folder)
    real, wide = {"float32": ("float", "double"), "float64": ("double", "long double")}[kind]
    library, exactly = Library(folder, real, real), Library(folder, real, wide)
    column = points[:, None]
    few = np.random.default_rng(1).choice(len(points), min(5000, len(points)), replace=False)
    for name in names:
        layer = {"weights": [["1"]], "bias": ["0"], "activation": name}
        if name == "elu":
            layer["alpha"] = "1"
        network = {"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [layer]}
        path = folder / f"{name}.json"
        path.write_text(json.dumps(network))
        exact = exactly(name, points)
        if runtimes.onnxruntime() is not None:
            file = path.with_suffix(".onnx")
            runtimes.run(steeple, "convert", path, file, "--precision", kind)
            # In float64 it has not all of them.
            results = runtimes.onnx(file, column, True, False)
            if results is not None:
                yield name, "onnxruntime", measured(results, exact, points, kind)
                results = runtimes.onnx(file, column[few], True, True)
                yield name, "onnxruntime, one by one", measured(results, exact[few], points[few], kind)
        if torch is not None:
            for mode in ("together", "strided"):
                yield name, f"PyTorch, {mode}", measured(torch(path, column, mode), exact, points, kind)
        for formula in FORMULAS.get(name, [name]):
            yield name, f"libm: {formula}", measured(library(formula, points), exact, points, kind)
    if torch is not None:
        torch.stop()


def main():
    steeple = pathlib.Path(sys.argv[1]).resolve()
    step = int(sys.argv[2]) if len(sys.argv) > 2 else 429
    kind = sys.argv[3] if len(sys.argv) > 3 else "float32"
    names = sys.argv[4:] or SMOOTH
    if not runtimes.compilers():
        print("not measured: activations, because there is no C compiler")
        return
    points = numbers(step, kind)
    print(f"{len(points)} numbers of type {kind}")
    print(f"{'':34} {'ulps':>9} {'at':>10} {'beyond 4 ulps':>13} {'at':>10}")
    with tempfile.TemporaryDirectory() as folder:
        for name, what, (ulps, first, beyond, second) in rows(steeple, points, names, pathlib.Path(folder)):
            log = f"2^{math.log2(beyond):.1f}" if 0 < beyond < math.inf else f"{beyond}"
            first, second = float(first), float(second)
            print(f"{name + ': ' + what:34} {float(ulps):9.3g} {first:10.4g} {log:>13} {second:10.4g}", flush=True)


if __name__ == "__main__":
    main()
