"""Lower bounds of size: true ones are accepted, and no false or malformed one is."""

import random
import unittest

from gmpy2 import mpq

from steeple_check.check import check, describe

NEAR = "1/1000000000000000000000000"


def certificate(target="x^2", tolerance="1/9", radius=NEAR, kinks=("0 1/2 1",), jumps=(), output="0", ends=("0", "1"),
                domain="0 1", layer="sizes", count=None):
    lines = ["steeple certificate 2", "claim units-at-least", "semantics real", f"layer {layer}", "inputs x"]
    lines += [f"target {target}", f"domain x {domain}", f"tolerance {tolerance}", f"radius {radius}"]
    for title, word, groups in (("kinks", "triple", kinks), ("jumps", "pair", jumps)):
        if groups or count is not None and title == "kinks":
            lines += [f"{title} {len(groups) if count is None else count}", f"output {output}"]
            lines += [f"from {ends[0]}", f"to {ends[1]}"]
            lines += [f"{word} {group}" for group in groups]
    return "\n".join(lines + ["end", ""]).encode()


class Sizes(unittest.TestCase):
    def word(self, **changes):
        return check(certificate(**changes), None).word

    def test_true_bounds_are_accepted(self):
        self.assertEqual(self.word(), "accepted")
        self.assertEqual(self.word(tolerance="1/100", kinks=("0 1/4 1/2", "1/2 3/4 1")), "accepted")
        self.assertEqual(self.word(kinks=(), jumps=("0 1/2", "1/2 1")), "accepted")
        self.assertEqual(self.word(jumps=("0 1/2", "1/2 1")), "accepted")
        # A step is seen on both sides of it, and not at it.
        step = {"target": "if(x < 1/2, 0, 1)", "tolerance": "1/3", "kinks": ()}
        self.assertEqual(self.word(jumps=("1/4 3/4",), **step), "accepted")
        self.assertNotEqual(self.word(jumps=("1/4 1/2",), **step), "accepted")
        # The value at the end of the domain alone has measure zero.
        end = {"target": "if(x < 1, 0, 1)", "tolerance": "1/3", "kinks": ()}
        self.assertEqual(self.word(jumps=("0 1",), **end), "rejected")
        outcome = check(certificate(), None)
        self.assertIn("has at least 1 kinks", describe(outcome.certificate, None)[-1])

    def test_triples_may_overlap_where_their_lines_allow_it(self):
        wave = {"target": "sin(pi*x)", "ends": ("0", "2"), "domain": "0 2", "tolerance": "1/2"}
        self.assertEqual(self.word(kinks=("0 1/4 5/8", "3/8 3/4 1"), **wave), "accepted")
        # Both begin and end later here: the lines meet. And one that begins before the middle of the other.
        self.assertEqual(self.word(kinks=("0 1/4 3/4", "1/4 3/4 1"), **wave), "undecided")
        self.assertEqual(self.word(kinks=("0 1/4 5/8", "1/8 3/4 1"), **wave), "rejected")
        roof = {"target": "abs(2*x - 1)", "tolerance": "1/50"}
        for kinks in ("0 3/8 9/16",), ("3/8 9/16 1",):
            self.assertEqual(self.word(kinks=kinks, **roof), "accepted")
        self.assertEqual(self.word(kinks=("0 3/8 9/16", "3/8 9/16 1"), **roof), "undecided")

    def test_false_bounds_are_not(self):
        for changes in (
            {"tolerance": "1/7"}, {"target": "x"}, {"kinks": ("0 1/4 1/2",)}, {"radius": "1/3"}, {"kinks": (), "jumps": ("0 1/4",)},
            {"ends": ("0", "1/2")}, {"target": "ln(x - 1/2)"},
        ):
            self.assertIn(self.word(**changes), ("rejected", "undecided"), changes)
        # Exactly twice the tolerance is not more than it.
        self.assertEqual(self.word(tolerance="1/8"), "undecided")

    def test_malformed_ones_are_rejected(self):
        for changes in (
            {"tolerance": "-1/9"}, {"radius": "0"}, {"radius": "-1/9"}, {"kinks": ()}, {"count": "0"}, {"count": "2"},
            {"count": "01"}, {"output": "1"}, {"ends": ("0", "0")}, {"ends": ("0", "2")}, {"ends": ("0", "1 1")},
            {"kinks": ("0 1",)}, {"kinks": ("0 0 1",)}, {"kinks": ("1 1/2 0",)}, {"kinks": ("0 1/2 2",)}, {"layer": "core"},
            {"kinks": ("0 1/4 1/2", "1/4 1/2 1")}, {"domain": "1 0"}, {"tolerance": "2^-5000"}, {"kinks": ("0 2^-5000 1",)},
        ):
            self.assertEqual(self.word(**changes), "rejected", changes)
        text = certificate()
        self.assertEqual(check(text, b"{}").word, "rejected")
        for end in range(len(text)):
            self.assertEqual(check(text[:end], None).word, "rejected")

    def test_no_triples_force_more_kinks_than_a_function_has(self):
        draw = random.Random(38)
        accepted = 0
        for _ in range(300):
            places = sorted(draw.sample(range(65), 6))
            groups = [" ".join(str(mpq(place, 64)) for place in group) for group in (places[:3], places[3:])]
            word = self.word(target="abs(2*x - 1)", tolerance="1/50", kinks=(groups[0],))
            accepted += word == "accepted"
            word = self.word(target="abs(2*x - 1)", tolerance="1/50", kinks=tuple(groups))
            self.assertNotEqual(word, "accepted", groups)
        self.assertGreater(accepted, 20)
