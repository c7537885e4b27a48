"""Checks a certificate against a network: the header, the layer, then the claim."""

import sys

from .area import AreaChecker
from .certificate import read_certificate
from .errors import Declined, Rejected, Undecided
from .formula import CORE_FUNCTIONS, functions_of, may_jump
from .integral import IntegralChecker
from .network import digest, read_network
from .numbers import number
from .properties import PropertyChecker
from .semantics import check_network
from .sizes import SizeChecker
from .sup import SupChecker
from .work import Work

CHECKERS = {
    "sup": SupChecker, "l1": IntegralChecker, "l2": IntegralChecker, "area": AreaChecker, "property": PropertyChecker,
    "units-at-least": SizeChecker,
}
CORE_ACTIVATIONS = {"identity", "heaviside", "sigmoid", "tanh", "relu", "leaky-relu", "maxout", "hard-tanh"}

# FORMAT.md, "Layers" and "Leaves": which leaves a claim has, and which of them a portable layer has.
LEAVES = {"sup": "onlgsme", "l1": "onlswe", "l2": "onlswe", "area": "onhe", "property": "nl"}
PORTABLE_LEAVES = {"sup": "onle", "l1": "onle", "l2": "onle", "area": "onhe"}

RECURSION = 20000


class Outcome:
    """What a check found.

    - `word`: accepted, rejected, declined, undecided, or sample where only some cells were looked at.
    - `reason`: why, if it is not accepted.
    """

    def __init__(self, word, reason, certificate, network, work):
        self.word = word
        self.reason = reason
        self.certificate = certificate
        self.network = network
        self.work = work


def check(certificate_bytes, network_bytes, max_cells=None, every=1):
    """Returns the outcome of a check. Whatever the bytes are, it raises nothing. A lower bound of size has no network,
    which is None."""
    certificate = network = None
    work = Work(max_cells, every)
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
    try:
        certificate = read_certificate(certificate_bytes)
        if certificate.claim == "units-at-least":
            if network_bytes is not None:
                raise Rejected("the certificate is about all networks, not about the one given")
        else:
            if network_bytes is None:
                raise Rejected("the certificate needs a network")
            network = read_network(network_bytes)
            match(certificate, network)
        CHECKERS[certificate.claim](certificate, network, work).check()
        word, reason = ("accepted" if every == 1 else "sample"), None
    except Rejected as error:
        word, reason = "rejected", str(error)
    except Declined as error:
        word, reason = "declined", str(error)
    except Undecided as error:
        word, reason = "undecided", str(error)
        if work.leaves["w"] > 0:
            word, reason = "declined", f"transition layers (w): {error}"
    except ArithmeticError as error:
        word, reason = "declined", f"a number is beyond the reach of this checker: {error}"
    except (RecursionError, MemoryError) as error:
        word, reason = "declined", f"too large for this checker: {type(error).__name__}"
    except Exception as error:  # A bug of this checker must not look like a proof.
        word, reason = "declined", f"internal error: {type(error).__name__}: {error}"
    return Outcome(word, reason, certificate, network, work)


def match(certificate, network):
    """Compares the header with the network, and the layer with what is used."""
    found = digest(network)
    if found != certificate.digest:
        raise Rejected(f"the certificate is about another network: the file has {found}")
    if certificate.claim == "property":
        if len(certificate.inputs) != len(network.inputs) or len(certificate.outputs) != len(network.outputs):
            raise Rejected("the certificate has another number of inputs or outputs than the network")
        formulas = [condition for _, condition in certificate.cases]
        trees = certificate.trees or []
    else:
        if certificate.inputs != network.inputs:
            raise Rejected("the inputs of the certificate are not those of the network")
        if len(certificate.targets) != len(network.outputs):
            raise Rejected(f"expected {len(network.outputs)} targets, found {len(certificate.targets)}")
        formulas = certificate.targets
        trees = [certificate.tree]
    check_layer(certificate, network, formulas, trees)
    if certificate.semantics is not None:
        check_network(certificate.semantics, network)
        check_exact_leaves(certificate, network, formulas, trees)


def check_layer(certificate, network, formulas, trees):
    """Refuses what needs more than the layer that the certificate names."""
    layer, claim = certificate.layer, certificate.claim
    if layer == "core" and claim in ("l1", "l2"):
        raise Rejected(f"claim {claim} is not in layer core")
    if layer in ("core", "integrals"):
        for formula in formulas:
            for name in sorted(functions_of(formula) - CORE_FUNCTIONS):
                raise Rejected(f"the function {name} is not in layer {layer}")
        for part in network.layers:
            if part.activation not in CORE_ACTIVATIONS:
                raise Rejected(f"the activation {part.activation} is not in layer {layer}")
    allowed = LEAVES[claim] if layer in ("fast", "properties", "floats") else PORTABLE_LEAVES[claim]
    inputs = len(certificate.inputs)
    for tree in trees:
        for letter in letters_of(tree):
            if letter not in allowed:
                raise Rejected(f"leaf {letter} does not apply to claim {claim} in layer {layer}")
            if letter == "e" and inputs > 2:
                raise Rejected("leaf e needs one or two inputs")
            if letter == "s" and inputs > 6:
                raise Rejected("leaf s needs at most six inputs")
            if letter == "h" and inputs > 2 and layer not in ("fast", "floats"):
                raise Rejected(f"leaf h needs one or two inputs in layer {layer}")
            if letter == "w" and not any(part.activation in ("sigmoid", "tanh") for part in network.layers):
                raise Rejected("leaf w needs a sigmoid or tanh unit")


def check_exact_leaves(certificate, network, formulas, trees):
    """Refuses leaves `e` that float arithmetic does not have (T40, "For each norm")."""
    if not any("e" in letters_of(tree) for tree in trees):
        return
    if certificate.claim != "sup":
        raise Rejected(f"leaf e does not apply to claim {certificate.claim} in layer floats")
    if network.may_jump() or any(may_jump(formula) for formula in formulas):
        raise Rejected("leaf e in layer floats where network or target may jump")


def letters_of(tree):
    """Returns the letters of leaves in a tree. Numbers of cuts end at `;`, and e may stand in them."""
    found = set()
    place = 0
    while place < len(tree):
        if tree[place] in "@/":
            end = tree.find(";", place)
            place = len(tree) if end < 0 else end + 1
            continue
        if tree[place].islower():
            found.add(tree[place])
        place += 1
    return sorted(found)


def describe(certificate, network):
    """Returns the claim in words, one line each."""
    if certificate.claim == "units-at-least":
        return describe_target(certificate) + describe_size(certificate)
    lines = [f"network    {certificate.digest}"]
    if network is not None:
        units = sum(layer.units() for layer in network.layers[:-1])
        lines[0] += f" ({len(network.inputs)} inputs, {units} hidden units, {len(network.outputs)} outputs)"
    lines.append(f"semantics  {describe_semantics(certificate.semantics)}; weights: {certificate.weights}")
    if certificate.claim == "property":
        return lines + describe_property(certificate)
    lines += describe_target(certificate)
    quantity = {
        "sup": "ess sup |N - f|" if certificate.semantics is None else "sup |fl(N) - f|",
        "l1": "integral of |N - f|",
        "l2": "integral of (N - f)^2",
        "area": f"volume where N >= {number(certificate.threshold)} and the region differ"
        if certificate.threshold is not None else "",
    }[certificate.claim]
    upper = "" if certificate.upper is None else f" <= {number(certificate.upper, up=True)}"
    lines.append(f"claim      {number(certificate.lower)} <= {quantity}{upper}")
    return lines


def describe_semantics(semantics):
    """Returns what is taken for granted about arithmetic."""
    if semantics is None:
        return "real"
    points = "every float of the domain" if semantics.inputs == "floats" else "every real point, rounded to a float"
    sums = "sums in any order" if semantics.sums == "any" else "sums in binary64, rounded once"
    return (
        f"{semantics.format}, {sums}; activations within {number(semantics.ulps, up=True)} ulps + "
        f"{number(semantics.abs, up=True)}; at {points}"
    )


def describe_size(certificate):
    """Returns what the groups of points force, one line each."""
    words = {"triple": ("continuous piecewise-linear", "kinks"), "pair": ("step", "jumps")}
    tolerance = number(certificate.tolerance)
    return [
        f"claim      every {words[word][0]} function within {tolerance} has at least {len(along.places)} {words[word][1]} "
        "along a line"
        for word, along in certificate.along.items()
    ]


def describe_target(certificate):
    lines = []
    for place, target in enumerate(certificate.target_texts):
        name = "target" if len(certificate.target_texts) == 1 else f"target {place + 1}"
        lines.append(f"{name:10} {target}")
    sides = ", ".join(
        f"{name} in [{number(low)}, {number(high)}]" for name, (low, high) in zip(certificate.inputs, certificate.domain)
    )
    lines.append(f"domain     {sides}")
    return lines


def describe_property(certificate):
    if certificate.witness is not None:
        place, values = certificate.witness
        point = ", ".join(number(value) for value in values)
        return [f"claim      the unsafe condition of case {place} holds at ({point}): {certificate.case_texts[place]}"]
    lines = []
    for place, ((box, _), text) in enumerate(zip(certificate.cases, certificate.case_texts)):
        if place == 5:
            lines.append(f"           and {len(certificate.cases) - place} more cases")
            break
        sides = ", ".join(f"[{number(low)}, {number(high)}]" for low, high in box)
        lines.append(f"claim      at no point of {sides}: {text}")
    return lines
