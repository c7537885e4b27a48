"""The ways in which a check can end without a proof."""


class Rejected(Exception):
    """The certificate is malformed, or something that it says is wrong."""


class Declined(Exception):
    """The certificate may be good, but uses something that this checker does not know."""


class Undecided(Exception):
    """Nothing wrong was found, but the limit of work came before the bounds fitted the claim."""


class Undefined(ArithmeticError):
    """There is no bound: a value may be undefined, unbounded, or without a derivative.

    The exceptions of gmpy2 (overflow, invalid operation, division by zero) are ArithmeticErrors too. So
    `except ArithmeticError` catches every way in which a bound may not exist. A bound that does not exist
    never helps a claim.
    """
