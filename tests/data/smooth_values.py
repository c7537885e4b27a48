"""Writes smooth_values.txt: erf, softplus, softsign, elu, silu and gelu, their first and second
derivatives, at numbers where an enclosure is most likely to be wrong: at and beside minima, turning
points, kinks and the places where another method takes over. By mpmath, which shares nothing with this crate.

A line: function, mantissa, exponent (the argument is mantissa · 2^exponent, exactly), then value, slope and
second derivative, off by less than one in their last digit; `-` where there is none."""

import pathlib

from mpmath import mp, mpf

mp.prec = 400
ROOT = mp.sqrt(2)


def sigmoid(x):
    return 1 / (1 + mp.exp(-x)) if x >= 0 else mp.exp(x) / (1 + mp.exp(x))


def share(x):
    return mp.erfc(-x / ROOT) / 2


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def slope_of_silu(x):
    return sigmoid(x) * (1 + x * sigmoid(-x))


def slope_of_gelu(x):
    return share(x) + x * density(x)


def second_of_silu(x):
    return sigmoid(x) * sigmoid(-x) * (2 - x * (sigmoid(x) - sigmoid(-x)))


FUNCTIONS = {
    "erf": (mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x), lambda x: -4 * x / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), sigmoid, lambda x: sigmoid(x) * sigmoid(-x)),
    "softsign": (
        lambda x: x / (1 + abs(x)),
        lambda x: 1 / (1 + abs(x)) ** 2,
        lambda x: None if x == 0 else -2 * mp.sign(x) / (1 + abs(x)) ** 3,
    ),
    "elu": (
        lambda x: x if x >= 0 else mp.expm1(x),
        lambda x: mpf(1) if x >= 0 else mp.exp(x),
        lambda x: None if x == 0 else mpf(0) if x > 0 else mp.exp(x),
    ),
    "silu": (lambda x: x * sigmoid(x), slope_of_silu, second_of_silu),
    "gelu": (lambda x: x * share(x), slope_of_gelu, lambda x: density(x) * (2 - x * x)),
}


def dyadic(x):
    """The 63-bit number below |x|, with the sign of x."""
    sign, mantissa, exponent, bits = x._mpf_
    mantissa, exponent = int(mantissa), exponent
    if bits > 63:
        mantissa, exponent = mantissa >> (bits - 63), exponent + bits - 63
    else:
        mantissa, exponent = mantissa << (63 - bits), exponent - (63 - bits)
    return (-mantissa if sign else mantissa), exponent


def places():
    turn = mp.findroot(second_of_silu, 2.3994)
    low = mp.findroot(lambda x: mp.diff(second_of_silu, x), 3.436)
    exact = [mp.findroot(slope_of_silu, -1.278), mp.findroot(slope_of_gelu, -0.752), turn, low, ROOT, 1 / ROOT]
    exact += [mpf(8), 8 * ROOT, mpf(1) / 2, mpf(2), mpf(2) ** 25, mpf(1), mpf(63) / 32, 255 * ROOT / 32, mpf(20), mpf(2) ** -40]
    for x in exact:
        for sign in (-1, 1):
            mantissa, exponent = dyadic(sign * x)
            for step in (-1, 0, 1):
                if (1 << 62) <= abs(mantissa + step) < (1 << 63):
                    yield mantissa + step, exponent
    yield 0, 0


def main():
    lines = []
    for mantissa, exponent in places():
        x = mpf(mantissa) * mpf(2) ** exponent
        for name, curves in FUNCTIONS.items():
            if abs(x) > 1000 and (name != "elu" or x < 0):
                continue
            values = [curve(x) for curve in curves]
            texts = ["-" if value is None else mp.nstr(value, 45, strip_zeros=False) for value in values]
            lines.append(" ".join([name, str(mantissa), str(exponent), *texts]))
    pathlib.Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n")


main()
