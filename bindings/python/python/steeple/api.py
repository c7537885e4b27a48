"""The functions of Steeple: each one is a command of the program."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from . import _native, specs
from ._native import Network
from ._progress import watching
from .errors import Interrupted, ModelError, VerifyError
from .models import as_network
from .results import Bound, Built, Checked, CheckedBound, Compared, Explained, Regions, Trained, Values, Verification
from .targets import as_domain, as_number, as_target

__all__ = [
    "assert_close",
    "bound",
    "build",
    "check",
    "compare",
    "convert",
    "eval",
    "explain",
    "regions",
    "smallest",
    "train",
    "verify",
]

#: What a path may be.
_Path = str | os.PathLike[str]


def _question(model: Any, domain: Any) -> tuple[Network, str]:
    """The network with the names of the domain, and the domain as text."""
    text = as_domain(domain)
    names = _native.domain_names(text)
    network = as_network(model, names or None)
    if names and not network.has_own_names and network.inputs != names:
        network = network.renamed(names)
    return network, text


def _optional(value: Any, what: str) -> str | None:
    return None if value is None else as_number(value, what)


def _count(value: Any, what: str, least: int = 0) -> int | None:
    """A whole number, or None."""
    if value is None:
        return None
    try:
        number = value.__index__()
    except AttributeError:
        raise VerifyError(f"{what}: expected a whole number, found {value!r}") from None
    if number < least:
        raise VerifyError(f"{what}: expected a whole number from {least} on, found {number}")
    return number


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise VerifyError(f"time_limit: expected seconds, found {value!r}") from None
    if not 0 <= number < float("inf"):
        raise VerifyError(f"time_limit: expected seconds from 0 on, found {value!r}")
    return number


def _limits(threads: Any, time_limit: Any, max_boxes: Any, memory_limit: Any = None) -> dict[str, Any]:
    return {
        "threads": _count(threads, "threads", 1),
        "time_limit": _seconds(time_limit),
        "max_boxes": _count(max_boxes, "max_boxes"),
        "memory_limit": _count(memory_limit, "memory_limit", 1),
    }


@contextmanager
def _partial(result: Any) -> Iterator[None]:
    """Gives an interrupt the partial result in the class that a caller knows."""
    try:
        yield
    except Interrupted as interrupt:
        partial = None if interrupt.partial is None else result(interrupt.partial)
        raise Interrupted(partial) from None


def _read(source: Any, what: str) -> bytes:
    """Bytes, or the bytes of a file."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    if isinstance(source, (str, os.PathLike)):
        return Path(source).read_bytes()
    inner = getattr(source, "certificate", None)
    if isinstance(inner, bytes):
        return inner
    raise VerifyError(f"{what}: expected bytes or a path, found {type(source).__name__}")


def verify(
    model: Any,
    target: Any,
    domain: Any,
    tolerance: Any = None,
    *,
    norm: str = "sup",
    semantics: str = "real",
    gap: Any = None,
    threshold: Any = None,
    summation: str | None = None,
    activation_error: str | None = None,
    rounded_inputs: bool = False,
    portable: bool = False,
    threads: int | None = None,
    time_limit: float | None = None,
    max_boxes: int | None = None,
    memory_limit: int | None = None,
    resume: Any = None,
    progress: Any = None,
) -> Verification:
    """Returns what is proved about the error of a model against a target on a box of inputs.

    With a tolerance, the claim "the error is at most the tolerance" is proved or refuted. Without one, the error is
    enclosed, up to a relative width of `gap` (1/100 by default).

    - `model`: a `Network`, the path or the bytes of a network file, a PyTorch module, a Keras model, a scikit-learn
      MLP, or a list of `(weights, bias, activation)`, where weights have one row for each unit.
    - `target`: a formula such as `"sin(3*x)*cos(2*y)"`, a region such as `"x^2 + y^2 <= 1"`, a sympy expression, or a
      list with one of these for each output.
    - `domain`: `{"x": (-1, 1), "y": (0, "1/3")}`, or text such as `"x=-1..1, y=0..1/3"`.
    - `norm`: `sup`, `l1`, `l2`, or `area` for a region; there the network decides "inside" where its output is at
      least `threshold`, 1/2 by default.
    - `semantics`: `real`, or `float32` and `float64` for what a program computes; then `summation`,
      `activation_error` and `rounded_inputs` say what is assumed of it.
    - `portable`: the certificate uses only methods of the checker's core.
    - `threads`, `time_limit` (seconds), `max_boxes`, `memory_limit` (bytes): limits of the search. The result does
      not depend on the threads.
    - `resume`: the certificate of an earlier result, as bytes, path or result, to go on with.
    - `progress`: True for a bar of tqdm, or a function that gets a `Progress` about 20 times a second; what it raises
      ends the search.
    - Exactness: exact. A float weight is the number that it is. A float in `domain` or `tolerance` is read as the
      decimal that it prints: 0.05 is 1/20.
    - Errors: `ModelError`, `TargetError`, `DomainError`, `NumberError`, `VerifyError`. Ctrl-C raises `Interrupted`,
      whose `partial` is what was found.

    >>> import numpy as np, steeple
    >>> square = [(np.array([[1.0], [1.0]]), np.array([0.0, -0.5]), "relu"), (np.array([[0.5, 1.0]]), None, None)]
    >>> r = steeple.verify(square, "x**2", {"x": (0, 1)}, tolerance=0.0625)
    >>> print(r)
    proved: sup |N(x) - x**2| <= 1/16 for x in [0, 1]; 2 leaves, certificate checked
      the error is 1/16 (exact)
      in real arithmetic, with the weights as the model stores them
    """
    network, sides = _question(model, domain)
    settings: dict[str, Any] = {
        "norm": norm,
        "tolerance": _optional(tolerance, "tolerance"),
        "gap": _optional(gap, "gap"),
        "threshold": _optional(threshold, "threshold"),
        "semantics": semantics,
        "summation": summation,
        "activation_error": activation_error,
        "rounded_inputs": rounded_inputs,
        "portable": portable,
        "resume": None if resume is None else _read(resume, "resume"),
        **_limits(threads, time_limit, max_boxes, memory_limit),
    }
    formulas = as_target(target, network.inputs)
    with watching(progress) as told, _partial(Verification):
        return Verification(_native.verify(network, formulas, sides, progress=told, **settings))


def assert_close(
    model: Any,
    target: Any,
    domain: Any,
    tolerance: Any,
    **settings: Any,
) -> Verification:
    """Raises an `AssertionError` unless it is proved that a model is within a tolerance of a target.

    For test suites. The message has the verdict and the point where the claim fails. A search that ends undecided
    fails, too, and the message says so. `settings` are those of `verify`.

    - Errors: `AssertionError`, and those of `verify`.

    >>> import steeple
    >>> line = [([[1]], ["-1/8"], None)]
    >>> steeple.assert_close(line, "x^2", {"x": (0, 1)}, "1/8").verdict
    'proved'
    >>> steeple.assert_close(line, "x^2", {"x": (0, 1)}, "1/9")
    Traceback (most recent call last):
        ...
    AssertionError: refuted: sup |N(x) - x^2| <= 1/9 fails at x = 0, where the error is 1/8
      ...
    """
    if tolerance is None:
        raise VerifyError("assert_close needs a tolerance")
    result = verify(model, target, domain, tolerance, **settings)
    if not result:
        raise AssertionError(result.text)
    return result


def build(
    spec: _Path | None = None,
    /,
    *,
    target: Any = None,
    domain: Any = None,
    portable: bool = False,
    threads: int | None = None,
    time_limit: float | None = None,
    max_boxes: int | None = None,
    memory_limit: int | None = None,
    progress: Any = None,
    **keys: Any,
) -> Built:
    """Returns a network by formula, and the verdict about it.

    Give the text or the path of a spec, or its keys: `target`, `domain`, those of `[claim]` (`norm`, `tolerance`,
    `gap`, `threshold`, `semantics`, ...) and those of `[network]` (`builder`, `cells`, `activation`, `steepness`, ...).
    Without a builder, the smallest network for the tolerance is looked for. `python -m steeple catalogue` lists the
    builders.

    - Limits and `progress` are those of `verify`.
    - Exactness: exact, and the size is chosen from the tolerance, where none is given.
    - Errors: `SpecError` with line, column and key; `BuildError`.

    >>> import steeple
    >>> built = steeple.build(target="sin(3*x)", domain={"x": (-1, 1)}, builder="interpolant", tolerance=0.01)
    >>> built.verdict, built.network.shape[0]
    ('proved', (21, 'relu'))
    """
    if spec is None:
        if target is None or domain is None:
            raise VerifyError("build needs a spec, or target= and domain=")
        claim = {name: keys.pop(name, None) for name in specs.CLAIM}
        for name in ("tolerance", "gap", "threshold"):
            claim[name] = _optional(claim[name], name)
        text = specs.write(target, domain, network=keys, claim=claim)
    elif keys or target is not None or domain is not None:
        given = [*keys, *(["target"] if target is not None else []), *(["domain"] if domain is not None else [])]
        raise VerifyError(f"build takes a spec or keys, found both: {', '.join(given)}")
    else:
        text, _ = specs.read(spec)
    limits = _limits(threads, time_limit, max_boxes, memory_limit)
    with watching(progress) as told, _partial(Built):
        return Built(_native.build(text, portable=portable, progress=told, **limits))


def smallest(
    target: Any,
    domain: Any,
    tolerance: Any,
    *,
    activation: str | None = None,
    hidden_layers: int | None = None,
    max_units: int | None = None,
    **settings: Any,
) -> Built:
    """Returns the smallest network that was found for a tolerance, and the proof that it keeps the tolerance.

    Constructions and training compete; every candidate is proved. `settings` are further keys of the builder
    `smallest`, and the limits of `build`.

    - Exactness: the error is proved. Each of the `candidates` has what is known: `at_least`
      is the number of units that every network of its kind needs, where that was proved.
    - Errors: those of `build`.

    >>> import steeple
    >>> found = steeple.smallest("x^2", {"x": (0, 1)}, "1/20", activation="relu")
    >>> found.verdict, found.network.units
    ('proved', 2)
    """
    keys: dict[str, Any] = {"activation": activation, "hidden_layers": hidden_layers, "max_units": max_units}
    return build(target=target, domain=domain, tolerance=tolerance, builder="smallest", **keys, **settings)


def check(certificate: Any, model: Any = None, *, threads: int | None = None) -> Checked | CheckedBound:
    """Returns what a certificate proves about a model, after the checker has recomputed all of it.

    A certificate is bytes, a path, or a result with a `certificate`. One of `bound` is about all networks and needs
    no model. Compare the claim in the result with yours: a certificate may be about another target or domain.

    - Exactness: exact. Nothing is searched, and nothing is believed.
    - Errors: `CheckRejected` with its `kind`; `ModelError`.

    >>> import steeple
    >>> built = steeple.build(target="x^2", domain={"x": (0, 1)}, builder="interpolant", cells=4)
    >>> print(steeple.check(built.certificate, built.network.to_json()).text.splitlines()[0].split(";")[0])
    accepted: sup |N(x) - x^2| = 1/64 (exact) for x in [0, 1]
    """
    data = _read(certificate, "certificate")
    kind, names = _native.certificate_kind(data)
    if kind == "bound":
        return CheckedBound(*_native.check_bound(data))
    if model is None:
        raise VerifyError("check needs the model that the certificate is about")
    network = as_network(model, names)
    if names and not network.has_own_names and network.inputs != names and len(network.inputs) == len(names):
        network = network.renamed(names)
    return Checked(_native.check(data, network, _count(threads, "threads", 1)))


def compare(
    models: Mapping[str, Any] | Sequence[Any] = (),
    spec: _Path | None = None,
    *,
    target: Any = None,
    domain: Any = None,
    claim: Mapping[str, Any] | None = None,
    network: Mapping[str, Any] | None = None,
    train: Mapping[str, Any] | None = None,
    threads: int | None = None,
    time_limit: float | None = None,
    max_boxes: int | None = None,
    memory_limit: int | None = None,
    progress: Any = None,
) -> Compared:
    """Returns one table of certified errors: of models, of a network that is built, and of trained ones.

    - `models`: models by name, or a list of them. A model may be a result with a `network`.
    - `spec`: the text or the path of a spec; or the keywords `target` and `domain`, and the tables `claim`, `network`
      (what to build) and `train` (what to train: `hidden`, `activation`, `samples`, ...), which the spec calls
      `[compare]`.
    - Limits are those of `verify`, for each question; `progress` gets a line of text.
    - Exactness: every error in the table is enclosed, and checked.
    - Errors: `SpecError`, `BuildError`, `ModelError`.

    >>> import steeple
    >>> line = [([[1]], ["-1/8"], None)]
    >>> print(steeple.compare({"a line": line}, target="x^2", domain={"x": (0, 1)}).rows[0][0])
    a line
    """
    if spec is None:
        if target is None or domain is None:
            raise VerifyError("compare needs a spec, or target= and domain=")
        text, folder = specs.write(target, domain, claim=claim, network=network, compare=train), None
    elif any(given is not None for given in (target, domain, claim, network, train)):
        raise VerifyError("compare takes a spec or its tables, found both")
    else:
        text, folder = specs.read(spec)
    if isinstance(models, Mapping):
        named = list(models.items())
    else:
        named = [(_name(model, number), model) for number, model in enumerate(models, start=1)]
    inputs = _native.spec_inputs(text)
    networks = []
    for name, model in named:
        found = as_network(model, inputs)
        if not found.has_own_names and found.inputs != inputs and len(found.inputs) == len(inputs):
            found = found.renamed(inputs)
        networks.append((name, found))
    limits = _limits(threads, time_limit, max_boxes, memory_limit)
    with watching(progress, str, " steps") as told, _partial(Compared):
        return Compared(_native.compare(text, networks, folder=folder, progress=told, **limits))


def _name(model: Any, number: int) -> str:
    """What a model is called in a table."""
    name = getattr(model, "name", None)
    if isinstance(model, (str, os.PathLike)):
        return Path(model).stem
    return name if isinstance(name, str) else f"network {number}"


def train(
    spec: _Path | None = None,
    points: Any = None,
    *,
    target: Any = None,
    domain: Any = None,
    hidden: int | Sequence[int] | None = None,
    activation: str | None = None,
    seed: int | None = None,
    restarts: int | None = None,
    steps: int | None = None,
    time_limit: float | None = None,
    progress: Any = None,
    **keys: Any,
) -> Trained:
    """Returns a small trained network: for a spec, for a target, or for your points.

    - `spec`: the text or the path of a spec; its first network in `[compare]` is trained. Or `target` and `domain`,
      and keys of `[compare]`, such as `samples`, `optimizer`, `weight_decay`.
    - `points`: `(X, y)` with X of the shape (n, d), and y booleans (labels) or numbers (values); or the path of a
      file of comma-separated values. The columns of X are the inputs of the domain, or else x1, x2, ...
    - `hidden`, `activation`, `seed`, `restarts`, `steps` go before those of the spec.
    - Exactness: an estimate. The same points and settings give the same network on every machine.
    - Errors: `SpecError`; `TrainError` if every start diverges.

    >>> import numpy as np, steeple
    >>> X = np.linspace(-1, 1, 21)[:, None]
    >>> trained = steeple.train(points=(X, X[:, 0] ** 2), hidden=2, activation="tanh", steps=100)
    >>> trained.network.inputs, trained.rms_error < 0.1
    (['x1'], True)
    """
    folder = None
    names = None if domain is None else _native.domain_names(as_domain(domain))
    text = None if points is None else _points(points, names)
    if spec is None:
        if text is None and (target is None or domain is None):
            raise VerifyError("train needs a spec, points=, or target= and domain=")
        if text is not None:
            keys["data"] = "points.csv"
        spec_text = specs.write(target, domain, compare=keys or {"hidden": [[6]]})
    else:
        given = [name for name, value in (("target", target), ("domain", domain)) if value is not None]
        if keys or given:
            raise VerifyError(f"train takes a spec or keys, found both: {', '.join([*keys, *given])}")
        spec_text, folder = specs.read(spec)
    layers = None
    if hidden is not None:
        layers = [hidden] if isinstance(hidden, int) else [int(units) for units in hidden]

    def shown(start: int, step: int, loss: float) -> str:
        return f"start {start + 1}, step {step}, loss {loss:.4g}"

    with watching(progress, shown, " times") as told, _partial(Trained):
        return Trained(
            _native.train(
                spec_text,
                points=text,
                folder=folder,
                hidden=layers,
                activation=activation,
                seed=_count(seed, "seed"),
                restarts=_count(restarts, "restarts", 1),
                steps=_count(steps, "steps", 1),
                time_limit=_seconds(time_limit),
                progress=told,
            )
        )


def _points(points: Any, names: Sequence[str] | None) -> str:
    """The text of a file of points."""
    if isinstance(points, (str, os.PathLike)):
        return Path(points).read_text(encoding="utf-8-sig")
    import numpy as np

    try:
        inputs, outputs = points
    except (TypeError, ValueError):
        raise ModelError("points are (X, y), or the path of a file") from None
    X, y = np.asarray(inputs), np.asarray(outputs)
    if X.ndim == 1:
        X = X[:, None]
    if X.ndim != 2 or y.shape != (len(X),):
        raise ModelError(f"points: expected X (n, d) and y (n,), found {X.shape} and {y.shape}")
    names = names or [f"x{number}" for number in range(1, X.shape[1] + 1)]
    if len(names) != X.shape[1]:
        raise ModelError(f"points: X has {X.shape[1]} columns, the domain has {len(names)} sides")
    is_label = y.dtype == bool
    header = ",".join([*names, "label" if is_label else "value"])
    lines = [header]
    for row, value in zip(X.tolist(), y.tolist()):
        last = str(int(value)) if is_label else as_number(value, "y")
        lines.append(",".join([*(as_number(number, "X") for number in row), last]))
    return "\n".join(lines) + "\n"


def regions(model: Any, domain: Any, threshold: Any = None) -> Regions:
    """Returns the linear regions of a piecewise-linear network on a box, counted exactly.

    With a threshold, also the decision region is found: where the only output is at least the threshold.

    - Exactness: exact.
    - Errors: `RegionsError` for networks that are not piecewise linear.

    >>> import steeple
    >>> built = steeple.build(target="x^2", domain={"x": (0, 1)}, builder="interpolant", cells=16)
    >>> steeple.regions(built.network, {"x": (0, 1)}).count
    16
    """
    network, sides = _question(model, domain)
    found = _native.regions(network, sides, _optional(threshold, "threshold"))
    return Regions(found, f"Linear regions of {', '.join(network.outputs)}")


def bound(target: Any, domain: Any, tolerance: Any) -> Bound:
    """Returns how many units every network needs that is within a tolerance of a target.

    - Exactness: a lower bound that the checker accepted.
    - Errors: `TargetError`, `DomainError`.

    >>> import steeple
    >>> steeple.bound("x^2", {"x": (0, 1)}, "1/100").kinks
    3
    """
    sides = as_domain(domain)
    formulas = as_target(target, _native.domain_names(sides) or None)
    return Bound(_native.bound(formulas, sides, as_number(tolerance, "tolerance")))


def explain(
    model: Any,
    domain: Any,
    target: Any = None,
    *,
    threshold: Any = None,
    name: str | None = None,
    threads: int | None = None,
    time_limit: float | None = None,
    max_boxes: int | None = None,
) -> Explained:
    """Returns what each unit of a network does on a box, and how far the network is from one made of steps.

    - `target`: what the network should compute; then the error is told, and the error without each unit.
    - `threshold`: the network decides "inside" where its output is at least this.
    - `name`: what the network is called in sentences.
    - Exactness: every pair of bounds encloses the true value.
    - Errors: `ModelError`, `TargetError`, `DomainError`.

    >>> import steeple
    >>> relu = [([[2]], [0], "relu"), ([[1]], [0], None)]
    >>> steeple.explain(relu, {"x": (-1, 3)}).saturated
    (Fraction(1, 4), Fraction(1, 4))
    """
    network, sides = _question(model, domain)
    settings = _limits(threads, time_limit, max_boxes)
    del settings["memory_limit"]
    formulas = None if target is None else as_target(target, network.inputs)
    with _partial(Explained):
        return Explained(
            _native.explain(
                network,
                sides,
                target=formulas,
                threshold=_optional(threshold, "threshold"),
                name=name,
                **settings,
            )
        )


def eval(model: Any, point: Mapping[str, Any] | Sequence[Any] | None = None, /, *, digits: int = 30, **named: Any) -> Values:
    """Returns the outputs of a network at a point: exact where they are rational, else enclosed.

    The point is a dictionary, a list in the order of the inputs, or keywords.

    - Exactness: exact, or known to `digits` digits.
    - Errors: `ModelError` for other inputs; `NumberError`.

    >>> import steeple
    >>> steeple.eval([([[1]], [0], "tanh")], x="1/3", digits=5)
    <steeple.Values y = [0.321512, 0.321513]>
    """
    values: dict[str, Any]
    if isinstance(point, Mapping):
        values = {**point, **named}
    elif point is not None:
        network = as_network(model)
        values = {**dict(zip(network.inputs, point, strict=False)), **named}
        if len(list(point)) != len(network.inputs):
            raise ModelError(f"expected {len(network.inputs)} numbers, found {len(list(point))}")
    else:
        values = named
    network = as_network(model, list(values))
    if not network.has_own_names and len(values) == len(network.inputs):
        network = network.renamed(list(values))
    exact = {name: as_number(value, name) for name, value in values.items()}
    ends = network.evaluate_exact(exact, _count(digits, "digits", 1) or 30)
    return Values(dict(zip(network.outputs, ends)))


def convert(
    model: Any,
    path: _Path,
    *,
    precision: Literal["float32", "float64"] = "float32",
    inputs: Sequence[str] | None = None,
    name: str | None = None,
    summation: Literal["any", "emitted"] | None = None,
    pieces: bool = False,
) -> Network:
    """Writes a network as a file, and returns it. The ending of the name says in which format.

    - `.json`, `.network`: exact weights.
    - `.onnx`, `.safetensors`: floats of `precision`; the exact weights are in the metadata.
    - `.py`: a PyTorch module.
    - `.c`: the source; beside it the header and a table of points to test with. `name` is that of the function;
      `summation` and `pieces` are explained by `python -m steeple convert --help`.
    - Errors: `ModelError` for another ending, or a weight that does not fit; `OSError`.

    >>> import os, steeple, tempfile
    >>> line = [([["1/3"]], [0], None)]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     network = steeple.convert(line, os.path.join(folder, "line.onnx"))
    ...     sorted(os.listdir(folder))
    ['line.onnx']
    """
    network = as_network(model, inputs)
    path = Path(path)
    ending = path.suffix
    if ending == ".json":
        network.to_json(path)
    elif ending == ".network":
        path.write_bytes(network.to_canonical())
    elif ending == ".onnx":
        network.to_onnx(path, precision=precision)
    elif ending == ".safetensors":
        network.to_safetensors(path, precision=precision)
    elif ending == ".py":
        path.write_text(network.to_python(), encoding="utf-8")
    elif ending == ".c":
        source, header, vectors = network.to_c(name or path.stem, precision, summation, pieces, header=f"{path.stem}.h")
        path.with_suffix(".h").write_text(header, encoding="utf-8")
        path.with_name(f"{path.stem}_test.csv").write_text(vectors, encoding="utf-8")
        path.write_text(source, encoding="utf-8")
    else:
        raise ModelError(
            f"networks are written as .json, .network, .onnx, .safetensors, .py or .c, found `{path.name}`"
        )
    return network
