"""Exact numbers as the files write them (FORMAT.md, "Certificates")."""

import re

from gmpy2 import mpq, mpz

from .errors import Rejected

MAX_CHARACTERS = 1 << 20
MAX_EXPONENT = 100000
MAX_POWER_BITS = 1000000

NUMBER = re.compile(r"([+-]?)([0-9][^/*]*)(?:/([0-9][^/*]*))?(?:\*([0-9][^/*]*))?")
POWER = re.compile(r"([0-9]+)\^([+-]?)([0-9]+)")
DECIMAL = re.compile(r"([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?)([0-9]+))?")
COUNT = re.compile(r"0|[1-9][0-9]*")


def read_number(text):
    """Returns the exact value of a `number` of the format. Raises Rejected if it is not one."""
    if len(text) > MAX_CHARACTERS:
        raise Rejected("a number is too long")
    match = NUMBER.fullmatch(text)
    if match is None:
        raise Rejected(f"expected a number, found {shorten(text)}")
    sign, first, divisor, factor = match.groups()
    value = read_part(first)
    if divisor is not None:
        divisor = read_part(divisor)
        if divisor == 0:
            raise Rejected(f"division by 0 in the number {shorten(text)}")
        value /= divisor
    if factor is not None:
        value *= read_part(factor)
    return -value if sign == "-" else value


def read_part(text):
    """Returns the exact value of a `part`: a decimal or a power of whole numbers."""
    match = POWER.fullmatch(text)
    if match is not None:
        return read_power(mpz(match[1]), match[2], match[3])
    match = DECIMAL.fullmatch(text)
    if match is None:
        raise Rejected(f"expected a number, found {shorten(text)}")
    digits, decimals, sign, exponent = match.groups()
    decimals = decimals or ""
    exponent = small_count(exponent or "0", MAX_EXPONENT)
    if sign == "-":
        exponent = -exponent
    return scale_by_ten(mpz(digits + decimals), exponent - len(decimals))


def scale_by_ten(whole, exponent):
    """Returns whole * 10^exponent."""
    if exponent >= 0:
        return mpq(whole * mpz(10) ** exponent)
    return mpq(whole, mpz(10) ** -exponent)


def read_power(base, sign, exponent):
    """Returns base^exponent, which has at most a million bits."""
    if base == 0:
        if exponent.strip("0") == "":
            return mpq(1)
        if sign == "-":
            raise Rejected("0 to a negative power")
        return mpq(0)
    if base == 1:
        return mpq(1)
    exponent = small_count(exponent, MAX_POWER_BITS)
    if (base.bit_length() - 1) * exponent >= MAX_POWER_BITS:
        raise Rejected("a power has more than a million bits")
    power = base**exponent
    if power.bit_length() > MAX_POWER_BITS:
        raise Rejected("a power has more than a million bits")
    return mpq(1, power) if sign == "-" else mpq(power)


def small_count(text, limit):
    """Returns a string of digits as an int that is at most `limit`. Leading zeros are allowed."""
    text = text.lstrip("0") or "0"
    if len(text) > len(str(limit)) or int(text) > limit:
        raise Rejected(f"an exponent is above {limit}")
    return int(text)


def read_count(text, limit):
    """Returns a whole number without sign and leading zeros, at most `limit`."""
    if COUNT.fullmatch(text) is None or len(text) > 18 or int(text) > limit:
        raise Rejected(f"expected a whole number up to {limit}, found {shorten(text)}")
    return int(text)


def bits(value):
    """Returns the number of bits of numerator and denominator together."""
    return value.numerator.bit_length() + value.denominator.bit_length()


def shorten(text):
    """Returns a text for a message, at most 60 characters of it."""
    return repr(text if len(text) <= 60 else text[:57] + "...")


def decimal(value, up=False, digits=12):
    """Returns an exact number as a decimal for people, rounded down or up; exact ones that are short as they are."""
    if value.denominator == 1 and abs(value) < 10**15:
        return str(value.numerator)
    if bits(value) <= 48:
        return f"{value.numerator}/{value.denominator}"
    exponent = value.numerator.num_digits(10) - value.denominator.num_digits(10)
    scaled = value / mpq(10) ** (exponent - digits)
    whole = -((-scaled.numerator) // scaled.denominator) if up else scaled.numerator // scaled.denominator
    sign, text = ("-" if whole < 0 else ""), str(abs(whole))
    exponent += len(text) - 1 - digits
    return f"{sign}{text[0]}.{text[1:]}" + (f"e{exponent}" if exponent else "")


def number(value, up=False):
    """Returns an exact number, or where it is long a decimal that is rounded down or up, marked with ~."""
    text = f"{value.numerator}" if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
    return text if len(text) <= 24 else "~" + decimal(value, up)
