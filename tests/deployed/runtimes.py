"""What runs networks: onnxruntime, PyTorch, and C code under each compiler. What is not there is said once."""

import importlib.util
import pathlib
import shutil
import subprocess

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
LEVELS = ("-O0", "-O3", "-O3 -march=native -ffp-contract=fast")
# The system's Python, which has the distribution's PyTorch, in order of preference.
SYSTEM_PYTHONS = ("/usr/bin/python3", "python3")

HARNESS = """#include <stdio.h>
#include "{name}.h"
int main(int n, char **v)
{{
    FILE *in, *out;
    {real} x[{inputs}], y[{outputs}];
    if (n != 3) return 2;
    in = fopen(v[1], "rb");
    out = fopen(v[2], "wb");
    if (!in || !out) return 3;
    while (fread(x, sizeof x, 1, in) == 1) {{
        {name}(x, y);
        fwrite(y, sizeof y, 1, out);
    }}
    fclose(in);
    return fclose(out) == 0 ? 0 : 4;
}}
"""


def run(*command, **more):
    """Runs a program; what it says ends this one where it fails."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done.stdout


def compilers():
    return [name for name in ("gcc", "clang") if shutil.which(name)]


class Torch:
    """PyTorch in a process of its own, which the system's Python runs."""

    def __init__(self, process, version, folder):
        self.process, self.version, self.folder = process, version, folder

    @classmethod
    def start(cls, folder):
        """None where there is no PyTorch."""
        for python in filter(shutil.which, SYSTEM_PYTHONS):
            pipes = {name: subprocess.PIPE for name in ("stdin", "stdout")}
            command = [python, HERE / "in_torch.py"]
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL, text=True, **pipes)
            if version := process.stdout.readline().strip():
                return cls(process, version, folder)
            process.wait()
        return None

    def __call__(self, path, points, mode):
        files = self.folder / "points", self.folder / "results"
        points.tofile(files[0])
        words = path, points.dtype, mode, *files
        print(*words, sep="\t", file=self.process.stdin, flush=True)
        if not self.process.stdout.readline():
            raise SystemExit(f"PyTorch fails at {path.name}, {mode}")
        return np.fromfile(files[1], points.dtype).reshape(len(points), -1)

    def stop(self):
        self.process.communicate()


def onnxruntime():
    """The module, or None."""
    if importlib.util.find_spec("onnxruntime") is None:
        return None
    import onnxruntime as module

    return module


def onnx(path, points, optimised, alone):
    """onnxruntime on the CPU, with one thread; None for what it does not have."""
    module = onnxruntime()
    options = module.SessionOptions()
    options.intra_op_num_threads = 1
    level = module.GraphOptimizationLevel
    options.graph_optimization_level = level.ORT_ENABLE_ALL if optimised else level.ORT_DISABLE_ALL
    try:
        session = module.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except module.capi.onnxruntime_pybind11_state.NotImplemented:
        return None
    name = session.get_inputs()[0].name
    step = 1 if alone else 1 << 14
    parts = [session.run(None, {name: points[k : k + step]})[0] for k in range(0, len(points), step)]
    return np.concatenate(parts)


def compiled(compiler, level, source, points, outputs):
    """The C code of a network, called for each point; its header stands beside it."""
    folder, name = source.parent, source.stem
    real = {"float32": "float", "float64": "double"}[str(points.dtype)]
    main, program = folder / f"{name}_main.c", folder / f"{name}_{real}_{compiler}_{LEVELS.index(level)}"
    if not program.exists():
        main.write_text(HARNESS.format(name=name, real=real, inputs=points.shape[1], outputs=outputs))
        run(compiler, "-std=c99", *level.split(), main, source, "-o", program, cwd=folder)
    points.tofile(folder / "points")
    run(program, folder / "points", folder / "results")
    return np.fromfile(folder / "results", points.dtype).reshape(len(points), outputs)
