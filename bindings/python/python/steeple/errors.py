"""The exceptions of Steeple: one clear message, a hint where there is one, and the place."""

from __future__ import annotations

import re
from typing import Any

__all__ = [
    "BuildError",
    "CheckRejected",
    "ClusterError",
    "DomainError",
    "InternalError",
    "Interrupted",
    "ModelError",
    "NumberError",
    "PartError",
    "PictureError",
    "RegionsError",
    "SpecError",
    "SteepleError",
    "TargetError",
    "TrainError",
    "VerifyError",
]

#: Flags of the program that are followed by a value, and the value.
_WITH_VALUE = re.compile(r"--(norm|semantics|weights|summation|precision|knots|builder) ([a-z0-9]+)\b")
_FLAG = re.compile(r"--([a-z][a-z-]*)")


def in_python(text: str) -> str:
    """Returns a message of the program with the arguments of a function in place of its flags.

    >>> in_python("add --norm area, or raise --max-boxes")
    'add norm="area", or raise max_boxes'
    """
    text = text.replace("with --certificate FILE, --resume FILE can", "resume= can")
    text = _WITH_VALUE.sub(r'\1="\2"', text)
    return _FLAG.sub(lambda found: found.group(1).replace("-", "_"), text)


class SteepleError(ValueError):
    """A request that Steeple cannot do; `message` says why, and `hint`, if there is one, what to do.

    >>> import steeple
    >>> try:
    ...     steeple.verify([([[1]], [0], "cosine")], "x^2", {"x": (0, 1)})
    ... except steeple.SteepleError as error:
    ...     print(error.layer)
    1
    """

    #: What to do about it.
    hint: str | None = None

    def __init__(self, message: str, *, hint: str | None = None, **place: Any) -> None:
        self.message = in_python(message)
        super().__init__(self.message)
        self.hint = None if hint is None else in_python(hint)
        for name, value in place.items():
            setattr(self, name, value)

    def __str__(self) -> str:
        if self.hint is None:
            return self.message
        return f"{self.message}; hint: {self.hint}"


class SpecError(SteepleError):
    """A spec is not understood.

    `line` and `column` count from 1; `key` is the key or the table.

    >>> import steeple
    >>> try:
    ...     steeple.build("[target]\\nformula = 'x^2'\\ndomain = 1")
    ... except steeple.SpecError as error:
    ...     print(error.line, error.key)
    3 domain
    """

    line: int | None = None
    column: int | None = None
    key: str | None = None


class TargetError(SteepleError):
    """A target is not understood, or has no value somewhere on the domain.

    `formula` is its place in a list of targets, from 0; `line` and `column` are the place in its text, from 1.
    """

    formula: int | None = None
    line: int | None = None
    column: int | None = None


class NumberError(SteepleError):
    """What should be an exact number is none."""


class DomainError(SteepleError):
    """A domain is not understood, is empty, or has other inputs than the network; `variable` is the input."""

    variable: str | None = None


class ModelError(SteepleError):
    """A model is not understood, or has a number that is not finite.

    `layer`, `row` and `column` count from 1; `expected` and `found` say what does not fit.

    >>> import steeple
    >>> try:
    ...     steeple.Network.from_layers([([[1.0, float("nan")]], [0.0], "relu")])
    ... except steeple.ModelError as error:
    ...     print(error.layer, error.row, error.column, error.found)
    1 1 2 nan
    """

    layer: Any = None
    row: int | None = None
    column: int | None = None
    line: int | None = None
    expected: Any = None
    found: Any = None


class VerifyError(SteepleError):
    """A question about a network has no answer at all."""


class BuildError(SteepleError):
    """A network cannot be built; `key` is the key of the spec that does not fit."""

    key: str | None = None


class TrainError(SteepleError):
    """A network cannot be trained."""


class RegionsError(SteepleError):
    """The linear regions of a network cannot be counted."""


class PictureError(SteepleError):
    """A picture cannot be drawn."""


class CheckRejected(SteepleError):
    """The checker does not accept a certificate; `kind` names the reason.

    >>> import steeple
    >>> built = steeple.build(target="x^2", domain={"x": (0, 1)}, builder="interpolant", cells=4)
    >>> damaged = built.certificate.replace(b"upper 1/64", b"upper 1/65")
    >>> try:
    ...     steeple.check(damaged, built.network)
    ... except steeple.CheckRejected as error:
    ...     print(error.kind)
    upper-not-reached
    """

    kind: str | None = None
    line: int | None = None


class PartError(SteepleError):
    """A part of a proof that cannot be used: damaged, of another network, or of another version."""


class ClusterError(SteepleError):
    """A cluster that cannot be used: closed, without workers, or with workers that have another Steeple.

    `worker` is the address of the worker, where there is one.
    """

    worker: str | None = None


class InternalError(RuntimeError):
    """A mistake in Steeple itself. Please report it."""

    def __init__(self, message: str, *, hint: str | None = None, **place: Any) -> None:
        super().__init__(message if hint is None else f"{message}; hint: {hint}")
        self.hint = hint


class Interrupted(KeyboardInterrupt):
    """Ctrl-C came while Steeple worked. `partial` is what it found until then, or None.

    The certificate of a partial result is a proof of less than was asked. Give it to `resume=` to go on.
    """

    def __init__(self, partial: Any = None) -> None:
        super().__init__("stopped by an interrupt; what was found is in `partial`")
        self.partial = partial

    def __reduce__(self) -> Any:
        return (type(self), (self.partial,))
