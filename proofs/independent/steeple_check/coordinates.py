"""The exact cell in the coordinates of a linear form (T15, T16, "Sides that are not dyadic").

A form uses x_i = m_i + r_i e_i on an interval that holds the side. The side itself is e_i = shift + factor * e'_i with
e'_i in [-1, 1], in exact fractions. Where the ends are MPFR numbers, shift is 0 and factor 1.
"""

from gmpy2 import mpq

from .intervals import exact


def coordinates(cell):
    """Returns (shift, factor, radius) for each input of a box, exact."""
    found = []
    for side, (low, high) in zip(cell.box, cell.sides):
        middle, radius = exact(side.mid()), exact(side.rad())
        found.append((((low + high) / 2 - middle) / radius, (high - low) / 2 / radius, radius))
    return found


def on_cell(center, slopes, cell):
    """Returns center and slopes of center + Σ slopes e in the coordinates e' of the exact cell."""
    moved = []
    for slope, (shift, factor, _) in zip(slopes, coordinates(cell)):
        center += slope * shift
        moved.append(slope * factor)
    return center, moved


def middle_and_rest(interval):
    """Returns the middle of an interval and its radius as exact fractions; an interval None is 0."""
    if interval is None:
        return mpq(0), mpq(0)
    return exact(interval.mid()), exact(interval.rad())
