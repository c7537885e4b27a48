"""Float arithmetic (T40): radii against a machine that does what T40 allows, and whole certificates."""

import json
import random
import unittest
from unittest import mock

import gmpy2
from gmpy2 import mpfr, mpq

from steeple_check.check import check, describe
from steeple_check.network import Layer, Network, digest, read_network
from steeple_check.reduce import Reducer
from steeple_check.rounding import Rounding
from steeple_check.semantics import Semantics
from steeple_check.sup import derivative_bound, linear_bound, natural_bound
from steeple_check.tree import Cell

from . import random_problems as problems
from . import reference
from .float_machine import Machine, exact, nearest, next_float, real_network

FORMATS = {32: "float32", 64: "float64"}


def to_float(value, bits):
    """Returns the nearest float, or 0 in place of a subnormal one."""
    found = exact(nearest(value, bits))
    return found if abs(found) >= mpq(2) ** (-126 if bits == 32 else -1022) else mpq(0)


def float_network(draw, inputs, bits, names=problems.ANY, outputs=1):
    """Returns a random network whose numbers are floats; some are powers of two, some tiny, some cancel."""
    network = problems.network(draw, inputs, names, outputs)
    layers = []
    for layer in network.layers:
        scale = draw.choice([1, 1, 1, mpq(1, 3), mpq(1, 1 << 60), mpq(1, 10 ** 30)])

        def number(value, scale=scale):
            if draw.randrange(4) == 0:
                return value / abs(value) * mpq(2) ** draw.randint(-4, 3) if value != 0 else value
            return to_float(value * scale * (1 + mpq(draw.randrange(1000), 10**6)), bits)

        rows = [[(c, number(w)) for c, w in row] for row in layer.rows]
        if draw.randrange(4) == 0 and len(rows) > 1 and layer.activation != "maxout":
            rows[-1] = [(c, -w) for c, w in rows[0]]
        parameter = layer.parameter
        if layer.activation == "leaky-relu":
            parameter = to_float(draw.choice([mpq(1, 10), mpq(-1, 3), mpq(1, 4), mpq(3)]), bits)
        bias = [number(value) for value in layer.bias]
        layers.append(Layer(layer.activation, parameter, layer.columns, [[t for t in row if t[1] != 0] for row in rows], bias))
    return Network(network.inputs, network.outputs, layers)


def float_point(draw, cell, semantics, network):
    """Returns a float in a box, often where something happens: at its ends, near 0, near a kink of the first layer."""
    found = []
    for place, (low, high) in enumerate(cell.sides):
        values = [low + (high - low) * mpq(draw.randrange(1001), 1000), low, high, mpq(0), mpq(draw.randint(-3, 3), 10**38)]
        first = network.layers[0]
        for row, bias in zip(first.rows, first.bias):
            if len(row) == 1 and row[0][0] == place:
                values.append(-bias / row[0][1])
        near = exact(next_float(nearest(draw.choice(values), draw.bits), draw.bits, draw.randrange(2)))
        if not low <= near <= high:
            near = semantics.float_within(low, high)
        found.append(near)
    return None if None in found else found


class Radii(unittest.TestCase):
    def compare(self, draw, machine, network, rounding, found, point, rounded, bits):
        """Compares one run with the real network. Returns how much of the radius was used."""
        floats, layers = machine.run(network, [nearest(value, bits) for value in rounded])
        outputs, sums = real_network(network, point, layers)
        with gmpy2.context(reference.HIGH):
            for (depth, place), z in sums.items():
                radius = rounding.steps[depth][place]
                if layers[depth][place] == 1:
                    self.assertGreaterEqual(z, -radius)
                else:
                    self.assertLess(z, radius)
            used = mpfr(0)
            for output, truth, radius in zip(floats, outputs, found):
                distance = abs(output - truth)
                self.assertLessEqual(distance, radius + mpfr(2) ** -280 * (1 + abs(truth)))
                if radius > 0:
                    used = max(used, distance / radius)
        return float(used)

    def test_float_networks_are_within_their_radii(self):
        """On chains of nested boxes, with constants; on the boxes and at the points themselves."""
        draw = random.Random(40)
        runs, refused = 0, 0
        with_steps = 0
        for _ in range(420):
            bits = draw.bits = draw.choice([32, 32, 32, 64])
            inputs = draw.randint(1, 3)
            network = float_network(draw, inputs, bits, outputs=draw.randint(1, 2))
            cell = problems.box(draw, inputs)
            ulps, absolute = draw.choice([(mpq(1, 2), mpq(0)), (mpq(3), mpq(0)), (mpq(1, 2), mpq(1, 10**6))])
            semantics = Semantics(FORMATS[bits], draw.choice(["any", "any", "emitted"]), ulps, absolute,
                                  draw.choice(["floats", "rounded"]))
            try:
                rounding = Rounding(network, semantics, cell.sides, draw.choice([mpq(0), mpq(1, 1 << 20), mpq(1, 100)]))
            except Exception as error:
                self.assertRegex(str(error), "overflow")
                refused += 1
                continue
            with_steps += network.has_steps()
            for _ in range(draw.randint(0, 4)):
                if draw.randrange(2):
                    rounding.on(cell)
                cell = problems.smaller(draw, cell)
            found = draw.choice([rounding.nearest, rounding.on])(cell).outputs
            for _ in range(4):
                machine = Machine(draw, bits, semantics.sums == "emitted", ulps, absolute)
                point = float_point(draw, cell, semantics, network)
                if semantics.inputs == "rounded":
                    point = problems.point(draw, cell)
                    rounded = [exact(machine.read(nearest(value, bits))) for value in point]
                elif point is None:
                    continue
                else:
                    rounded = point
                self.compare(draw, machine, network, rounding, found, point, rounded, bits)
                here = rounding.at([(value, value) for value in point])
                self.compare(draw, machine, network, rounding, here, point, rounded, bits)
                runs += 2
        self.assertGreater(runs, 2000)
        self.assertGreater(with_steps, 50)
        self.assertLess(refused, 40)

    def used(self, network, semantics, sides, tries, bits=32, **options):
        """Returns the largest part of the radius at a point that is used by random runs."""
        draw = random.Random(7)
        draw.bits = bits
        rounding = Rounding(network, semantics, sides, mpq(0))
        largest = 0.0
        for _ in range(tries):
            point = float_point(draw, Cell(tuple(sides)), semantics, network)
            radii = rounding.at([(value, value) for value in point])
            machine = Machine(draw, bits, semantics.sums == "emitted", semantics.ulps, semantics.abs, **options)
            largest = max(largest, self.compare(draw, machine, network, rounding, radii, point, point, bits))
        return largest

    def test_radii_are_not_vacuous(self):
        """Sums of at most ten terms use more than a tenth of the radius."""
        draw = random.Random(3)
        side = [(mpq(-1), mpq(1))]
        for name, sums, least in (("relu", "any", 0.1), ("relu", "emitted", 0.3), ("tanh", "any", 0.1), ("sigmoid", "any", 0.1),
                                  ("leaky-relu", "any", 0.1), ("maxout", "any", 0.1), ("hard-tanh", "any", 0.1)):
            hidden = problems.layer(draw, 1, 6, name)
            def third(value):
                return to_float(value + mpq(1, 3), 32)
            hidden = Layer(name, mpq(1, 4) if name == "leaky-relu" else hidden.parameter, 1,
                           [[(0, third(mpq(k - 3, 2)))] for k in range(len(hidden.rows))],
                           [third(mpq(k % 3)) for k in range(len(hidden.rows))])
            last = Layer("identity", None, 6, [[(k, third(mpq(k - 2))) for k in range(6)]], [third(mpq(1))])
            network = Network(["x"], ["y"], [hidden, last])
            semantics = Semantics("float32", sums, mpq(2), mpq(0), "floats")
            used = self.used(network, semantics, side, 300)
            self.assertGreater(used, least, (name, sums))
            self.assertLessEqual(used, 1)

    def test_flushing_uses_its_part(self):
        """A network far below the smallest normal number: all of it may be lost, and the radius is not much larger."""
        tiny = mpq(2) ** -126
        network = Network(["x"], ["y"], [Layer("identity", None, 1, [[(0, tiny)]], [mpq(0)])])
        semantics = Semantics("float32", "any", mpq(1, 2), mpq(0), "floats")
        sides = [(mpq(1, 2), mpq(3, 4))]
        self.assertGreater(self.used(network, semantics, sides, 20, flush=1), 0.05)
        self.assertLess(exact(Rounding(network, semantics, sides, mpq(0)).on_domain.outputs[0]), 16 * tiny)

    def test_products_in_binary64_underflow(self):
        """100 products of size nearly 2^-1022 are flushed one by one, also where sums are `emitted` in binary64."""
        weight = mpq(2) ** -511
        network = Network([f"x{k}" for k in range(100)], ["y"],
                          [Layer("identity", None, 100, [[(k, weight) for k in range(100)]], [mpq(0)])])
        point = [mpq(2) ** -511 * mpq(3, 4)] * 100
        for sums in ("any", "emitted"):
            semantics = Semantics("float64", sums, mpq(1, 2), mpq(0), "floats")
            rounding = Rounding(network, semantics, [(value, value) for value in point], mpq(0))
            floats, _ = Machine(random.Random(1), 64, sums == "emitted", flush=1).run(network, [mpfr(v) for v in point])
            self.assertEqual(floats[0], 0)
            self.assertGreaterEqual(exact(rounding.on_domain.outputs[0]), 100 * weight * point[0])

    def test_units_that_are_zero_do_not_count(self):
        """Of 51 units two are not 0 on a small cell: the radius there is about that of two terms."""
        rows = [[(0, mpq(1))] for _ in range(51)]
        hidden = Layer("relu", None, 1, rows, [-mpq(k, 64) for k in range(51)])
        network = Network(["x"], ["y"], [hidden, Layer("identity", None, 51, [[(k, mpq(3)) for k in range(51)]], [mpq(0)])])
        semantics = Semantics("float32", "any", mpq(1, 2), mpq(0), "floats")
        rounding = Rounding(network, semantics, [(mpq(0), mpq(1))], mpq(0))
        few = exact(rounding.on(Cell(((mpq(1, 64), mpq(2, 64)),))).outputs[0])
        many = exact(rounding.on_domain.outputs[0])
        self.assertLess(20 * few, many)

    def test_a_box_above_is_good_for_its_parts(self):
        draw = random.Random(11)
        for _ in range(60):
            draw.bits = 32
            network = float_network(draw, 2, 32)
            cell = problems.box(draw, 2)
            semantics = Semantics("float32", "any", mpq(1, 2), mpq(0), "rounded")
            try:
                rounding = Rounding(network, semantics, cell.sides, mpq(0))
            except Exception as error:
                self.assertRegex(str(error), "overflow")
                continue
            part = problems.smaller(draw, cell)
            for small, large in zip(rounding.on(part).outputs, rounding.nearest(cell).outputs):
                self.assertLessEqual(small, large)


class Numbers(unittest.TestCase):
    def test_floats_of_the_formats(self):
        draw = random.Random(2)
        for bits in (32, 64):
            semantics = Semantics(FORMATS[bits], "any", mpq(1, 2), mpq(0), "floats")
            for _ in range(500):
                value = problems.rational(draw) * mpq(2) ** draw.choice([0, 0, 100, -100, -126, -140, -149, -1030, -1074])
                near = exact(nearest(value, bits))
                self.assertTrue(semantics.is_float(near))
                self.assertEqual(semantics.is_float(value), near == value)
                below = semantics.below(value)
                self.assertTrue(semantics.is_float(below) and below <= value)
                after = exact(next_float(nearest(below, bits), bits, True))
                self.assertGreater(after, value)
                self.assertEqual(semantics.is_weight(near), near == 0 or abs(near) >= semantics.tiny)
                self.assertEqual(semantics.float_within(near, near), near)
                self.assertIsNone(semantics.float_within(below + (after - below) / 3, after - (after - below) / 3))
            largest = semantics.largest
            with gmpy2.context(gmpy2.ieee(bits)):
                self.assertEqual(exact(gmpy2.next_below(gmpy2.inf())), largest)
            self.assertTrue(semantics.is_float(-largest))
            self.assertFalse(semantics.is_float(2 * largest))
            self.assertEqual(abs(semantics.float_within(mpq(1), mpq(10) ** 400)) <= largest, True)
            self.assertIsNone(semantics.float_within(largest + 1, mpq(10) ** 400))

    def test_the_machine_against_python(self):
        """Python floats are binary64."""
        draw = random.Random(5)
        for _ in range(300):
            a, b = draw.uniform(-3, 3) * 2.0 ** draw.choice([0, -500, -520]), draw.uniform(-3, 3) * 2.0 ** draw.choice([0, -550])
            machine = Machine(draw, 64, flush=0)
            self.assertEqual(float(machine.product((mpfr(a), mpfr(b)))), a * b)
            self.assertEqual(float(machine.add(mpfr(a), mpfr(b))), a + b)


def network_file(*layers, inputs="x", outputs="z"):
    return json.dumps({
        "steeple_network": 1, "inputs": list(inputs), "outputs": list(outputs),
        "layers": [{"activation": layer[0], "weights": layer[1], "bias": layer[2], **(layer[3] if len(layer) > 3 else {})}
                   for layer in layers],
    }).encode()


FLOATS = "float32 sums any ulps 2 abs 0 inputs floats"
ROUNDED = "float32 sums any ulps 2 abs 0 inputs rounded"
ZERO = network_file(("identity", [[0]], [0]))
LINE = network_file(("identity", [[3]], [0]))
HALF_LINE = network_file(("identity", [[1]], [0]))
ABSOLUTE = network_file(("relu", [[3], [-3]], [0, 0]), ("identity", [[1, 1]], [0]))
SIGMOID = network_file(("sigmoid", [[4]], [-2]), ("identity", [[3]], [1]))
STEP = network_file(("heaviside", [[3]], [-1]))
PRODUCT_OF_STEPS = network_file(("heaviside", [[1], [-1]], [0, 0]), ("identity", [[1, 1]], [0]))


def certificate(network, target, domain, upper, tree, lower="0", witness=None, claim="sup", layer="floats", threshold=None,
                semantics=FLOATS, radius=0):
    inputs = read_network(network).inputs
    lines = ["steeple certificate 2", f"claim {claim}", f"network N {digest(read_network(network))}",
             f"semantics {semantics}", "weights exact", f"layer {layer}", "inputs " + " ".join(inputs)]
    lines += [f"target {text}" for text in ([target] if isinstance(target, str) else target)]
    lines += [f"domain {name} {side}" for name, side in zip(inputs, domain)]
    lines += [] if threshold is None else [f"threshold {threshold}"]
    lines += [f"lower {lower}", f"upper {upper}"]
    lines += [] if witness is None else [f"witness {witness}"]
    lines += [f"constant-radius {radius}", "ranges natural", "kept-rounding 0", f"tree {len(tree)}", tree, "end", ""]
    return "\n".join(lines).encode()


def property_certificate(network, box, unsafe, tree=None, witness=None, semantics=FLOATS, layer="floats"):
    outputs = " ".join(f"Y_{k}" for k in range(len(read_network(network).outputs)))
    inputs = " ".join(f"X_{k}" for k in range(len(read_network(network).inputs)))
    lines = ["steeple certificate 2", "claim property", f"network N {digest(read_network(network))}",
             f"semantics {semantics}", "weights exact", f"layer {layer}", f"inputs {inputs}", f"outputs {outputs}",
             f"box {box}", f"unsafe {unsafe}"]
    if witness is None:
        lines += ["constant-radius 0", "ranges natural", f"tree {len(tree)}", tree]
    else:
        lines += [f"witness 0 {witness}"]
    return "\n".join(lines + ["end", ""]).encode()


class Certificates(unittest.TestCase):
    def assert_word(self, word, network, *arguments, reason=".", cells=800, **options):
        outcome = check(certificate(network, *arguments, **options), network, cells)
        self.assertEqual(outcome.word, word, (arguments, options, outcome.reason))
        self.assertRegex(str(outcome.reason), reason)

    def test_the_line_of_semantics(self):
        for words in (FLOATS, ROUNDED, FLOATS.replace("any", "emitted"), FLOATS.replace("32", "64"), FLOATS.replace("2 abs", "9/4 abs"),
                      FLOATS.replace("abs 0", "abs 1/1000000000"), FLOATS.replace("ulps 2", "ulps 0")):
            self.assert_word("accepted", LINE, "3*x", ["-1 1"], "1/1000000", "l", semantics=words)
        for words in ("real", "float16 sums any ulps 2 abs 0 inputs floats", "float32", FLOATS + " x", FLOATS.replace("sums", "sum"),
                      FLOATS.replace("any", "some"), FLOATS.replace("floats", "reals"), FLOATS.replace("2", "-1"),
                      FLOATS.replace("ulps 2", "ulps -1"), FLOATS.replace("abs 0", "abs -1"), FLOATS.replace("abs 0", "abs x"),
                      FLOATS.replace("sums any ulps 2", "ulps 2 sums any"), FLOATS.replace(" abs 0", ""), "fixed"):
            self.assert_word("rejected", LINE, "3*x", ["-1 1"], "1/1000000", "l", semantics=words, reason="line ")
        for layer in ("fast", "core", "properties", "smooth", "sizes"):
            self.assert_word("rejected", LINE, "3*x", ["-1 1"], "1/1000000", "l", layer=layer, reason="line ")

    def test_the_radius_of_one_product(self):
        """fl(3 x) is off by at most 2^-24 · 3 on [-1, 1], and by 1/3 ulp at some float there."""
        self.assert_word("accepted", LINE, "3*x", ["-1 1"], "1.8e-7", "l")
        self.assert_word("undecided", LINE, "3*x", ["-1 1"], "1.7e-7", "l", cells=100)
        self.assert_word("accepted", LINE, "3*x", ["-1 1"], "1e-15", "l", semantics=FLOATS.replace("32", "64"))
        self.assert_word("accepted", LINE, "3*x", ["-1 1"], "1.8e-7", "l", semantics=FLOATS.replace("any", "emitted"))
        # With rounded inputs the weight carries the rounding of x.
        self.assert_word("accepted", LINE, "3*x", ["-1 1"], "3.6e-7", "l", semantics=ROUNDED)
        self.assert_word("undecided", LINE, "3*x", ["-1 1"], "3.5e-7", "l", semantics=ROUNDED, cells=100)
        # A product with a power of two is exact, but for underflow.
        self.assert_word("accepted", HALF_LINE, "x", ["-1 1"], "1e-36", "l")

    def test_false_claims_are_rejected(self):
        self.assert_word("rejected", LINE, "2*x", ["-1 1"], "99/100", "l", reason="float error")
        self.assert_word("rejected", LINE, "2*x", ["-1 1"], "99/100", "l", semantics=ROUNDED, reason="float error")
        self.assert_word("rejected", ABSOLUTE, "3*x", ["-1 1"], "5", "e", reason="leaf e")
        self.assert_word("rejected", ABSOLUTE, "3*x", ["-1 1"], "5.9", "Aee", reason="float error")
        self.assert_word("accepted", ABSOLUTE, "3*x", ["-1 1"], "6.000001", "Aee")
        # The exact error of the real network is 6; that of the float network may be larger.
        self.assert_word("undecided", ABSOLUTE, "3*x", ["-1 1"], "6", "Aee", cells=200)

    def test_nothing_is_attained_by_a_leaf_e(self):
        self.assert_word("accepted", ABSOLUTE, "3*x", ["-1 1"], "6.000001", "Aee", lower="0")
        self.assert_word("rejected", ABSOLUTE, "3*x", ["-1 1"], "6.000001", "Aee", lower="5")
        self.assert_word("accepted", ABSOLUTE, "3*x", ["-1 1"], "6.000001", "Aee", lower="5.999999", witness="-1 radius 0")
        self.assert_word("undecided", ABSOLUTE, "3*x", ["-1 1"], "6.000001", "Aee", lower="6", witness="-1 radius 0")
        self.assert_word("rejected", ABSOLUTE, "3*x", ["-1 1"], "6.000001", "Aee", lower="6.000001", witness="-1 radius 0")

    def test_leaves_e_and_jumps(self):
        self.assert_word("rejected", STEP, "1", ["1/3 1"], "0", "e", reason="jump")
        self.assert_word("rejected", LINE, "if(x < 1/2, 3*x, 3*x)", ["-1 1"], "1", "e", reason="jump")
        self.assert_word("rejected", LINE, "3*x", ["-1 1"], "1", "e", claim="l1", semantics=ROUNDED, reason="leaf e")
        self.assert_word("rejected", LINE, "3*x", ["-1 1"], "1", "e", claim="l2", semantics=ROUNDED, reason="leaf e")
        self.assert_word("rejected", LINE, "x >= 0", ["-1 1"], "1", "Aee", claim="area", threshold=0, semantics=ROUNDED,
                         reason="leaf e")

    def test_witnesses(self):
        for witness, lower, word in (("1/3 radius 0", "0", "rejected"), ("1 radius 1/8", "0", "rejected"), ("1 radius 0", "0.9999", "accepted"),
                                     ("1 radius 0", "1", "undecided"), ("1 radius 0", "1.01", "rejected"), ("1/2 radius 0", "0.9", "rejected"),
                                     ("2^-149 radius 0", "0", "accepted"), ("2^-150 radius 0", "0", "rejected"),
                                     ("16777217/33554432 radius 0", "0", "rejected"), ("16777215/33554432 radius 0", "0", "accepted")):
            self.assert_word(word, LINE, "2*x", ["-1 1"], "none", "o", lower=lower, witness=witness)
        self.assert_word("accepted", LINE, "2*x", ["-1 1"], "none", "o", lower="0.333", witness="1/3 radius 0", semantics=ROUNDED)
        self.assert_word("accepted", SIGMOID, "0", ["0 1"], "none", "o", lower="2.4999", witness="1/2 radius 0")
        self.assert_word("undecided", SIGMOID, "0", ["0 1"], "none", "o", lower="5/2", witness="1/2 radius 0")
        self.assert_word("rejected", SIGMOID, "0", ["0 1"], "none", "o", lower="2.501", witness="1/2 radius 0")
        # Where the value is not rational, the error is found in intervals.
        self.assert_word("accepted", SIGMOID, "0", ["0 1"], "none", "o", lower="1.8068", witness="1/4 radius 0")
        self.assert_word("undecided", SIGMOID, "0", ["0 1"], "none", "o", lower="1.80682426", witness="1/4 radius 0")
        # A step at 1/3 - or beside it - may have both values there.
        near = "11184811/33554432 radius 0"
        self.assert_word("undecided", STEP, "0", ["0 1"], "none", "o", lower="1", witness=near)
        self.assert_word("accepted", STEP, "0", ["0 1"], "none", "o", lower="1", witness="3/8 radius 0")
        self.assert_word("accepted", STEP, "if(x < 1/2, 0, 1)", ["0 1"], "none", "o", lower="1", witness="3/8 radius 0")

    def test_steps_move(self):
        """H(3 x - 1) is 1 at the latest a little above 1/3, and 0 a little below; beside 1/3 it may be both."""
        for domain, upper, word in (("-1 1/3", "0", "undecided"), ("-1 33/100", "0", "accepted"), ("-1 1/3", "1", "accepted"),
                                    ("-1 11184800/33554432", "0", "accepted")):
            self.assert_word(word, STEP, "0", [domain], upper, "n", cells=300)
        for domain, word in (("1/3 1", "undecided"), ("34/100 1", "accepted")):
            self.assert_word(word, STEP, "1", [domain], "0", "n", cells=300)
        # Real arithmetic: the step counts as 0 on [-1, 0] but for x = 0; floats may be there.
        zero = network_file(("heaviside", [[1]], [0]))
        self.assert_word("undecided", zero, "0", ["-1 0"], "1/2", "n", cells=500)
        self.assert_word("accepted", zero, "0", ["-1 -2^-100"], "1/2", "n", cells=500)
        # Two steps at the same place may differ, though their weights are equal.
        twice = network_file(("heaviside", [[3], [3]], [-1, -1]), ("identity", [[1, -1]], [0]))
        self.assert_word("undecided", twice, "0", ["0 1"], "1/2", "n", cells=500)
        self.assert_word("accepted", twice, "0", ["0 1"], "1.000001", "n", cells=500)

    def test_steps_above_steps(self):
        """H(H(x) + H(-x) - 3/2) is 1 at x = 0 alone: floats see it."""
        both = network_file(("heaviside", [[1], [-1]], [0, 0]), ("heaviside", [[1, 1]], ["-3/2"]))
        self.assert_word("undecided", both, "0", ["-1 1"], "1/2", "n", cells=400)
        self.assert_word("accepted", both, "0", ["-1 1"], "1", "n", cells=400)
        never = network_file(("heaviside", [[1], [-1]], [0, 0]), ("heaviside", [[1, 1]], ["-5/2"]))
        self.assert_word("accepted", never, "0", ["-1 1"], "0", "n", cells=400)

    def test_targets_are_evaluated_everywhere(self):
        for target, word in (("if(x >= 1/2, 9, 0)", "rejected"), ("if(x > 1/2, 9, 0)", "accepted"), ("9*heaviside(x - 1/2)", "rejected"),
                             ("if(x = 1/4, 9, 0)", "rejected"), ("1/(x - 1/2)*0", "undecided"), ("if(x = 1/3, 9, 0)", "accepted")):
            # 1/3 is no float: a cell around it that is small enough has no floats at all.
            outcome = check(certificate(ZERO, target, ["0 1/2"], "1", "n"), ZERO, 400)
            self.assertEqual(outcome.word, word, (target, outcome.reason))
        outcome = check(certificate(ZERO, "if(x = 1/3, 9, 0)", ["0 1/2"], "1", "n", semantics=ROUNDED), ZERO, 400)
        self.assertEqual(outcome.word, "undecided", outcome.reason)
        for letter in "gsmnl":
            self.assert_word("undecided", SIGMOID, "1 + 3*sigmoid(4*x - 2)", ["0 1"], "1e-9", letter, cells=200)
        for letter in "gsm":
            self.assert_word("accepted", SIGMOID, "1 + 3*sigmoid(4*x - 2)", ["0 1"], "1e-2", letter)

    def test_cells_without_floats(self):
        """Between two neighbouring floats there is none."""
        self.assert_word("accepted", LINE, "7", [f"{1 + mpq(1, 1 << 30)} {1 + mpq(1, 1 << 25)}"], "0", "n")
        self.assert_word("rejected", LINE, "7", [f"1 {1 + mpq(1, 1 << 25)}"], "0", "n")
        self.assert_word("rejected", LINE, "7", [f"{1 + mpq(1, 1 << 30)} {1 + mpq(1, 1 << 25)}"], "0", "n", semantics=ROUNDED)

    def test_weights(self):
        for weight in ("1/3", "16777217", "2^-127", "2^-149", "2^128", "0.1", "1/10", "2^-126*16777217"):
            text = network_file(("identity", [[weight]], [0]))
            self.assert_word("rejected", text, "0", ["0 1"], "2^200", "n", reason="normal float32")
            biased = network_file(("identity", [[0]], [weight]))
            self.assert_word("rejected", biased, "0", ["0 1"], "2^200", "n", reason="normal float32")
            leaky = network_file(("leaky-relu", [[1]], [0], {"slope": weight}))
            self.assert_word("rejected", leaky, "0", ["0 1"], "2^200", "n", reason="normal float32")
        for weight in ("1/4", "16777216", "2^-126", "2^127", "13421773*2^-27"):
            for numbers in ((weight, 0, 1), (1, weight, 1), (1, 0, weight)):
                text = network_file(("leaky-relu", [[numbers[0]]], [numbers[1]], {"slope": numbers[2]}))
                self.assert_word("accepted", text, "0", ["-1/8 1/8"], "2^200", "n")
        text = network_file(("identity", [["16777217"]], [0]))
        self.assert_word("accepted", text, "0", ["0 1"], "2^200", "n", semantics=FLOATS.replace("32", "64"))

    def test_activations(self):
        for name, parameter in (("sigmoid", {}), ("tanh", {}), ("softplus", {}), ("elu", {"alpha": 1}), ("silu", {}), ("gelu", {}), ("softsign", {})):
            text = network_file((name, [[1]], [0], parameter))
            for ulps, word in (("2", "accepted"), ("1/2", "accepted"), ("49/100", "rejected"), ("0", "rejected")):
                self.assert_word(word, text, f"{name}(x)", ["-1 1"], "1", "n", semantics=FLOATS.replace("ulps 2", f"ulps {ulps}"),
                                 reason="." if word == "accepted" else "1/2")
        # The allowance counts.
        loose = FLOATS.replace("abs 0", "abs 1/100")
        self.assert_word("undecided", SIGMOID, "1 + 3*sigmoid(4*x - 2)", ["0 1"], "0.0299", "l", semantics=loose, cells=300)
        self.assert_word("accepted", SIGMOID, "1 + 3*sigmoid(4*x - 2)", ["0 1"], "0.0301", "l", semantics=loose, cells=3000)
        # A softplus with a threshold may jump at a float beside it.
        jump = network_file(("softplus", [[1]], [0], {"threshold": 1}))
        self.assert_word("undecided", jump, "softplus(x)", ["0 1"], "0.3", "n", cells=300)
        self.assert_word("accepted", jump, "softplus(x)", ["0 99/100"], "0.01", "n", cells=3000)

    def test_overflow(self):
        for layers, domain in (([("identity", [["2^127"]], [0])], "0 2"), ([("identity", [["2^127", "2^127"]], [0])], "0 1"),
                               ([("relu", [["2^100"]], [0]), ("identity", [["2^100"]], [0])], "0 1")):
            inputs = "xy" if len(layers[0][1][0]) == 2 else "x"
            text = network_file(*layers, inputs=inputs)
            self.assert_word("rejected", text, "0", [domain] * len(inputs), "2^300", "n" , reason="overflow")
            self.assert_word("accepted", text, "0", [domain] * len(inputs), "2^300", "n", semantics=FLOATS.replace("32", "64"))
        # Terms that cancel do not help: a partial sum may overflow.
        text = network_file(("identity", [["2^127", "-2^127"]], [0]), inputs="xy")
        self.assert_word("rejected", text, "0", ["1 1.5", "1 1.5"], "2^300", "n", reason="overflow")
        # A real input may be rounded to infinity.
        self.assert_word("rejected", network_file(("identity", [["2^-20"]], [0])), "x/1048576", ["0 2^129"], "2^200", "n", semantics=ROUNDED,
                         reason="beyond")

    def test_integrals(self):
        for claim, upper in (("l1", "3.6e-7"), ("l2", "1e-13")):
            self.assert_word("accepted", LINE, "3*x", ["-1 1"], upper, "l", claim=claim, semantics=ROUNDED, cells=3000)
            self.assert_word("rejected", LINE, "3*x", ["-1 1"], upper, "l", claim=claim, reason="rounded")
            self.assert_word("rejected", LINE, "2*x", ["-1 1"], "1/2", "l", claim=claim, semantics=ROUNDED)
            self.assert_word("rejected", LINE, "3*x", ["-1 1"], "1", "l", lower="1/100", claim=claim, semantics=ROUNDED)
        self.assert_word("accepted", LINE, "2*x", ["-1 1"], "1.000001", "l", lower="0.99999", claim="l1", semantics=ROUNDED, cells=3000)
        self.assert_word("undecided", LINE, "2*x", ["-1 1"], "1", "l", lower="0.99999", claim="l1", semantics=ROUNDED, cells=300)
        self.assert_word("accepted", SIGMOID, "1 + 3*sigmoid(4*x - 2)", ["0 1"], "1e-3", "s", claim="l1", semantics=ROUNDED)

    def test_areas(self):
        self.assert_word("accepted", LINE, "x >= 0", ["-1 1"], "1e-30", "h", claim="area", threshold=0, semantics=ROUNDED)
        self.assert_word("accepted", LINE, "x >= 1/3", ["-1 1"], "2e-7", "h", claim="area", threshold=1, semantics=ROUNDED)
        self.assert_word("undecided", LINE, "x >= 1/3", ["-1 1"], "1e-9", "h", claim="area", threshold=1, semantics=ROUNDED, cells=300)
        self.assert_word("rejected", LINE, "x >= 1/2", ["-1 1"], "0.1", "h", claim="area", threshold=1, semantics=ROUNDED)
        self.assert_word("accepted", STEP, "x >= 1/3", ["-1 1"], "5e-7", "h", claim="area", threshold="1/2", semantics=ROUNDED)
        self.assert_word("undecided", STEP, "x >= 1/3", ["-1 1"], "3e-7", "h", claim="area", threshold="1/2", semantics=ROUNDED, cells=300)
        self.assert_word("rejected", LINE, "x >= 0", ["-1 1"], "1", "h", claim="area", threshold=0, reason="rounded")

    def test_several_outputs(self):
        two = network_file(("identity", [[1], [3]], [0, 0]), outputs="zw")
        self.assert_word("accepted", two, ["x", "3*x"], ["-1 1"], "1.8e-7", "l")
        self.assert_word("undecided", two, ["x", "3*x"], ["-1 1"], "1.7e-7", "l", cells=100)

    def test_pieces(self):
        """Sums `emitted` may be evaluated by pieces: then an output is off by a little of its largest size on the domain."""
        steep = network_file(("relu", [[1], [1]], [0, -1]), ("identity", [[1, "2^20"]], [0]))
        words = FLOATS.replace("any", "emitted")
        target = "relu(x) + 2^20*relu(x - 1)"
        self.assert_word("accepted", steep, target, ["0 2"], "0.14", "@A1/2;ll", semantics=words, cells=3000)
        large = Rounding(read_network(steep), Semantics("float32", "emitted", mpq(1, 2), mpq(0), "floats"), [(mpq(0), mpq(2))], mpq(0))
        plane = network_file(("relu", [[1, 0], [1, 0]], [0, -1]), ("identity", [[1, "2^20"]], [0]), inputs="xy")
        side = (mpq(1, 4), mpq(1, 4))
        whole = Rounding(read_network(plane), large.semantics, [(mpq(0), mpq(2)), side], mpq(0))
        self.assertGreater(exact(large.at([side])[0]), exact(whole.at([side, side])[0]) + mpq(1 << 20, 1 << 49))

    def test_properties(self):
        def word(network, *arguments, **options):
            outcome = check(property_certificate(network, *arguments, **options), network, 400)
            return outcome.word

        self.assertEqual(word(LINE, "-1 1", "Y_0 > 3.0001", "n"), "accepted")
        self.assertEqual(word(LINE, "-1 1", "Y_0 > 3", "n"), "undecided")
        self.assertEqual(word(LINE, "-1 1", "Y_0 > 2.9", "n"), "rejected")
        self.assertEqual(word(LINE, "-1 1", "Y_0 > 3.0001", "n", semantics=ROUNDED), "accepted")
        self.assertEqual(word(LINE, "-1 1", "Y_0 > 3*X_0 + 1e-6", "l"), "accepted")
        self.assertEqual(word(LINE, "-1 1", "Y_0 > 3*X_0", "l"), "undecided")
        self.assertEqual(word(LINE, "-1 1", "Y_0 > 3.0001", "n", layer="properties"), "rejected")
        self.assertEqual(word(LINE, "-1 1", "Y_0 > 2.9", witness="1"), "accepted")
        self.assertEqual(word(LINE, "-1 1", "Y_0 >= 3", witness="1"), "undecided")
        self.assertEqual(word(LINE, "-1 1", "Y_0 >= 3.1", witness="1"), "rejected")
        self.assertEqual(word(LINE, "-1 1", "Y_0 > 0.9", witness="1/3"), "rejected")
        self.assertEqual(word(LINE, "-1 1", "Y_0 > 0.9", witness="1/3", semantics=ROUNDED), "accepted")
        self.assertEqual(word(STEP, "0 1", "Y_0 > 1/2 and X_0 < 1/3", "n"), "undecided")
        self.assertEqual(word(STEP, "0 1", "Y_0 > 1/2 and X_0 < 0.333333", "n"), "accepted")
        self.assertEqual(word(STEP, "0 1", "Y_0 > 1/2 and X_0 < 1/3", "n", semantics="real", layer="properties"), "undecided")
        self.assertEqual(word(STEP, "1 1", "Y_0 < 1/2", "n"), "accepted")
        # Between two floats nothing is unsafe.
        low, high = 1 + mpq(1, 1 << 30), 1 + mpq(1, 1 << 25)
        self.assertEqual(word(LINE, f"{low} {high}", "Y_0 > 0", "n"), "accepted")
        self.assertEqual(word(LINE, f"{low} {high}", "Y_0 > 0", "n", semantics=ROUNDED), "rejected")

    def test_what_is_printed(self):
        text = certificate(LINE, "3*x", ["-1 1"], "1.8e-7", "l")
        outcome = check(text, LINE)
        said = "\n".join(describe(outcome.certificate, outcome.network))
        self.assertIn("float32, sums in any order; activations within 2 ulps + 0; at every float", said)
        self.assertIn("sup |fl(N) - f|", said)

    def test_every_method_adds_the_radius(self):
        network = read_network(SIGMOID)
        cell = Cell(((mpq(0), mpq(1)),))
        reduced = Reducer(network, mpq(0)).on(cell)
        target = problems.read_formula("x", ["x"])
        radius = mpfr(1) / 8
        for method in (natural_bound, linear_bound, derivative_bound):
            bound = method(reduced, [target], cell, False)
            self.assertAlmostEqual(float(method(reduced, [target], cell, False, [radius]) - bound), 0.125, places=12)

    def test_without_radii_the_claims_would_hold(self):
        """The claims that are not decided above lack nothing but the radius."""
        nothing = mock.patch("steeple_check.rounding.Rounding.sum", lambda self, row, values, errors: (
            row.bias.hi * 0, sum_of(row, values), row.bias.hi * 0))
        with nothing:
            self.assert_word("accepted", LINE, "3*x", ["-1 1"], "1e-20", "l")
            self.assert_word("accepted", LINE, "3*x", ["-1 1"], "1e-18", "l", claim="l1", semantics=ROUNDED, cells=3000)


def sum_of(row, values):
    total = row.bias
    for unit, weight, _ in row.terms:
        total = total + values[unit] * type(total)(weight, weight)
    return total
