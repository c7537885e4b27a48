"""Network files, and the digest of a network (FORMAT.md, "Networks")."""

import hashlib
import json

from gmpy2 import mpq, mpz

from .errors import Rejected
from .numbers import bits, read_number, shorten

# The parameter of an activation, and whether it has to be there.
PARAMETERS = {
    "maxout": ("rank", True),
    "leaky-relu": ("slope", True),
    "elu": ("alpha", True),
    "softplus": ("threshold", False),
    "gelu": ("divisor", False),
}
ACTIVATIONS = {
    "identity", "heaviside", "sigmoid", "tanh", "relu", "hard-tanh", "softsign", "silu", *PARAMETERS
}
PIECEWISE_LINEAR = {"identity", "heaviside", "relu", "leaky-relu", "hard-tanh", "maxout"}
MAX_TOTAL_BITS = 1 << 30


class Layer:
    """An affine map and its activation.

    `rows` has a list of (column, weight) for each row, without zeros, columns increasing. `parameter` is the
    rank, slope, alpha, threshold or divisor, or None.
    """

    def __init__(self, activation, parameter, columns, rows, bias):
        self.activation = activation
        self.parameter = parameter
        self.columns = columns
        self.rows = rows
        self.bias = bias

    def rank(self):
        """Returns how many rows make one unit."""
        return self.parameter if self.activation == "maxout" else 1

    def units(self):
        return len(self.rows) // self.rank()


class Network:
    def __init__(self, inputs, outputs, layers):
        self.inputs = inputs
        self.outputs = outputs
        self.layers = layers

    def is_piecewise_linear(self):
        return all(layer.activation in PIECEWISE_LINEAR for layer in self.layers)

    def has_steps(self):
        return any(layer.activation == "heaviside" for layer in self.layers)

    def may_jump(self):
        """Says whether a unit may jump: a step, or a softplus with a threshold."""
        return any(
            layer.activation == "heaviside" or (layer.activation == "softplus" and layer.parameter is not None)
            for layer in self.layers
        )


def read_network(data):
    """Returns the network of a file's bytes. Raises Rejected if it is malformed."""
    try:
        text = data.decode("utf-8")
        document = json.loads(
            text,
            object_pairs_hook=object_without_repetition,
            parse_int=mpz,
            parse_float=refuse_number,
            parse_constant=refuse_number,
        )
    except RecursionError:
        raise Rejected("network file: nested too deep") from None
    except ValueError as error:
        raise Rejected(f"network file: {error}") from None
    total = [MAX_TOTAL_BITS + 64 * len(data)]
    expect_keys(document, {"steeple_network", "inputs", "outputs", "layers"}, set(), "the network")
    if not is_integer(document["steeple_network"]) or document["steeple_network"] != 1:
        raise Rejected("network file: expected version 1")
    inputs = read_names(document["inputs"], "inputs")
    outputs = read_names(document["outputs"], "outputs")
    if not isinstance(document["layers"], list) or not document["layers"]:
        raise Rejected("network file: expected one or more layers")
    layers = []
    width = len(inputs)
    for place, value in enumerate(document["layers"]):
        layer = read_layer(value, width, total, f"layer {place + 1}")
        layers.append(layer)
        width = layer.units()
    if width != len(outputs):
        raise Rejected(f"network file: expected {len(outputs)} units in the last layer, found {width}")
    return Network(inputs, outputs, layers)


def object_without_repetition(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def refuse_number(text):
    raise ValueError(f"a JSON number with a point or an exponent, or none at all: {text[:40]}")


def is_integer(value):
    return isinstance(value, type(mpz(0)))


def expect_keys(value, required, optional, where):
    if not isinstance(value, dict):
        raise Rejected(f"network file: expected an object for {where}")
    for key in value:
        if key not in required and key not in optional:
            raise Rejected(f"network file: unknown key {shorten(key)} in {where}")
    for key in sorted(required):
        if key not in value:
            raise Rejected(f"network file: {where} has no {key}")


def read_names(value, where):
    if not isinstance(value, list) or not value:
        raise Rejected(f"network file: expected a list of names for {where}")
    for name in value:
        if not isinstance(name, str) or name == "":
            raise Rejected(f"network file: a name in {where} is not a text or is empty")
    if len(set(value)) != len(value):
        raise Rejected(f"network file: a name is given twice in {where}")
    return value


def read_value(value, total):
    """Returns a number, a text or a JSON integer. `total` holds the bits that are left for all numbers."""
    if is_integer(value):
        number = mpq(value)
    elif isinstance(value, str):
        number = read_number(value)
    else:
        raise Rejected("network file: expected a number")
    total[0] -= bits(number)
    if total[0] < 0:
        raise Rejected("network file: its numbers have too many bits")
    return number


def read_layer(value, width, total, where):
    if not isinstance(value, dict):
        raise Rejected(f"network file: expected an object for {where}")
    activation = value.get("activation")
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise Rejected(f"network file: unknown activation in {where}")
    required = {"activation", "weights", "bias"}
    optional = set()
    name = None
    if activation in PARAMETERS:
        name, is_required = PARAMETERS[activation]
        (required if is_required else optional).add(name)
    expect_keys(value, required, optional, where)
    rows, columns = read_weights(value["weights"], total, where)
    if columns != width and rows:
        raise Rejected(f"network file: {where} has {columns} columns, the layer before has {width} units")
    if not isinstance(value["bias"], list) or len(value["bias"]) != len(rows):
        raise Rejected(f"network file: {where} has {len(rows)} rows and another number of biases")
    bias = [read_value(number, total) for number in value["bias"]]
    parameter = None
    if name in value:
        if name == "rank":
            parameter = value["rank"]
            if not is_integer(parameter) or parameter < 1 or len(rows) % parameter != 0:
                raise Rejected(f"network file: the rank of {where} does not divide the number of rows")
            parameter = int(parameter)
        else:
            parameter = read_value(value[name], total)
            if name == "divisor" and parameter <= 0:
                raise Rejected(f"network file: the divisor of {where} is not above 0")
    return Layer(activation, parameter, width, rows, bias)


def read_weights(value, total, where):
    """Returns the rows, and the number of columns."""
    if isinstance(value, list):
        rows = []
        for row in value:
            if not isinstance(row, list) or len(row) != len(value[0]):
                raise Rejected(f"network file: {where} has rows of different lengths")
            numbers = [read_value(number, total) for number in row]
            rows.append([(column, weight) for column, weight in enumerate(numbers) if weight != 0])
        if not rows:
            raise Rejected(f"network file: {where} has no rows")
        return rows, len(value[0])
    expect_keys(value, {"rows", "columns", "entries"}, set(), f"the weights of {where}")
    count, columns, entries = value["rows"], value["columns"], value["entries"]
    if not is_integer(count) or not is_integer(columns) or not isinstance(entries, list):
        raise Rejected(f"network file: sparse weights of {where} are malformed")
    if not 1 <= count <= 1 << 24 or columns < 1:
        raise Rejected(f"network file: {where} has no rows or columns, or too many")
    found = [{} for _ in range(int(count))]
    for entry in entries:
        if not isinstance(entry, list) or len(entry) != 3:
            raise Rejected(f"network file: expected [row, column, weight] in {where}")
        row, column, weight = entry
        if not is_integer(row) or not is_integer(column) or not 0 <= row < count or not 0 <= column < columns:
            raise Rejected(f"network file: an entry of {where} is outside of the matrix")
        if int(column) in found[row]:
            raise Rejected(f"network file: a place of {where} is given twice")
        found[row][int(column)] = read_value(weight, total)
    rows = [[(column, row[column]) for column in sorted(row) if row[column] != 0] for row in found]
    return rows, int(columns)


def digest(network):
    """Returns `sha256:` and the SHA-256 of the canonical bytes (FORMAT.md, "The canonical bytes")."""
    return "sha256:" + hashlib.sha256(canonical_bytes(network)).hexdigest()


def canonical_bytes(network):
    """Returns the bytes that name a network, however its file spells it."""
    parts = [b"steeple network 2\n"]
    for names in (network.inputs, network.outputs):
        parts.append(count(len(names)))
        parts.extend(text(name) for name in names)
    nodes = []
    for layer in network.layers:
        nodes.append(affine_node(layer, source=len(nodes)))
        if layer.activation != "identity":
            nodes.append(unit_node(layer, source=len(nodes)))
    parts.append(count(len(nodes)))
    parts.extend(nodes)
    return b"".join(parts)


def affine_node(layer, source):
    parts = [b"A", count(1), count(source), count(len(layer.rows)), count(layer.columns)]
    for row, bias in zip(layer.rows, layer.bias):
        parts.append(number(bias))
        parts.append(count(len(row)))
        for column, weight in row:
            parts.append(count(column))
            parts.append(number(weight))
    return b"".join(parts)


def unit_node(layer, source):
    parts = [b"U", count(1), count(source), text(layer.activation)]
    if layer.activation in ("leaky-relu", "elu"):
        parts.append(number(layer.parameter))
    elif layer.activation == "maxout":
        parts.append(count(layer.parameter))
    elif layer.activation in ("softplus", "gelu"):
        parts.append(b"\0" if layer.parameter is None else b"\1" + number(layer.parameter))
    return b"".join(parts)


def count(value):
    return int(value).to_bytes(8, "big")


def text(name):
    try:
        encoded = name.encode("utf-8")
    except UnicodeEncodeError:
        raise Rejected("network file: a name is not valid Unicode") from None
    return count(len(encoded)) + encoded


def number(value):
    sign = 0 if value == 0 else 1 if value > 0 else 2
    return bytes([sign]) + magnitude(abs(value.numerator)) + magnitude(value.denominator)


def magnitude(value):
    length = (int(value.bit_length()) + 7) // 8
    return count(length) + int(value).to_bytes(length, "big")
