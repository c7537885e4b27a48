"""Parts that the random tests hardly reach: each of these failed when the part was broken."""

import random
import unittest

from gmpy2 import mpq

from steeple_check import exact as pieces
from steeple_check.area import AreaChecker
from steeple_check.forms import Form
from steeple_check.formula import read_formula
from steeple_check.half_planes import complement, half_space
from steeple_check.integral import IntegralChecker
from steeple_check.intervals import Interval, between, rational, round_up
from steeple_check.network import Layer, Network
from steeple_check.reduce import Reducer, Row, decided_step
from steeple_check.sup import derivative_bound, parabola
from steeple_check.tree import Cell

from .test_contributions import checker, grid

ZERO_NETWORK = Network(["x", "y"], ["z"], [Layer("identity", None, 2, [[]], [mpq(0)])])
SQUARE = Cell(((mpq(-1), mpq(1)), (mpq(-1), mpq(1))))


class Steps(unittest.TestCase):
    def decide(self, weight, bias, side):
        row = Row(rational(mpq(bias)), ((0, mpq(weight), rational(mpq(weight))),), mpq(bias))
        sides = [(mpq(side[0]), mpq(side[1]))]
        values = between(*sides[0]) * rational(mpq(weight)) + rational(mpq(bias))
        found = decided_step(row, values, sides)
        return None if found is None else int(found.lo)

    def test_steps_of_the_first_layer_are_decided_in_fractions(self):
        third = mpq(1, 3)
        self.assertEqual(self.decide(3, -1, (0, third)), 0)
        self.assertEqual(self.decide(3, -1, (third, 1)), 1)
        self.assertEqual(self.decide(-third, mpq(1, 9), (third, 1)), 0)
        self.assertEqual(self.decide(-third, mpq(1, 9), (0, third)), 1)
        # On a side that is one point, H(0) = 1.
        self.assertEqual(self.decide(1, -1, (1, 1)), 1)
        self.assertEqual(self.decide(0, 0, (0, 1)), 1)
        self.assertIsNone(self.decide(3, -1, (0, third + mpq(1, 1 << 90))))
        self.assertIsNone(self.decide(3, -1, (0, third + mpq(1, 1 << 30))))
        self.assertIsNone(self.decide(1, 0, (-1, 1)))
        # Without the exact bias, as in later layers, a sum that may be 0 is not decided.
        row = Row(rational(mpq(-1)), ((0, mpq(1), rational(mpq(1))),))
        self.assertIsNone(decided_step(row, between(mpq(-1), mpq(0)), [(mpq(0), mpq(1))]))


class SecondOrder(unittest.TestCase):
    def test_the_largest_value_of_a_parabola(self):
        draw = random.Random(18)
        for _ in range(300):
            slope, bend, radius = (mpq(draw.randint(0, 40), 8), mpq(draw.randint(-40, 40), 8), mpq(draw.randint(1, 24), 8))
            bound = parabola(round_up(slope), round_up(bend), round_up(radius))
            for k in range(65):
                t = radius * k / 64
                self.assertLessEqual(slope * t + bend * t * t / 2, bound)

    def test_mixed_terms_count(self):
        for text, largest in (("x*y", 1), ("x*y + x/8", mpq(9, 8)), ("x*x - y*y", 1), ("2 - x*x - x*y", 2)):
            target = read_formula(text, ["x", "y"])
            bound = derivative_bound(Reducer(ZERO_NETWORK, mpq(0)).on(SQUARE), [target], SQUARE)
            self.assertGreaterEqual(bound, largest, text)


class Quadratics(unittest.TestCase):
    def test_integrals_of_quadratics(self):
        """Against sums over a grid, closely: signs, mixed terms and what turns its sign all show."""
        draw = random.Random(19)
        sharp = 0
        for _ in range(120):
            numbers = [mpq(draw.randint(-8, 8), draw.choice([8, 8, 64])) for _ in range(6)]
            c, a, b, p, q, m = (f"({value})" for value in numbers)
            text = f"{c} + {a}*x + {b}*y + {p}*x*x + {q}*y*y + {m}*x*y"
            target = read_formula(text, ["x", "y"])
            values = [abs(float(pieces.AtPoint(point).number(target))) for point in grid(SQUARE, 40)]
            for claim in ("l1", "l2"):
                mean = sum(v if claim == "l1" else v * v for v in values) / len(values)
                asked = checker(IntegralChecker, claim, ZERO_NETWORK, target, SQUARE)
                lower, upper = asked.bound(SQUARE, "s")
                self.assertLessEqual(float(lower), 4 * mean + 0.01, text)
                self.assertGreaterEqual(float(upper), 4 * mean - 0.01, text)
                sharp += upper - lower < mean / 10
        self.assertGreater(sharp, 60)

    def test_the_remainder_of_a_form(self):
        form = Form(Interval(round_up(mpq(1)), round_up(mpq(1))), (between(mpq(-1), mpq(1)), None), None)
        asked = checker(IntegralChecker, "l1", ZERO_NETWORK, read_formula("x", ["x", "y"]), SQUARE)
        self.assertEqual(asked.linear_bounds(form, SQUARE), (0, 2))
        asked = checker(IntegralChecker, "l2", ZERO_NETWORK, read_formula("x", ["x", "y"]), SQUARE)
        self.assertEqual(asked.linear_bounds(form, SQUARE), (0, 4))


class HalfSpaces(unittest.TestCase):
    def test_what_a_form_leaves_open_is_a_margin(self):
        """1/4 + [1, 3] e is at least 0 where 2 e >= 3/4, and only where 2 e >= -5/4."""
        form = Form(between(mpq(1, 4), mpq(1, 4)), (between(mpq(1), mpq(3)),), None)
        known = half_space(form, strict=False)
        self.assertEqual((known.slopes, known.low, known.high), ([2], mpq(-5, 4), mpq(3, 4)))
        other = complement(known)
        self.assertEqual((other.slopes, other.low, other.high), ([-2], mpq(-3, 4), mpq(5, 4)))

    def test_peeling_down_to_the_inputs(self):
        """Each decision is x < 1/3 or x > 1/3 on [0, 1], so a region says where it differs: nowhere, or everywhere."""
        cases = [
            (("heaviside", 3, -1), ("identity", 1, 0), mpq(1, 2), ">"),
            (("heaviside", 3, -1), ("identity", -1, 1), mpq(1, 2), "<"),
            (("heaviside", -3, 1), ("identity", -2, 1), mpq(0), ">"),
            (("sigmoid", 3, -1), ("identity", 1, 0), mpq(1, 2), ">"),
            (("sigmoid", 3, -1), ("heaviside", -2, 1), mpq(1, 2), "<"),
            (("tanh", -3, 1), ("identity", 1, 0), mpq(0), "<"),
            (("relu", 3, 0), ("identity", -1, 2), mpq(1), "<"),
            (("hard-tanh", 3, -1), ("tanh", -1, 0), mpq(0), "<"),
        ]
        for (name, weight, bias), (second, outer, offset), threshold, relation in cases:
            network = Network(["x"], ["z"], [
                Layer(name, None, 1, [[(0, mpq(weight))]], [mpq(bias)]),
                Layer(second, None, 1, [[(0, mpq(outer))]], [mpq(offset)]),
            ])
            for region, share in ((relation, 0), ("<" if relation == ">" else ">", 1)):
                target = read_formula(f"x {region} 1/3", ["x"])
                cell = Cell(((mpq(0), mpq(1)),))  # A cell keeps its reduced network.
                lower, upper = checker(AreaChecker, "area", network, target, cell, threshold).bound(cell, "h")
                self.assertLessEqual(lower, share, (name, second, region))
                self.assertGreaterEqual(upper, share, (name, second, region))
                self.assertLess(upper - lower, mpq(1, 1 << 60), (name, second, region))

    def test_flat_forms(self):
        for low, high, weak, strict in ((0, 0, True, False), (0, 1, True, None), (-1, 0, None, False), (1, 2, True, True),
                                        (-2, -1, False, False), (-1, 1, None, None)):
            form = Form(between(mpq(low), mpq(high)), (None,), None)
            self.assertIs(half_space(form, strict=False), weak)
            self.assertIs(half_space(form, strict=True), strict)


class ExactLeaves(unittest.TestCase):
    def test_a_sign_that_changes_is_refused_for_l1(self):
        target = read_formula("x", ["x", "y"])
        with self.assertRaises(pieces.Unmet):
            pieces.l1_contribution(ZERO_NETWORK, [target], SQUARE)
        right = Cell(((mpq(0), mpq(1)), (mpq(-1), mpq(1))))
        self.assertEqual(pieces.l1_contribution(ZERO_NETWORK, [target], right), 1)
        self.assertEqual(pieces.l2_contribution(ZERO_NETWORK, [target], SQUARE), mpq(4, 3))
