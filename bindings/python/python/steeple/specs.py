"""Specs from keywords: the text that `steeple build` reads."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from . import _native
from .errors import SpecError
from .targets import as_domain, as_number, as_target

#: The keys of [claim]; all others that `build` takes are those of [network].
CLAIM = ("norm", "tolerance", "gap", "threshold", "semantics", "summation", "activation_error", "rounded_inputs")


def read(spec: str | os.PathLike[str]) -> tuple[str, str | None]:
    """Returns the text of a spec, and the directory in which the files are that it names.

    A text with a line end or an `=` is a spec, every other one a path.

    >>> read("target = {}")
    ('target = {}', None)
    """
    if isinstance(spec, str) and ("\n" in spec or "=" in spec):
        return spec, None
    path = Path(spec)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SpecError(f"{path}: this is not a text file in UTF-8") from None
    return text, str(path.parent)


def write(
    target: Any = None,
    domain: Any = None,
    *,
    network: Mapping[str, Any] | None = None,
    claim: Mapping[str, Any] | None = None,
    compare: Mapping[str, Any] | None = None,
) -> str:
    """Returns the text of a spec with these tables; keys that are None are left out.

    >>> print(write("x^2", {"x": (0, 1)}, network={"builder": "interpolant", "cells": 4}))
    [target]
    formula = "x^2"
    inputs = ["x"]
    domain = {"x" = ["0", "1"]}
    <BLANKLINE>
    [network]
    builder = "interpolant"
    cells = 4
    <BLANKLINE>
    """
    head: dict[str, Any] = {}
    names: list[str] | None = None
    sides = None
    if domain is not None:
        text = as_domain(domain)
        names = _native.domain_names(text)
        sides = {name: list(ends) for name, *ends in _native.sides(text, names)}
    if target is not None:
        formulas = as_target(target, names)
        head["formula"] = formulas[0] if len(formulas) == 1 else formulas
    if names:
        head["inputs"] = names
    if sides is not None:
        head["domain"] = sides
    tables = {"target": head, "network": network, "claim": claim, "compare": compare}
    parts = []
    for name, table in tables.items():
        kept = {key: value for key, value in (table or {}).items() if value is not None}
        if kept or name == "target":
            lines = "".join(f"{key} = {_value(value, key)}\n" for key, value in kept.items())
            parts.append(f"[{name}]\n{lines}")
    return "\n".join(parts)


def _value(value: Any, key: str) -> str:
    """A value in TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {_value(v, str(k))}" for k, v in value.items()) + "}"
    if isinstance(value, (Fraction, Decimal, float)):
        return json.dumps(as_number(value, key))
    if hasattr(value, "tolist"):
        return _value(value.tolist(), key)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item, key) for item in value) + "]"
    raise SpecError(f"{key}: a value of type {type(value).__name__} cannot stand in a spec", key=key)
