"""How far computed activations are from exact ones: activations.py STEEPLE [STEP].

Takes every STEP-th float32 (default 429: ten million) and those around every power of two. An error is told in
units in the last place of the exact value, and as the absolute error beyond 4 of these, which is what a preset
(src/floats/presets.rs) must allow.
"""

import json
import math
import pathlib
import sys
import tempfile

import numpy as np
import runtimes

NAMES = ("sigmoid", "tanh", "softplus", "softsign", "elu", "silu", "gelu")
ULPS = 4


def sigmoid(z):
    small = np.exp(-np.abs(z))
    return np.where(z < 0, small, 1) / (1 + small)


def gelu(z):
    erfc = np.frompyfunc(math.erfc, 1, 1)
    return z / 2 * erfc(-z / math.sqrt(2)).astype(float)


# In float64: their errors are some 1e-8 of a unit in the last place of float32.
EXACT = {
    "sigmoid": sigmoid,
    "tanh": np.tanh,
    "softplus": lambda z: np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))),
    "softsign": lambda z: z / (1 + np.abs(z)),
    "elu": lambda z: np.where(z < 0, np.expm1(np.minimum(z, 0)), z),
    "silu": lambda z: z * sigmoid(z),
    "gelu": gelu,
}


def floats(step):
    """Every STEP-th float of size up to 2^126, and the neighbours of powers of two: beyond, formulas overflow."""
    end = (126 + 127) << 23
    bits = np.arange(0, end, step, np.uint32)
    around = np.arange(1, 254, dtype=np.int64)[:, None] * (1 << 23) + np.arange(-4, 5)
    around = around[around <= end].astype(np.uint32)
    bits = np.unique(np.concatenate([bits, around]))
    return np.concatenate([bits, bits | np.uint32(1 << 31)]).view(np.float32)


def ulp(values):
    """The distance of the float32 numbers at these values."""
    _, power = np.frexp(values)
    return np.ldexp(1.0, np.maximum(power, -125) - 24)


def measured(results, exact, points):
    """The largest error in ulps where the value is normal, the largest absolute one beyond 4 ulps, and where."""
    found = results.ravel().astype(float)
    # A subnormal value may be 0.
    flushed = (found == 0) & (np.abs(exact) < 2.0**-126)
    off = np.where(flushed, 0, np.abs(found - exact))
    off[~np.isfinite(found)] = np.inf
    in_ulps = off / ulp(exact)
    beyond = np.maximum(off - ULPS * ulp(exact), 0)
    first, second = np.argmax(in_ulps), np.argmax(beyond)
    return in_ulps[first], points[first], beyond[second], points[second], off.max()


def rows(steeple, step, names, folder):
    """A row for each activation and what computes it."""
    torch = runtimes.Torch.start(folder)
    if torch is None:
        print("not tried: PyTorch")
    if runtimes.onnxruntime() is None:
        print("not tried: onnxruntime")
    for compiler in runtimes.compilers()[:1]:
        source = runtimes.HERE / "libm.c"
        runtimes.run(compiler, "-std=c99", "-O2", source, "-o", folder / "libm", "-lm")
    points = floats(step)
    for name in names:
        layer = {"weights": [["1"]], "bias": ["0"], "activation": name}
        if name == "elu":
            layer["alpha"] = "1"
        network = {"steeple_network": 1, "inputs": ["x"], "outputs": ["y"], "layers": [layer]}
        path = folder / f"{name}.json"
        path.write_text(json.dumps(network))
        with np.errstate(all="ignore"):
            exact = EXACT[name](points.astype(float))
        column = points[:, None]
        few = np.random.default_rng(1).choice(len(points), min(5000, len(points)), replace=False)
        if runtimes.onnxruntime() is not None:
            file = path.with_suffix(".onnx")
            runtimes.run(steeple, "convert", path, file)
            for optimised in (True, False):
                what = "onnxruntime" + ("" if optimised else ", graph as it is")
                yield name, what, measured(runtimes.onnx(file, column, optimised, False), exact, points)
            results = runtimes.onnx(file, column[few], True, True)
            yield name, "onnxruntime, one by one", measured(results, exact[few], points[few])
        if torch is not None:
            for mode in ("together", "strided"):
                results = torch(path, column, mode)
                yield name, f"PyTorch, {mode}", measured(results, exact, points)
        if runtimes.compilers():
            points.tofile(folder / "points")
            for formula in [name] + {"elu": ["elu by exp"], "gelu": ["gelu by erf"]}.get(name, []):
                runtimes.run(folder / "libm", formula, folder / "points", folder / "results")
                results = np.fromfile(folder / "results", np.float32)
                yield name, f"libm: {formula}", measured(results, exact, points)


def main():
    steeple = pathlib.Path(sys.argv[1]).resolve()
    step = int(sys.argv[2]) if len(sys.argv) > 2 else 429
    names = sys.argv[3:] or NAMES
    print(f"{'':38} {'ulps':>9} {'at':>12} {'beyond 4 ulps':>14} {'at':>12} {'absolute':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name, what, row in rows(steeple, step, names, pathlib.Path(folder)):
            in_ulps, first, beyond, second, largest = row
            line = f"{name + ': ' + what:38} {in_ulps:9.3g} {first:12.5g} {beyond:14.3g} {second:12.5g}"
            print(f"{line} {largest:9.3g}", flush=True)


if __name__ == "__main__":
    main()
