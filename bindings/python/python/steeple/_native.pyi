"""The part of Steeple that is written in Rust. Use `steeple`, which is made of it.

Exact numbers come out as `Fraction`. What goes in may be an int, a `Fraction`, a `Decimal`, text such as `"1/3"`,
or a float, which is here the number that it is.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Literal, final

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
        layers: Sequence[Layer], inputs: Sequence[str] | None = None, outputs: Sequence[str] | None = None
    ) -> Network: ...
    @property
    def inputs(self) -> list[str]: ...
    @property
    def outputs(self) -> list[str]: ...
    @property
    def has_own_names(self) -> bool:
        """Did its file name the inputs, or the caller? If not, they are numbered."""
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
    def evaluate(self, points: bytes) -> bytes:
        """Values at points: float64 numbers, point after point. An estimate."""
    def evaluate_exact(self, point: dict[str, Number], digits: int = 30) -> list[tuple[Fraction, Fraction]]:
        """Lower and upper end of each output; equal where the value is rational."""
    def to_json(self) -> bytes: ...
    def to_canonical(self) -> bytes: ...
    def to_onnx(self, precision: Literal["float32", "float64"] = "float32") -> bytes: ...
    def to_safetensors(self, precision: Literal["float32", "float64"] = "float32") -> bytes: ...
    def to_python(self) -> str: ...
    def to_c(
        self,
        name: str = "network",
        precision: Literal["float32", "float64"] = "float32",
        summation: Literal["any", "emitted"] | None = None,
        pieces: bool = False,
    ) -> tuple[str, str, str]:
        """Source, header, and a table of points to test with."""
    def layers(self) -> list[tuple[int, int, bytes, bytes, str, Fraction | None]]:
        """For each layer: rows, columns, weights and bias as float64 numbers, activation, its parameter."""
    def exact_layers(self) -> list[tuple[list[list[Fraction]], list[Fraction], str, Fraction | None]]: ...
    def diagram(self) -> str | None:
        """A drawing of the units as SVG, or None if there are too many."""

@final
class Answer:
    verdict: str
    lower: Fraction
    upper: Fraction | None
    tolerance: Fraction | None
    witness: list[tuple[str, Fraction]] | None
    leaves: int
    boxes: int
    weights: str
    semantics: str
    norm: str
    is_checked: bool
    notes: list[str]
    pictures: list[str]
    network: Network
    def certificate(self) -> bytes: ...
    def text(self) -> str: ...
    def json(self) -> str: ...
    def picture(self, kind: str) -> str: ...

@final
class Built:
    network: Network
    answer: Answer
    by_theorem: tuple[Fraction, str] | None
    candidates: list[dict[str, Any]]
    notes: list[str]

@final
class Checked:
    lower: Fraction | None
    upper: Fraction | None
    holds: bool | None
    target: list[str] | None
    domain: list[tuple[str, Fraction, Fraction]] | None
    norm: str | None
    weights: str
    semantics: str
    network: str
    leaves: int
    text: str

@final
class Regions:
    count: int
    activation_regions: int
    decision_area: tuple[Fraction, Fraction] | None
    def json(self) -> str: ...
    def picture(self, title: str) -> str | None: ...

@final
class Bound:
    kinks: int | None
    jumps: int | None
    tolerance: Fraction
    certificate: bytes | None
    def units(self, activation: str, hidden_layers: int | None = None) -> int | None: ...
    def text(self) -> str: ...
    def json(self) -> str: ...

@final
class Explained:
    is_complete: bool
    steps_distance: tuple[Fraction, Fraction | None] | None
    saturated: tuple[Fraction, Fraction | None] | None
    def pictures(self) -> list[tuple[str, str]]: ...
    def headline(self) -> str: ...
    def text(self) -> str: ...
    def markdown(self) -> str: ...
    def json(self) -> str: ...

@final
class Trained:
    name: str
    network: Network
    losses: list[float]
    loss: float
    fit: float
    fit_name: Literal["accuracy", "rms_error"]
    wrong: int | None
    domain: str
    starts: list[dict[str, Any]]
    notes: list[str]

@final
class Compared:
    rows: list[tuple[str, Network | None]]
    is_complete: bool
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
def check_bound(certificate: bytes) -> tuple[int | None, int | None]:
    """Checks a certificate about all networks. Returns the kinks and the jumps that it proves."""
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
def canonical_target(target: Sequence[str], inputs: Sequence[str]) -> list[str]:
    """Formulas as a certificate has them."""
