"""One proof in parts, on several machines: `split`, `Worker`, `merge`.

A part is bytes: a file or a message. The program reads and writes the same files: `steeple split`,
`steeple verify --part`, `steeple merge`. `steeple.distributed` does all of it on a cluster of dask.

>>> import steeple
>>> from steeple import parts
>>> curve = [([[1]], [0], "tanh")]
>>> jobs = parts.split(curve, "x", {"x": (-1, 1)}, parts=2, gap="1/10")
>>> worker = parts.Worker(curve, inputs=["x"])
>>> merged = parts.merge([(name, worker.run(job)) for name, job in jobs])
>>> merged.unfinished, steeple.check(merged.certificate, curve).upper < 1
([], True)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from . import _native
from ._progress import watching
from .api import _count, _limits, _optional, _question
from .models import as_network
from .targets import as_target

__all__ = ["Merged", "Worker", "merge", "split"]


class Merged(NamedTuple):
    """A certificate made of parts. Nothing of it is proved before the checker accepts it."""

    #: The certificate; `check` reads it, and `verify(..., resume=)` goes on with it.
    certificate: bytes
    #: The numbers of the parts that are missing or not finished; their cells are open.
    unfinished: list[str]
    #: Names of parts that cannot be read, and why.
    damaged: list[tuple[str, str]]


def split(
    model: Any,
    target: Any,
    domain: Any,
    tolerance: Any = None,
    *,
    parts: int,
    norm: str = "sup",
    gap: Any = None,
    threshold: Any = None,
    semantics: str = "real",
    summation: str | None = None,
    activation_error: str | None = None,
    rounded_inputs: bool = False,
    portable: bool = False,
    threads: int | None = None,
) -> list[tuple[str, bytes]]:
    """Returns the parts of a question about a model, each with a name and its bytes.

    The arguments are those of `verify`. The same question gives the same bytes on every machine.

    - Errors: those of `verify`.

    >>> [name[:11] for name, _ in split([([[1]], [0], "tanh")], "sin(20*x)", {"x": (-1, 1)}, parts=2)]
    ['part-1-of-2', 'part-2-of-2']
    """
    network, sides = _question(model, domain)
    return _native.split(
        network,
        as_target(target, network.inputs),
        sides,
        parts=_count(parts, "parts", 1) or 1,
        norm=norm,
        tolerance=_optional(tolerance, "tolerance"),
        gap=_optional(gap, "gap"),
        threshold=_optional(threshold, "threshold"),
        semantics=semantics,
        summation=summation,
        activation_error=activation_error,
        rounded_inputs=rounded_inputs,
        portable=portable,
        threads=_count(threads, "threads", 1),
    )


class Worker:
    """A network that is kept for many parts.

    >>> Worker([([[1]], [0], "tanh")], inputs=["x"]).digest[:6]
    'sha256'
    """

    def __init__(self, model: Any, inputs: Sequence[str] | None = None) -> None:
        network = as_network(model, inputs)
        if inputs is not None and network.inputs != list(inputs):
            network = network.renamed(list(inputs))
        self._worker = _native.Worker(network)

    @property
    def digest(self) -> str:
        """The digest of the network."""
        return self._worker.digest

    def run(
        self,
        part: bytes,
        *,
        threads: int | None = None,
        time_limit: float | None = None,
        max_boxes: int | None = None,
        memory_limit: int | None = None,
        progress: Any = None,
    ) -> bytes:
        """Searches a part, or goes on with one that a limit stopped. Returns the result, which is a part again.

        - Errors: `PartError` for a part that is damaged, of another network, or of another version. Ctrl-C raises
          `Interrupted`, whose `partial` is the part as far as it is.
        """
        limits = _limits(threads, time_limit, max_boxes, memory_limit)
        with watching(progress) as told:
            return self._worker.run(part, progress=told, **limits)


def merge(parts: Iterable[tuple[str, bytes]]) -> Merged:
    """Returns the certificate that parts make together. Missing and damaged parts leave open cells.

    - Errors: `PartError` for parts of different splits, or of another version.
    """
    return Merged(*_native.merge(list(parts)))
