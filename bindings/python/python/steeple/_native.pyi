"""The part of Steeple that is written in Rust. Use `steeple`, which is made of it.

Exact numbers come out as `Fraction`. What goes in may be an int, a `Fraction`, a `Decimal`, text such as `"1/3"`,
or a float, which is here the number that it is.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Literal, final

_Path = str | os.PathLike[str]

#: An exact number, as above.
Number = Any

__version__: str

#: What a layer is made of: weights (a row for each unit), bias or None, activation, and its parameter or None.
#: Weights and bias are NumPy arrays (float16, float32, float64, integers; told by `dtype`, `shape` and
#: `tobytes`), or sequences of numbers: int, float, Fraction, Decimal, or text.
Layer = tuple[Any, Any, str, Any]

#: (boxes, open boxes, lower, upper): the last two are estimates, and None where there are none.
Progress = Callable[[int, int, float | None, float | None], object]

def main(arguments: Sequence[str]) -> int:
    """Runs the program with these arguments, the first of which is its name. Returns the exit code."""

@final
class Network:
    """A network with exact weights."""

    def __new__(cls, model: Any, inputs: Sequence[str] | None = None) -> Network: ...
    @staticmethod
    def open(
        data: bytes,
        name: str | None = None,
        activation: str | None = None,
        inputs: Sequence[str] | None = None,
        weights: Literal["stored", "exact"] = "stored",
    ) -> Network:
        """Reads a file of any format, told by its content. `name` is for messages."""
    @staticmethod
    def open_path(
        path: str, inputs: Sequence[str] | None = None, weights: Literal["stored", "exact"] = "stored"
    ) -> Network:
        """Reads a file, and the one beside it that lists the activations of a safetensors file."""
    @staticmethod
    def from_layers(
        layers: Sequence[Layer],
        inputs: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        not_layered: str | None = None,
    ) -> Network:
        """`not_layered` says why claims about floats are not about these layers, if they are not the model's."""
    @property
    def inputs(self) -> list[str]: ...
    @property
    def outputs(self) -> list[str]: ...
    @property
    def has_own_names(self) -> bool:
        """Did the file, the model or the caller name the inputs? If not, they are numbered."""
    @property
    def units(self) -> int: ...
    @property
    def parameters(self) -> int: ...
    @property
    def shape(self) -> list[tuple[int, str]]:
        """Units and activation of each layer, the output layer last."""
    @property
    def digest(self) -> str: ...
    @property
    def weights(self) -> Literal["exact", "stored"]: ...
    @property
    def notes(self) -> list[str]:
        """What the reader of its file did, such as joining layers."""
    def renamed(self, inputs: Sequence[str]) -> Network: ...
    def __call__(self, points: Any = ..., /, **named: Any) -> Any:
        """Values at points (n, d), or at arrays by name: an array of estimates."""
    def evaluate(self, points: bytes) -> bytes:
        """Values at points: float64 numbers, point after point. An estimate."""
    def evaluate_exact(self, point: Mapping[str, Number], digits: int = 30) -> list[tuple[Fraction, Fraction]]:
        """Lower and upper end of each output; equal where the value is rational."""
    def to_json(self, path: _Path | None = None) -> bytes: ...
    def to_canonical(self) -> bytes: ...
    def to_onnx(self, path: _Path | None = None, precision: Literal["float32", "float64"] = "float32") -> bytes: ...
    def to_safetensors(
        self, path: _Path | None = None, precision: Literal["float32", "float64"] = "float32"
    ) -> bytes: ...
    def to_python(self) -> str: ...
    def to_torch(self, dtype: Any = None) -> Any: ...
    def to_c(
        self,
        name: str = "network",
        precision: Literal["float32", "float64"] = "float32",
        summation: Literal["any", "emitted"] | None = None,
        pieces: bool = False,
        header: str | None = None,
    ) -> tuple[str, str, str]:
        """Source, header, and a table of points to test with."""
    def layers(self) -> list[tuple[int, int, bytes, bytes, str, Fraction | None]]:
        """For each layer: rows, columns, weights and bias as float64 numbers, activation, its parameter."""
    def exact_layers(self) -> list[tuple[list[list[Fraction]], list[Fraction], str, Fraction | None]]: ...
    def diagram(self) -> str | None:
        """A drawing of the units as SVG, or None if there are too many."""
    def _repr_html_(self) -> str: ...

@final
class Answer:
    @property
    def verdict(self) -> str: ...
    @property
    def lower(self) -> Fraction: ...
    @property
    def upper(self) -> Fraction | None: ...
    @property
    def tolerance(self) -> Fraction | None: ...
    @property
    def witness(self) -> list[tuple[str, Fraction]] | None: ...
    @property
    def leaves(self) -> int: ...
    @property
    def boxes(self) -> int: ...
    @property
    def weights(self) -> str: ...
    @property
    def semantics(self) -> str: ...
    @property
    def norm(self) -> str: ...
    @property
    def is_checked(self) -> bool: ...
    @property
    def notes(self) -> list[str]: ...
    @property
    def pictures(self) -> list[str]: ...
    @property
    def network(self) -> Network: ...
    def certificate(self) -> bytes: ...
    def text(self) -> str: ...
    def json(self) -> str: ...
    def picture(self, kind: str) -> str: ...

@final
class Built:
    @property
    def network(self) -> Network: ...
    @property
    def answer(self) -> Answer: ...
    @property
    def by_theorem(self) -> tuple[Fraction, str] | None: ...
    @property
    def candidates(self) -> list[dict[str, Any]]: ...
    @property
    def notes(self) -> list[str]: ...

@final
class Checked:
    @property
    def lower(self) -> Fraction | None: ...
    @property
    def upper(self) -> Fraction | None: ...
    @property
    def holds(self) -> bool | None: ...
    @property
    def target(self) -> list[str] | None: ...
    @property
    def domain(self) -> list[tuple[str, Fraction, Fraction]] | None: ...
    @property
    def norm(self) -> str | None: ...
    @property
    def weights(self) -> str: ...
    @property
    def semantics(self) -> str: ...
    @property
    def network(self) -> str: ...
    @property
    def leaves(self) -> int: ...
    @property
    def text(self) -> str: ...

@final
class Regions:
    @property
    def count(self) -> int: ...
    @property
    def activation_regions(self) -> int: ...
    @property
    def decision_area(self) -> tuple[Fraction, Fraction] | None: ...
    def json(self) -> str: ...
    def picture(self, title: str) -> str | None: ...

@final
class Bound:
    @property
    def kinks(self) -> int | None: ...
    @property
    def jumps(self) -> int | None: ...
    @property
    def tolerance(self) -> Fraction: ...
    @property
    def certificate(self) -> bytes | None: ...
    def units(self, activation: str, hidden_layers: int | None = None) -> int | None: ...
    def text(self) -> str: ...
    def json(self) -> str: ...

@final
class Explained:
    @property
    def is_complete(self) -> bool: ...
    @property
    def steps_distance(self) -> tuple[Fraction, Fraction | None] | None: ...
    @property
    def saturated(self) -> tuple[Fraction, Fraction | None] | None: ...
    def pictures(self) -> list[tuple[str, str]]: ...
    def headline(self) -> str: ...
    def text(self) -> str: ...
    def markdown(self) -> str: ...
    def json(self) -> str: ...

@final
class Trained:
    @property
    def name(self) -> str: ...
    @property
    def network(self) -> Network: ...
    @property
    def losses(self) -> list[float]: ...
    @property
    def loss(self) -> float: ...
    @property
    def fit(self) -> float: ...
    @property
    def fit_name(self) -> Literal["accuracy", "rms_error"]: ...
    @property
    def wrong(self) -> int | None: ...
    @property
    def domain(self) -> str: ...
    @property
    def starts(self) -> list[dict[str, Any]]: ...
    @property
    def notes(self) -> list[str]: ...

@final
class Compared:
    @property
    def rows(self) -> list[tuple[str, Network | None]]: ...
    @property
    def is_complete(self) -> bool: ...
    def certificate(self, row: int, norm: str) -> bytes | None: ...
    def text(self) -> str: ...
    def json(self) -> str: ...
    def markdown(self) -> str: ...
    def html(self) -> str: ...
    def pictures(self) -> list[tuple[str, str]]: ...

def verify(
    network: Network,
    target: Sequence[str],
    domain: str,
    *,
    norm: str = "sup",
    tolerance: Number | None = None,
    gap: Number | None = None,
    threshold: Number | None = None,
    semantics: str = "real",
    summation: str | None = None,
    activation_error: str | None = None,
    rounded_inputs: bool = False,
    portable: bool = False,
    threads: int | None = None,
    time_limit: float | None = None,
    max_boxes: int | None = None,
    memory_limit: int | None = None,
    resume: bytes | None = None,
    progress: Progress | None = None,
) -> Answer: ...
def build(
    spec: str,
    *,
    semantics: str | None = None,
    portable: bool = False,
    threads: int | None = None,
    time_limit: float | None = None,
    max_boxes: int | None = None,
    memory_limit: int | None = None,
    progress: Progress | None = None,
) -> Built: ...
def check(certificate: bytes, network: Network, threads: int | None = None) -> Checked: ...
def split(
    network: Network,
    target: Sequence[str],
    domain: str,
    *,
    parts: int,
    norm: str = "sup",
    tolerance: Number | None = None,
    gap: Number | None = None,
    threshold: Number | None = None,
    semantics: str = "real",
    summation: str | None = None,
    activation_error: str | None = None,
    rounded_inputs: bool = False,
    portable: bool = False,
    threads: int | None = None,
) -> list[tuple[str, bytes]]: ...
def split_further(part: bytes, parts: int) -> list[tuple[str, bytes]] | None:
    """Cuts a result that is not finished into parts of its own; None if nothing is open."""
def part_state(part: bytes) -> tuple[Literal["waiting", "partial", "done"], str]:
    """How far a part is, and its number among the others."""
def merge(parts: Sequence[tuple[str, bytes]]) -> tuple[bytes, list[str], list[tuple[str, str]]]:
    """A certificate, the numbers of unfinished parts, and names of damaged ones with the reason."""
def accept(
    certificate: bytes,
    network: Network,
    target: Sequence[str],
    domain: str,
    *,
    norm: str = "sup",
    tolerance: Number | None = None,
    gap: Number | None = None,
    threshold: Number | None = None,
    semantics: str = "real",
    summation: str | None = None,
    activation_error: str | None = None,
    rounded_inputs: bool = False,
    portable: bool = False,
    threads: int | None = None,
    notes: Sequence[str] = (),
) -> Answer:
    """Lets the checker decide about a merged certificate, without a search."""
@final
class Worker:
    """A network that is kept for many parts."""

    def __new__(cls, network: Network) -> Worker: ...
    @property
    def digest(self) -> str: ...
    def run(
        self,
        part: bytes,
        *,
        marks_open: bool = False,
        time_limit: float | None = None,
        max_boxes: int | None = None,
        memory_limit: int | None = None,
        threads: int | None = None,
        progress: Progress | None = None,
    ) -> bytes: ...
    def check(self, part: bytes, *, threads: int | None = None) -> tuple[int, Fraction | None, bool]: ...

def check_bound(certificate: bytes) -> tuple[int | None, int | None, list[str], Fraction]:
    """Checks a certificate about all networks. Returns kinks, jumps, target and tolerance."""
def certificate_kind(certificate: bytes) -> tuple[Literal["error", "property", "bound"], list[str] | None]:
    """The kind of a certificate, and the names of the inputs in it, if it has some."""
def regions(network: Network, domain: str, threshold: Number | None = None) -> Regions: ...
def bound(target: Sequence[str], domain: str, tolerance: Number) -> Bound: ...
def explain(
    network: Network,
    domain: str,
    *,
    target: Sequence[str] | None = None,
    threshold: Number | None = None,
    name: str | None = None,
    threads: int | None = None,
    time_limit: float | None = None,
    max_boxes: int | None = None,
) -> Explained: ...
def train(
    spec: str,
    *,
    points: str | None = None,
    folder: str | None = None,
    hidden: Sequence[int] | None = None,
    activation: str | None = None,
    seed: int | None = None,
    restarts: int | None = None,
    steps: int | None = None,
    time_limit: float | None = None,
    progress: Callable[[int, int, float], object] | None = None,
) -> Trained:
    """Trains the first network of `[compare]`. `points` is the text of the file of points that the spec names."""
def compare(
    spec: str,
    networks: Sequence[tuple[str, Network]] = (),
    *,
    folder: str | None = None,
    threads: int | None = None,
    time_limit: float | None = None,
    max_boxes: int | None = None,
    memory_limit: int | None = None,
    progress: Callable[[str], object] | None = None,
) -> Compared: ...
def domain_names(domain: str) -> list[str]:
    """The names of the sides of a domain."""
def sides(domain: str, inputs: Sequence[str]) -> list[tuple[str, Fraction, Fraction]]:
    """The sides of a domain; those without names are sides of `inputs`."""
def spec_inputs(spec: str) -> list[str]:
    """The inputs of a spec, in order."""
def canonical_target(target: Sequence[str], inputs: Sequence[str]) -> list[str]:
    """Formulas as a certificate has them."""
def few(value: Number, up: bool) -> str:
    """A number in few digits, rounded upwards or downwards."""
def png(svg: str) -> bytes:
    """An SVG document as pixels."""
