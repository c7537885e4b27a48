"""Contributions of cells to l1, l2 and area, and exact leaves, against slow sums."""

import random
import unittest

import gmpy2
from gmpy2 import mpfr, mpq

from steeple_check import exact as pieces
from steeple_check.area import AreaChecker, share_above
from steeple_check.certificate import Certificate
from steeple_check.formula import read_formula
from steeple_check.integral import IntegralChecker, cut_at_layers, mean_size, mean_square
from steeple_check.tree import Cell, clip, double_area, walk
from steeple_check.work import Work

from . import random_problems as problems
from . import reference

GRID = 24


def grid(cell, count=GRID):
    """Yields the middles of count^d equal parts of a box."""
    places = [[low + (high - low) * mpq(2 * k + 1, 2 * count) for k in range(count)] for low, high in cell.sides]
    if len(places) == 1:
        for x in places[0]:
            yield [x]
        return
    for x in places[0]:
        for y in places[1]:
            yield [x, y]


def checker(kind, claim, network, target, cell, threshold=None):
    certificate = Certificate()
    certificate.claim = claim
    certificate.targets = [target]
    certificate.domain = list(cell.sides)
    certificate.constant_radius = mpq(1, 1000)
    certificate.threshold = threshold
    certificate.lower, certificate.upper = mpq(0), mpq(1)
    return kind(certificate, network, Work())


class Means(unittest.TestCase):
    def test_means_of_linear_functions(self):
        draw = random.Random(11)
        cube = Cell(((mpq(-1), mpq(1)),) * 2)
        for _ in range(20):
            center, a, b = (problems.rational(draw) for _ in range(3))
            low, high = mean_size(center, [a, b])
            self.assertEqual(low, high)
            values = [center + a * x + b * y for x, y in grid(cube, 60)]
            slow = sum(abs(value) for value in values) / len(values)
            self.assertAlmostEqual(float(low), float(slow), places=2)
            square = sum(value * value for value in values) / len(values)
            self.assertAlmostEqual(float(mean_square(center, [a, b])), float(square), places=1)
        self.assertEqual(mean_size(mpq(0), [mpq(1)]), (mpq(1, 2), mpq(1, 2)))
        self.assertEqual(mean_size(mpq(0), [mpq(1), mpq(1)]), (mpq(2, 3), mpq(2, 3)))

    def test_small_slopes_beyond_six_are_left_out_safely(self):
        slopes = [mpq(1), mpq(1, 2), mpq(1, 3), mpq(1, 4), mpq(1, 5), mpq(1, 6)]
        low, high = mean_size(mpq(1, 10), slopes + [mpq(1, 7)])
        self.assertLess(low, high)
        all_low, _ = mean_size(mpq(1, 10), slopes)
        self.assertEqual(low, all_low)

    def test_share_of_a_half_space(self):
        self.assertEqual(share_above([mpq(1)], mpq(0)), mpq(1, 2))
        self.assertEqual(share_above([mpq(1), mpq(1)], mpq(1)), mpq(1, 8))
        self.assertEqual(share_above([mpq(1), mpq(2), mpq(3)], mpq(0)), mpq(1, 2))
        self.assertEqual(share_above([mpq(1)] * 3, mpq(1)), mpq(1, 6))
        self.assertEqual(share_above([mpq(1)] * 3, mpq(-3)), 1)


class Contributions(unittest.TestCase):
    def test_bounds_of_integrals_hold_a_fine_sum(self):
        draw = random.Random(12)
        compared = sharp = 0
        for _ in range(200):
            inputs = draw.randint(1, 2)
            network = problems.network(draw, inputs)
            target, text = problems.formula(draw, inputs, depth=2, smooth=draw.randrange(2) == 0)
            cell = problems.box(draw, inputs)
            for _ in range(draw.randint(0, 4)):
                cell = problems.smaller(draw, cell)
            claim = draw.choice(["l1", "l2"])
            if target.is_condition():
                continue
            try:
                lower, upper = checker(IntegralChecker, claim, network, target, cell).bound(cell, draw.choice("nls"))
            except ArithmeticError:
                continue
            errors = self.errors(network, target, cell)
            if claim == "l2":
                errors = [error * error for error in errors]
            # The sum over a grid is off by at most its spread between neighbours; jumps make that large.
            mean, spread = sum(errors) / len(errors), max(errors) - min(errors)
            slack = spread / 4 if network.may_jump() or "if" in text or "heaviside" in text else spread / 12
            slack += 1e-9 * (1 + mean)
            volume = float(cell.volume())
            self.assertLessEqual(lower, (mean + slack) * volume, text)
            self.assertGreaterEqual(upper, (mean - slack) * volume, text)
            compared += 1
            sharp += upper - lower <= mean * volume / 10
        self.assertGreater(compared, 100)
        self.assertGreater(sharp, 30)

    def errors(self, network, target, cell):
        found = []
        for values in grid(cell, 200 if len(cell.sides) == 1 else 12):
            with gmpy2.context(reference.HIGH):
                found.append(float(abs(reference.network_at(network, values)[0] - reference.formula_at(target, values))))
        return found

    def test_smooth_integrals_hold_the_sum_of_many_small_cells(self):
        """The bounds of a cell and of its parts are of the same number, so they meet."""
        draw = random.Random(13)
        compared = 0
        for _ in range(60):
            inputs = draw.randint(1, 2)
            network = problems.network(draw, inputs, names=problems.SMOOTH)
            target, text = problems.formula(draw, inputs, depth=2, smooth=True)
            cell = problems.smaller(draw, problems.smaller(draw, problems.box(draw, inputs)))
            for claim in ("l1", "l2"):
                asked = checker(IntegralChecker, claim, network, target, cell)
                try:
                    lower, upper = asked.bound(cell, "s")
                    low = high = mpq(0)
                    for part in parts_of(cell, 4 if inputs == 1 else 3):
                        part_low, part_high = asked.bound(part, "s")
                        low += part_low
                        high += part_high
                except ArithmeticError:
                    continue
                self.assertLessEqual(lower, high, text)
                self.assertLessEqual(low, upper, text)
                compared += 1
        self.assertGreater(compared, 60)

    def test_bounds_of_area_hold_a_count(self):
        draw = random.Random(14)
        compared = sharp = 0
        for _ in range(250):
            inputs = draw.randint(1, 2)
            network = problems.network(draw, inputs)
            names = [f"x{k}" for k in range(inputs)]
            left = problems.formula_text(draw, names, 2)
            right = problems.formula_text(draw, names, 1)
            region = read_formula(f"{left} {draw.choice(['<', '<=', '>', '>='])} {right}", names)
            cell = problems.box(draw, inputs)
            for _ in range(draw.randint(0, 5)):
                cell = problems.smaller(draw, cell)
            threshold = problems.rational(draw)
            try:
                lower, upper = checker(AreaChecker, "area", network, region, cell, threshold).bound(cell, "h")
            except ArithmeticError:
                continue
            wrong = total = 0
            for values in grid(cell, 80 if inputs == 1 else 16):
                inside = reference.formula_at(region, values)
                with gmpy2.context(reference.HIGH):
                    decided = reference.network_at(network, values)[0] >= mpfr(threshold)
                wrong += decided != (inside == 1)
                total += 1
            share = mpq(wrong, total)
            volume = cell.volume()
            slack = mpq(1, 8)
            self.assertLessEqual(lower / volume, share + slack)
            self.assertGreaterEqual(upper / volume, share - slack)
            compared += 1
            sharp += 0 < upper - lower < volume / 10
        self.assertGreater(compared, 100)
        self.assertGreater(sharp, 5)


def parts_of(cell, depth):
    parts = [cell]
    for _ in range(depth):
        for side in range(len(cell.sides)):
            parts = [half for part in parts for half in part.halves(side, sum(part.sides[side]) / 2)]
    return parts


class Exact(unittest.TestCase):
    def test_exact_leaves_of_sup_against_points(self):
        draw = random.Random(15)
        found = 0
        for _ in range(600):
            inputs = draw.randint(1, 2)
            network = problems.network(draw, inputs, names=["relu", "heaviside", "leaky-relu", "hard-tanh", "maxout"])
            text = draw.choice(["x0^2/3 + 1/7", "abs(x0 - 1/5) - x0*x0", "x0^3 - x0", "max(x0, 1/3)*x0", "x0/4"])
            if inputs == 2:
                text = draw.choice(["x0*x1 - x0", "x0^2 + x1^2/3", "abs(x0 - x1)", "if(x0 < 0, x1, 2)"])
            target = read_formula(text, network.inputs)
            cell = problems.box(draw, inputs)
            for _ in range(draw.randint(0, 6)):
                cell = problems.smaller(draw, cell)
            try:
                lower, upper = pieces.sup_bounds(network, [target], cell)
            except (pieces.Unmet, pieces.Unsettled):
                continue
            found += 1
            self.assertLessEqual(lower, upper)
            best = 0
            for values in list(grid(cell, 9)) + [problems.inner_point(draw, cell) for _ in range(5)]:
                exact_error = abs(pieces.network_at(network, values)[0] - pieces.AtPoint(values).number(target))
                self.assertLessEqual(exact_error, upper, text)
                best = max(best, exact_error)
            if lower > 0:
                self.assertGreaterEqual(float(best), 0.5 * float(lower), text)
        self.assertGreater(found, 150)

    def test_integrals_of_polynomials(self):
        square = [(mpq(0), mpq(0)), (mpq(1), mpq(0)), (mpq(1), mpq(1)), (mpq(0), mpq(1))]
        triangle = [(mpq(0), mpq(0)), (mpq(1), mpq(0)), (mpq(0), mpq(1))]
        xy = {(1, 1): mpq(1)}
        self.assertEqual(pieces.integral(xy, square), mpq(1, 4))
        self.assertEqual(pieces.integral(xy, triangle), mpq(1, 24))
        self.assertEqual(pieces.integral({(2, 0): mpq(1)}, triangle), mpq(1, 12))
        self.assertEqual(pieces.integral({(3, 0): mpq(1)}, [(mpq(0), mpq(0)), (mpq(2), mpq(0))]), 4)

    def test_bernstein_coefficients(self):
        # (2x - 1)^3 on [0, 1]
        cubic = {(3, 0): mpq(8), (2, 0): mpq(-12), (1, 0): mpq(6), (0, 0): mpq(-1)}
        self.assertEqual(pieces.bernstein(cubic, mpq(0), mpq(1)), [-1, 1, -1, 1])

    def test_largest_values_of_parabolas(self):
        corners = [(mpq(-1), mpq(-1)), (mpq(1), mpq(-1)), (mpq(1), mpq(1)), (mpq(-1), mpq(1))]
        bowl = {(2, 0): mpq(1), (0, 2): mpq(2), (0, 0): mpq(-1, 2)}
        values = pieces.candidates(bowl, corners)
        self.assertEqual((min(values), max(values)), (mpq(-1, 2), mpq(5, 2)))


class Trees(unittest.TestCase):
    def test_the_walk_covers_the_domain(self):
        domain = [(mpq(0), mpq(1)), (mpq(-1), mpq(1))]
        leaves = list(walk("A@B1/3;nl/1,1,-1;eo", domain, True))
        self.assertEqual("".join(letter for letter, _ in leaves), "nleo")
        self.assertEqual(sum(cell.volume() for _, cell in leaves), 2)

    def test_malformed_trees(self):
        domain = [(mpq(0), mpq(1)), (mpq(0), mpq(1))]
        bad = ["", "A", "An", "Ann n", "Annn", "Cnn", "@A0;nn", "@A1;nn", "@A2;nn", "@A1/2nn", "@a1/2;nn", "x", "l(1)",
               "/1,0,0;ee", "/0,0,1;ee", "/1,1;ee", "/1,1,-1;Annn", "/1,-1,5;ee", "@A1/2.;nn", "@@A1/2;nn"]
        for tree in bad:
            with self.assertRaises(Exception, msg=tree) as caught:
                for _ in walk(tree, domain, True):
                    pass
            self.assertEqual(type(caught.exception).__name__, "Rejected", tree)
        with self.assertRaisesRegex(Exception, "4000"):
            list(walk("A" * 4001 + "n" * 4002, domain, True))
        list(walk("A" * 4000 + "n" * 4001, domain, True))
        with self.assertRaisesRegex(Exception, "line"):
            list(walk("/1,1,-1;ee", domain, False))

    def test_clipping_keeps_the_area(self):
        draw = random.Random(16)
        for _ in range(200):
            corners = [(mpq(0), mpq(0)), (mpq(1), mpq(0)), (mpq(1), mpq(1)), (mpq(0), mpq(1))]
            line = [problems.rational(draw) for _ in range(3)]
            above, below = clip(corners, line), clip(corners, [-value for value in line])
            if any(line[:2]):
                self.assertEqual(double_area(above) + double_area(below), 2)

    def test_cuts_at_transition_layers(self):
        cell = Cell(((mpq(0), mpq(1)), (mpq(0), mpq(1))))
        layers = [[(mpq(1, 4), mpq(1, 3)), (mpq(3, 10), mpq(1, 2))], [(mpq(-1), mpq(1, 8))]]
        parts = cut_at_layers(cell, layers)
        self.assertEqual(len(parts), 6)
        self.assertEqual(sum(part.volume() for part in parts), 1)
