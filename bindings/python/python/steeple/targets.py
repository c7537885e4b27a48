"""Targets, domains and numbers: from what Python programs hold to exact text.

Steeple reads formulas and numbers as text, so that nothing is rounded on the way. This module
writes that text.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Rational as AbstractRational
from typing import Any

from .errors import DomainError, NumberError, TargetError

__all__ = ["as_domain", "as_number", "as_target"]

#: The functions of formulas.
FUNCTIONS = frozenset(
    "exp ln sqrt sin cos tan asin acos atan sinh cosh tanh sigmoid erf softplus softsign elu silu gelu "
    "abs relu heaviside step min max".split()
)

#: Words that formulas use already, so that no input can have them as its name.
RESERVED = FUNCTIONS | {"if", "pi", "e", "and", "or", "not"}

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\[[0-9]+(,[0-9]+)*\])?\Z")


# Numbers


def as_number(value: Any, what: str = "the number") -> str:
    """Returns a number as exact text, such as ``"1/20"``.

    - Exactness: exact. A float is read as the decimal that it prints, so 0.05 is 1/20 and not the
      binary fraction next to it. ``Fraction(0.05)`` gives that fraction.
    - Errors: ``NumberError`` for NaN, infinity, and everything that is not a number.

    >>> from fractions import Fraction
    >>> as_number(0.05), as_number(Fraction(1, 20)), as_number("2^-5"), as_number(3)
    ('0.05', '1/20', '2^-5', '3')
    """
    if isinstance(value, str):
        text = value.strip()
        if not text:
            raise NumberError(f"{what} is empty", hint="write a number, such as 1/20 or 0.05")
        return text
    if isinstance(value, bool):
        raise NumberError(f"{what} must be a number, found {brief(value)}")
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, AbstractRational):
        numerator, denominator = int(value.numerator), int(value.denominator)
        return str(numerator) if denominator == 1 else f"{numerator}/{denominator}"
    if isinstance(value, Decimal):
        _finite(value.is_finite(), value, what)
        return str(value)
    if isinstance(value, float):
        _finite(math.isfinite(value), value, what)
        # A NumPy float64 is a float too, and `repr` of it is not only the number.
        return float.__repr__(value)
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if isinstance(value, numpy.ndarray) and value.ndim == 0 and value is not numpy.ma.masked:
            return as_number(value[()], what)
        if isinstance(value, numpy.floating):
            _finite(bool(numpy.isfinite(value)), value, what)
            return str(value)
        if isinstance(value, numpy.bool_):
            raise NumberError(f"{what} must be a number, found {brief(value)}")
    sympy = sys.modules.get("sympy")
    if sympy is not None and isinstance(value, sympy.Expr):
        if value.free_symbols:
            names = ", ".join(sorted(str(symbol) for symbol in value.free_symbols))
            raise NumberError(f"{what} must be a number, but `{brief(value)}` depends on {names}")
        return _printed(value, 1)
    raise NumberError(
        f"{what} must be a number, found {_kind(value)}",
        hint="give an int, a Fraction, a Decimal, a float, or text such as '1/20'",
    )


def _finite(is_finite: bool, value: Any, what: str) -> None:
    if not is_finite:
        raise NumberError(f"{what} must be finite, found {brief(value)}")


def brief(value: Any) -> str:
    """A value as a message shows it: not more than 60 characters."""
    text = value if isinstance(value, str) else repr(value)
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."


def _kind(value: Any) -> str:
    """What a value is, for messages: ``None`` or the name of its type."""
    return "None" if value is None else f"a value of type {type(value).__name__}"


# Domains


def as_domain(domain: Any) -> str:
    """Returns a box of inputs as exact text, such as ``"x=-1..1,y=0..1/2"``.

    A domain is a mapping from names to ``(low, high)``, a list of ``(name, low, high)``, or text
    such as ``"x=-1..1, y=0..1/2"``.

    - Exactness: exact, see :func:`as_number`.
    - Errors: ``DomainError`` for a side that is empty, reversed, or not a pair of numbers, with its name.

    >>> as_domain({"x": (-1, 1), "y": (0, 0.5)})
    'x=-1..1,y=0..0.5'
    """
    if isinstance(domain, str):
        if not domain.strip():
            raise DomainError("the domain is empty", hint="write {'x': (0, 1)} or 'x=0..1'")
        return domain
    if isinstance(domain, Mapping):
        sides: list[tuple[Any, Any]] = list(domain.items())
    elif isinstance(domain, (list, tuple)):
        sides = []
        for index, side in enumerate(domain):
            if not isinstance(side, Sequence) or isinstance(side, str) or len(side) != 3:
                raise DomainError(
                    f"side {index + 1} of the domain must be (name, low, high), found {brief(side)}"
                )
            sides.append((side[0], (side[1], side[2])))
    else:
        raise DomainError(
            f"the domain must be a dict, found {_kind(domain)}",
            hint="write {'x': (0, 1), 'y': (-1, 1)} or 'x=0..1,y=-1..1'",
        )
    if not sides:
        raise DomainError("the domain has no sides", hint="write {'x': (0, 1)}")
    texts = [_side(name, ends) for name, ends in sides]
    names = [text.partition("=")[0] for text in texts]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise DomainError(f"the domain has two sides for `{name}`", variable=name)
    return ",".join(texts)


def _side(name: Any, ends: Any) -> str:
    # A sympy symbol is a good name for its side.
    name = name if isinstance(name, str) else str(name)
    if not _NAME.match(name):
        raise DomainError(
            f"`{brief(name)}` cannot be the name of an input",
            hint="names are made of letters, digits and _",
            variable=name,
        )
    if name in RESERVED:
        raise DomainError(
            f"`{name}` cannot be the name of an input: it has a meaning in formulas",
            variable=name,
        )
    try:
        low, high = ends
        if isinstance(ends, str):
            raise ValueError
    except (TypeError, ValueError):
        raise DomainError(
            f"the side `{name}` of the domain must be a pair (low, high), found {brief(ends)}",
            variable=name,
        ) from None
    try:
        texts = as_number(low, f"the lower end of `{name}`"), as_number(high, f"the upper end of `{name}`")
    except NumberError as error:
        raise DomainError(error.message, hint=error.hint, variable=name) from None
    exact = [_fraction(text) for text in texts]
    if exact[0] is not None and exact[1] is not None and exact[0] >= exact[1]:
        problem = "has no width" if exact[0] == exact[1] else "is reversed"
        raise DomainError(
            f"the side `{name}` of the domain {problem}: it goes from {brief(texts[0])} to {brief(texts[1])}",
            variable=name,
        )
    # `0...5` could be read in two ways.
    low, high = (f"0{text}" if text.startswith(".") else text for text in texts)
    return f"{name}={low}..{high}"


def _fraction(text: str) -> Fraction | None:
    """The number that a text is, or ``None`` for forms that only Steeple reads, such as ``2*pi``."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


# Targets


def as_target(target: Any, input_names: Sequence[str] | None = None) -> list[str]:
    """Returns the formulas of a target, one for each output.

    A target is text, a sympy expression or condition, or a list of these.

    - Exactness: exact. A sympy ``Float`` is read as the decimal that it prints.
    - Errors: ``TargetError`` for what has no translation, with its name, and for variables that are
      not among ``input_names``.

    >>> import sympy
    >>> x, y = sympy.symbols("x y")
    >>> as_target(sympy.Max(x, y)**2 + sympy.exp(-x/3), ["x", "y"])
    ['max(x, y)^2 + exp(-x/3)']
    >>> as_target(sympy.Piecewise((0, x < 0), (sympy.sqrt(x), True)))
    ['if(x < 0, 0, sqrt(x))']
    """
    sympy = sys.modules.get("sympy")
    if sympy is not None and isinstance(target, sympy.MatrixBase):
        target = list(target)
    if isinstance(target, (list, tuple)):
        if not target:
            raise TargetError("the target is empty", hint="give a formula for each output")
        return [_formula(one, index + 1, input_names) for index, one in enumerate(target)]
    return [_formula(target, 1, input_names)]


def _formula(target: Any, index: int, input_names: Sequence[str] | None) -> str:
    if isinstance(target, str):
        if not target.strip():
            raise TargetError("the target is empty", hint="write a formula, such as x^2 + y^2", formula=index - 1)
        return target
    sympy = sys.modules.get("sympy")
    if sympy is not None and isinstance(target, (sympy.Basic, int, float, Fraction)):
        expression = sympy.sympify(target)
        text = _printed(expression, index)
        if input_names is not None:
            unknown = sorted(str(s) for s in expression.free_symbols if str(s) not in input_names)
            if unknown:
                names = ", ".join(f"`{name}`" for name in unknown)
                has = "variable" if len(unknown) == 1 else "variables"
                raise TargetError(
                    f"the target has the {has} {names}, which the domain does not have",
                    hint=f"the inputs are {', '.join(input_names)}",
                    formula=index - 1,
                    variable=unknown[0],
                )
        return text
    if isinstance(target, (int, float, Fraction, Decimal)) and not isinstance(target, bool):
        return as_number(target, "the target")
    if callable(target):
        raise TargetError(
            "the target is a Python function, whose formula is unknown",
            hint="give a formula as text, such as 'x^2 + y^2', or a sympy expression",
            formula=index - 1,
        )
    raise TargetError(
        f"the target must be text or a sympy expression, found {_kind(target)}",
        hint="write a formula, such as 'x^2 + y^2'",
        formula=index - 1,
    )


# sympy

#: Functions with the same meaning, and their names in formulas.
_SAME = {
    "exp": "exp", "log": "ln", "sin": "sin", "cos": "cos", "tan": "tan", "asin": "asin", "acos": "acos",
    "atan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh", "erf": "erf", "Abs": "abs",
}  # fmt: skip

#: Functions that formulas have in other words; ``{a}`` is the argument.
_OTHER = {
    "cot": "(cos({a})/sin({a}))",
    "sec": "(1/cos({a}))",
    "csc": "(1/sin({a}))",
    "coth": "(1/tanh({a}))",
    "sech": "(1/cosh({a}))",
    "csch": "(1/sinh({a}))",
    "asinh": "ln(({a}) + sqrt(({a})^2 + 1))",
    "acosh": "ln(({a}) + sqrt(({a}) - 1)*sqrt(({a}) + 1))",
    "atanh": "(ln((1 + ({a}))/(1 - ({a})))/2)",
    "erfc": "(1 - erf({a}))",
    "sign": "if({a} > 0, 1, if({a} < 0, -1, 0))",
}

#: What to write instead of what has no translation.
_HINTS = {
    "floor": "write its steps on the domain with Piecewise",
    "ceiling": "write its steps on the domain with Piecewise",
    "frac": "write its periods on the domain with Piecewise",
    "Mod": "write its periods on the domain with Piecewise",
    "atan2": "where x is greater than 0, write atan(y/x)",
    "Integral": "call .doit() on it first",
    "Derivative": "call .doit() on it first",
    "Sum": "call .doit() on it first",
    "Product": "call .doit() on it first",
    "Limit": "call .doit() on it first",
}

_RELATIONS = {
    "StrictLessThan": "<",
    "LessThan": "<=",
    "StrictGreaterThan": ">",
    "GreaterThan": ">=",
    "Equality": "=",
    "Unequality": "!=",
}


def _printed(expression: Any, index: int) -> str:
    """The text of a sympy expression in the grammar of formulas."""
    return _printer(index).doprint(expression).replace("**", "^")


def _printer(index: int) -> Any:
    from sympy.core.function import AppliedUndef
    from sympy.printing.str import StrPrinter

    def refuse(name: str, expression: Any, hint: str | None = None) -> TargetError:
        shown = brief(str(expression))
        return TargetError(
            f"formula {index} of the target: `{name}` in `{shown}` is not supported",
            hint=hint or _HINTS.get(name),
            formula=index - 1,
        )

    class Printer(StrPrinter):
        """sympy's printer, for the grammar of Steeple."""

        def emptyPrinter(self, expr: Any) -> str:
            raise refuse(type(expr).__name__, expr)

        def _print_Symbol(self, expr: Any) -> str:
            name = expr.name
            if not _NAME.match(name):
                raise TargetError(
                    f"`{name}` cannot be the name of an input",
                    hint="names are made of letters, digits and _",
                    formula=index - 1,
                    variable=name,
                )
            if name in RESERVED:
                raise TargetError(
                    f"the symbol `{name}` cannot be the name of an input: it has a meaning in formulas",
                    hint="rename the symbol; sympy.pi and sympy.E are the constants",
                    formula=index - 1,
                    variable=name,
                )
            return name

        def _print_Dummy(self, expr: Any) -> str:
            raise refuse("Dummy", expr, "use a Symbol")

        def _print_Float(self, expr: Any) -> str:
            if expr._prec == 53:
                return float.__repr__(float(expr))
            from sympy import Float, Rational

            text = super()._print_Float(expr)
            return text if Float(text, precision=expr._prec) == expr else f"({Rational(expr)})"

        def _print_Exp1(self, expr: Any) -> str:
            return "e"

        def _print_GoldenRatio(self, expr: Any) -> str:
            return "((1 + sqrt(5))/2)"

        def _print_NumberSymbol(self, expr: Any) -> str:
            raise refuse(type(expr).__name__, expr)

        _print_EulerGamma = _print_Catalan = _print_TribonacciConstant = _print_NumberSymbol

        def _print_ImaginaryUnit(self, expr: Any) -> str:
            raise refuse("I", expr, "targets have real values")

        def _print_Infinity(self, expr: Any) -> str:
            raise refuse(str(expr), expr, "targets have finite values")

        _print_NegativeInfinity = _print_ComplexInfinity = _print_NaN = _print_Infinity

        def _print_Function(self, expr: Any) -> str:
            name = expr.func.__name__
            arguments = [self._print(argument) for argument in expr.args]
            # `Function("relu")(x)` is how a function that sympy lacks is written.
            is_named_only = isinstance(expr, AppliedUndef)
            if is_named_only and name in FUNCTIONS:
                return f"{name}({', '.join(arguments)})"
            if is_named_only or len(arguments) != 1:
                raise refuse(name, expr, "its formula is unknown" if is_named_only else None)
            if name in _SAME:
                return f"{_SAME[name]}({arguments[0]})"
            if name in _OTHER:
                return _OTHER[name].format(a=arguments[0])
            raise refuse(name, expr)

        def _print_Heaviside(self, expr: Any) -> str:
            argument, at_zero = self._print(expr.args[0]), expr.args[1]
            if at_zero == 1:
                return f"heaviside({argument})"
            return f"if({argument} > 0, 1, if({argument} < 0, 0, {self._print(at_zero)}))"

        def _print_Max(self, expr: Any) -> str:
            return f"max({self._sorted(expr)})"

        def _print_Min(self, expr: Any) -> str:
            return f"min({self._sorted(expr)})"

        def _sorted(self, expr: Any) -> str:
            # Their arguments are sets, without an order.
            from sympy import default_sort_key

            return ", ".join(self._print(one) for one in sorted(expr.args, key=default_sort_key))

        def _print_Piecewise(self, expr: Any) -> str:
            *pieces, (last, condition) = expr.args
            if condition != True:  # noqa: E712
                raise refuse("Piecewise", expr, "it needs a last piece (value, True), for all other points")
            text = self._print(last)
            for value, condition in reversed(pieces):
                text = f"if({self._print(condition)}, {self._print(value)}, {text})"
            return text

        def _print_ITE(self, expr: Any) -> str:
            test, yes, no = (f"({self._print(part)})" for part in expr.args)
            return f"(({test} and {yes}) or (not {test} and {no}))"

        def _print_Relational(self, expr: Any) -> str:
            sign = _RELATIONS[type(expr).__name__]
            return f"{self._print(expr.lhs)} {sign} {self._print(expr.rhs)}"

        def _print_And(self, expr: Any) -> str:
            return " and ".join(f"({part})" for part in self._parts(expr))

        def _print_Or(self, expr: Any) -> str:
            return " or ".join(f"({part})" for part in self._parts(expr))

        def _parts(self, expr: Any) -> list[str]:
            from sympy import default_sort_key

            return [self._print(part) for part in sorted(expr.args, key=default_sort_key)]

        def _print_Not(self, expr: Any) -> str:
            return f"not ({self._print(expr.args[0])})"

        def _print_BooleanTrue(self, expr: Any) -> str:
            raise refuse("True" if expr else "False", expr, "a region has a condition on the inputs")

        _print_BooleanFalse = _print_BooleanTrue

        def _refused(self, expr: Any) -> str:
            raise refuse(type(expr).__name__, expr)

        _print_Integral = _print_Derivative = _print_Sum = _print_Product = _print_Limit = _refused
        _print_Mod = _print_Xor = _print_Implies = _print_Equivalent = _print_Subs = _refused
        _print_Interval = _print_Union = _print_FiniteSet = _print_Poly = _print_Contains = _refused

    return Printer(settings={"full_prec": True})
