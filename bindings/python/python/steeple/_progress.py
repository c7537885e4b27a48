"""How far a search is, told to a function or shown as a bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from .errors import VerifyError


class Progress(NamedTuple):
    """How far a search is. `lower` and `upper` are estimates of both ends of the enclosure of the error.

    >>> import steeple
    >>> steeple.Progress(120, 7, 0.25, 0.5).boxes
    120
    """

    boxes: int
    open: int
    lower: float | None = None
    upper: float | None = None


@contextmanager
def watching(
    progress: Any, shown: Callable[..., Any] = Progress, unit: str = " boxes"
) -> Iterator[Callable[..., None] | None]:
    """Gives a function for the native module that tells `progress` what it gets, or None.

    `progress` is None or False, True for a bar of tqdm, or a function.
    """
    if progress is None or progress is False:
        yield None
    elif progress is True:
        with _bar(unit) as update:
            yield lambda *said: update(shown(*said))
    elif callable(progress):
        yield lambda *said: progress(shown(*said))
    else:
        raise VerifyError(
            f"progress: expected True or a function, found {progress!r}",
            hint="a function gets an object with boxes, open, lower and upper",
        )


@contextmanager
def _bar(unit: str) -> Iterator[Callable[[Any], None]]:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            "progress=True shows a bar of tqdm, which is not installed; pip install tqdm, or give a function"
        ) from None
    with tqdm(unit=unit, desc="steeple") as bar:

        def update(said: Any) -> None:
            if isinstance(said, Progress):
                bar.update(said.boxes - bar.n)
                text = f"{said.open} open"
                if said.lower is not None and said.upper is not None:
                    text += f", error {said.lower:.4g} to {said.upper:.4g}"
                bar.set_postfix_str(text)
            else:
                bar.update(1)
                bar.set_postfix_str(str(said))

        yield update
