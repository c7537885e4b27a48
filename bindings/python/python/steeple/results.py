"""What Steeple answers: verdicts, networks with verdicts, tables, pictures."""

from __future__ import annotations

import html
import json
import os
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from . import _native
from ._native import Network
from .errors import PictureError, in_python

__all__ = [
    "Bound",
    "Built",
    "Checked",
    "CheckedBound",
    "Compared",
    "Explained",
    "Picture",
    "Regions",
    "Trained",
    "Values",
    "Verification",
]


class Picture:
    """A picture as an SVG document; notebooks show it.

    >>> import steeple
    >>> built = steeple.build(target="x^2", domain={"x": (0, 1)}, builder="interpolant", cells=4)
    >>> built.picture().svg.startswith("<svg")
    True
    """

    def __init__(self, svg: str, name: str = "picture") -> None:
        #: The document.
        self.svg = svg
        #: What it shows, such as `curve`.
        self.name = name

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Writes the picture as `.svg` or `.png`, by the ending of the name, and returns the path.

        - Errors: `PictureError` for another ending; `OSError` for a file that cannot be written.
        """
        path = Path(path)
        if path.suffix == ".svg":
            path.write_text(self.svg, encoding="utf-8")
        elif path.suffix == ".png":
            path.write_bytes(_native.png(self.svg))
        else:
            raise PictureError(f"pictures are written as .svg or .png, found `{path.name}`")
        return path

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<steeple.Picture {self.name}>"


def _shown(value: Fraction | None, *, up: bool = False) -> str:
    """A number in few digits, rounded downwards or upwards."""
    return "unknown" if value is None else _native.few(value, up)


def _page(text: str, rows: list[tuple[str, str]], picture: Picture | None) -> str:
    """A verdict, a table and a picture, as one element of a page."""
    first, *rest = text.splitlines() or [""]
    parts = [f"<p><b>{html.escape(first)}</b></p>"]
    if rest:
        parts.append("<p>" + "<br/>".join(html.escape(line.strip()) for line in rest) + "</p>")
    if rows:
        cells = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
            for name, value in rows
        )
        parts.append(f"<table>{cells}</table>")
    if picture is not None:
        parts.append(f"<div style='max-width:720px'>{picture.svg}</div>")
    return f"<div>{''.join(parts)}</div>"


class Verification:
    """A verdict about a network, and the certificate that it rests on.

    The result is true exactly if the verdict is `proved`: without a tolerance, the error is enclosed, and there is
    nothing to be true.

    >>> import steeple
    >>> square = [([[1], [1]], [0, "-1/2"], "relu"), ([["1/2", 1]], [0], None)]
    >>> r = steeple.verify(square, "x^2", {"x": (0, 1)}, tolerance="1/16")
    >>> r.verdict, bool(r), r.lower, r.upper
    ('proved', True, Fraction(1, 16), Fraction(1, 16))
    >>> steeple.verify(square, "x^2", {"x": (0, 1)}, tolerance="1/17").witness
    {'x': Fraction(1, 4)}
    """

    def __init__(self, answer: _native.Answer) -> None:
        self._answer = answer

    @property
    def verdict(self) -> str:
        """`proved`, `refuted`, `enclosed` or `undecided`."""
        return self._answer.verdict

    def __bool__(self) -> bool:
        return self.verdict == "proved"

    @cached_property
    def lower(self) -> Fraction:
        """The error is at least this: a lower bound that the checker accepted."""
        return self._answer.lower

    @cached_property
    def upper(self) -> Fraction | None:
        """The error is at most this: an upper bound that the checker accepted; None if there is none yet."""
        return self._answer.upper

    @property
    def tolerance(self) -> Fraction | None:
        """The error that was asked for."""
        return self._answer.tolerance

    @cached_property
    def witness(self) -> dict[str, Fraction] | None:
        """A point of the domain where the error is at least `lower`, for the norm `sup`."""
        point = self._answer.witness
        return None if point is None else dict(point)

    @cached_property
    def certificate(self) -> bytes:
        """The certificate, as `steeple check` reads it.

        If `is_checked` is False, nobody has checked it: it may not hold.
        """
        return self._answer.certificate()

    @property
    def is_checked(self) -> bool:
        """Has the checker accepted the certificate? It has, unless a limit or an interrupt stopped the check."""
        return self._answer.is_checked

    @cached_property
    def text(self) -> str:
        """The verdict in words, with the weights and the arithmetic that it is about."""
        return in_python(self._answer.text())

    @property
    def norm(self) -> str:
        """The norm of the error: `sup`, `l1`, `l2` or `area`."""
        return self._answer.norm

    @property
    def weights(self) -> str:
        """`exact`, or `stored`: the floats that the file or the model has, each as the number that it is."""
        return self._answer.weights

    @property
    def semantics(self) -> str:
        """The arithmetic that the claim is about, such as `real`."""
        return self._answer.semantics

    @property
    def leaves(self) -> int:
        """Leaves of the partition that was checked."""
        return self._answer.leaves

    @property
    def boxes(self) -> int:
        """Boxes that were searched."""
        return self._answer.boxes

    @property
    def network(self) -> Network:
        """The network that the verdict is about."""
        return self._answer.network

    @property
    def notes(self) -> list[str]:
        """What was read in other words than it was written, and what the reader of the model did."""
        return [*self.network.notes, *self._answer.notes]

    def to_json(self) -> str:
        """Returns the JSON object that `steeple verify --format json` prints."""
        return self._answer.json()

    def to_dict(self) -> dict[str, Any]:
        """Returns `to_json()` as a dictionary; numbers are text, such as `"1/64"`."""
        return json.loads(self.to_json())

    @property
    def pictures(self) -> list[str]:
        """The kinds of pictures that fit, the best one first; none with more than two inputs."""
        return self._answer.pictures

    def picture(self, kind: str | None = None) -> Picture:
        """Draws what was proved; without a kind, the first of `pictures`.

        - Errors: `PictureError` for a kind that does not fit the question.

        >>> import steeple
        >>> built = steeple.build(target="x^2", domain={"x": (0, 1)}, builder="interpolant", cells=4)
        >>> built.pictures
        ['curve', 'partition']
        >>> built.picture("partition")
        <steeple.Picture partition>
        """
        if kind is None:
            if not self.pictures:
                inputs = len(self.network.inputs)
                raise PictureError(f"pictures need one or two inputs, the network has {inputs}")
            kind = self.pictures[0]
        return Picture(self._answer.picture(kind), kind)

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("error", f"{_shown(self.lower)} to {_shown(self.upper, up=True)}")]
        if self.witness:
            rows.append(("witness", ", ".join(f"{name} = {_near(value)}" for name, value in self.witness.items())))
        rows += [
            ("norm", self.norm),
            ("weights", self.weights),
            ("arithmetic", self.semantics),
            ("leaves", str(self.leaves)),
        ]
        return rows

    def _repr_html_(self) -> str:
        try:
            picture = self.picture() if self.pictures else None
        except PictureError:
            picture = None
        return _page(self.text, self._rows(), picture)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<steeple.{type(self).__name__} {self.text.splitlines()[0]}>"


def _near(value: Fraction) -> str:
    """A point's coordinate: exact where that is short."""
    return str(value) if value.denominator < 10**6 else f"about {float(value):.6g}"


class Built(Verification):
    """A network by formula, and the verdict about it.

    >>> import steeple
    >>> built = steeple.build(target="x^2", domain={"x": (0, 1)}, builder="interpolant", tolerance="1/1000")
    >>> built.verdict, built.upper, built.network.units
    ('proved', Fraction(1, 1024), 16)
    >>> built.by_theorem
    (Fraction(1, 1024), 'T22')
    """

    def __init__(self, built: _native.Built) -> None:
        super().__init__(built.answer)
        self._built = built

    @property
    def network(self) -> Network:
        """The network."""
        return self._built.network

    @property
    def by_theorem(self) -> tuple[Fraction, str] | None:
        """An upper bound by theorem and the theorem's page; it was not checked. None where there is none."""
        return self._built.by_theorem

    @property
    def candidates(self) -> list[dict[str, Any]]:
        """The networks that were compared, the chosen one first; empty if the builder makes one network."""
        return self._built.candidates

    @property
    def notes(self) -> list[str]:
        """Notes about choices that were made."""
        return self._built.notes


class Checked:
    """A certificate that the checker accepted.

    >>> import steeple
    >>> built = steeple.build(target="x^2", domain={"x": (0, 1)}, builder="interpolant", cells=4)
    >>> checked = steeple.check(built.certificate, built.network)
    >>> checked.upper, checked.target, checked.domain
    (Fraction(1, 64), ['x^2'], {'x': (Fraction(0, 1), Fraction(1, 1))})
    """

    def __init__(self, checked: _native.Checked) -> None:
        self._checked = checked

    @property
    def lower(self) -> Fraction | None:
        """The error is at least this; None for a property."""
        return self._checked.lower

    @property
    def upper(self) -> Fraction | None:
        """The error is at most this; None for a property, or where the certificate has no upper bound."""
        return self._checked.upper

    @property
    def holds(self) -> bool | None:
        """Does the property hold? None for a certificate about an error."""
        return self._checked.holds

    @property
    def target(self) -> list[str] | None:
        """The formulas that the certificate is about, one for each output."""
        return self._checked.target

    @property
    def domain(self) -> dict[str, tuple[Fraction, Fraction]] | None:
        """The box that the certificate is about."""
        sides = self._checked.domain
        return None if sides is None else {name: (low, high) for name, low, high in sides}

    @property
    def norm(self) -> str | None:
        """The norm of the error."""
        return self._checked.norm

    @property
    def weights(self) -> str:
        """Which weights of its file the network has: `exact` or `stored`."""
        return self._checked.weights

    @property
    def semantics(self) -> str:
        """The arithmetic that the certificate is about, such as `real`."""
        return self._checked.semantics

    @property
    def network(self) -> str:
        """The digest of the network."""
        return self._checked.network

    @property
    def leaves(self) -> int:
        """The number of leaves of the proof."""
        return self._checked.leaves

    @property
    def text(self) -> str:
        """What was accepted, in words."""
        return self._checked.text

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<steeple.Checked {self.text.splitlines()[0]}>"


class CheckedBound(NamedTuple):
    """A certificate about all networks that the checker accepted: every one within the tolerance has so many kinks.

    >>> import steeple
    >>> steeple.check(steeple.bound("x^2", {"x": (0, 1)}, "1/100").certificate).kinks
    3
    """

    #: Of every continuous piecewise-linear function, along a line.
    kinks: int | None
    #: Of every step function, along a line.
    jumps: int | None
    #: The formulas that the certificate is about.
    target: list[str]
    #: The tolerance.
    tolerance: Fraction


class Regions:
    """The linear regions of a network on a box, counted exactly.

    >>> import steeple
    >>> fold = [([[1], [1]], [0, "-1/2"], "relu"), ([[2, -4]], [0], None)]
    >>> steeple.regions(fold, {"x": (0, 1)}).count
    2
    """

    def __init__(self, regions: _native.Regions, title: str = "Linear regions") -> None:
        self._regions = regions
        self._title = title

    @property
    def count(self) -> int:
        """The number of linear regions."""
        return self._regions.count

    @property
    def activation_regions(self) -> int:
        """The number of cells of one on/off pattern; at least as many."""
        return self._regions.activation_regions

    @property
    def decision_area(self) -> tuple[Fraction, Fraction] | None:
        """Lower and upper bound of the area where the network decides "inside"; None without a threshold."""
        return self._regions.decision_area

    def to_json(self) -> str:
        """Returns the JSON object that `steeple regions --format json` prints."""
        return self._regions.json()

    def to_dict(self) -> dict[str, Any]:
        """Returns `to_json()` as a dictionary."""
        return json.loads(self.to_json())

    def picture(self) -> Picture:
        """Draws the regions.

        - Errors: `PictureError` unless the network has two inputs.
        """
        svg = self._regions.picture(self._title)
        if svg is None:
            raise PictureError("the picture of linear regions needs two inputs")
        return Picture(svg, "regions")

    @property
    def text(self) -> str:
        """The count in words."""
        return f"{self.count} linear regions and {self.activation_regions} activation regions, counted exactly"

    def _repr_html_(self) -> str:
        svg = self._regions.picture(self._title)
        return _page(self.text, [], None if svg is None else Picture(svg, "regions"))

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<steeple.Regions {self.text}>"


class Bound:
    """How many units every network of a kind needs, proved.

    >>> import steeple
    >>> bound = steeple.bound("x^2", {"x": (0, 1)}, "1/1000")
    >>> bound.kinks, bound.units("relu", 1), bound.units("relu")
    (11, 11, 4)
    """

    def __init__(self, bound: _native.Bound) -> None:
        self._bound = bound

    @property
    def kinks(self) -> int | None:
        """Every continuous piecewise-linear function within the tolerance has so many kinks along a line."""
        return self._bound.kinks

    @property
    def jumps(self) -> int | None:
        """Every step function within the tolerance has so many jumps along a line."""
        return self._bound.jumps

    @property
    def tolerance(self) -> Fraction:
        """The tolerance."""
        return self._bound.tolerance

    @property
    def certificate(self) -> bytes | None:
        """The certificate, as `steeple check` reads it; None where nothing was to be proved."""
        return self._bound.certificate

    def units(self, activation: str, hidden_layers: int | None = None) -> int | None:
        """Returns how many units of a piecewise-linear activation every network needs.

        `hidden_layers` limits the networks to so many hidden layers; None is any number of them. The result is None for another activation.
        """
        return self._bound.units(activation, hidden_layers)

    @property
    def text(self) -> str:
        """The bound in words."""
        return self._bound.text()

    def to_json(self) -> str:
        """Returns the JSON object that `steeple bound --format json` prints, without certificate and time."""
        return self._bound.json()

    def to_dict(self) -> dict[str, Any]:
        """Returns `to_json()` as a dictionary."""
        return json.loads(self.to_json())

    def _repr_html_(self) -> str:
        return _page(self.text, [], None)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<steeple.Bound {self.text.splitlines()[0]}>"


class Explained:
    """What each unit of a network does, and how far the network is from one made of steps.

    >>> import steeple
    >>> built = steeple.build(target="x^2", domain={"x": (0, 1)}, builder="staircase", cells=6)
    >>> explained = steeple.explain(built.network, {"x": (0, 1)})
    >>> "Is it smooth, or made of steps?" in explained.text
    True
    """

    def __init__(self, explained: _native.Explained) -> None:
        self._explained = explained

    @property
    def is_complete(self) -> bool:
        """Did the work come to its end, before a limit?"""
        return self._explained.is_complete

    @property
    def steps_distance(self) -> tuple[Fraction, Fraction | None] | None:
        """Bounds on the largest distance to the network in which every sigmoid and tanh is a step."""
        return self._explained.steps_distance

    @property
    def saturated(self) -> tuple[Fraction, Fraction | None] | None:
        """Bounds on the part of the domain, from 0 to 1, on which every hidden unit is saturated."""
        return self._explained.saturated

    @property
    def headline(self) -> str:
        """The result in one sentence."""
        return self._explained.headline()

    @property
    def text(self) -> str:
        """All of it in words."""
        return self._explained.text()

    @property
    def markdown(self) -> str:
        """The report in Markdown, without pictures."""
        return self._explained.markdown()

    def to_json(self) -> str:
        """Returns the JSON object that `steeple explain --format json` prints."""
        return self._explained.json()

    def to_dict(self) -> dict[str, Any]:
        """Returns `to_json()` as a dictionary."""
        return json.loads(self.to_json())

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """The pictures by name: `network`, `steps`, `diagram`, where they can be drawn."""
        return {name: Picture(svg, name) for name, svg in self._explained.pictures()}

    def _repr_html_(self) -> str:
        first = next(iter(self.pictures.values()), None)
        return _page(self.text, [], first)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<steeple.Explained {self.headline}>"


class Trained:
    """A trained network. Its losses are estimates; `verify` proves its error.

    >>> import steeple
    >>> trained = steeple.train(target="x^2", domain={"x": (0, 1)}, hidden=[2], activation="tanh", steps=50)
    >>> trained.name, trained.network.shape
    ('tanh 1-2-1', [(2, 'tanh'), (1, 'identity')])
    """

    def __init__(self, trained: _native.Trained) -> None:
        self._trained = trained

    @property
    def name(self) -> str:
        """Its activation and shape, such as `tanh 1-2-1`."""
        return self._trained.name

    @property
    def network(self) -> Network:
        """The network; its weights are exactly the floats that were found."""
        return self._trained.network

    @property
    def loss(self) -> float:
        """The lowest loss of the best start."""
        return self._trained.loss

    @property
    def losses(self) -> list[float]:
        """The loss of the best start after each step."""
        return self._trained.losses

    @property
    def accuracy(self) -> float | None:
        """The share of points with the right label; None where the points have values."""
        return self._trained.fit if self._trained.fit_name == "accuracy" else None

    @property
    def rms_error(self) -> float | None:
        """The root of the mean squared error; None where the points have labels."""
        return self._trained.fit if self._trained.fit_name == "rms_error" else None

    @property
    def wrong(self) -> int | None:
        """How many points the network decides wrongly, counted exactly; None where the points have values."""
        return self._trained.wrong

    @property
    def domain(self) -> str:
        """The box on which it was trained."""
        return self._trained.domain

    @property
    def starts(self) -> list[dict[str, Any]]:
        """All starts, in the order of their seeds."""
        return self._trained.starts

    @property
    def notes(self) -> list[str]:
        """Notes about the points."""
        return self._trained.notes

    @property
    def text(self) -> str:
        """The result in words."""
        if self.accuracy is not None:
            fit = f"accuracy {self.accuracy:.2%}"
        else:
            fit = f"rms error {self.rms_error:.4g}"
        return f"trained: {self.name}, {fit} on the points, which is an estimate"

    def _repr_html_(self) -> str:
        svg = self.network.diagram()
        return _page(self.text, [], None if svg is None else Picture(svg, "diagram"))

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<steeple.Trained {self.text}>"


class Compared:
    """Networks in one table of certified errors.

    >>> import steeple
    >>> line = [([[1]], ["-1/8"], None)]
    >>> table = steeple.compare({"a line": line}, target="x^2", domain={"x": (0, 1)})
    >>> [name for name, network in table.rows]
    ['a line', 'constant']
    >>> table.to_dict()["rows"][0]["error"]["sup"]["upper"]
    '1/8'
    """

    def __init__(self, compared: _native.Compared) -> None:
        self._compared = compared

    @cached_property
    def rows(self) -> list[tuple[str, Network | None]]:
        """Name and network of each row; None where there is no network."""
        return self._compared.rows

    @property
    def is_complete(self) -> bool:
        """Was every network made, and every question answered before a limit?"""
        return self._compared.is_complete

    def certificate(self, row: int, norm: str = "sup") -> bytes | None:
        """Returns the certificate of a row for a norm; None where there is none."""
        return self._compared.certificate(row, norm)

    @property
    def text(self) -> str:
        """The table and what it shows, in words."""
        return self._compared.text()

    @property
    def markdown(self) -> str:
        """The report in Markdown, without pictures."""
        return self._compared.markdown()

    @property
    def html(self) -> str:
        """The report as a page of its own, with pictures."""
        return self._compared.html()

    @cached_property
    def pictures(self) -> dict[str, Picture]:
        """The pictures by name."""
        return {name: Picture(svg, name) for name, svg in self._compared.pictures()}

    def to_json(self) -> str:
        """Returns the JSON object that `steeple compare --format json` prints."""
        return self._compared.json()

    def to_dict(self) -> dict[str, Any]:
        """Returns `to_json()` as a dictionary."""
        return json.loads(self.to_json())

    def _repr_html_(self) -> str:
        first = next(iter(self.pictures.values()), None)
        return f"<div><pre>{html.escape(self.text)}</pre>{'' if first is None else first.svg}</div>"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"<steeple.Compared {', '.join(name for name, _ in self.rows)}>"


class Values(Mapping[str, tuple[Fraction, Fraction]]):
    """The outputs of a network at a point: for each of them a lower and an upper bound, equal where it is exact.

    >>> import steeple
    >>> values = steeple.eval([([[1]], [0], "sigmoid")], x=0)
    >>> values.is_exact, values.value
    (True, Fraction(1, 2))
    """

    def __init__(self, ends: dict[str, tuple[Fraction, Fraction]]) -> None:
        self._ends = ends

    def __getitem__(self, name: str) -> tuple[Fraction, Fraction]:
        return self._ends[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._ends)

    def __len__(self) -> int:
        return len(self._ends)

    @property
    def is_exact(self) -> bool:
        """Are all values known exactly?"""
        return all(low == high for low, high in self._ends.values())

    @property
    def value(self) -> Fraction | None:
        """The exact value of the only output; None if it is enclosed, or if there are several outputs."""
        if len(self._ends) != 1 or not self.is_exact:
            return None
        return next(iter(self._ends.values()))[0]

    def __repr__(self) -> str:
        def text(ends: tuple[Fraction, Fraction]) -> str:
            low, high = ends
            return str(low) if low == high else f"[{_shown(low)}, {_shown(high, up=True)}]"

        return "<steeple.Values " + ", ".join(f"{name} = {text(ends)}" for name, ends in self._ends.items()) + ">"
