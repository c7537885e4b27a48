"""Enclosures of networks and formulas against 300 bits at random points."""

import random
import unittest

import gmpy2
from gmpy2 import mpfr, mpq

from steeple_check.evaluate import Evaluator
from steeple_check.forms import Forms, Natural
from steeple_check.intervals import exact, rational
from steeple_check.jets import Jets, evaluate_middle, middle_distances, middles
from steeple_check.reduce import Reducer, evaluate_everywhere, evaluate_network
from steeple_check.sup import derivative_bound, linear_bound, natural_bound

from . import random_problems as problems
from . import reference


def form_at(form, cell, values):
    """Returns the interval that a form gives at a point."""
    found = form.center
    for slope, side, value in zip(form.slopes, cell.box, values):
        if slope is None:
            continue
        coordinate = (value - exact(side.mid())) / exact(side.rad())
        found = found + slope * rational(coordinate)
    return found


def reduced_chain(draw, network, cell):
    """Returns the reduced network at the end of a chain of nested boxes, and the last box."""
    radius = draw.choice([mpq(0), mpq(1, 1 << 20), mpq(1, 100), mpq(1, 4)])
    reducer = Reducer(network, radius)
    for _ in range(draw.randint(0, 6)):
        reducer.on(cell)
        cell = problems.smaller(draw, cell)
    return reducer.on(cell), cell


class Networks(unittest.TestCase):
    def test_reduced_networks_hold_the_outputs_at_almost_every_point(self):
        draw = random.Random(4)
        for _ in range(400):
            inputs = draw.randint(1, 3)
            network = problems.network(draw, inputs, outputs=draw.randint(1, 2))
            reduced, cell = reduced_chain(draw, network, problems.box(draw, inputs))
            natural, forms = Natural(cell.box), Forms(cell.box)
            ranges = reduced.outputs()
            plain = evaluate_network(reduced, natural)
            linear = evaluate_network(reduced, forms)
            for _ in range(8):
                values = problems.inner_point(draw, cell)
                for k, truth in enumerate(reference.network_at(network, values)):
                    self.assertTrue(reference.holds(ranges[k], truth))
                    self.assertTrue(reference.holds(plain[k], truth))
                    self.assertTrue(reference.holds(linear[k].range, truth))
                    self.assertTrue(reference.holds(form_at(linear[k], cell, values), truth))

    def test_networks_hold_the_outputs_at_every_point(self):
        """At the edges too: what properties and witnesses use."""
        draw = random.Random(5)
        for _ in range(250):
            inputs = draw.randint(1, 2)
            network = problems.network(draw, inputs)
            cell = problems.box(draw, inputs)
            reduced = None if network.has_steps() else Reducer(network, mpq(1, 100)).on(cell)
            for kind in (Natural, Forms):
                arithmetic = kind(cell.box)
                whole = evaluate_everywhere(network, arithmetic)[0]
                for _ in range(8):
                    values = problems.point(draw, cell)
                    truth = reference.network_at(network, values)[0]
                    self.assertTrue(reference.holds(arithmetic.range(whole), truth))
                    if reduced is not None:
                        found = evaluate_network(reduced, arithmetic)[0]
                        self.assertTrue(reference.holds(arithmetic.range(found), truth))

    def test_the_network_of_the_middles_is_near(self):
        """S of jets.py differs from N by at most the distance, and its jets hold its slopes."""
        draw = random.Random(6)
        compared = 0
        for _ in range(300):
            inputs = draw.randint(1, 2)
            network = problems.network(draw, inputs)
            reduced, cell = reduced_chain(draw, network, problems.box(draw, inputs))
            try:
                distance = middle_distances(reduced, cell.box)[0]
            except ArithmeticError:
                continue
            for _ in range(5):
                values = problems.inner_point(draw, cell)
                at_point = Jets([rational(value) for value in values])
                there = evaluate_middle(reduced, at_point)[0].value
                truth = reference.network_at(network, values)[0]
                with gmpy2.context(reference.HIGH):
                    gap = max(there.lo - truth, truth - there.hi, mpfr(0))
                    self.assertLessEqual(gap, distance + mpfr(2) ** -200)
                compared += 1
        self.assertGreater(compared, 500)

    def test_most_units_are_left_out_on_small_cells(self):
        draw = random.Random(7)
        network = problems.network(draw, 1, names=["sigmoid"])
        cell = problems.box(draw, 1)
        for _ in range(40):
            low, high = cell.sides[0]
            cell = cell.halves(0, (low + high) / 2)[0]
        reduced = Reducer(network, mpq(1, 1000)).on(cell)
        self.assertEqual([len(units) for units in reduced.layers[:-1]], [0] * (len(reduced.layers) - 1))


class Formulas(unittest.TestCase):
    def test_formulas_are_enclosed(self):
        draw = random.Random(8)
        compared = 0
        for _ in range(1500):
            inputs = draw.randint(1, 2)
            node, text = problems.formula(draw, inputs)
            if node.is_condition():
                continue
            cell = problems.box(draw, inputs)
            inside = draw.randrange(2) == 0
            for kind in (Natural, Forms):
                arithmetic = kind(cell.box)
                try:
                    found = Evaluator(arithmetic, arithmetic.inputs, cell.sides, inside).number(node)
                except ArithmeticError:
                    continue
                for _ in range(4):
                    values = problems.inner_point(draw, cell) if inside else problems.point(draw, cell)
                    truth = reference.formula_at(node, values)
                    self.assertIsNotNone(truth, text)
                    self.assertTrue(reference.holds(arithmetic.range(found), truth), f"{text} at {values}")
                    if kind is Forms:
                        self.assertTrue(reference.holds(form_at(found, cell, values), truth), f"{text} at {values}")
                    compared += 1
        self.assertGreater(compared, 4000)

    def test_jets_hold_first_and_second_derivatives(self):
        draw = random.Random(9)
        compared = 0
        for _ in range(800):
            node, text = problems.formula(draw, 2)
            if node.is_condition():
                continue
            cell = problems.box(draw, 2)
            jets = Jets(cell.box)
            try:
                jet = Evaluator(jets, jets.inputs, cell.sides, inside=False).number(node)
            except ArithmeticError:
                continue
            for _ in range(2):
                values = problems.inner_point(draw, cell)
                compared += self.compare(node, jet, values, text)
        self.assertGreater(compared, 1000)

    def compare(self, node, jet, values, text):
        """Compares with differences over small steps."""
        step = mpq(1, 1 << 60)
        around = {}
        for i in (-1, 0, 1):
            for j in (-1, 0, 1):
                around[i, j] = reference.formula_at(node, [values[0] + i * step, values[1] + j * step])
        if None in around.values():
            return 0
        with gmpy2.context(reference.HIGH):
            h = mpfr(step)
            slopes = [(around[1, 0] - around[-1, 0]) / (2 * h), (around[0, 1] - around[0, -1]) / (2 * h)]
            second = {
                (0, 0): (around[1, 0] - 2 * around[0, 0] + around[-1, 0]) / (h * h),
                (1, 1): (around[0, 1] - 2 * around[0, 0] + around[0, -1]) / (h * h),
                (1, 0): (around[1, 1] - around[1, -1] - around[-1, 1] + around[-1, -1]) / (4 * h * h),
            }
        compared = 0
        for k in range(2):
            if jet.slopes[k] is not None:
                self.assertTrue(reference.holds(jet.slopes[k], slopes[k], mpfr(2) ** -40), text)
                compared += 1
        for (i, j), value in second.items():
            if jet.second[i][j] is not None:
                self.assertTrue(reference.holds(jet.second[i][j], value, mpfr(2) ** -30), text)
                compared += 1
        return compared


class Bounds(unittest.TestCase):
    def test_bounds_of_sup_are_above_the_error(self):
        draw = random.Random(10)
        counted = dict.fromkeys((natural_bound, linear_bound, derivative_bound), 0)
        for _ in range(500):
            inputs = draw.randint(1, 2)
            network = problems.network(draw, inputs)
            target, text = problems.formula(draw, inputs, depth=2)
            if target.is_condition():
                continue
            reduced, cell = reduced_chain(draw, network, problems.box(draw, inputs))
            bounds = {}
            for method in counted:
                try:
                    bounds[method] = method(reduced, [target], cell)
                    counted[method] += 1
                except ArithmeticError:
                    continue
            for _ in range(8):
                values = problems.inner_point(draw, cell)
                truth = reference.formula_at(target, values)
                if truth is None:
                    self.assertEqual(bounds, {}, text)
                    continue
                with gmpy2.context(reference.HIGH):
                    error = abs(reference.network_at(network, values)[0] - truth)
                    for method, bound in bounds.items():
                        self.assertLessEqual(error, bound + mpfr(2) ** -150, f"{method.__name__}: {text}")
        self.assertTrue(all(count > 100 for count in counted.values()), counted)

    def test_the_middle_is_inside_of_the_exact_side(self):
        cell = problems.Cell(((mpq(1, 3), mpq(1, 3) + mpq(1, 1 << 90)),))
        try:
            (found,) = middles(cell)
        except ArithmeticError:
            return
        self.assertLess(mpq(1, 3), exact(found.lo))
        self.assertLess(exact(found.lo), mpq(1, 3) + mpq(1, 1 << 90))


class SetsOfMeasureZero(unittest.TestCase):
    def decide(self, text, side, inside):
        node = problems.read_formula(text, ["x"])
        cell = problems.Cell((side,))
        natural = Natural(cell.box)
        return Evaluator(natural, natural.inputs, cell.sides, inside).condition(node)

    def test_comparisons_at_the_end_of_a_side(self):
        third, zero = mpq(1, 3), mpq(0)
        self.assertIs(self.decide("3*x < 1", (zero, third), True), True)
        self.assertIs(self.decide("3*x < 1", (third, mpq(1)), True), False)
        self.assertIsNone(self.decide("3*x < 1", (zero, third), False))
        self.assertIs(self.decide("3*x <= 1", (zero, third), False), True)
        self.assertIs(self.decide("x = 1/3", (zero, third), True), False)
        self.assertIs(self.decide("x >= 2 - x", (mpq(1), mpq(2)), True), True)
        self.assertIs(self.decide("x = 1/3", (third, third), True), True)
        self.assertIs(self.decide("pi >= x", (zero, mpq(3)), True), True)
        self.assertIsNone(self.decide("pi >= x", (zero, mpq(4)), True))
        self.assertIsNone(self.decide("x*x < x", (zero, third), True))

    def test_heaviside_of_an_affine_argument_is_a_comparison(self):
        node = problems.read_formula("heaviside(1 - 3*x)", ["x"])
        cell = problems.Cell(((mpq(1, 3), mpq(1)),))
        natural = Natural(cell.box)
        found = Evaluator(natural, natural.inputs, cell.sides, True).number(node)
        self.assertTrue(found.is_zero())
        closed = Evaluator(natural, natural.inputs, cell.sides, False).number(node)
        self.assertEqual((closed.lo, closed.hi), (0, 1))

    def test_if_and_and_look_at_what_is_needed(self):
        cell = problems.Cell(((mpq(1), mpq(2)),))
        natural = Natural(cell.box)
        for text in ("if(x >= 1, x, ln(-x))", "if(x < 1 and ln(-x) > 0, 1, 2)", "if(x >= 1 or ln(-x) > 0, 1, 2)"):
            node = problems.read_formula(text, ["x"])
            Evaluator(natural, natural.inputs, cell.sides, False).number(node)
        with self.assertRaises(ArithmeticError):
            node = problems.read_formula("if(x >= 1 and ln(-x) > 0, 1, 2)", ["x"])
            Evaluator(natural, natural.inputs, cell.sides, False).number(node)
